"""What goes into the records: one schema a row, checked before it is stored."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cofounder.models.brief import Unit

# What a row of web analytics may be split by.
WEB_PARTS = ("source", "page_id", "campaign", "device", "browser", "country", "audience", "funnel_step", "content")

Source = Literal["user_request", "api", "schedule", "template", "legacy"]


class New(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewTask(New):
    """A request as it came. Everything else about a task is learned on its way."""

    id: UUID | None = None  # None: made here
    request: str = Field(min_length=1)
    source: Source = "user_request"
    status: str = "queued"
    phase: str | None = None
    priority: int = 0
    as_of: datetime | None = None  # None: now
    business_metrics: dict[str, Any] | None = None
    preferences: dict[str, Any] = Field(default_factory=dict)
    answers: dict[str, Any] = Field(default_factory=dict)
    supplied_plan: dict[str, Any] | None = None
    review_plan: bool = False
    automatic: bool = False
    intent: dict[str, Any] | None = None
    topic: str | None = None
    category: str | None = None
    primary_keyword: str | None = None
    title: str | None = None
    is_legacy: bool = False
    is_sample: bool = False
    parent_task_id: UUID | None = None
    rerun_from: str | None = None
    not_before: datetime | None = None
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    idempotency_key: str | None = None
    body_hash: str | None = None
    requested_by: str | None = None
    quality_score: Decimal | None = Field(default=None, ge=0, le=1)
    tags: list[str] = Field(default_factory=list)
    created_at: datetime | None = None  # None: now
    started_at: datetime | None = None
    completed_at: datetime | None = None
    archived_at: datetime | None = None


class TaskFilter(New):
    """Which tasks a list shows. Every field narrows; None leaves it open."""

    status: str | list[str] | None = None
    source: str | list[str] | None = None
    text: str | None = None  # found in request, title or topic, without regard to case
    is_sample: bool | None = None
    is_legacy: bool | None = None
    parent_task_id: UUID | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    archived: bool | None = False  # None: archived ones too


class NewPost(New):
    id: UUID | None = None
    task_id: UUID | None = None
    publication_id: UUID | None = None
    platform: str
    external_id: str | None = None
    url: str | None = None
    title: str | None = None
    content: str
    topic: str | None = None
    persona: str | None = None
    hashtags: list[str] = Field(default_factory=list)
    category: str | None = None
    campaign: str | None = None
    cost: Decimal | None = None
    currency: str | None = None
    published_at: datetime | None = None
    is_legacy: bool = False
    is_sample: bool = False


class NewReading(New):
    """Cumulative counters of one post, as they stood at `measured_at`. `flags`: what is odd about them."""

    id: UUID | None = None
    post_id: UUID
    platform: str
    measured_at: datetime
    impressions: int | None = Field(default=None, ge=0)
    views: int | None = Field(default=None, ge=0)
    clicks: int | None = Field(default=None, ge=0)
    likes: int | None = Field(default=None, ge=0)
    shares: int | None = Field(default=None, ge=0)
    comments: int | None = Field(default=None, ge=0)
    bookmarks: int | None = Field(default=None, ge=0)
    reach: int | None = Field(default=None, ge=0)
    conversions: int | None = Field(default=None, ge=0)
    revenue: Decimal | None = None
    currency: str | None = None
    followers: int | None = Field(default=None, ge=0)
    source: str
    raw: dict[str, Any] | None = None
    flags: list[str] = Field(default_factory=list)
    is_sample: bool = False


class NewWebDay(New):
    day: date
    page_id: str = ""
    source: str = ""
    campaign: str = ""
    device: str = ""
    browser: str = ""
    country: str = ""
    audience: str = ""
    funnel_step: str = ""
    content: str = ""  # utm_content
    post_id: UUID | None = None
    sessions: int | None = Field(default=None, ge=0)
    users: int | None = Field(default=None, ge=0)
    page_views: int | None = Field(default=None, ge=0)
    bounce_rate: float | None = Field(default=None, ge=0, le=1)
    conversions: int | None = Field(default=None, ge=0)
    conversion_rate: float | None = Field(default=None, ge=0, le=1)
    revenue: Decimal | None = None
    currency: str | None = None
    measured_at: datetime
    is_sample: bool = False


class NewFinancial(New):
    metric_type: str
    metric_value: Decimal
    unit: Unit
    currency: str | None = None
    period_start: date
    period_end: date
    channel: str = ""
    campaign: str = ""
    source: str
    measured_at: datetime
    is_sample: bool = False


class PostWithReading(BaseModel):
    """A post and what its figures stood at as of a time, each by the newest reading that told it; `measured_at` is the last.

    Rates are 0-1 and of one reading; None where nothing was measured.
    """

    id: UUID
    task_id: UUID | None
    platform: str
    title: str | None
    content: str
    topic: str | None
    persona: str | None
    url: str | None
    hashtags: list[str]
    published_at: datetime
    published_at_known: bool = True  # else a week before its first reading stands for it
    measured_at: datetime | None = None
    views: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    rated_engaged: int | None = Field(default=None, exclude=True)  # of the newest reading that a rate can be of
    rated_views: int | None = Field(default=None, exclude=True)
    is_sample: bool = False

    @property
    def seen(self) -> int | None:
        """Views; impressions where the platform counts those alone."""
        return self.views if self.views is not None else self.impressions

    @property
    def interactions(self) -> int | None:
        """Clicks, shares and comments together; None where none of them was counted."""
        counted = [one for one in (self.clicks, self.shares, self.comments) if one is not None]
        return sum(counted) if counted else None

    @property
    def engagement_rate(self) -> float | None:
        """(clicks + shares + comments) / views; None without views."""
        return None if self.rated is None else self.rated[0] / self.rated[1]

    @property
    def rated(self) -> tuple[int, int] | None:
        """Clicks, shares and comments, and the views that they came of, by one reading; None without views."""
        return (self.rated_engaged, self.rated_views) if self.rated_views and self.rated_engaged is not None else None


class WebMonth(BaseModel):
    """A calendar month of the whole site, summed over its days."""

    month: date  # its first day
    days: int
    last_day: date
    sessions: int | None
    users: int | None
    conversions: int | None
