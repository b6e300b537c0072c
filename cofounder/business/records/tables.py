"""What the company did and what came of it. Imported history and the product's own runs are the same rows."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.business.records.pages import page_of
from cofounder.business.records.schemas import WEB_PARTS
from cofounder.kit.columns import (
    Count,
    Document,
    Id,
    Key,
    Listing,
    Moment,
    Money,
    OptionalDocument,
    OptionalMoment,
    OptionalRef,
    OptionalScore,
    OptionalWords,
    Price,
    Score,
    Tags,
    Usd,
    Words,
)
from cofounder.kit.db import Row

Part = Annotated[str, mapped_column(Text, server_default="")]  # '' = not split by this
OptionalKey = Annotated[UUID | None, mapped_column(PgUUID(as_uuid=True))]
Flags = Annotated[list[str], mapped_column(ARRAY(Text), default=list, server_default="{}")]

MONEY_PARTS = ("channel", "campaign")
_BREAK = "chr(31)"  # between the parts of a key: no name holds it


def key_of(*parts: str) -> str:
    """SQL of a natural key: the digest of these SQL texts, as a UUID."""
    return "md5(" + f" || {_BREAK} || ".join(parts) + ")::uuid"


def split_of(parts: tuple[str, ...]) -> str:
    """SQL of what a row is split by: the sum of a power of two for each named part; 0 is the whole."""
    return " + ".join(f"(CASE WHEN {part} = '' THEN 0 ELSE {2**place} END)" for place, part in enumerate(parts))


def _days(column: str) -> str:
    return f"({column} - '2000-01-01'::date)::text"  # a date's own text depends on the session


WEB_KEY = key_of(_days("day"), *WEB_PARTS)
MONEY_KEY = key_of("metric_type", _days("period_start"), _days("period_end"), *MONEY_PARTS)
# A reading is of the post by the name that its source has for it, or of the row itself where we measured.
READING_KEY = key_of("platform", "coalesce(post_external_id, post_url, post_title, post_id::text, '')")


class Sourced:
    """Where a row came from. `measured_at`, on the rows that have one, is when its value held; `known_at` when we learned it.

    Reads as of a time go by `measured_at`: history that is imported today was known to the company then.
    """

    known_at: Mapped[Moment]
    origin: Mapped[str] = mapped_column(Text, server_default="")  # the import's source; '' = the product itself
    import_id: Mapped[OptionalKey]  # the import that wrote it last
    content_hash: Mapped[OptionalKey]  # of the values as they were imported
    flags: Mapped[Flags]  # what is odd about its values: "clicks_above_views", "sessions_missing"


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


class Task(Sourced, Row):
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
    publish_at: Mapped[OptionalMoment]  # when its texts are to go out, unless who approves says otherwise
    expires_at: Mapped[OptionalMoment]  # undecided by then it ends, where a person wished so
    estimated_cost: Mapped[Usd]
    estimated_seconds: Mapped[float] = mapped_column(server_default="0")
    cost: Mapped[Usd]  # what its calls of models came to; kept by COSTS
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
    external_id: Mapped[OptionalWords]  # of an imported one, in its source
    natural_key: Mapped[OptionalKey] = mapped_column(unique=True)  # of an imported one
    __table_args__ = (
        CheckConstraint("status IN ('" + "','".join(TASK_STATUS) + "')", name="status"),
        # The order of a list, and what lists are counted by: a count need not read the tasks themselves.
        Index("ix_tasks_created_at", "created_at", "id", postgresql_include=["archived_at", "is_legacy", "is_sample"]),
        Index("ix_tasks_publish_at", "publish_at", postgresql_where=text("publish_at IS NOT NULL")),
        Index("ix_tasks_expires_at", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        Index(
            "ix_tasks_status",
            "status",
            "created_at",
            "id",
            postgresql_include=["archived_at", "is_legacy", "is_sample"],
        ),
    )


class Post(Sourced, Row):
    """One text on one platform."""

    __tablename__ = "posts"
    id: Mapped[Id]
    task_id: Mapped[OptionalRef]
    task_external_id: Mapped[OptionalWords]  # what its source calls the task it was made for
    linked_at: Mapped[OptionalMoment]  # when a person said which task: answers about earlier do not know
    publication_id: Mapped[OptionalRef]
    platform: Mapped[Words]
    external_id: Mapped[OptionalWords]
    url: Mapped[OptionalWords]
    title: Mapped[OptionalWords]
    content: Mapped[Words]
    topic: Mapped[OptionalWords]
    persona: Mapped[OptionalWords]
    hashtags: Mapped[Tags]
    category: Mapped[OptionalWords]
    format: Mapped[OptionalWords]  # photo, link, video, …
    campaign: Mapped[OptionalWords]
    audience: Mapped[OptionalWords]
    language: Mapped[OptionalWords]
    paid: Mapped[bool | None]
    cost: Mapped[Price]  # of making, sending and promoting it
    currency: Mapped[OptionalWords]
    attributes: Mapped[OptionalDocument]  # columns of its source that a person chose to keep
    published_at: Mapped[OptionalMoment]
    natural_key: Mapped[OptionalKey] = mapped_column(unique=True)  # of an imported one
    is_legacy: Mapped[bool] = mapped_column(server_default=text("false"))
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index("ix_posts_published_at", "published_at"),
        Index("ix_posts_known_at", "known_at"),  # what is new since a time
        Index("ix_posts_page", text(page_of("url")), postgresql_where=text("url IS NOT NULL")),
        Index("ix_posts_task_external_id", "task_external_id", postgresql_where=text("task_external_id IS NOT NULL")),
    )


class SocialPostAnalytics(Sourced, Row):
    """Cumulative counters of a post read at one time: the latest as of a time counts, never the sum.

    An imported one names its post as its source does; `post_id` is null until the two are matched.
    """

    __tablename__ = "social_post_analytics"
    id: Mapped[Id]
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    linked_at: Mapped[OptionalMoment]  # when a person said which post; null: its source did
    post_external_id: Mapped[OptionalWords]
    post_url: Mapped[OptionalWords]
    post_title: Mapped[OptionalWords]
    platform: Mapped[Words]
    measured_at: Mapped[Moment]
    impressions: Mapped[Count]
    views: Mapped[Count]
    reach: Mapped[Count]
    clicks: Mapped[Count]
    likes: Mapped[Count]
    shares: Mapped[Count]
    comments: Mapped[Count]
    bookmarks: Mapped[Count]
    engaged_users: Mapped[Count]
    followers: Mapped[Count]
    conversions: Mapped[Count]
    revenue: Mapped[Money]
    cost: Mapped[Money]  # spent on it so far
    currency: Mapped[OptionalWords]
    source: Mapped[Words]
    raw: Mapped[OptionalDocument]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    natural_key: Mapped[Key] = mapped_column(Computed(READING_KEY, persisted=True))
    __table_args__ = (
        UniqueConstraint("natural_key", "measured_at"),
        Index("ix_social_post_analytics_post", "post_id", "measured_at"),
        Index(
            "ix_social_post_analytics_loose",
            text(page_of("post_url")),
            postgresql_where=text("post_id IS NULL AND post_url IS NOT NULL"),
        ),
    )


class WebAnalytics(Sourced, Row):
    """A day of the whole site, or of the part of it that the named columns say; '' = all of them.

    Rows split by different columns overlap: `split_by` says by which (0 = the whole), and sums keep to one of them. A
    value that was measured anew is a row of its own; the one before it counts until `superseded_at`.
    """

    __tablename__ = "web_analytics"
    id: Mapped[Id]
    day: Mapped[date]
    source: Mapped[Part]  # traffic source
    page_id: Mapped[Part]
    campaign: Mapped[Part]
    device: Mapped[Part]
    browser: Mapped[Part]
    country: Mapped[Part]
    audience: Mapped[Part]
    funnel_step: Mapped[Part]
    content: Mapped[Part]  # utm_content, which names the link that was followed
    post_id: Mapped[OptionalKey]  # the post whose page or campaign it is, once matched
    linked_at: Mapped[OptionalMoment]  # when a person said so
    sessions: Mapped[Count]
    users: Mapped[Count]
    new_users: Mapped[Count]
    page_views: Mapped[Count]
    page_views_other: Mapped[Count]  # the same count by another report
    bounce_rate: Mapped[float | None]
    session_seconds: Mapped[float | None]  # mean length
    conversions: Mapped[Count]
    conversion_rate: Mapped[float | None]
    revenue: Mapped[Money]
    currency: Mapped[OptionalWords]
    measured_at: Mapped[Moment]  # when this became known
    superseded_at: Mapped[OptionalMoment]  # when a newer measurement of the same took its place
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    split_by: Mapped[int] = mapped_column(Computed(split_of(WEB_PARTS), persisted=True))
    natural_key: Mapped[Key] = mapped_column(Computed(WEB_KEY, persisted=True))
    __table_args__ = (
        UniqueConstraint("natural_key", "measured_at"),
        Index("ix_web_analytics_day", "day"),
        Index("ix_web_analytics_post_id", "post_id", postgresql_where=text("post_id IS NOT NULL")),
    )


class FinancialMetric(Sourced, Row):
    """One metric of one period: revenue of October 2026; of one channel or campaign where those are named.

    A value that was measured anew is a row of its own; the one before it counts until `superseded_at`.
    """

    __tablename__ = "financial_metrics"
    id: Mapped[Id]
    metric_type: Mapped[Words]
    metric_value: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    unit: Mapped[Words]
    currency: Mapped[OptionalWords]
    period_start: Mapped[date]
    period_end: Mapped[date]
    channel: Mapped[Part]
    campaign: Mapped[Part]
    source: Mapped[Words]
    measured_at: Mapped[Moment]  # when this became known
    superseded_at: Mapped[OptionalMoment]  # when a newer measurement of the same took its place
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    split_by: Mapped[int] = mapped_column(Computed(split_of(MONEY_PARTS), persisted=True))
    natural_key: Mapped[Key] = mapped_column(Computed(MONEY_KEY, persisted=True))
    __table_args__ = (
        UniqueConstraint("natural_key", "measured_at"),
        Index("ix_financial_metrics_metric", "metric_type", "period_start"),
    )


class QualityEvaluation(Sourced, Row):
    """What somebody or something thought of an earlier task's text. Scores are 0-1."""

    __tablename__ = "quality_evaluations"
    id: Mapped[Id]
    task_id: Mapped[OptionalRef]  # null until matched
    linked_at: Mapped[OptionalMoment]  # when a person said so
    task_external_id: Mapped[OptionalWords]  # what its source calls the task
    post_id: Mapped[OptionalRef]
    post_external_id: Mapped[OptionalWords]
    evaluator: Mapped[Words] = mapped_column(server_default="")
    score: Mapped[Score]
    dimensions: Mapped[Document] = mapped_column(server_default="{}")  # name -> 0-1
    feedback: Mapped[OptionalWords]
    measured_at: Mapped[Moment]
    natural_key: Mapped[OptionalKey]
    is_sample: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (UniqueConstraint("natural_key", "measured_at"),)


