"""Versions of models, the names that a role has for them, and every change of these."""

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

ROLES = ("planner", "writer", "judge")
STATES = ("ready", "retired", "broken")
ALIASES = ("active", "previous", "candidate")
_ROLE = "role IN ('" + "','".join(ROLES) + "')"


class ModelVersion(Row):
    """One version of a tuned model. Nothing of it changes but its state, its metrics and where it answers."""

    __tablename__ = "models"
    id: Mapped[Id]
    name: Mapped[Words]
    version: Mapped[int]
    role: Mapped[Words]
    target: Mapped[Words]  # what made it: local, openai, gemini, bedrock, together; "given": a person named it
    base_model: Mapped[Words]
    address: Mapped[Document]  # provider, name, base_url
    system_prompt: Mapped[OptionalWords]  # that of its lines; none: the role's own
    dataset_id: Mapped[OptionalRef]
    dataset_hash: Mapped[OptionalWords]
    job_id: Mapped[OptionalRef]
    code_version: Mapped[Words]
    artifacts: Mapped[Document]
    metrics: Mapped[Document]  # of its newest benchmark that decided something
    state: Mapped[Words] = mapped_column(server_default="ready")
    problem: Mapped[OptionalWords]  # why it is broken
    created_by: Mapped[Words]
    created_at: Mapped[Moment]
    retired_at: Mapped[OptionalMoment]
    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint(_ROLE, name="role"),
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index("ix_models_created_at", "created_at", "id"),
    )


class ModelAlias(Row):
    """What a role calls a model. `model_id` none: the configured models, as without any tuned one."""

    __tablename__ = "model_aliases"
    role: Mapped[Words] = mapped_column(primary_key=True)
    alias: Mapped[Words] = mapped_column(primary_key=True)
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"))
    details: Mapped[Document]  # of a candidate: shadow, daily_usd
    since: Mapped[Moment]
    by: Mapped[Words]
    __table_args__ = (
        CheckConstraint(_ROLE, name="role"),
        CheckConstraint("alias IN ('" + "','".join(ALIASES) + "')", name="alias"),
    )


class Promotion(Row):
    """A change of what a role uses: which model came, which went, on what evidence, by whom and why."""

    __tablename__ = "promotions"
    id: Mapped[Id]
    role: Mapped[Words]
    kind: Mapped[Words]  # promote, force, roll_back, auto_return, candidate, shadow, retire
    model_id: Mapped[OptionalRef]  # none: the configured models
    from_model_id: Mapped[OptionalRef]
    gate: Mapped[OptionalDocument]
    reason: Mapped[OptionalWords]
    by: Mapped[Words]
    at: Mapped[Moment]
    __table_args__ = (Index("ix_promotions_role_at", "role", "at"),)


class ModelComparison(Row):
    """What a tuned model said beside what the task used: the active one's answers, and a candidate's in shadow."""

    __tablename__ = "model_comparisons"
    id: Mapped[Id]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    role: Mapped[Words]
    kind: Mapped[Words]  # active, shadow
    task_id: Mapped[OptionalRef]
    scope: Mapped[Words]
    usable: Mapped[bool]
    why: Mapped[OptionalWords]  # why not
    said: Mapped[OptionalDocument]
    beside: Mapped[Document]  # what it is compared with: by, intent, channels, actions
    agreed: Mapped[Document]  # intent, channels, actions -> true or false
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[Usd]
    seconds: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("model_id", "kind", "task_id", "scope"),
        Index("ix_model_comparisons_model_at", "model_id", "at"),
    )
