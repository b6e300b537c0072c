"""Jobs, what happened in them, and the rules by which they begin by themselves."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Key,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalWords,
    Words,
)
from cofounder.kit.db import Row

STATES = ("waiting_approval", "queued", "running", "cancelling", "succeeded", "failed", "cancelled")
ENDED = ("succeeded", "failed", "cancelled")


class FineTuningJob(Row):
    """One job. The key is the same for the same dataset and settings, and only one such job is not failed, cancelled or deleted."""

    __tablename__ = "fine_tuning_jobs"
    id: Mapped[Id]
    key: Mapped[Words]
    target: Mapped[Words]
    role: Mapped[Words]
    dataset_id: Mapped[Key]
    dataset_hash: Mapped[Words]
    base_model: Mapped[Words]
    method: Mapped[Words]
    hyper: Mapped[Document]
    model_name: Mapped[Words]
    state: Mapped[Words]
    share: Mapped[float | None]
    loss: Mapped[float | None]
    eval_loss: Mapped[float | None]
    estimate: Mapped[Document]  # training_usd, serving_usd_month, seconds, basis, note, why_approval, ...
    files: Mapped[Document]  # lines and tokens of what is trained on
    remote_id: Mapped[OptionalWords]
    remote_state: Mapped[OptionalWords]
    result: Mapped[OptionalDocument]  # what came out: folder or the provider's name, trained tokens, cost
    deployment: Mapped[OptionalDocument]  # state, model_name, role, set_active, reason, by, model_id, problem
    removal: Mapped[OptionalDocument]  # of what is left at the target: state, what (all, endpoint), by, note, problem
    let_go_at: Mapped[OptionalMoment]  # when somebody first asked for all of it to be deleted
    system_prompt: Mapped[OptionalWords]  # what its lines say first, as its model is to be asked
    problem: Mapped[OptionalDocument]
    note: Mapped[OptionalWords]  # what keeps it waiting at the moment
    away_since: Mapped[OptionalMoment]  # the target does not answer
    begun_by: Mapped[Words]  # person, rule
    rule_id: Mapped[UUID | None]
    created_by: Mapped[Words]
    created_at: Mapped[Moment]
    approved_by: Mapped[OptionalWords]
    started_at: Mapped[OptionalMoment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index(
            "uq_fine_tuning_jobs_key",
            "key",
            unique=True,
            postgresql_where=text("state NOT IN ('failed', 'cancelled') AND let_go_at IS NULL"),
        ),
        Index("ix_fine_tuning_jobs_created_at", "created_at", "id"),
        Index("ix_fine_tuning_jobs_dataset_id", "dataset_id"),
    )


class FineTuningEvent(Row):
    """Something that happened in a job; those with a loss are points of its curve."""

    __tablename__ = "fine_tuning_events"
    job_id: Mapped[UUID] = mapped_column(ForeignKey("fine_tuning_jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    remote_id: Mapped[OptionalWords]  # none: ours
    at: Mapped[Moment]
    level: Mapped[Words]
    message: Mapped[Words]
    step: Mapped[int | None] = mapped_column(BigInteger)
    loss: Mapped[float | None]
    eval_loss: Mapped[float | None]
    __table_args__ = (Index("uq_fine_tuning_events_remote", "job_id", "remote_id", unique=True),)


class FineTuningRule(Row):
    """When a job begins by itself: after so many new examples, or every so many days."""

    __tablename__ = "fine_tuning_rules"
    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    job: Mapped[Document]  # JobIn without its dataset
    dataset: Mapped[Document]  # DatasetIn: what each version is made of
    after_examples: Mapped[int | None]
    every_days: Mapped[int | None]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    counted: Mapped[int] = mapped_column(BigInteger, server_default="0")  # examples when it last began
    next_at: Mapped[OptionalMoment]
    fired: Mapped[int] = mapped_column(server_default="0")
    last_job_id: Mapped[UUID | None]
    problem: Mapped[OptionalDocument]  # why the last one did not begin
    created_by: Mapped[Words]
    created_at: Mapped[Moment]
