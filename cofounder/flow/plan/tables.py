"""Plans, one row a version: what is to be done, by which tools, at what estimated cost."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from cofounder.kit.columns import Document, Id, Listing, Moment, OptionalWords, Usd, Words
from cofounder.kit.db import Row


class PlanRow(Row):
    __tablename__ = "plans"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    version: Mapped[int]
    source: Mapped[Words]  # planner, supplied, edited, copied
    document: Mapped[Document]  # flow.plan.schemas.Plan
    outcome: Mapped[Words]  # execute, clarify, approve_first, reject, defer
    reason: Mapped[OptionalWords]
    estimated_cost: Mapped[Usd]
    estimated_seconds: Mapped[float]
    tools: Mapped[Listing]  # the tools discovered, by id and version
    made_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "version"),)
