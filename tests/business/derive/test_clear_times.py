"""What is called clear is clear as it is shown, and a count is not held against a sum over what it counts."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import service
from cofounder.business.derive import times
from tests.business.derive.test_totals import NOW, publish


@pytest.mark.parametrize(
    ("low", "high", "clear"),
    [(1.004, 1.85, False), (1.006, 1.85, True), (0.5, 0.996, False), (0.5, 0.994, True), (0.5, 1.85, False)],
)
def test_an_interval_that_reaches_one_as_it_is_shown_is_not_clear(low: float, high: float, clear: bool) -> None:
    assert times._clear(low, high) is clear


async def test_how_many_posts_a_month_had_is_not_held_against_the_sum_of_what_they_brought(
    session: AsyncSession,
) -> None:
    draw = Random(4)
    for month in range(1, 11):
        for day in range(draw.choice((2, 4, 20))):
            at = datetime(2026, month, 1, 9, tzinfo=UTC) + timedelta(days=day)
            await publish(session, days_ago=0, at=at, views=1000, clicks=draw.randint(40, 60))
            if month % 2:
                await publish(session, days_ago=0, at=at, views=90, clicks=draw.randint(1, 3), platform="x")
    found = await service.correlation_analysis(session, as_of=NOW)
    (one,) = [one for one in found.correlations if one.over == "months"]
    assert (one.first, one.second, one.n) == ("engagement_per_post", "posts_published", 10)
    assert one.p is None or one.p > 0.05, one.sentence
