"""Usual results, topics, times, audiences and returns against the same sums reckoned by hand."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import service
from cofounder.business.derive import anomalies, audience, baselines, intervals, queries, rates, returns, topics
from cofounder.business.derive.correlations import correlate, effective_n, pearson, ranks
from cofounder.business.derive.times import suggested
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewPost, NewReading, NewWebDay

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def publish(
    session: AsyncSession, *, days_ago: float, views: int, clicks: int = 0, shares: int = 0, comments: int = 0,
    platform: str = "linkedin", topic: str | None = "coffee", campaign: str | None = None, readings: int = 3,
    revenue: Decimal | None = None, at: datetime | None = None, content: str | None = None,
):  # fmt: skip
    """A post whose counters grew to these over its readings."""
    out = at or NOW - timedelta(days=days_ago)
    post = await records.add_post(
        session,
        NewPost(
            platform=platform, content=content or f"About {topic}", topic=topic, published_at=out, campaign=campaign
        ),
    )
    made = []
    for step in range(1, readings + 1):
        share = step / readings
        counts = {"views": views, "clicks": clicks, "shares": shares, "comments": comments}
        made.append(
            NewReading(
                post_id=post.id, platform=platform, measured_at=out + timedelta(hours=24 * step), source="test",
                **{name: round(value * share) for name, value in counts.items()},
                revenue=None if revenue is None else revenue * step / readings,
            )
        )  # fmt: skip
    await records.add_readings(session, made)
    return post


async def test_counters_are_read_once_a_post_and_never_added_up_over_readings(session: AsyncSession) -> None:
    for views, clicks in ((1000, 30), (500, 5), (2000, 100)):
        await publish(session, days_ago=40, views=views, clicks=clicks, shares=5, comments=2)
    found = (await baselines.baselines(session, as_of=NOW))["linkedin"]
    assert (found.count, found.total_views, found.total_engagement) == (3, 3500, 135 + 21)
    assert found.avg_engagement_rate == round(156 / 3500, 6)
    assert found.avg_views_per_post == round(3500 / 3, 1)
    assert found.this_month.count == 0
    assert found.engagement_interval is None, "three posts carry no interval"


async def test_more_conversions_than_visits_are_no_rate_and_part_of_none(session: AsyncSession) -> None:
    assert (rates.conversion_rate(5, 10), rates.conversion_rate(10, 10), rates.conversion_rate(30, 10)) == (
        0.5,
        1,
        None,
    )
    for day, conversions in ((date(2026, 11, 1), 5), (date(2026, 11, 2), 30)):
        post = await publish(session, days_ago=40, views=1000, readings=1)
        bought = NewWebDay(day=day, post_id=post.id, sessions=10, conversions=conversions, measured_at=NOW)
        await records.add_web_days(session, [bought])
    found = (await baselines.baselines(session, as_of=NOW))["linkedin"]
    assert (found.total_conversions, found.avg_conversion_rate) == (35, 0.5)
    (odd,) = audience.told("device", [_visits(sessions=10, conversions=30)]).slices
    assert (odd.conversions, odd.conversion_rate, odd.conversion_interval) == (30, None, None)


def _visits(*, sessions: int, conversions: int) -> dict[str, object]:
    """What the database says of one device."""
    sums = {"sessions": sessions, "counted": sessions, "conversions": conversions, "users": None, "page_views": None}
    return {"name": "phone", "days": 1, "revenue": None, "currency": None, "other_currency": None, **sums}


async def test_an_earlier_as_of_reads_the_reading_that_was_the_latest_then(session: AsyncSession) -> None:
    await publish(session, days_ago=10, views=300, clicks=30)
    then = NOW - timedelta(days=10) + timedelta(hours=30)  # after the first of three readings
    found = (await baselines.baselines(session, as_of=then))["linkedin"]
    assert (found.total_views, found.total_engagement) == (100, 10)
    before_any = await baselines.baselines(session, as_of=NOW - timedelta(days=10) + timedelta(hours=1))
    assert before_any == {}


async def test_the_newest_reading_stays_right_when_readings_change_come_late_or_go(session: AsyncSession) -> None:
    post = await publish(session, days_ago=10, views=300, clicks=30)

    async def views() -> list[int]:
        return list((await session.execute(text("SELECT views FROM latest_readings"))).scalars())

    late = NewReading(
        post_id=post.id, platform="linkedin", measured_at=NOW - timedelta(days=9, hours=23), views=1, source="late"
    )
    await records.add_readings(session, [late])
    assert await views() == [300], "an older reading that comes late changes nothing"
    await session.execute(text("UPDATE social_post_analytics SET views = 400 WHERE views = 300"))
    assert await views() == [400]
    await session.execute(text("DELETE FROM social_post_analytics WHERE views = 400"))
    assert await views() == [200]
    await session.execute(text("UPDATE social_post_analytics SET post_id = NULL"))
    assert await views() == []
    await session.execute(text("UPDATE social_post_analytics SET post_id = :id"), {"id": post.id})
    assert await views() == [200]
    await session.execute(text("DELETE FROM posts"))
    assert await views() == []


async def test_sample_posts_do_not_count_beside_own_ones(session: AsyncSession) -> None:
    from cofounder.business import sample

    await sample.load(session, today=NOW.date())
    only_sample = await baselines.baselines(session, channels=["linkedin"], as_of=NOW)
    assert only_sample["linkedin"].count > 10
    await publish(session, days_ago=5, views=100, clicks=1)
    assert (await baselines.baselines(session, as_of=NOW))["linkedin"].count == 1


async def test_topics_have_every_figure_that_the_shape_names(session: AsyncSession) -> None:
    random = Random(1)
    told = []
    for _ in range(8):
        views, clicks = random.randint(500, 3000), random.randint(5, 90)
        told.append((views, clicks))
        await publish(
            session, days_ago=random.randint(5, 100), views=views, clicks=clicks, topic="Coffee", revenue=Decimal(90)
        )
    await publish(session, days_ago=20, views=100, clicks=1, topic="tea")
    coffee, tea = await topics.by_category(session, as_of=NOW)
    views, clicks = sum(v for v, _ in told), sum(c for _, c in told)
    assert (coffee.topic, coffee.sample_size, coffee.total_views, coffee.total_engagement) == (
        "coffee",
        8,
        views,
        clicks,
    )
    assert coffee.avg_engagement_rate == round(clicks / views, 6)
    assert coffee.total_revenue == 720
    assert coffee.revenue_per_view == round(720 / views, 6)
    assert coffee.effectiveness_score == pytest.approx(100 * 720 / views, abs=1e-3)
    assert coffee.engagement_interval is not None
    assert coffee.engagement_interval.low < clicks / views < coffee.engagement_interval.high
    assert (tea.status, tea.sample_size) == ("not enough data", 1)
    assert "not enough data, 1 measured post of the 5" in tea.sentence
    assert (await service.topic_effectiveness(session, " COFFEE ", as_of=NOW)).sample_size == 8
    unknown = await service.topic_effectiveness(session, "quantum chromodynamics", as_of=NOW)
    assert (unknown.status, unknown.sample_size, unknown.avg_engagement_rate) == ("not enough data", 0, None)


async def test_a_blank_topic_is_not_every_topic(session: AsyncSession) -> None:
    await publish(session, days_ago=20, views=1000, clicks=10)
    assert (await service.topic_effectiveness(session, "  ", as_of=NOW)).sample_size == 0


async def test_a_topic_nobody_filed_is_found_by_likeness(session: AsyncSession) -> None:
    for at in range(6):
        await publish(
            session, days_ago=10 + at, views=1000, clicks=20, topic=None, content="Glazed teapots for everybody"
        )
    await publish(session, days_ago=5, views=9, clicks=9, topic="hiring")
    found = await service.topic_effectiveness(session, "teapots", as_of=NOW)
    assert (found.found_by, found.sample_size, found.avg_engagement_rate) == ("likeness", 6, 0.02)


async def test_a_clearly_better_hour_is_found_and_one_of_chance_is_not(session: AsyncSession) -> None:
    random = Random(3)
    for day in range(120):
        for hour, rate in ((9, 0.06), (15, 0.02)):
            at = datetime(2026, 6, 1, hour, tzinfo=UTC) + timedelta(days=day)
            clicks = max(round(1000 * rate * random.lognormvariate(0, 0.3)), 1)
            await publish(session, days_ago=0, at=at, views=1000, clicks=clicks, readings=3)
            await publish(session, days_ago=0, at=at, views=1000, clicks=max(round(40 * random.lognormvariate(0, 0.3)), 1),
                          platform="x", readings=3)  # fmt: skip
    found = await service.best_times(session, "linkedin", as_of=NOW)
    assert found.best_hour is not None
    assert found.best_hour.name == "09:00"
    assert found.best_hour.low > 1.4
    assert found.best_weekday is None
    planned = suggested(found, NOW)
    assert planned.at == datetime(2026, 11, 22, 9, tzinfo=UTC), "it is nine already: the next day"
    elsewhere = await service.suggest_time(session, "linkedin", as_of=NOW, zone="Europe/Berlin")
    assert elsewhere.hour is not None
    assert elsewhere.hour.name in ("10:00", "11:00")
    flat = await service.suggest_time(session, "x", as_of=NOW)
    assert (flat.status, flat.at) == ("no clear difference", None)
    assert flat.sentence.startswith("X: no hour and no weekday"), "a channel is called what people call it"
    thin = await service.suggest_time(session, "facebook", as_of=NOW)
    assert (thin.status, thin.n, thin.at) == ("not enough data", 0, None)
    for zone in ("Mars/Olympus", "localtime", "posixrules", "posix/Europe/Berlin"):
        with pytest.raises(service.TimeZoneUnknown):
            await service.suggest_time(session, "x", as_of=NOW, zone=zone)


async def test_a_breakdown_adds_up_one_split_only_and_takes_the_newest_measurement(session: AsyncSession) -> None:
    day = date(2026, 11, 1)
    rows = [
        NewWebDay(day=day, device="phone", sessions=60, conversions=3, measured_at=NOW - timedelta(days=19)),
        NewWebDay(day=day, device="desk", sessions=40, conversions=4, measured_at=NOW - timedelta(days=19)),
        NewWebDay(day=day, device="phone", browser="fox", sessions=50, measured_at=NOW - timedelta(days=19)),
        NewWebDay(day=day, sessions=100, measured_at=NOW - timedelta(days=19)),
    ]
    await records.add_web_days(session, rows)
    found = await audience.breakdown(session, "device", as_of=NOW)
    assert [(one.name, one.sessions, one.share) for one in found.slices] == [("phone", 60, 0.6), ("desk", 40, 0.4)]
    assert found.slices[1].conversion_rate == 0.1
    assert found.slices[1].conversion_interval is not None
    assert (await audience.breakdown(session, "country", as_of=NOW)).status == "not enough data"


async def test_a_breakdown_leaves_out_no_day_that_is_split_finer(session: AsyncSession) -> None:
    known = NOW - timedelta(days=10)
    rows = [
        NewWebDay(day=date(2026, 11, 1), device="phone", sessions=60, measured_at=known),
        NewWebDay(day=date(2026, 11, 2), device="phone", browser="fox", sessions=30, measured_at=known),
        NewWebDay(day=date(2026, 11, 2), device="phone", browser="owl", sessions=9, measured_at=known),
    ]
    await records.add_web_days(session, rows)
    (found,) = (await audience.breakdown(session, "device", as_of=NOW)).slices
    assert (found.days, found.sessions) == (2, 99)


def spent(value: int, start: date, end: date, **parts: str) -> NewFinancial:
    return NewFinancial(
        metric_type="marketing_spend", metric_value=Decimal(value), unit="usd", currency="USD", period_start=start,
        period_end=end, source="test", measured_at=NOW - timedelta(days=5), **parts,
    )  # fmt: skip


async def test_money_split_by_channel_and_campaign_counts_for_both_and_no_day_of_it_twice(
    session: AsyncSession,
) -> None:
    september, october = (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 31))
    rows = [
        spent(30, *september, channel="linkedin", campaign="spring"),
        spent(12, *september, channel="x", campaign="spring"),
        spent(70, *october, channel="linkedin", campaign="spring"),
        spent(100, *october, campaign="spring"),  # the whole of October
        spent(20, date(2026, 10, 5), date(2026, 10, 11), campaign="spring"),  # a week of it
        spent(9, date(2026, 11, 2), date(2026, 11, 8), campaign="spring"),  # of a month that is not over
    ]
    await records.add_financial(session, rows)
    (campaign,) = await returns.returns(session, "campaign", as_of=NOW)
    assert campaign.cost == 30 + 12 + 100 + 9
    by_channel = {one.name: one.cost for one in await returns.returns(session, "channel", as_of=NOW)}
    assert by_channel == {"linkedin": 100, "x": 12}
    behind, more = await returns.rows_behind(session, "campaign", "spring", as_of=NOW)
    assert more is None
    assert [row.value for row in behind[:2]] == [9, 100]
    assert sum(row.value for row in behind) == campaign.cost, "the rows that the cost is the sum of, and no other"
    paged, cursor = [], None
    while page := await returns.rows_behind(session, "campaign", "spring", as_of=NOW, cursor=cursor, limit=1):
        paged += page[0]
        if (cursor := page[1]) is None:
            break
    assert paged == behind
    assert (await returns.rows_behind(session, "channel", "nobody", as_of=NOW))[0] == []


async def test_money_that_the_site_saw_keeps_its_currency(session: AsyncSession) -> None:
    for campaign, currency in (("spring", "EUR"), ("summer", "USD")):
        post = await publish(session, days_ago=20, views=1000, clicks=10, campaign=campaign)
        await session.execute(text("UPDATE social_post_analytics SET cost = 10, currency = 'USD'"))
        day = NewWebDay(
            day=date(2026, 11, 5), campaign=campaign, sessions=5, revenue=Decimal(40), currency=currency,
            measured_at=NOW - timedelta(days=9),
        )  # fmt: skip
        await records.add_web_days(session, [day])
        given = {"post": post.id, "campaign": campaign}
        await session.execute(text("UPDATE web_analytics SET post_id = :post WHERE campaign = :campaign"), given)
    found = {one.name: one for one in await returns.returns(session, "campaign", as_of=NOW)}
    euro, dollar = found["spring"], found["summer"]
    assert (euro.revenue, euro.currency, euro.cost, euro.return_on_cost) == (40, "EUR", None, None)
    assert (dollar.revenue, dollar.currency, dollar.cost, dollar.return_on_cost) == (40, "USD", 10, 4)
    both = (await baselines.baselines(session, as_of=NOW))["linkedin"]
    assert (both.count, both.total_revenue, both.currency) == (2, None, None)


async def test_money_of_a_campaign_is_set_beside_what_came_of_it(session: AsyncSession) -> None:
    for kind, value in (("marketing_spend", 500), ("revenue", 2000)):
        row = NewFinancial(
            metric_type=kind, metric_value=Decimal(value), unit="usd", currency="USD", campaign="spring",
            period_start=date(2026, 10, 1), period_end=date(2026, 10, 31), source="test", measured_at=NOW - timedelta(days=5),
        )  # fmt: skip
        await records.add_financial(session, [row])
    await publish(session, days_ago=20, views=1000, clicks=100, campaign="spring")
    (found,) = await returns.returns(session, "campaign", as_of=NOW)
    assert (found.cost, found.revenue, found.return_on_cost) == (500, 2000, 4)
    assert found.engagement_per_dollar == 0.2


async def test_a_day_far_from_its_weekdays_is_pointed_out(session: AsyncSession) -> None:
    random = Random(7)
    odd = date(2026, 10, 14)
    rows = []
    for back in range(1, 120):
        day = NOW.date() - timedelta(days=back)
        value = round((1000 if day.weekday() < 5 else 400) * random.lognormvariate(0, 0.08))
        rows.append(NewWebDay(day=day, sessions=value * (5 if day == odd else 1), measured_at=NOW - timedelta(hours=1)))
    await records.add_web_days(session, rows)
    found = await service.anomalies(session, as_of=NOW)
    assert next(one.at for one in found.items if one.metric == "sessions") == odd
    assert len(found.items) <= 4
    change = returns.change_after(
        await queries.days(session, as_of=NOW, since=date(2026, 8, 1)), odd, "sessions", after=1
    )
    assert change.change is not None
    assert change.low is not None
    assert 2.5 < change.change < 6
    assert change.low > 1


async def test_days_and_posts_older_than_the_span_are_told_where_it_holds_too_few(session: AsyncSession) -> None:
    days = [NOW.date() - timedelta(days=500 + back) for back in range(40)]
    rows = [NewWebDay(day=day, sessions=9, device=one, measured_at=NOW) for day in days for one in ("phone", "desktop")]
    await records.add_web_days(session, rows)
    for at, read in ((600, True), (601, False)):
        post = NewPost(platform="x", content="Old.", published_at=NOW - timedelta(days=at))
        made = await records.add_post(session, post)
        if read:
            reading = NewReading(post_id=made.id, platform="x", measured_at=NOW, views=9, clicks=1, source="t")
            await records.add_readings(session, [reading])
    assert (await service.anomalies(session, as_of=NOW)).notes == [
        "Not enough data on days: 0 of the 28 that are needed in this span; 40 more are older.",
        "Not enough data on posts: 0 of the 20 that are needed in this span; 1 more is older.",
    ]
    whole = await service.anomalies(session, as_of=NOW, days=1000)
    assert whole.notes == ["Not enough data on posts: 1 of the 20 that are needed."]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**7))
def test_an_engagement_rate_is_exactly_its_formula(clicks: int, shares: int, comments: int, views: int) -> None:
    assert rates.engagement_rate(clicks, shares, comments, views) == (clicks + shares + comments) / views
    assert rates.engagement_rate(clicks, shares, comments, 0) is None
    assert rates.engagement_rate(None, None, None, views) is None
    assert rates.return_on_cost(clicks, views) == clicks / views


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 10_000)), min_size=5, max_size=40))
def test_an_interval_of_a_ratio_holds_the_ratio(pairs: list[tuple[int, int]]) -> None:
    tops, belows = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    found = intervals.of_ratio(
        len(pairs), sum(tops), sum(belows), sum(a * a for a in tops), sum(b * b for b in belows),
        sum(a * b for a, b in zip(tops, belows, strict=True)),
    )  # fmt: skip
    if sum(tops) == 0:
        assert found is None
    else:
        assert found is not None
        assert 0 < found.low <= sum(tops) / sum(belows) * (1 + 1e-9)
        assert found.high >= found.value * (1 - 1e-9)


def test_a_ratios_interval_holds_as_often_as_it_says() -> None:
    random, held = Random(2), 0
    for _ in range(400):
        views = [random.lognormvariate(7, 0.8) for _ in range(40)]
        tops = [v * 0.03 * random.lognormvariate(-0.125, 0.5) for v in views]
        found = intervals.of_ratio(
            40, sum(tops), sum(views), sum(a * a for a in tops), sum(b * b for b in views),
            sum(a * b for a, b in zip(tops, views, strict=True)),
        )  # fmt: skip
        assert found is not None
        held += found.low <= 0.03 <= found.high
    assert 0.88 <= held / 400 <= 0.99


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=30))
def test_ranks_are_a_permutation_with_ties_shared(values: list[float]) -> None:
    found = ranks(values)
    assert math.isclose(sum(found), len(values) * (len(values) + 1) / 2)
    assert all(
        (a < b) == (x < y) for a, x in zip(found, values, strict=True) for b, y in zip(found, values, strict=True)
    )


def test_neighbouring_months_are_worth_less_than_their_number() -> None:
    rising = [float(at) for at in range(36)]
    assert effective_n(rising, rising) < 12
    random = Random(4)
    noise = [random.gauss(0, 1) for _ in range(36)]
    assert effective_n(noise, [random.gauss(0, 1) for _ in range(36)]) > 25


def test_two_trends_are_no_finding_and_a_true_tie_is() -> None:
    random = Random(5)
    months = list(range(24))
    up = {m: 100 + 5.0 * m + random.gauss(0, 1) for m in months}
    also_up = {m: 7 + 0.3 * m + random.gauss(0, 0.1) for m in months}
    noise = {m: random.gauss(0, 1) for m in months}
    tied = {m: noise[m] * 2 + random.gauss(0, 0.4) for m in months}
    found = correlate(
        [("up", "also_up"), ("noise", "tied")], {"up": up, "also_up": also_up, "noise": noise, "tied": tied}, "months"
    )
    by_name = {one.first: one for one in found}
    assert by_name["up"].status == "not enough data", "24 months of two trends are worth a handful of independent ones"
    assert "not enough data" in by_name["up"].sentence
    clear = by_name["noise"]
    assert clear.status == "ok"
    assert clear.q is not None
    assert clear.q < 0.001
    assert clear.low is not None
    assert clear.low > 0.7


def test_pairs_of_noise_are_seldom_called_clear() -> None:
    random = Random(6)
    clear = 0
    for _ in range(20):
        series = {name: {m: random.gauss(0, 1) for m in range(30)} for name in "abcdef"}
        names = sorted(series)
        pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
        clear += any(one.q is not None and one.q <= 0.1 for one in correlate(pairs, series, "months"))
    assert clear <= 6


def test_a_constant_goes_with_nothing() -> None:
    assert pearson([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None
    assert fmean(ranks([2.0, 2.0])) == 1.5
    noise = Random(7)
    series = {"approved": dict.fromkeys(range(2156), 1.0), "cost": {run: noise.random() for run in range(2156)}}
    (one,) = correlate([("approved", "cost")], series, "runs")
    assert (one.status, one.constant, one.p) == ("never varies", ["approved"], None)
    assert one.sentence == (
        "approved and cost: approved never varied over 2,156 runs, so nothing can be said to go together."
    )
    few = {name: dict(list(values.items())[:5]) for name, values in series.items()}
    assert correlate([("approved", "cost")], few, "runs")[0].sentence.endswith("5 runs; 8 are needed.")


async def test_a_post_that_is_filed_anew_counts_where_it_is_filed(session: AsyncSession) -> None:
    for _ in range(3):
        await publish(session, days_ago=9, views=100, clicks=1, topic=" Coffee ", campaign="spring")
    await session.execute(
        text("UPDATE posts SET topic = NULL, category = 'Tea', platform = 'x', campaign = NULL, cost = 5")
    )
    (tea,) = await topics.by_category(session, as_of=NOW)
    assert (tea.topic, tea.sample_size) == ("tea", 3)
    usual = await baselines.baselines(session, as_of=NOW)
    assert (list(usual), usual["x"].total_cost) == (["x"], 15)
    assert (await topics.of_topic(session, "coffee", as_of=NOW)).sample_size == 0
    await session.execute(text("UPDATE posts SET published_at = :later"), {"later": NOW + timedelta(days=1)})
    assert await baselines.baselines(session, as_of=NOW) == {}, "what is not out yet has no result"


async def test_sums_in_one_pass_are_those_reckoned_post_by_post(session: AsyncSession) -> None:
    """Squares and products come from PostgreSQL's own regression state; here they are added up one by one."""
    random = Random(5)
    told = []
    for _ in range(40):
        views, clicks = random.choice([0, 7, 10**6]), random.randint(0, 9)
        told.append((views, clicks))
        await publish(session, days_ago=20, views=views, clicks=clicks, readings=1)
    (row,) = await queries.sums(session, "platform", as_of=NOW, recent=NOW)
    rated = [(views, clicks) for views, clicks in told if views > 0]
    assert row["rate_n"] == len(rated)
    for name, added in (
        ("rate_top", sum(c for _, c in rated)), ("rate_below", sum(v for v, _ in rated)),
        ("rate_top2", sum(c * c for _, c in rated)), ("rate_below2", sum(v * v for v, _ in rated)),
        ("rate_product", sum(v * c for v, c in rated)), ("views2", sum(v * v for v, _ in told)),
    ):  # fmt: skip
        assert row[name] == pytest.approx(added, rel=1e-9), name
    assert row["paid_n"] == 0
    assert row["paid_top"] is None


def test_an_odd_post_is_told_by_its_name_and_by_its_day_where_that_is_known() -> None:
    usual = [
        {
            "id": at,
            "platform": "x",
            "rated_views": 1000,
            "rated_engaged": 20 + at % 5,
            "title": f"Post {at}",
            "published_at": NOW,
        }
        for at in range(30)
    ]
    odd = {**usual[0], "id": 99, "rated_engaged": 700, "title": None, "opening": "Why we\nbake at night"}
    undated = {**odd, "id": 98, "title": "X post 7", "published_at_known": False}
    told = [one.sentence for one in anomalies.anomalies([], [*usual, odd, undated]).items]
    assert told[0].startswith(
        f"“Why we bake at night” of {NOW:%d %B %Y} on X had an engagement rate of 70.00%; usual is"
    )
    assert told[1].startswith("“X post 7” on X had an engagement rate")
