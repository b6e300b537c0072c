"""Links between records, why each was made, and what a person said about it."""

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Key, Moment, OptionalMoment, OptionalWords, Score, Words
from cofounder.kit.db import Row

KINDS = ("post_task", "reading_post", "web_post", "evaluation_task")
STATES = ("sure", "doubtful", "confirmed", "refused")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(words) + "')"


class Match(Row):
    """`subject` is what is placed: a post, or the name that readings, visits or evaluations share; `target` where."""

    __tablename__ = "matches"
    id: Mapped[Id]
    kind: Mapped[Words]
    subject: Mapped[Words]  # a post's id, a natural key of readings, a page or campaign, a task's outside id
    subject_label: Mapped[str] = mapped_column(Text, server_default="")
    target_id: Mapped[Key]  # the task or post
    target_label: Mapped[str] = mapped_column(Text, server_default="")
    method: Mapped[Words]  # id, url, utm, title
    confidence: Mapped[Score]
    state: Mapped[Words]
    evidence: Mapped[Document]
    rows: Mapped[int] = mapped_column(server_default="1")  # how many rows the link places
    made_at: Mapped[Moment]
    decided_by: Mapped[OptionalWords]
    decided_at: Mapped[OptionalMoment]
    __table_args__ = (
        UniqueConstraint("kind", "subject", "target_id"),
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        Index("ix_matches_state", "state", "made_at"),
    )
