"""SQL over `assessments`, and the last word a person said about a task."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.quality.tables import AssessmentRow
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id

_KEY = ("task_id", "channel", "version")


async def put(session: AsyncSession, **values: Any) -> None:
    """Write the verdict on a version; one that stands there is overwritten, so a repeated step changes nothing."""
    values = {**values, "judged_at": now()}
    written = insert(AssessmentRow).values(id=new_id(), **values)
    changed = {name: value for name, value in values.items() if name not in _KEY}
    await session.execute(written.on_conflict_do_update(index_elements=list(_KEY), set_=changed))


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


async def since_last_decision(session: AsyncSession, task_id: UUID, channel: str) -> Sequence[AssessmentRow]:
    """The versions of a channel judged since a person last decided, oldest first; all of them when nobody did."""
    found = select(AssessmentRow).where(AssessmentRow.task_id == task_id, AssessmentRow.channel == channel)
    decided = await _last_decision(session, task_id)
    if decided is not None:
        found = found.where(AssessmentRow.judged_at > decided[0])
    rows = await session.scalars(found.order_by(AssessmentRow.version).execution_options(populate_existing=True))
    return rows.all()


async def open_feedback(session: AsyncSession, task_id: UUID) -> str | None:
    """What a person asked to change, where that is the last thing that was decided."""
    decided = await _last_decision(session, task_id)
    if decided is None or decided[1] != "changes":
        return None
    return decided[2]


async def _last_decision(session: AsyncSession, task_id: UUID) -> tuple[datetime, str, str | None] | None:
    """When, which verdict, with which feedback. Approval comes after quality, so its table is read by name."""
    found = await session.execute(
        text(
            "SELECT decided_at, verdict, feedback FROM decisions WHERE task_id = :task AND kind = 'content' "
            "ORDER BY round DESC LIMIT 1"
        ),
        {"task": task_id},
    )
    row = found.first()
    return None if row is None else (row[0], row[1], row[2])
