"""What the company did and what came of it. Imported history and the product's own runs are the same rows."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalRef,
    OptionalScore,
    OptionalWords,
    Tags,
    Usd,
    Words,
)
from cofounder.kit.db import Row

TASK_STATUS = (
    "queued",
    "running",
    "paused",
    "needs_clarification",
    "pending_approval",
    "approved",
    "publishing",
    "completed",
    "rejected",
    "failed",
    "cancelled",
    "expired",
)


class Task(Row):
    """One request and its run. Its id is the workflow's id and the execution_id of its example."""

    __tablename__ = "tasks"
    id: Mapped[Id]
    request: Mapped[Words]
    source: Mapped[Words] = mapped_column(
        server_default="user_request"
    )  # user_request, api, schedule, template, legacy
    status: Mapped[Words] = mapped_column(server_default="queued")
    phase: Mapped[OptionalWords]
    priority: Mapped[int] = mapped_column(server_default="0")
    as_of: Mapped[Moment]  # nothing measured later may be read
    business_metrics: Mapped[OptionalDocument]
    preferences: Mapped[Document]
    answers: Mapped[Document]  # to clarifications
    supplied_plan: Mapped[OptionalDocument]
    review_plan: Mapped[bool] = mapped_column(server_default=text("false"))
    automatic: Mapped[bool] = mapped_column(server_default=text("false"))  # approve what passes, tagged test
    intent: Mapped[OptionalDocument]
    topic: Mapped[OptionalWords]
    category: Mapped[OptionalWords]
    primary_keyword: Mapped[OptionalWords]
    title: Mapped[OptionalWords]
    questions: Mapped[Listing]
    round: Mapped[int] = mapped_column(server_default="1")  # of clarification and decision
    is_paused: Mapped[bool] = mapped_column(server_default=text("false"))
    is_legacy: Mapped[bool] = mapped_column(server_default=text("false"))
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    parent_task_id: Mapped[OptionalRef]
    rerun_from: Mapped[OptionalWords]
    not_before: Mapped[OptionalMoment]
    estimated_cost: Mapped[Usd]
    estimated_seconds: Mapped[float] = mapped_column(server_default="0")
    cost: Mapped[Usd]
    quality_score: Mapped[OptionalScore]
    refinements: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[OptionalDocument]
    idempotency_key: Mapped[OptionalWords] = mapped_column(unique=True)
    body_hash: Mapped[OptionalWords]
    requested_by: Mapped[OptionalWords]
    tags: Mapped[Tags]
    created_at: Mapped[Moment]
    started_at: Mapped[OptionalMoment]
    completed_at: Mapped[OptionalMoment]
    archived_at: Mapped[OptionalMoment]  # out of every list, by a person; the row stays
    __table_args__ = (
        CheckConstraint("status IN ('" + "','".join(TASK_STATUS) + "')", name="status"),
        Index("ix_tasks_created_at", "created_at", "id"),  # the order of a list
        Index("ix_tasks_status", "status"),
    )


class Post(Row):
    """One text on one platform."""

    __tablename__ = "posts"
    id: Mapped[Id]
    task_id: Mapped[OptionalRef]
    publication_id: Mapped[OptionalRef]
    platform: Mapped[Words]
    external_id: Mapped[OptionalWords]
    url: Mapped[OptionalWords]
    title: Mapped[OptionalWords]
    content: Mapped[Words]
    topic: Mapped[OptionalWords]
    persona: Mapped[OptionalWords]
    hashtags: Mapped[Tags]
    published_at: Mapped[OptionalMoment]
    is_legacy: Mapped[bool] = mapped_column(server_default=text("false"))
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index("ix_posts_published_at", "published_at"),
    )


class SocialPostAnalytics(Row):
    """Cumulative counters of a post read at one time: the latest as of a time counts, never the sum."""

    __tablename__ = "social_post_analytics"
    id: Mapped[Id]
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    platform: Mapped[Words]
    measured_at: Mapped[Moment]
    impressions: Mapped[int | None]
    views: Mapped[int | None]
    clicks: Mapped[int | None]
    likes: Mapped[int | None]
    shares: Mapped[int | None]
    comments: Mapped[int | None]
    bookmarks: Mapped[int | None]
    followers: Mapped[int | None]
    source: Mapped[Words]
    raw: Mapped[OptionalDocument]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (UniqueConstraint("post_id", "platform", "measured_at"),)


class WebAnalytics(Row):
    """A day of a page, or of the whole site where page_id is ''."""

    __tablename__ = "web_analytics"
    id: Mapped[Id]
    day: Mapped[date]
    page_id: Mapped[Words] = mapped_column(server_default="")
    source: Mapped[Words] = mapped_column(server_default="")  # traffic source
    sessions: Mapped[int | None]
    users: Mapped[int | None]
    page_views: Mapped[int | None]
    bounce_rate: Mapped[float | None]
    conversions: Mapped[int | None]
    conversion_rate: Mapped[float | None]
    revenue: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))
    measured_at: Mapped[Moment]  # when this became known
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (UniqueConstraint("day", "page_id", "source"),)


class FinancialMetric(Row):
    """One metric of one period: revenue of October 2026."""

    __tablename__ = "financial_metrics"
    id: Mapped[Id]
    metric_type: Mapped[Words]
    metric_value: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    unit: Mapped[Words]
    currency: Mapped[OptionalWords]
    period_start: Mapped[date]
    period_end: Mapped[date]
    source: Mapped[Words]
    measured_at: Mapped[Moment]  # when this became known
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (UniqueConstraint("metric_type", "period_start", "period_end", "measured_at"),)
