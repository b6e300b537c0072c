"""Rows about the running product itself: what somebody should look at."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from cofounder.kit.columns import Id, Moment, OptionalMoment, Words
from cofounder.kit.db import Row


class Alert(Row):
    """Something that does not go as it should. Open until `cleared_at`; at most one open of a kind and subject."""

    __tablename__ = "alerts"
    id: Mapped[Id]
    kind: Mapped[Words]  # "stalled"
    subject: Mapped[Words]  # the task's id
    detail: Mapped[Words]
    raised_at: Mapped[Moment]
    acted_at: Mapped[OptionalMoment]  # when the product itself did something about it
    cleared_at: Mapped[OptionalMoment]
    __table_args__ = (
        Index("ix_alerts_open", "kind", "subject", unique=True, postgresql_where=text("cleared_at IS NULL")),
    )
