"""Runs of the search for patterns, the patterns, and what each run estimated of each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalWords,
    Tags,
    Words,
)
from cofounder.kit.db import Row

RUN_STATE = ("queued", "running", "succeeded", "unchanged", "failed")
PATTERN_STATE = ("active", "watching", "retired", "rejected")


def _one_of(names: tuple[str, ...]) -> str:
    return "state IN ('" + "','".join(names) + "')"


class LearningRun(Row):
    """One search: what it read, by which seed and code, how many candidates it tested, what came of it."""

    __tablename__ = "learning_runs"
    id: Mapped[Id]
    state: Mapped[Words]
    trigger: Mapped[Words]  # schedule, person
    requested_by: Mapped[OptionalWords]
    as_of: Mapped[OptionalMoment]  # nothing measured later was read
    input_hash: Mapped[OptionalWords]
    code_version: Mapped[OptionalWords]
    seed: Mapped[int] = mapped_column(server_default="0")
    n: Mapped[Document] = mapped_column(server_default="{}")  # metric -> units
    waiting: Mapped[int] = mapped_column(server_default="0")  # posts without a reading of the scoring age
    tested: Mapped[int] = mapped_column(server_default="0")
    stand: Mapped[int] = mapped_column(server_default="0")
    found: Mapped[int] = mapped_column(server_default="0")  # that did not stand before
    confirmed: Mapped[int] = mapped_column(server_default="0")
    retired: Mapped[int] = mapped_column(server_default="0")
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    error: Mapped[OptionalDocument]
    created_at: Mapped[Moment]
    started_at: Mapped[OptionalMoment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (
        CheckConstraint(_one_of(RUN_STATE), name="state"),
        Index("ix_learning_runs_created_at", "created_at"),
    )


class LearningPattern(Row):
    """Conditions and the effect that goes with them. Effects are differences of mean log(1 + metric)."""

    __tablename__ = "learning_patterns"
    id: Mapped[Id]
    key: Mapped[Words] = mapped_column(unique=True)  # metric and conditions in one order; sample data apart
    metric: Mapped[Words]  # engagement, quality, approval
    type: Mapped[Words]  # topic, voice, time, form, business, mixed
    conditions: Mapped[Listing]  # [{feature, value}]
    sentence: Mapped[Words]
    channels: Mapped[Tags]  # where it was compared
    n: Mapped[int]
    support: Mapped[int]
    confidence: Mapped[float]
    lift: Mapped[float]
    effect: Mapped[float]
    low: Mapped[float | None]
    high: Mapped[float | None]
    level: Mapped[float] = mapped_column(server_default="0.95")
    mean_with: Mapped[float]
    mean_without: Mapped[float]
    p: Mapped[float]
    q: Mapped[float]
    tested: Mapped[int]  # candidates of that run: what q corrects for
    cluster: Mapped[int | None]
    state: Mapped[Words]
    why: Mapped[OptionalWords]  # why it is watched or retired, in words
    first_seen: Mapped[Moment]
    stood_since: Mapped[OptionalMoment]
    last_estimated: Mapped[Moment]
    last_confirmed: Mapped[OptionalMoment]
    confirmations: Mapped[int] = mapped_column(server_default="0")
    checked_through: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # later units are new to it
    new_matching: Mapped[int] = mapped_column(server_default="0")  # units since then
    retired_at: Mapped[OptionalMoment]
    rejected_at: Mapped[OptionalMoment]
    rejected_by: Mapped[OptionalWords]
    pinned: Mapped[bool] = mapped_column(server_default=text("false"))
    note: Mapped[OptionalWords]
    noted_by: Mapped[OptionalWords]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("learning_runs.id", ondelete="SET NULL"))
    __table_args__ = (
        CheckConstraint(_one_of(PATTERN_STATE), name="state"),
        Index("ix_learning_patterns_state", "state"),
    )


class PatternEstimate(Row):
    """What one run said of a pattern: on all units, or on the new ones alone. Reads as of a time go by `as_of`."""

    __tablename__ = "learning_pattern_estimates"
    id: Mapped[Id]
    pattern_id: Mapped[UUID] = mapped_column(ForeignKey("learning_patterns.id", ondelete="CASCADE"))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("learning_runs.id", ondelete="SET NULL"))
    as_of: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[Words]  # all, new, person
    state: Mapped[Words]  # the pattern's, after it
    n: Mapped[int]
    support: Mapped[int]
    effect: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    p: Mapped[float | None]
    q: Mapped[float | None]
    note: Mapped[OptionalWords]
    __table_args__ = (
        UniqueConstraint("pattern_id", "run_id", "kind"),
        Index("ix_learning_pattern_estimates_as_of", "pattern_id", "as_of"),
    )
