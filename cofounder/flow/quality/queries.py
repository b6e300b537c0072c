"""SQL over `assessments`, and the last word a person said about a task."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import DateTime, Table, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.quality.tables import AssessmentRow
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.straight import kept

_KEY = ("task_id", "channel", "version")


async def put(session: AsyncSession, **values: Any) -> None:
    """Write the verdict on a version; one that stands there is overwritten, so a repeated step changes nothing."""
    values = {**values, "judged_at": now()}
    await session.execute(_putting(tuple(values)), {"id": new_id(), **values})


@lru_cache
def _putting(columns: tuple[str, ...]) -> Any:
    table = cast(Table, AssessmentRow.__table__)
    written = insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in ("id", *columns)})
    changed = {name: written.excluded[name] for name in columns if name not in _KEY}
    return kept(written.on_conflict_do_update(index_elements=list(_KEY), set_=changed))


async def of_version(session: AsyncSession, task_id: UUID, channel: str, version: int) -> AssessmentRow | None:
    found = select(AssessmentRow).where(
        AssessmentRow.task_id == task_id, AssessmentRow.channel == channel, AssessmentRow.version == version
    )
    return await session.scalar(found.execution_options(populate_existing=True))


async def newest(session: AsyncSession, task_id: UUID) -> Sequence[AssessmentRow]:
    """The newest judged version of each channel."""
    found = (
        select(AssessmentRow)
        .where(AssessmentRow.task_id == task_id)
        .ext(distinct_on(AssessmentRow.channel))
        .order_by(AssessmentRow.channel, AssessmentRow.version.desc())
    )
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


_SINCE_LAST_DECISION = kept(
    select(AssessmentRow)
    .where(
        AssessmentRow.task_id == bindparam("task"),
        AssessmentRow.channel == bindparam("channel"),
        text(
            "judged_at > coalesce((SELECT decided_at FROM decisions WHERE task_id = assessments.task_id "
            "AND kind = 'content' ORDER BY round DESC LIMIT 1), '-infinity')"
        ),
    )
    .order_by(AssessmentRow.version)
    .execution_options(populate_existing=True)
)


async def since_last_decision(session: AsyncSession, task_id: UUID, channel: str) -> Sequence[AssessmentRow]:
    """The versions of a channel judged since a person last decided, oldest first; all of them when nobody did."""
    return (await session.scalars(_SINCE_LAST_DECISION, {"task": task_id, "channel": channel})).all()


async def open_feedback(session: AsyncSession, task_id: UUID) -> str | None:
    """What a person asked to change, where that is the last thing that was decided."""
    decided = await _last_decision(session, task_id)
    if decided is None or decided[1] != "changes":
        return None
    return decided[2]


_LAST_DECISION = kept(
    text(
        "SELECT decided_at, verdict, feedback FROM decisions WHERE task_id = :task AND kind = 'content' "
        "ORDER BY round DESC LIMIT 1"
    ).columns(decided_at=DateTime(timezone=True), verdict=Text, feedback=Text)
)


async def _last_decision(session: AsyncSession, task_id: UUID) -> tuple[datetime, str, str | None] | None:
    """When, which verdict, with which feedback. Approval comes after quality, so its table is read by name."""
    found = await session.execute(_LAST_DECISION, {"task": task_id})
    row = found.first()
    return None if row is None else (row[0], row[1], row[2])
