"""Experiments and how they ended."""

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalDocument, OptionalMoment, OptionalWords, Words
from cofounder.kit.db import Row


class Experiment(Row):
    """Arms of one question. At most one is open at a time: two would mix in each other's tasks."""

    __tablename__ = "experiments"
    id: Mapped[Id]
    number: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), unique=True
    )  # which came later: clocks differ
    name: Mapped[Words]
    hypothesis: Mapped[Words]
    arms: Mapped[Document]  # arm -> {share, draws, personas}
    found: Mapped[Document]  # arm -> {persona: weight}, of arms that draw by a policy of their own
    start_at: Mapped[Moment]
    end_at: Mapped[Moment]  # no task is assigned any more from then on
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
    ended_at: Mapped[OptionalMoment]
    decision: Mapped[OptionalWords]  # adopt, keep
    adopted: Mapped[OptionalWords]  # the arm by which all are drawn from then on
    decided_by: Mapped[OptionalWords]
    reason: Mapped[OptionalWords]
    evidence: Mapped[OptionalDocument]  # the results as they stood at the decision
    withdrawn_at: Mapped[OptionalMoment]  # the adopted arm is given up again
    withdrawn_by: Mapped[OptionalWords]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))  # begun while only its posts were there
    __table_args__ = (
        CheckConstraint("end_at > start_at", name="ends_after_it_starts"),
        CheckConstraint("decision IN ('adopt', 'keep')", name="decision"),
        Index("uq_experiments_open", text("(1)"), unique=True, postgresql_where=text("ended_at IS NULL")),
    )