class EarlierContent(Row):
    """What a row said before an import corrected it."""

    __tablename__ = "earlier_contents"
    id: Mapped[Id]
    table_name: Mapped[Words]
    row_id: Mapped[Key]
    content: Mapped[Document]  # the whole row, as it was
    known_at: Mapped[Moment]  # when that was learned
    replaced_at: Mapped[Moment]
    import_id: Mapped[OptionalKey]  # the import that replaced it
    __table_args__ = (Index("ix_earlier_contents_row", "table_name", "row_id", "replaced_at"),)


# Whoever asks a model for a task (its plan, a step, a refinement, a judge, another text) makes it dearer, in the
# transaction that reserves or counts the call: no path can forget it, and none can count it twice. Deferred, so that the
# task's row is held only while the transaction commits.
TRIGGERS = (
    """CREATE FUNCTION keep_cost() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE tasks SET cost = cost + NEW.cost_usd - CASE TG_OP WHEN 'UPDATE' THEN OLD.cost_usd ELSE 0 END WHERE id = NEW.task_id;
  RETURN NULL;
END $$""",
    """CREATE CONSTRAINT TRIGGER call_reserved AFTER INSERT ON model_calls DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.task_id IS NOT NULL AND NEW.cost_usd <> 0) EXECUTE FUNCTION keep_cost()""",
    """CREATE CONSTRAINT TRIGGER call_counted AFTER UPDATE ON model_calls DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.task_id IS NOT NULL AND NEW.cost_usd <> OLD.cost_usd) EXECUTE FUNCTION keep_cost()""",
)
UNDO = (
    "DROP TRIGGER call_counted ON model_calls",
    "DROP TRIGGER call_reserved ON model_calls",
    "DROP FUNCTION keep_cost()",
)
