"""What a person said, bound to the exact bytes they saw."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalDocument, OptionalMoment, OptionalWords, Tags, Words
from cofounder.kit.db import Row


class Approval(Row):
    """What waits for a decision: one row a round, frozen when it became pending."""

    __tablename__ = "approvals"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    round: Mapped[int]
    kind: Mapped[Words]  # content, plan, cost
    fingerprint: Mapped[Words]
    pending_fingerprint: Mapped[Words]  # as it was when it became pending
    content: Mapped[Document]  # channel -> rendered; kind plan or cost: {"plan": ...}
    pending_content: Mapped[Document]  # the same as it was when it became pending
    offered: Mapped[Document] = mapped_column(server_default="{}")  # channel -> the texts to choose from: Offer
    opened_at: Mapped[Moment]
    decided_at: Mapped[OptionalMoment]
    __table_args__ = (UniqueConstraint("task_id", "round"),)


class DecisionRow(Row):
    __tablename__ = "decisions"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    round: Mapped[int]
    kind: Mapped[Words]  # content, plan, cost
    verdict: Mapped[Words]  # approve, changes, reject
    by: Mapped[Words]  # a person's name, or "automatic"
    fingerprint: Mapped[Words]
    channels: Mapped[Tags]
    feedback: Mapped[OptionalWords]
    edit: Mapped[OptionalDocument]  # channel -> {before, after, diff}
    not_chosen: Mapped[OptionalDocument]  # channel -> the other texts that could have been approved in its place
    schedule_at: Mapped[OptionalMoment]
    decided_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "round"),)
