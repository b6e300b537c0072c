"""Comparisons of models on a frozen hold-out: what was asked, each contender's answer, what came out."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalRef,
    OptionalWords,
    Usd,
    Words,
)
from cofounder.kit.db import Row


class Benchmark(Row):
    """One comparison of a model with the active one, its base and the built-in one."""

    __tablename__ = "benchmarks"
    id: Mapped[Id]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    role: Mapped[Words]
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("training_datasets.id"))
    dataset_hash: Mapped[Words]
    state: Mapped[Words] = mapped_column(server_default="running")
    settings: Mapped[Document]  # most, seed, timeout_seconds, margin, minimum, judge
    contenders: Mapped[Document]  # part -> the name of its model, and where it answers
    against_id: Mapped[OptionalRef]  # the model that was active; none: the configured ones
    progress: Mapped[Document]  # done, total
    results: Mapped[OptionalDocument]
    gate: Mapped[OptionalDocument]
    problem: Mapped[OptionalDocument]
    created_by: Mapped[Words]
    created_at: Mapped[Moment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (
        CheckConstraint("state IN ('running','succeeded','failed','cancelled')", name="state"),
        Index("ix_benchmarks_model_id_created_at", "model_id", "created_at"),
    )


class BenchmarkAnswer(Row):
    """What one contender answered to one line. Written as it comes, so that a restart asks for nothing twice."""

    __tablename__ = "benchmark_answers"
    id: Mapped[Id]
    benchmark_id: Mapped[UUID] = mapped_column(ForeignKey("benchmarks.id"))
    contender: Mapped[Words]  # candidate, active, base, built_in, judge
    line: Mapped[int]
    answer: Mapped[OptionalWords]
    error: Mapped[OptionalWords]
    scores: Mapped[Document]
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[Usd]
    seconds: Mapped[float] = mapped_column(default=0.0)
    __table_args__ = (UniqueConstraint("benchmark_id", "contender", "line"),)
