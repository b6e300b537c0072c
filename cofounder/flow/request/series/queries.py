"""The SQL of series."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request.series.tables import Occurrence, Series
from cofounder.kit.ids import new_id


async def one(session: AsyncSession, series_id: UUID, *, lock: bool = False) -> Series | None:
    found = select(Series).where(Series.id == series_id)
    found = found.with_for_update() if lock else found
    return await session.scalar(found.execution_options(populate_existing=True))


async def named(session: AsyncSession, name: str) -> Series | None:
    """By its name, without regard to case."""
    return await session.scalar(select(Series).where(func.lower(Series.name) == name.lower()))


async def take_turn(session: AsyncSession) -> None:
    """Let those who give a name pass one after the other, until their transactions end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("series names", 0))))


async def every(session: AsyncSession, states: Sequence[str] | None) -> Sequence[Series]:
    """All of them, those that go on first, then by what comes next."""
    found = select(Series).order_by(Series.state == "ended", Series.next_at.nulls_last(), Series.name)
    return (await session.scalars(found.where(Series.state.in_(states)) if states else found)).all()


async def due(session: AsyncSession, at: datetime, limit: int) -> Sequence[UUID]:
    """Series of which something is to be made by now."""
    found = select(Series.id).where(Series.state == "active", Series.next_at <= at)
    return (await session.scalars(found.order_by(Series.next_at).limit(limit))).all()


async def still_due(session: AsyncSession, series_id: UUID, at: datetime) -> Series | None:
    """The series, locked, where it is still due and no other worker is at it."""
    found = select(Series).where(Series.id == series_id, Series.state == "active", Series.next_at <= at)
    found = found.with_for_update(skip_locked=True)
    return await session.scalar(found.execution_options(populate_existing=True))


async def add(session: AsyncSession, row: Series) -> None:
    session.add(row)
    await session.flush()


async def write(session: AsyncSession, **values: Any) -> bool:
    """What became of a slot; false where that is written already."""
    made = insert(Occurrence).values(id=new_id(), **values).on_conflict_do_nothing(index_elements=["series_id", "day"])
    return (await session.execute(made.returning(Occurrence.id))).first() is not None


async def occurrence(session: AsyncSession, series_id: UUID, day: date) -> Occurrence | None:
    return await session.scalar(select(Occurrence).where(Occurrence.series_id == series_id, Occurrence.day == day))


async def forget(session: AsyncSession, series_id: UUID, day: date) -> None:
    """A day that was skipped is not any more."""
    await session.execute(
        delete(Occurrence).where(
            Occurrence.series_id == series_id, Occurrence.day == day, Occurrence.state == "skipped"
        )
    )


async def written(session: AsyncSession, series_id: UUID, since: date) -> dict[date, Occurrence]:
    """Day -> what became of it, from a day on."""
    found = select(Occurrence).where(Occurrence.series_id == series_id, Occurrence.day >= since)
    return {row.day: row for row in (await session.scalars(found)).all()}


async def latest(session: AsyncSession, series_id: UUID, limit: int) -> Sequence[Occurrence]:
    """What became of its slots, the latest first."""
    found = select(Occurrence).where(Occurrence.series_id == series_id).order_by(Occurrence.slot_at.desc())
    return (await session.scalars(found.limit(limit))).all()


async def between(session: AsyncSession, since: datetime, until: datetime, limit: int) -> Sequence[Occurrence]:
    """What became of every series' slots of a time range, earliest first; `until` is outside of it."""
    found = select(Occurrence).where(Occurrence.slot_at >= since, Occurrence.slot_at < until)
    return (await session.scalars(found.order_by(Occurrence.slot_at).limit(limit))).all()
