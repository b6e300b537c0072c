"""Series, and what became of their slots."""

from datetime import date, time

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Time, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Key, Moment, OptionalMoment, OptionalRef, OptionalWords, Tags, Words
from cofounder.kit.db import Row

STATES = ("active", "paused", "ended")
BECAME = ("made", "skipped", "missed", "refused")


class Series(Row):
    """A request that is asked again and again."""

    __tablename__ = "schedules"
    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    request: Mapped[Words]
    channels: Mapped[Tags]  # as they were spelled
    wishes: Mapped[Document]  # tone, language, persona
    every: Mapped[Words]  # day, week, month
    interval: Mapped[int]
    weekdays: Mapped[Tags]
    month_day: Mapped[int | None]
    at: Mapped[time] = mapped_column(Time)  # of the zone's clocks
    zone: Mapped[Words]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    count: Mapped[int | None]  # so many are made at most
    made: Mapped[int] = mapped_column(server_default="0")
    lead_minutes: Mapped[int]
    late: Mapped[Words]  # keep, expire
    state: Mapped[Words]
    since: Mapped[Moment]  # slots up to then are dealt with
    next_at: Mapped[OptionalMoment]  # when the next one is to be made; nothing is to come: null
    created_by: Mapped[Words]
    created_at: Mapped[Moment]
    __table_args__ = (
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index("ix_schedules_next_at", "next_at", postgresql_where=text("state = 'active'")),
    )


class Occurrence(Row):
    """What became of one slot: one row a series and day, so that it is made once whatever happens."""

    __tablename__ = "schedule_occurrences"
    id: Mapped[Id]
    series_id: Mapped[Key] = mapped_column(PgUUID(as_uuid=True), ForeignKey("schedules.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    slot_at: Mapped[Moment]
    state: Mapped[Words]
    task_id: Mapped[OptionalRef]
    note: Mapped[OptionalWords]
    written_at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("series_id", "day"),
        CheckConstraint("state IN ('" + "','".join(BECAME) + "')", name="state"),
        Index("ix_schedule_occurrences_slot_at", "slot_at"),
    )
