"""Steps and what they produced: the rows the API shows live and a restart reads."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalScore,
    OptionalWords,
    Tags,
    Usd,
    Words,
)
from cofounder.kit.db import Row


class Step(Row):
    """A node of the plan. `fence` is taken anew by whoever runs it; an older holder's output is refused."""

    __tablename__ = "steps"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    node: Mapped[Words]
    position: Mapped[int]
    tool: Mapped[Words]
    agent: Mapped[Words]
    state: Mapped[Words]  # waiting, running, done, failed, skipped, cancelled
    attempt: Mapped[int] = mapped_column(default=0)
    fence: Mapped[UUID | None]
    depends_on: Mapped[Tags]
    inputs: Mapped[Document]  # as planned, with references
    input: Mapped[OptionalDocument]  # as called
    output: Mapped[OptionalDocument]
    quality_score: Mapped[OptionalScore]
    error: Mapped[OptionalDocument]
    cost: Mapped[Usd]
    seconds: Mapped[float] = mapped_column(default=0.0)
    copied_from: Mapped[UUID | None]  # the step of the parent task, after a re-run
    started_at: Mapped[OptionalMoment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (UniqueConstraint("task_id", "node"),)


class Variant(Row):
    """A deliverable's form for one channel, in one version. The current version is the highest."""

    __tablename__ = "variants"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    channel: Mapped[Words]  # linkedin, x, email, ...; "main" where a task has no channel
    version: Mapped[int]
    origin: Mapped[Words]  # draft, refinement, edit, given, alternative
    draft: Mapped[Document]  # models.brief.Draft
    brief: Mapped[Document]  # models.brief.Brief
    rendered: Mapped[OptionalDocument]  # the exact text: channels.Rendered
    persona: Mapped[OptionalWords]
    is_best: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "channel", "version"),)


class Deliverable(Row):
    """What a task produced that is no channel text: an analysis, a forecast, a check, headline ideas."""

    __tablename__ = "deliverables"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    kind: Mapped[Words]  # post, analysis, forecast, check, headlines, text, calendar
    title: Mapped[Words]
    content: Mapped[Words]
    data: Mapped[Document]
    notes: Mapped[Listing]
    position: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "kind", "position"),)
