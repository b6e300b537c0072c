"""What came of each model's answers, by kind of job. Made anew from the examples; nothing here is typed by hand."""

from sqlalchemy import BigInteger, Identity, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Moment, Words
from cofounder.kit.db import Row


class ModelQuality(Row):
    """One model at one kind of job of one complexity. An outcome is in [0, 1]; `total` is their sum."""

    __tablename__ = "model_quality"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    role: Mapped[Words]
    task_type: Mapped[Words]
    complexity: Mapped[Words]
    model: Mapped[Words]
    n: Mapped[int]
    total: Mapped[float]
    squares: Mapped[float]  # of the outcomes, for their spread
    parts: Mapped[Document]  # decided, approved, scored, score, edits, edited; sums, for the page
    cost_usd: Mapped[float]  # of the answers that were measured
    seconds: Mapped[float]
    as_of: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_type", "complexity", "model"),)


class ModelForetelling(Row):
    """What the words of a job foretell of a model's quality: coefficients, where they foretell anything."""

    __tablename__ = "model_foretellings"
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    learned: Mapped[Document]
    as_of: Mapped[Moment]
