"""Every call to a language model: the intent before, the answer after."""

from sqlalchemy import Index, UniqueConstraint
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


class ModelCall(Row):
    """`scope` names what the call belongs to (a step, a refinement round), so an answered call is found again."""

    __tablename__ = "model_calls"
    id: Mapped[Id]
    task_id: Mapped[OptionalRef]
    scope: Mapped[
        Words
    ]  # "plan.intent", "step:draft_linkedin:1", "refine:1:linkedin"; of no task: "benchmark:", "shadow:"
    number: Mapped[int]  # nth call within the scope
    request_hash: Mapped[Words]
    role: Mapped[Words]  # planner, writer, judge
    model: Mapped[Words]
    state: Mapped[Words]  # intended, answered, failed, skipped (no key, no package, over budget, too long)
    request: Mapped[Document]
    routed: Mapped[OptionalDocument]  # task_type, complexity, tier, rule, why, order: models.routing
    answered_by: Mapped[OptionalWords]  # the name that the provider gives its model, where it says one
    answer: Mapped[OptionalDocument]
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[Usd]
    seconds: Mapped[float] = mapped_column(default=0.0)
    fallback_from: Mapped[OptionalWords]
    error: Mapped[OptionalWords]
    started_at: Mapped[Moment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (
        UniqueConstraint("task_id", "scope", "number", "request_hash", "model"),
        Index("ix_model_calls_started_at", "started_at"),
    )
