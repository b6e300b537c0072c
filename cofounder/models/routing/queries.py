"""The SQL of measured quality."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.models.chain import Target, of_row
from cofounder.models.routing.choose import Measured
from cofounder.models.routing.foretell import Foretelling
from cofounder.models.routing.tables import ModelForetelling, ModelQuality

_ALL = select(ModelQuality.task_type, ModelQuality.complexity, ModelQuality.model, ModelQuality.n, ModelQuality.total)


async def measured(session: AsyncSession) -> dict[tuple[str, str], dict[Target, Measured]]:
    """(task type, complexity) -> model -> what was measured of it."""
    found: dict[tuple[str, str], dict[Target, Measured]] = {}
    for task_type, complexity, model, n, total in (await session.execute(_ALL)).all():
        found.setdefault((task_type, complexity), {})[of_row(model)] = Measured(n, total)
    return found


async def rows(session: AsyncSession) -> Sequence[ModelQuality]:
    """Everything measured, by kind of job, most answers first."""
    order = (ModelQuality.task_type, ModelQuality.complexity, ModelQuality.n.desc())
    return (await session.scalars(select(ModelQuality).order_by(*order))).all()


async def foretellings(session: AsyncSession) -> dict[Target, Foretelling]:
    """model -> what the words of a job foretell of it."""
    rows = (await session.execute(select(ModelForetelling.model, ModelForetelling.learned))).all()
    return {of_row(model): Foretelling.load(learned) for model, learned in rows}


async def replace(
    session: AsyncSession, found: Sequence[dict[str, Any]], words: Mapping[str, Foretelling], at: datetime
) -> None:
    """Put these in place of all there is. Two who do so wait for each other."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("model_quality", 0))))
    await session.execute(delete(ModelQuality))
    await session.execute(delete(ModelForetelling))
    if found:
        await session.execute(insert(ModelQuality), list(found))
    if words:
        kept = [{"model": model, "learned": one.dump(), "as_of": at} for model, one in words.items()]
        await session.execute(insert(ModelForetelling), kept)
