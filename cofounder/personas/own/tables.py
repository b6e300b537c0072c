"""The voices that people made."""

from sqlalchemy import CheckConstraint, Float
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Moment, Words
from cofounder.kit.db import Row


class OwnPersona(Row):
    """A voice of a person's making; whether it is drawn stands where that of every voice does."""

    __tablename__ = "own_personas"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Words]
    like: Mapped[Words]  # the one of the twelve that lends it the rest
    weight: Mapped[float] = mapped_column(Float(53))  # before anything was learnt, beside the twelve's
    instructions: Mapped[Words]
    style: Mapped[Document]  # sentence_words, never, closings
    made_by: Mapped[Words]
    made_at: Mapped[Moment]
    changed_by: Mapped[Words]
    changed_at: Mapped[Moment]
    __table_args__ = (CheckConstraint("weight > 0 AND weight <= 1", name="weight"),)
