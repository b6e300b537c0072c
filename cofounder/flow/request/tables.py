"""The nine phases of a task: one row each, made with the task."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from cofounder.kit.columns import Id, OptionalMoment, OptionalWords, Words
from cofounder.kit.db import Row


class Phase(Row):
    __tablename__ = "phases"
    id: Mapped[Id]
    task_id: Mapped[UUID]
    name: Mapped[Words]
    position: Mapped[int]
    state: Mapped[Words]  # waiting, running, done, skipped, failed
    note: Mapped[OptionalWords]
    started_at: Mapped[OptionalMoment]
    entered_at: Mapped[OptionalMoment]  # the last time; after a kill a phase is entered again
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (UniqueConstraint("task_id", "name"),)
