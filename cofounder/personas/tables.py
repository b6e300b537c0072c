"""The voices, how each deliverable's was drawn, and the weights that were learnt."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalRef,
    OptionalWords,
    Words,
)
from cofounder.kit.db import Row

Real = Float(53)


class PersonaChoice(Row):
    __tablename__ = "persona_choices"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    deliverable: Mapped[Words]  # "main", or the action's name
    context: Mapped[Document]
    availability: Mapped[Document]
    probabilities: Mapped[Document]  # whole p after the arm
    draw: Mapped[float] = mapped_column(Float(53))  # the uniform number
    chosen: Mapped[Words]
    published_persona: Mapped[OptionalWords]  # an override
    arm: Mapped[Words]
    policy: Mapped[Words]
    experiment_id: Mapped[OptionalRef]  # whose arm it is; none: no experiment ran
    run_id: Mapped[OptionalRef]  # the run whose weights it was drawn with; none: the initial ones
    chosen_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "deliverable"),)


class PersonaStanding(Row):
    """What a person said of a voice. A voice without a row is as it was born."""

    __tablename__ = "personas"
    id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[Words]
    override: Mapped[float | None] = mapped_column(Real)  # the probability that a person gave it
    reason: Mapped[OptionalWords]
    changed_by: Mapped[Words]
    changed_at: Mapped[Moment]
    __table_args__ = (
        CheckConstraint("status IN ('active', 'testing', 'disabled')", name="status"),
        CheckConstraint("override >= 0 AND override <= 1", name="override"),
    )


class OptimisationRun(Row):
    """One look at how the voices did, with all that is needed to repeat it."""

    __tablename__ = "optimisation_runs"
    id: Mapped[Id]
    number: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), unique=True
    )  # which came later: clocks differ
    ran_at: Mapped[Moment]
    status: Mapped[Words]  # success, skipped, failed
    reason: Mapped[OptionalWords]
    mode: Mapped[Words]  # watch, propose, autonomous
    started_by: Mapped[Words]  # "schedule", or who asked
    policy: Mapped[Words]
    posts_analyzed: Mapped[int]
    posts_known: Mapped[int]
    posts_waiting: Mapped[int]
    posts_early: Mapped[int] = mapped_column(server_default=text("0"))  # before their channel's first count
    changes: Mapped[Listing]  # {generator, oldWeight, newWeight}
    top_performer: Mapped[OptionalWords]
    bottom_performer: Mapped[OptionalWords]
    special: Mapped[Listing]
    seed: Mapped[int] = mapped_column(BigInteger)
    input_hash: Mapped[Words]
    code_version: Mapped[Words]
    found: Mapped[Document]  # what the policy learnt: a number for each persona
    cells: Mapped[OptionalDocument]  # "topic|block|platform" -> weights, of a policy that looks at these
    proof: Mapped[OptionalDocument]  # of a proposal: what it would have gained on past draws
    proposed: Mapped[bool] = mapped_column(server_default=text("false"))  # waits for a person
    applied_at: Mapped[OptionalMoment]
    decided_by: Mapped[OptionalWords]
    decided_at: Mapped[OptionalMoment]
    withdrawn_at: Mapped[OptionalMoment]  # rolled back
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))  # it read the sample company's posts
    __table_args__ = (Index("ix_optimisation_runs_ran_at", "ran_at"),)


class PersonaWeight(Row):
    """What a run found a voice's weight to be, and the probability that came of it."""

    __tablename__ = "persona_weights"
    run_id: Mapped[UUID] = mapped_column(
        PgUUID(as_uuid=True), ForeignKey("optimisation_runs.id", ondelete="CASCADE"), primary_key=True
    )
    persona: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[float] = mapped_column(Real)  # as the policy found it, nobody being away or set by a person
    probability: Mapped[float] = mapped_column(Real)  # with which it was drawn from then on, as voices stood
    posts: Mapped[int]  # in the look-back
    followers: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    impressions: Mapped[int] = mapped_column(BigInteger)


class PersonaDrawing(Row):
    """With which probability each voice was drawn from one moment on, until that of the next row."""

    __tablename__ = "persona_drawings"
    id: Mapped[Id]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    at: Mapped[Moment]
    because: Mapped[Words]  # what changed it: look, rolled back, person, voice, experiment, sample removed
    changed_by: Mapped[Words]
    run_id: Mapped[OptionalRef]  # the run whose weights were in use then; none: the initial ones
    persona: Mapped[OptionalWords]  # that a person set or made
    probabilities: Mapped[Document]  # of every voice that was drawn
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))  # it held in the sample company
    __table_args__ = (Index("ix_persona_drawings_at", "at"),)


VIEW = """CREATE VIEW generator_weights AS
SELECT w.persona AS generator, w.weight, w.probability, w.posts, w.followers, w.impressions,
  CASE WHEN w.impressions > 0 THEN 1000 * w.followers / w.impressions END AS followers_per_1k,
  r.id AS run_id, r.applied_at, r.policy
FROM persona_weights w JOIN optimisation_runs r ON r.id = w.run_id
WHERE r.id = (SELECT id FROM optimisation_runs WHERE applied_at IS NOT NULL AND withdrawn_at IS NULL
  AND (NOT is_sample OR NOT EXISTS (SELECT 1 FROM posts WHERE NOT posts.is_sample AND published_at IS NOT NULL))
  ORDER BY number DESC LIMIT 1)"""
TRIGGERS = (VIEW,)
UNDO = ("DROP VIEW generator_weights",)
