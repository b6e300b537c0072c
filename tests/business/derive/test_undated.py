"""Posts made of readings have a made-up time and name: neither counts as an hour, a month, an age or a length."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import service
from cofounder.business.derive.baselines import baselines
from cofounder.business.outcomes import service as outcomes
from cofounder.business.records import service as records
from cofounder.business.records.odd import UNDATED, UNWORDED
from cofounder.business.records.schemas import NewPost, NewReading
from cofounder.business.similar import passages, similar_content
from cofounder.flow.learn.patterns import units

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WORDS = "Our glazed teapots survive the dishwasher, the cat and {} moves."


async def fill(session: AsyncSession, n: int, flags: Sequence[str], platform: str = "facebook") -> None:
    """Posts of this month, the fourth of which went out at 21, with readings of a week later."""
    random = Random(4)
    for at in range(n):
        out = datetime(2026, 11, 10, 12 if at % 4 else 21, tzinfo=UTC)
        post = NewPost(platform=platform, content=WORDS.format(at), title=f"Teapots {at}", published_at=out)
        row = await records.add_post(session, post)
        clicks = round(50 * random.lognormvariate(0, 0.3))
        reading = NewReading(
            post_id=row.id,
            platform=platform,
            measured_at=out + timedelta(days=7),
            views=1000,
            clicks=clicks,
            source="t",
        )
        await records.add_readings(session, [reading])
        await session.execute(text("UPDATE posts SET flags = :flags WHERE id = :id"), {"flags": flags, "id": row.id})


async def test_an_hour_that_nobody_told_is_no_hour_of_the_channel(session: AsyncSession) -> None:
    await fill(session, 60, [UNDATED])
    found = await service.best_times(session, "facebook", as_of=NOW)
    assert (found.status, found.n, found.hours) == ("not enough data", 0, [])
    assert (
        "0 posts whose time is known and that were read at 72 hours or later (60 more have no known time)"
        in found.sentence
    )
    suggested = await service.suggest_time(session, "facebook", as_of=NOW)
    assert (suggested.at, suggested.status) == (None, "not enough data")
    await fill(session, 40, [], "x")
    assert (await service.best_times(session, "x", as_of=NOW)).n == 40


async def test_a_month_that_nobody_told_is_not_this_one(session: AsyncSession) -> None:
    await fill(session, 12, [UNDATED])
    await fill(session, 3, [], "x")
    found = await baselines(session, as_of=NOW)
    assert (found["facebook"].count, found["facebook"].this_month.count) == (12, 0)
    assert (found["x"].count, found["x"].this_month.count) == (3, 3)


async def test_neither_made_up_hour_nor_made_up_name_is_correlated_with_anything(session: AsyncSession) -> None:
    await fill(session, 40, [UNWORDED, UNDATED])
    later = datetime(2026, 12, 21, 9, tzinfo=UTC)
    found = await service.correlation_analysis(session, as_of=later)
    n = {one.first: one.n for one in found.correlations if one.over == "posts"}
    assert (n["hour"], n["length"]) == (0, 0)
    assert found.months == 0, "no post is known to be of November"
    await fill(session, 20, [], "x")
    found = await service.correlation_analysis(session, as_of=later)
    n = {one.first: one.n for one in found.correlations if one.over == "posts"}
    assert (n["hour"], n["length"]) == (20, 20)


async def test_nobody_learns_a_pattern_of_a_made_up_hour_or_name(session: AsyncSession) -> None:
    await fill(session, 2, [UNWORDED, UNDATED])
    await fill(session, 2, [], "x")
    posts, _ = await outcomes.scored(session, as_of=NOW)
    known = {post["platform"]: dict(units.of_post(post, {}).features) for post in posts}
    assert "hour_block" in known["x"]
    assert "length_band" in known["x"]
    assert not {"hour_block", "weekday", "length_band", "has_number"} & known["facebook"].keys()


async def test_what_has_no_date_is_told_no_age_and_no_day(session: AsyncSession) -> None:
    await fill(session, 1, [UNDATED])
    (found,) = await similar_content(session, "teapots", as_of=NOW)
    assert "Nobody said when it was published." in found.reasons
    assert not any("days old" in reason for reason in found.reasons)
    assert found.metadata["published_at_known"] is False
    (passage,) = await passages(session, "teapots", as_of=NOW)
    assert passage.published_on is None
    await session.execute(text("UPDATE posts SET flags = '{}'"))
    (found,) = await similar_content(session, "teapots", as_of=NOW)
    assert "10 days old." in found.reasons


async def test_the_one_of_exactly_that_title_comes_before_those_that_did_better(session: AsyncSession) -> None:
    await fill(session, 9, [])
    for title in ("Teapots 0", "Teapots 7", "teapots 8 "):
        found = await similar_content(session, title, as_of=NOW)
        assert found[0].title == title.strip().capitalize()
