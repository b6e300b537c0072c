"""What is to be read of each publication and when, and how reading stands with each account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Count, Document, Key, Listing, OptionalMoment, OptionalWords, Tags, Words
from cofounder.kit.db import Row

STATES = ("due", "done", "missed", "gone", "not_offered")


class Measurement(Row):
    """One age of one publication, at which it is read once. Its reading lies with the company's records."""

    __tablename__ = "measurements"
    publication_id: Mapped[UUID] = mapped_column(
        PgUUID(as_uuid=True), ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True
    )
    age_seconds: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Words]
    source: Mapped[Words]  # the provider's account that reads it; empty: a person does
    external_id: Mapped[Words]  # the post's own id there
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    try_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # later than due where it was tried in vain
    state: Mapped[Words]
    attempts: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[OptionalMoment]
    reading_id: Mapped[UUID | None] = mapped_column(PgUUID(as_uuid=True))  # of social_post_analytics
    said: Mapped[OptionalWords]  # why it stands so
    __table_args__ = (
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index("ix_measurements_due", "source", "try_at", postgresql_where=text("state = 'due'")),
        Index("ix_measurements_due_at", "due_at", "publication_id", "age_seconds"),
    )


class MeasuredAccount(Row):
    """How reading stands with one account of a provider."""

    __tablename__ = "measured_accounts"
    source: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[Key]
    name: Mapped[Words]
    channel: Mapped[Words]
    wait_until: Mapped[OptionalMoment]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    problem: Mapped[OptionalWords]
    quota: Mapped[Document]
    left_out: Mapped[Tags]  # metrics that the provider tells no more
    notes: Mapped[Listing]
    read_at: Mapped[OptionalMoment]
    followers: Mapped[Count]
    followers_at: Mapped[OptionalMoment]
