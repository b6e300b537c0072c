"""Rows that every part uses without knowing the product: effects and leases."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalDocument, OptionalMoment, OptionalWords, Words
from cofounder.kit.db import Row


class Effect(Row):
    """One outside effect: the intent before the call, the outcome after. No outcome = unknown, never repeated blindly."""

    __tablename__ = "effects"
    id: Mapped[Id]
    kind: Mapped[Words]  # "email.send", "outbox.write"
    key: Mapped[Words] = mapped_column(unique=True)  # what makes it this effect and no other
    state: Mapped[Words]  # intended, done, refused, absent, unknown
    request: Mapped[Document]
    answer: Mapped[OptionalDocument]
    attempts: Mapped[int] = mapped_column(default=0)
    intended_at: Mapped[Moment]
    begun_at: Mapped[OptionalMoment]  # the last call
    finished_at: Mapped[OptionalMoment]
    error: Mapped[OptionalWords]
    __table_args__ = (Index("ix_effects_open", "state", postgresql_where=text("state IN ('intended', 'unknown')")),)


class Lease(Row):
    """A living worker. Its tasks may be taken over once `expires_at` has passed."""

    __tablename__ = "leases"
    holder: Mapped[str] = mapped_column(primary_key=True)  # the worker's executor id
    role: Mapped[Words]
    process_id: Mapped[int]
    fence: Mapped[UUID]
    started_at: Mapped[Moment]
    beat_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class KeptAnswer(Row):
    """What a request with an Idempotency-Key was answered, for as long as the key counts."""

    __tablename__ = "kept_answers"
    id: Mapped[str] = mapped_column(primary_key=True)  # digest of address, caller and key
    sent: Mapped[Words]  # digest of the body
    answer: Mapped[Words]  # JSON as it was sent: a JSONB would put its fields in another order
    answered_at: Mapped[Moment] = mapped_column(index=True)
