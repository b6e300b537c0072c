"""What was counted, and how each change between two counts was divided."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalMoment, OptionalWords, Words
from cofounder.kit.db import Row

Real = Float(53)


class FollowerCount(Row):
    """How many follow a channel, at one time, as somebody typed it or it was read there."""

    __tablename__ = "follower_counts"
    id: Mapped[Id]
    platform: Mapped[Words]
    counted_at: Mapped[Moment]
    count: Mapped[int] = mapped_column(BigInteger)
    said_by: Mapped[Words]
    said_at: Mapped[Moment]
    withdrawn_by: Mapped[OptionalWords]  # it was wrong, or another was said of this time
    withdrawn_at: Mapped[OptionalMoment]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))  # typed while only its posts were there
    __table_args__ = (
        Index(
            "uq_follower_counts_standing",
            "platform",
            "counted_at",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class FollowerInterval(Row):
    """The change between two counts: what posts are credited with and the background are together the gain."""

    __tablename__ = "follower_intervals"
    id: Mapped[Id]
    platform: Mapped[Words]
    start_at: Mapped[Moment]
    end_at: Mapped[Moment]
    gain: Mapped[int] = mapped_column(BigInteger)
    background: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    quiet: Mapped[bool]  # no post was seen in it
    __table_args__ = (
        UniqueConstraint("platform", "start_at"),
        Index("ix_follower_intervals_platform_end_at", "platform", "end_at"),  # the first count after a post's age
    )


class FollowerBooks(Row):
    """What a channel's intervals were made of, so that they are made anew where that is another."""

    __tablename__ = "follower_books"
    platform: Mapped[str] = mapped_column(primary_key=True)
    basis: Mapped[Document]  # day of publishing -> hash of the readings of its posts


class FollowerCredit(Row):
    __tablename__ = "follower_credits"
    interval_id: Mapped[UUID] = mapped_column(
        PgUUID(as_uuid=True), ForeignKey("follower_intervals.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[UUID] = mapped_column(
        PgUUID(as_uuid=True), ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    credit: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    impressions: Mapped[float] = mapped_column(Real)  # within the interval
