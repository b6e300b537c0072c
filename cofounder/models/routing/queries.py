"""The SQL of measured quality."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.models.chain import Target, chain
from cofounder.models.routing.choose import Measured
from cofounder.models.routing.tables import ModelQuality

_ALL = select(ModelQuality.task_type, ModelQuality.complexity, ModelQuality.model, ModelQuality.n, ModelQuality.total)


async def measured(session: AsyncSession) -> dict[tuple[str, str], dict[Target, Measured]]:
    """(task type, complexity) -> model -> what was measured of it."""
    found: dict[tuple[str, str], dict[Target, Measured]] = {}
    for task_type, complexity, model, n, total in (await session.execute(_ALL)).all():
        found.setdefault((task_type, complexity), {})[chain(model)[0]] = Measured(n, total)
    return found


async def rows(session: AsyncSession) -> Sequence[ModelQuality]:
    """Everything measured, by kind of job, most answers first."""
    order = (ModelQuality.task_type, ModelQuality.complexity, ModelQuality.n.desc())
    return (await session.scalars(select(ModelQuality).order_by(*order))).all()


async def replace(session: AsyncSession, found: Sequence[dict[str, Any]]) -> None:
    """Put these rows in place of all there are."""
    await session.execute(delete(ModelQuality))
    if found:
        await session.execute(insert(ModelQuality), list(found))
