"""A series and its slots as people see them, and what is to come of one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.request.series import queries, slots
from cofounder.flow.request.series.schemas import OccurrenceOut, SeriesOut, SlotOut
from cofounder.flow.request.series.slots import WEEKDAYS, Rule, Slot
from cofounder.flow.request.series.tables import Occurrence, Series
from cofounder.kit.clock import now

SHOWN = 5  # slots to come
WISHES = ("tone", "language", "persona")
_COLUMNS = set(Series.__table__.columns.keys())


def rule_of(row: Series) -> Rule:
    """When a series comes."""
    return Rule(
        every=cast("slots.Every", row.every),
        interval=row.interval,
        at=row.at,
        zone=row.zone,
        starts_on=row.starts_on,
        weekdays=tuple(WEEKDAYS.index(day) for day in row.weekdays),
        month_day=row.month_day,
        ends_on=row.ends_on,
    )


async def coming(session: AsyncSession, row: Series) -> Iterable[Slot]:
    """Slots to come of which nothing is written yet, as many as are to be made at most."""
    since = row.since.astimezone(ZoneInfo(row.zone)).date() - timedelta(days=1)
    there = await queries.written(session, row.id, since)
    fresh = (one for one in slots.slots(rule_of(row), row.since) if one.day not in there)
    return islice(fresh, None if row.count is None else max(row.count - row.made, 0))


async def out(session: AsyncSession, row: Series) -> SeriesOut:
    upcoming = islice(await coming(session, row), SHOWN) if row.state == "active" else ()
    shown = {name: getattr(row, name) for name in SeriesOut.model_fields if name in _COLUMNS}
    return SeriesOut(
        **{**shown, "at": f"{row.at:%H:%M}"},
        **{name: row.wishes.get(name) for name in WISHES},
        words=slots.words(rule_of(row)),
        coming=[SlotOut(day=one.day, slot_at=one.at, makes_at=_makes_at(row, one), note=one.note) for one in upcoming],
    )


def _makes_at(row: Series, slot: Slot) -> datetime:
    return max(slot.at - timedelta(minutes=row.lead_minutes), now())


async def occurrences(
    session: AsyncSession, kept: Sequence[Occurrence], rows: dict[UUID, Series]
) -> list[OccurrenceOut]:
    status = await records.statuses(session, [one.task_id for one in kept if one.task_id is not None])
    return [
        OccurrenceOut(
            series_id=one.series_id,
            series=rows[one.series_id].name,
            channels=rows[one.series_id].channels,
            day=one.day,
            slot_at=one.slot_at,
            state=cast("Any", one.state),
            task_id=one.task_id,
            task_status=status.get(one.task_id) if one.task_id else None,
            note=one.note,
        )
        for one in kept
    ]


def to_come(row: Series, one: Slot) -> OccurrenceOut:
    return OccurrenceOut(
        series_id=row.id,
        series=row.name,
        channels=row.channels,
        day=one.day,
        slot_at=one.at,
        state="coming",
        note=one.note,
    )
