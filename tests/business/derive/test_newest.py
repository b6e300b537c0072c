"""What a post's figures stand at: each by the newest reading that tells it, rates by one reading."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import posts as context
from cofounder.business.derive import baselines, queries
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading, PostWithReading
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
OUT = NOW - timedelta(days=10)


async def post(session: AsyncSession) -> UUID:
    made = NewPost(platform="linkedin", content="Words of ours", published_at=OUT)
    return (await records.add_post(session, made)).id


async def read(session: AsyncSession, id: UUID, *, day: int, **figures: Any) -> None:
    given = NewReading(post_id=id, platform="linkedin", measured_at=OUT + timedelta(days=day), source="test", **figures)
    await records.add_readings(session, [given])


async def listed(session: AsyncSession, as_of: datetime = NOW) -> dict[str, Any]:
    (found,) = await queries.posts(session, as_of=as_of, limit=9)
    return found


async def shown(session: AsyncSession, as_of: datetime = NOW) -> PostWithReading:
    (found,) = await records.posts(session, as_of=as_of)
    return found


async def test_a_later_reading_of_one_figure_hides_no_other(session: AsyncSession) -> None:
    id = await post(session)
    await read(session, id, day=1, impressions=1000, likes=40, clicks=30, shares=8, comments=2)
    await read(session, id, day=7, clicks=60)
    found, seen = await listed(session), await shown(session)
    assert (found["views"], found["engaged"], found["visits"]) == (1000, 70, 60)
    assert (seen.impressions, seen.likes, seen.clicks, seen.shares, seen.comments) == (1000, 40, 60, 8, 2)
    assert seen.measured_at == OUT + timedelta(days=7)
    (total,) = (await baselines.baselines(session, as_of=NOW)).values()
    assert (total.total_views, total.total_engagement) == (1000, 70)


async def test_a_rate_is_of_one_reading(session: AsyncSession) -> None:
    id = await post(session)
    await read(session, id, day=1, views=1000, clicks=30, shares=8, comments=2, conversions=3, revenue=Decimal(50))
    await read(session, id, day=7, clicks=60)
    await read(session, id, day=8, views=4000, conversions=9, revenue=Decimal(90))
    found = await listed(session)
    assert (found["rated_engaged"], found["rated_views"]) == (40, 1000)
    assert (found["converted"], found["converted_visits"]) == (3, 30)
    assert (found["paid_revenue"], found["paid_views"]) == (90, 4000)
    assert (await shown(session)).engagement_rate == 0.04
    (total,) = (await baselines.baselines(session, as_of=NOW)).values()
    assert (total.avg_engagement_rate, total.avg_conversion_rate) == (0.04, 0.1)
    assert (total.total_views, total.total_conversions) == (4000, 9)
    view = await session.execute(text("SELECT views, engagement_rate FROM orchestrator_published_posts"))
    assert view.all() == [(4000, 0.04)]


async def test_views_and_clicks_that_no_reading_has_together_are_no_rate(session: AsyncSession) -> None:
    id = await post(session)
    await read(session, id, day=1, views=1000)
    await read(session, id, day=7, clicks=60)
    found = await listed(session)
    assert (found["views"], found["engaged"], found["rated_views"]) == (1000, 60, None)
    assert (await shown(session)).engagement_rate is None
    (total,) = (await baselines.baselines(session, as_of=NOW)).values()
    assert (total.avg_engagement_rate, total.rated) == (None, 0)


async def test_as_of_a_time_each_figure_is_the_newest_of_then(session: AsyncSession) -> None:
    id = await post(session)
    await read(session, id, day=1, views=100, likes=4)
    await read(session, id, day=3, likes=6)
    await read(session, id, day=7, views=900)
    then = OUT + timedelta(days=4)
    assert (await listed(session, then))["views"] == 100
    assert ((await shown(session, then)).views, (await shown(session, then)).likes) == (100, 6)
    assert ((await shown(session)).views, (await shown(session)).likes) == (900, 6)
    await session.execute(text("UPDATE social_post_analytics SET linked_at = :at WHERE likes = 4"), {"at": then})
    early = then - timedelta(hours=1)
    assert (await listed(session, early))["views"] is None, "nobody knew then that it was this post's"
    assert (await shown(session, early)).views is None


async def test_revenue_is_over_the_cost_of_the_same_reading_where_any_has_both(session: AsyncSession) -> None:
    id = await post(session)
    for day, revenue in ((1, 50), (2, 80)):
        await read(session, id, day=day, revenue=Decimal(revenue))
        spent = "UPDATE social_post_analytics SET cost = revenue / 2, currency = 'EUR' WHERE revenue = :revenue"
        await session.execute(text(spent), {"revenue": revenue})
    await read(session, id, day=7, views=900)
    await read(session, id, day=8, revenue=Decimal(95))
    found = await listed(session)
    assert (found["revenue"], found["cost"], found["currency"]) == (80, 40, "EUR")


async def test_an_older_reading_that_comes_late_fills_what_the_newer_did_not_tell(session: AsyncSession) -> None:
    id = await post(session)
    await read(session, id, day=7, clicks=60)
    await read(session, id, day=1, views=1000, clicks=30)
    assert ((await listed(session))["views"], (await listed(session))["engaged"]) == (1000, 60)
    await session.execute(text("DELETE FROM social_post_analytics WHERE views = 1000"))
    assert (await listed(session))["views"] is None


async def test_the_rows_behind_a_figure_say_when_each_was_read(session: AsyncSession) -> None:
    id = await post(session)
    await read(session, id, day=1, views=1000)
    await read(session, id, day=7, clicks=60)
    told = await context.one(session, id, as_of=NOW)
    assert told["figures"]["views"] == 1000
    assert [(one["measured_at"], one["views"], one["clicks"]) for one in told["readings"]] == [
        (OUT + timedelta(days=7), None, 60),
        (OUT + timedelta(days=1), 1000, None),
    ]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_of_two_who_write_readings_at_once_neither_leaves_out_the_others(
    database: Database, order: tuple[int, int]
) -> None:
    async with transaction() as session:
        id = await post(session)
        await read(session, id, day=0, likes=1)
    figures = {1: {"views": 1000}, 2: {"clicks": 60}}
    first, second = order
    async with transaction() as one:
        await read(one, id, day=first, **figures[first])

        async def other() -> None:
            async with transaction() as two:
                await read(two, id, day=second, **figures[second])

        late = asyncio.create_task(other())
        await _waits(late)
    await late
    async with transaction() as session:
        seen = await session.execute(text("SELECT views, clicks, likes FROM latest_readings"))
        assert seen.all() == [(1000, 60, 1)]


async def _waits(task: "asyncio.Task[None]") -> None:
    """Until the other transaction waits for a lock; it has ended where it does not."""
    while not task.done():
        async with transaction() as session:
            waits = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if await session.scalar(text(waits)):
                return
        await asyncio.sleep(0.01)
