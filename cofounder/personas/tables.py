"""Which voice was drawn for which deliverable, with everything needed to replay the draw."""

from uuid import UUID

from sqlalchemy import Float, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalWords, Words
from cofounder.kit.db import Row


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
    chosen_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "deliverable"),)
