"""What each kind of import holds: its fields, how they are read, and what other systems call them. Pure."""

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "words", "count", "number", "money", "rate", "score", "day", "moment", "flag"]
NUMBERS = frozenset(("count", "number", "money", "rate", "score"))
TIMES = frozenset(("day", "moment"))


@dataclass(frozen=True)
class Field:
    """One column of the records. `names` are other spellings of it, in snake_case, best first."""

    name: str
    type: Type
    names: tuple[str, ...] = ()
    required: bool = False
    about: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of rows. Of each group in `any_of` at least one field must have a value in every row."""

    name: str
    table: str
    about: str
    fields: tuple[Field, ...]
    any_of: tuple[tuple[str, ...], ...] = ()

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


def _f(name: str, type: Type, *names: str, required: bool = False, about: str = "") -> Field:
    return Field(name, type, names, required, about)


_URL = ("permalink", "link", "post_url", "page_url", "address")
_READ_AT = (
    *("recorded_at", "snapshot_at", "snapshot_date", "collected_at", "measured", "collected", "recorded", "snapshot"),
    *("read_at", "captured_at", "captured", "retrieved_at", "retrieved", "fetched_at", "fetched", "pulled_at", "as_of"),
    *("collected_on", "measured_on", "collection_date", "measurement_date", "date_collected", "exported_at"),
)
_ASKED_AT = (
    "asked_at",
    "asked",
    "asked_on",
    "requested_at",
    "requested_on",
    "requested",
    "request_date",
    "submitted_at",
)
_MEASURED = _f("measured_at", "moment", *_READ_AT, about="When the value held.")
_CURRENCY = _f("currency", "text", "currency_code", about="Three letters; else the one that the import names.")

TASKS = Kind(
    "tasks",
    "tasks",
    "Earlier work; each completed task becomes an example.",
    (
        _f("external_id", "text", "id", "task_id", "uuid", "key"),
        _f("request", "text", "prompt", "task", "brief", "instruction", "user_request", "description"),
        _f("title", "text", "task_name", "name", "headline"),
        _f("topic", "text", "subject", "theme"),
        _f("category", "text", "section", "data_channel"),
        _f("primary_keyword", "text", "keyword", "main_keyword"),
        _f("status", "text", "state", about="completed where the import says nothing."),
        _f("created_at", "moment", "created", *_ASKED_AT, "date", "timestamp", required=True),
        _f("completed_at", "moment", "completed", "finished_at", "done_at", "published_at"),
        _f("quality_score", "score", "score", "quality"),
        _f("cost", "money", "actual_cost", "cost_usd", about="US dollars; nothing and 0 mean that it is not known."),
        _f("tags", "words", "labels"),
    ),
    (("request", "title", "topic"),),
)

POSTS = Kind(
    "posts",
    "posts",
    "What was published, one row a platform.",
    (
        _f("external_id", "text", "post_id", "id", "tweet_id", "urn", "article_id", "item_id"),
        _f("platform", "words", "platforms", "network", "channel", "social_network", required=True),
        _f("title", "text", "headline", "subject", "title_from_slug", "name"),
        _f("content", "text", "text", "body", "message", "lede", "caption", "tweet", "post", "excerpt"),
        _f("url", "text", *_URL),
        _f(
            "published_at",
            "moment",
            "published",
            "publish_date",
            "posted_at",
            "date",
            "created_at",
            "test_week",
            "time",
        ),
        _f("topic", "text", "subject_area", "theme"),
        _f("category", "text", "section", "data_channel"),
        _f("format", "text", "type", "media_type", "post_type"),
        _f("campaign", "text", "utm_campaign", "campaign_name"),
        _f("audience", "text", "target_audience", "segment"),
        _f("language", "text", "lang", "locale"),
        _f("hashtags", "words", "tags"),
        _f("persona", "text", "generator", "voice"),
        _f("paid", "flag", "is_paid", "promoted", "boosted"),
        _f("cost", "money", "spend", "amount_spent"),
        _CURRENCY,
        _f("task_external_id", "text", "task_id", "execution_id"),
    ),
    (("title", "content"),),
)

SOCIAL = Kind(
    "social_analytics",
    "social_post_analytics",
    "Readings of a post's counters; they grow, and the latest counts.",
    (
        _f("post_external_id", "text", "post_id", "id", "tweet_id", "urn", "item_id", "article_id"),
        _f("post_url", "text", "url", "permalink", "link"),
        _f("post_title", "text", "title", "headline", "post"),
        _f("platform", "text", "network", "channel", "social_network", required=True),
        _f("measured_at", "moment", *_READ_AT, "timestamp", "date"),
        _f("impressions", "count", "impression_count", "lifetime_impressions"),
        _f("views", "count", "view_count", "video_views"),
        _f("reach", "count", "unique_impressions", "lifetime_reach"),
        _f("clicks", "count", "click_count", "link_clicks", "url_clicks"),
        _f("likes", "count", "like_count", "reactions", "favorites", "favourites"),
        _f("shares", "count", "share_count", "retweets", "reposts"),
        _f("comments", "count", "comment_count", "replies"),
        _f("bookmarks", "count", "saves", "saved"),
        _f("engaged_users", "count", "engagements"),
        _f("followers", "count", "follower_count", "page_total_likes", "fans"),
        _f("conversions", "count", "conversion_count"),
        _f("revenue", "money", "revenue_attributed", "value"),
        _f("cost", "money", "spend", "amount_spent"),
        _CURRENCY,
    ),
    (("post_external_id", "post_url", "post_title"),),
)

WEB = Kind(
    "web_analytics",
    "web_analytics",
    "Days of the web site, whole or split by source, page, campaign, device, browser, country, audience, step, utm_content.",
    (
        _f("day", "day", "date", "event_date", "ga_date", "period", required=True),
        _f("source", "text", "traffic_source", "session_source", "utm_source", "source_medium", "channel_group"),
        _f("page_id", "text", "page", "page_path", "path", "url", "landing_page"),
        _f("campaign", "text", "campaign_name", "utm_campaign", "session_campaign_name"),
        _f("device", "text", "device_category"),
        _f("browser", "text"),
        _f("country", "text", "geo", "location"),
        _f("audience", "text", "audience_name", "segment"),
        _f("funnel_step", "text", "step", "stage"),
        _f("content", "text", "utm_content", "ad_content", "manual_ad_content", "session_manual_ad_content"),
        _f("sessions", "count", "visits", "session_count"),
        _f("users", "count", "active_users", "total_users", "visitors", "unique_visitors"),
        _f("new_users", "count", "new_visitors"),
        _f("page_views", "count", "pageviews", "screen_page_views", "views"),
        _f("page_views_other", "count", "pageviews_users_report", about="The same count by another report."),
        _f("bounce_rate", "rate", "bounce_rate_pct", "bounces_rate"),
        _f("session_seconds", "number", "avg_session_seconds", "average_session_duration", "avg_session_duration"),
        _f("conversions", "count", "key_events", "goal_completions", "transactions"),
        _f("conversion_rate", "rate", "session_conversion_rate", "goal_conversion_rate"),
        _f("revenue", "money", "total_revenue", "purchase_revenue"),
        _CURRENCY,
        _MEASURED,
    ),
)

MONEY = Kind(
    "financial_metrics",
    "financial_metrics",
    "Figures of periods: one metric a row, or one column a metric.",
    (
        _f("metric_type", "text", "metric", "metric_name", "kpi", "measure", "account"),
        _f("metric_value", "number", "value", "amount", "total"),
        _f("period_start", "day", "date", "start", "start_date", "month", "week", "period", "from", required=True),
        _f("period_end", "day", "end", "end_date", "to", "until"),
        _f("channel", "text", "media", "platform"),
        _f("campaign", "text", "campaign_name", "utm_campaign"),
        _CURRENCY,
        _MEASURED,
    ),
)

EVALUATIONS = Kind(
    "quality_evaluations",
    "quality_evaluations",
    "What somebody or something thought of an earlier text.",
    (
        _f("task_external_id", "text", "task_id", "execution_id", "id"),
        _f("post_external_id", "text", "post_id"),
        _f("score", "score", "quality_score", "overall", "overall_score", "rating", "total", required=True),
        _f("evaluator", "text", "judge", "rater", "model", "reviewer", "evaluated_by"),
        _f("feedback", "text", "comment", "comments", "notes", "reason"),
        _f("measured_at", "moment", "evaluated_at", "reviewed_at", "created_at", "date", "timestamp", required=True),
    ),
    (("task_external_id", "post_external_id"),),
)

KINDS = {one.name: one for one in (TASKS, POSTS, SOCIAL, WEB, MONEY, EVALUATIONS)}
SPELLINGS = {
    "task": "tasks",
    "post": "posts",
    "social": "social_analytics",
    "social_post_analytics": "social_analytics",
    "web": "web_analytics",
    "financial": "financial_metrics",
    "finance": "financial_metrics",
    "quality": "quality_evaluations",
    "evaluations": "quality_evaluations",
}


def kind(name: str) -> Kind | None:
    """The kind of this name or of one of its shorter ones: web is web_analytics."""
    plain = name.strip().lower().replace("-", "_")
    return KINDS.get(SPELLINGS.get(plain, plain))
