"""What a post usually gets on each platform: this month beside the long run."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import PostWithReading


class Usual(BaseModel):
    """Posts with a reading, and their rates pooled: the sum of engagements over the sum of views."""

    count: int
    avg_views_per_post: float | None = None
    avg_engagement_rate: float | None = Field(default=None, description="(clicks + shares + comments) / views, 0-1")


class Baseline(Usual):
    """A platform in the long run, with this month beside it. What is not attributed yet is None, never 0."""

    avg_conversion_rate: float | None = None
    avg_revenue_per_view: float | None = None
    this_month: Usual


async def baselines(session: AsyncSession, *, channels: Sequence[str] = (), as_of: datetime) -> dict[str, Baseline]:
    """Platform -> baseline from the latest reading per post as of `as_of`; a channel without posts has count 0."""
    posts = await records.posts(session, as_of=as_of, platforms=list(channels) or None)
    names = list(channels) or sorted({post.platform for post in posts})
    first = datetime.combine(as_of.astimezone(UTC).date().replace(day=1), time(), UTC)
    found = {}
    for name in names:
        mine = [post for post in posts if post.platform == name and post.views is not None]
        recent = usual([post for post in mine if post.published_at >= first])
        found[name] = Baseline(**usual(mine).model_dump(), this_month=recent)
    return found


def usual(posts: Sequence[PostWithReading]) -> Usual:
    """Averages over posts that have a reading."""
    seen = [post.views for post in posts if post.views is not None]
    rate = pooled_rate(posts)
    return Usual(
        count=len(seen),
        avg_views_per_post=round(sum(seen) / len(seen), 1) if seen else None,
        avg_engagement_rate=None if rate is None else round(rate, 6),
    )


def pooled_rate(posts: Sequence[PostWithReading]) -> float | None:
    """Sum of clicks, shares and comments over sum of views; None without views. Never a mean of rates."""
    views = sum(post.views or 0 for post in posts)
    return sum(post.interactions or 0 for post in posts) / views if views else None
