"""What makes the tasks of series: a chore that looks at what is due, each series in a transaction of its own.

A slot's task, its row and the series' next time are one commit: a kill before it leaves nothing, one after it leaves
all. Two workers at the same series: the second passes by, and the row of a day is there once.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request import service as requests
from cofounder.flow.request.series import queries, service, shown, slots
from cofounder.flow.request.series.slots import Slot
from cofounder.flow.request.series.tables import Series
from cofounder.kit import live
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError

AT_ONCE = 200  # series a look
BREATH = timedelta(seconds=5)  # a slot that is so near is passed by the time its task is written
LATE_SHOWN = 50  # missed slots of one series that are written down; older ones are passed over


async def look() -> int:
    """Make what is due; how many tasks that were."""
    made = 0
    async with reading() as session:
        found = await queries.due(session, now(), AT_ONCE)
    for series_id in found:
        async with transaction() as session:
            made += await make(session, series_id)
    return made


async def make(session: AsyncSession, series_id: UUID) -> int:
    """The tasks of a series that are due, and what was missed; how many were made."""
    at = now()
    row = await queries.still_due(session, series_id, at)
    if row is None:
        return 0
    ahead, missed = await _due(session, row, at)
    made = 0
    if missed:
        made += await _missed(session, row, missed)
    for one in ahead:
        if row.count is None or row.made < row.count:
            made += await _one(session, row, one, late=False)
    row.since = max(row.since, at)
    await service.plan(session, row)
    live.changed(session, service.TOPIC, row.id)
    return made


async def _due(session: AsyncSession, row: Series, at: datetime) -> tuple[list[Slot], list[Slot]]:
    """(slots whose task is to be made now, slots that passed while nobody was there to make theirs)."""
    there = await queries.written(session, row.id, row.since.date() - timedelta(days=2))
    ahead: list[Slot] = []
    missed: list[Slot] = []
    for one in slots.slots(shown.rule_of(row), row.since):
        if one.at - timedelta(minutes=row.lead_minutes) > at:
            break
        if one.day not in there:
            (missed if one.at <= at + BREATH else ahead).append(one)
    return ahead, missed


async def _missed(session: AsyncSession, row: Series, missed: list[Slot]) -> int:
    """The latest is made late where the series wants that; the rest is written down as left out."""
    *left, last = missed
    for one in left[-LATE_SHOWN:]:
        await _write(session, row, one, "missed", "Nothing ran at the time, and a later one was due as well.")
    if row.late == "keep":
        return await _one(session, row, last, late=True)
    await _write(session, row, last, "missed", "Nothing ran at the time, and it is not made late.")
    return 0


async def _one(session: AsyncSession, row: Series, slot: Slot, *, late: bool) -> int:
    body = service.asked(row, slot=None if late else slot)
    try:
        async with session.begin_nested():
            task = await requests.submit(
                session, body, by=f"series:{row.name}", source="schedule", idempotency_key=f"{row.id}:{slot.day}"
            )
    except CofounderError as error:
        if error.status >= 500:
            raise
        await _write(session, row, slot, "refused", f"{error.detail} {error.advice or ''}".strip())
        return 0
    note = "Made late: nothing ran at its time." if late else slot.note
    await _write(session, row, slot, "made", note, task.id)
    row.made += 1
    return 1


async def _write(
    session: AsyncSession, row: Series, slot: Slot, state: str, note: str | None, task_id: UUID | None = None
) -> None:
    await queries.write(
        session,
        series_id=row.id,
        day=slot.day,
        slot_at=slot.at,
        state=state,
        task_id=task_id,
        note=note,
        written_at=now(),
    )


chore = Chore("series", look, every=10)
