"""How effective topics are: by the category that posts carry, and by what their words say they are about."""

from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import queries, rates
from cofounder.business.derive.baselines import first_of_month
from cofounder.business.derive.intervals import FEWEST, NOT_ENOUGH, Interval
from cofounder.business.derive.totals import Totals, totals
from cofounder.kit import recall

_NONE = "-1"  # the cluster of what is on none of the topics
Status = Literal["ok", "not enough data"]


class TopicEffectiveness(BaseModel):
    """What posts on a topic brought: every rate over its posts' newest readings, with an interval where n allows."""

    topic: str
    status: Status = Field(description="not enough data: fewer than 5 measured posts; the figures are then of those")
    sample_size: int
    needed: int = FEWEST
    viewed: int = Field(default=0, description="Posts whose views are known: what views are told over")
    engaging: int = Field(default=0, description="Posts whose clicks, shares or comments are known")
    rated: int = Field(default=0, description="Posts with both: what the engagement rate is told over")
    total_views: int | None
    avg_views_per_post: float | None
    total_engagement: int | None
    avg_engagement_rate: float | None
    engagement_interval: Interval | None
    total_conversions: int | None
    conversion_rate: float | None
    conversion_interval: Interval | None
    total_revenue: float | None
    revenue_per_view: float | None
    revenue_interval: Interval | None
    effectiveness_score: float | None = Field(description="Revenue per 100 views")
    currency: str | None = None
    found_by: Literal["category", "cluster", "likeness"] = "category"
    sentence: str


def effectiveness(topic: str, of: Totals, found_by: Literal["category", "cluster", "likeness"]) -> TopicEffectiveness:
    """A topic's figures from the totals of its posts."""
    score = rates.effectiveness_score(of.avg_revenue_per_view, 1) if of.avg_revenue_per_view is not None else None
    return TopicEffectiveness(
        topic=topic,
        status="ok" if of.count >= FEWEST else NOT_ENOUGH,
        sample_size=of.count,
        viewed=of.viewed,
        engaging=of.engaging,
        rated=of.rated,
        total_views=of.total_views,
        avg_views_per_post=of.avg_views_per_post,
        total_engagement=of.total_engagement,
        avg_engagement_rate=of.avg_engagement_rate,
        engagement_interval=of.engagement_interval,
        total_conversions=of.total_conversions,
        conversion_rate=of.avg_conversion_rate,
        conversion_interval=of.conversion_interval,
        total_revenue=of.total_revenue,
        revenue_per_view=of.avg_revenue_per_view,
        revenue_interval=of.revenue_interval,
        effectiveness_score=None if score is None else round(score, 4),
        currency=of.currency,
        found_by=found_by,
        sentence=_sentence(topic, of),
    )


def _sentence(topic: str, of: Totals) -> str:
    posts = f"{of.count} measured {'post' if of.count == 1 else 'posts'}"
    if of.count < FEWEST:
        return f"{topic}: {NOT_ENOUGH}, {posts} of the {FEWEST} that a statement needs."
    if of.avg_engagement_rate is None:
        return f"{topic}: {posts}, no engagement rate: no views are known."
    over = "" if of.rated == of.count else f" over the {of.rated} with views"
    told = f"{topic}: {posts}, engagement {of.avg_engagement_rate:.2%}{over}"
    if of.engagement_interval:
        told += f" (95% interval {of.engagement_interval.low:.2%} to {of.engagement_interval.high:.2%})"
    return f"{told}."


async def by_category(
    session: AsyncSession, *, as_of: datetime, days: int = 180, platforms: Sequence[str] | None = None
) -> list[TopicEffectiveness]:
    """Every topic that posts of the window carry, most posts first."""
    rows = await queries.sums(
        session,
        "category",
        as_of=as_of,
        recent=first_of_month(as_of),
        since=as_of - timedelta(days=days),
        platforms=platforms,
    )
    return _told(rows, None)


async def by_cluster(
    session: AsyncSession,
    embedder: UUID,
    names: Mapping[str, str],
    *,
    as_of: datetime,
    days: int = 180,
    platforms: Sequence[str] | None = None,
) -> list[TopicEffectiveness]:
    """The same for the topics found in the words; `names` has them by the cluster's number."""
    rows = await queries.sums(
        session,
        "category",
        as_of=as_of,
        recent=first_of_month(as_of),
        since=as_of - timedelta(days=days),
        platforms=platforms,
        embedder=embedder,
    )
    return _told(rows, names)


def _told(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str] | None) -> list[TopicEffectiveness]:
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["key"] is not None:
            groups[row["key"]].append(row)
    found = [
        effectiveness(key if names is None else names.get(key, key), totals(mine), "cluster" if names else "category")
        for key, mine in groups.items()
    ]
    rest = None if names is None else names.get(_NONE)
    return sorted(found, key=lambda each: (each.topic == rest, -each.sample_size, each.topic))


async def of_topic(session: AsyncSession, topic: str, *, as_of: datetime, days: int = 180) -> TopicEffectiveness:
    """The topic by the category of that name; no post is filed under nothing."""
    named = topic.strip().lower()

    def summed() -> Awaitable[list[dict[str, Any]]]:
        since = as_of - timedelta(days=days)
        recent = first_of_month(as_of)
        return queries.sums(session, "category", as_of=as_of, recent=recent, since=since, topic=named)

    rows = await recall.once(("topic", named, as_of, days), summed) if named else []
    return effectiveness(topic, totals(rows), "category")


async def of_posts(
    session: AsyncSession, topic: str, ids: Sequence[UUID], *, as_of: datetime, days: int = 180
) -> TopicEffectiveness:
    """The topic by the posts that are like it."""
    rows = (
        await queries.sums(
            session,
            "platform",
            as_of=as_of,
            recent=first_of_month(as_of),
            since=as_of - timedelta(days=days),
            ids=ids,
        )
        if ids
        else []
    )
    return effectiveness(topic, totals(rows), "likeness")
