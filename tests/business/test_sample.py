"""The sample company: complete, seeded, apart from a company's own rows, and gone in one step."""

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import periods, sample
from cofounder.business.derive.rates import pooled_rate
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewTask, TaskFilter
from cofounder.business.sample import figures, posts
from cofounder.business.state import business_state

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize("today", [TODAY, date(2026, 1, 1), date(2024, 2, 29), date(2026, 12, 31)])
def test_the_figures_end_with_the_last_finished_month_and_make_it_a_record(today: date) -> None:
    months = figures.months(today, 7)
    assert len(months) == 24
    assert months[-1].first == periods.previous(periods.month(today)).start
    assert max(months, key=lambda month: month.revenue) is months[-1]
    assert all(row.measured_at.date() <= today for row in figures.financial(months))


def test_a_seed_gives_the_same_company_and_another_seed_another() -> None:
    assert figures.months(TODAY, 7) == figures.months(TODAY, 7)
    assert figures.months(TODAY, 7) != figures.months(TODAY, 8)
    assert posts.history(TODAY, 7) == posts.history(TODAY, 7)


def test_a_months_days_add_up_to_the_month() -> None:
    months = figures.months(TODAY, 7)
    days = figures.web(months, 7)
    by_month: Counter[date] = Counter()
    for day in days:
        by_month[day.day.replace(day=1)] += day.sessions or 0
    assert [by_month[month.first] for month in months] == [month.visits for month in months]


def test_no_two_texts_are_equal_and_none_is_too_long_for_x() -> None:
    made = posts.history(TODAY, 7)
    assert len(made.tasks) == 60
    assert len({post.content for post in made.posts}) == len(made.posts)
    assert max(len(post.content) for post in made.posts if post.platform == "x") <= 280


def test_counters_only_grow_and_nothing_is_measured_in_the_future() -> None:
    for today in (TODAY, date(2026, 11, 1)):
        made = posts.history(today, 7)
        last: dict[object, int] = {}
        for reading in made.readings:
            assert reading.measured_at <= datetime(today.year, today.month, today.day, tzinfo=UTC)
            assert (reading.views or 0) >= last.get(reading.post_id, 0)
            last[reading.post_id] = reading.views or 0


async def test_loading_is_fast_complete_marked_and_idempotent(session: AsyncSession) -> None:
    began = time.perf_counter()
    first = await sample.load(session, today=TODAY, seed=7)
    assert time.perf_counter() - began < 3
    assert first["tasks"] == 60
    assert first["financial_metrics"] == 24 * 8
    assert first["web_analytics"] > 700
    assert first["posts"] > 100
    assert first["social_post_analytics"] == 5 * first["posts"]
    assert await sample.load(session, today=TODAY, seed=7) == first
    assert await sample.describe(session) == first
    assert (await records.list_tasks(session, TaskFilter(is_sample=False))).total == 0


async def test_a_later_month_replaces_the_rows_and_keeps_what_a_person_ran(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    mine = await records.add_task(session, NewTask(request="Mine", is_sample=True))
    again = await sample.load(session, today=TODAY + timedelta(days=30))
    assert again["financial_metrics"] == 24 * 8
    assert again["tasks"] == 61
    assert (await records.get_task(session, mine.id)).request == "Mine"


async def test_removing_takes_every_sample_row_and_no_other(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    own = await records.add_task(session, NewTask(request="Own"))
    removed = await sample.remove(session)
    assert removed["tasks"] == 60
    assert set((await sample.describe(session)).values()) == {0}
    assert (await records.get_task(session, own.id)).request == "Own"


async def test_the_sample_refuses_to_mix_with_a_companys_own_rows(session: AsyncSession) -> None:
    own = NewFinancial(
        metric_type="revenue", metric_value=Decimal(1), unit="usd", period_start=TODAY, period_end=TODAY,
        source="books", measured_at=NOW,
    )  # fmt: skip
    await records.add_financial(session, [own])
    with pytest.raises(sample.NotEmpty):
        await sample.load(session, today=TODAY)


async def test_a_sample_beside_which_somebody_brought_rows_of_their_own_opens_again_as_it_is(
    session: AsyncSession,
) -> None:
    before = await sample.load(session, today=TODAY)
    own = NewFinancial(
        metric_type="revenue", metric_value=Decimal(1), unit="usd", period_start=TODAY, period_end=TODAY,
        source="books", measured_at=NOW,
    )  # fmt: skip
    await records.add_financial(session, [own])
    assert await sample.load(session, today=TODAY + timedelta(days=40)) == before


async def test_the_built_in_effects_are_there_to_be_found(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    read = await records.posts(session, as_of=NOW)
    linkedin = [post for post in read if post.platform == "linkedin"]
    stories = pooled_rate([post for post in linkedin if post.topic == "customer stories"])
    hiring = pooled_rate([post for post in linkedin if post.topic == "hiring"])
    assert stories is not None
    assert hiring is not None
    assert stories > 1.5 * hiring


async def test_the_quarter_that_has_begun_reads_as_a_person_would_expect(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    found = await business_state(session, as_of=NOW, period=periods.quarter(TODAY))
    revenue = next(fact for fact in found.facts if fact.metric == "revenue")
    assert revenue.period is not None
    assert revenue.period.label == "October 2026"
    assert revenue.base is not None
    assert revenue.base.label == "October 2025"  # a seasonal business is compared with its own season
    assert len(revenue.series) == 23


def books(value: int, start: date, end: date) -> NewFinancial:
    return NewFinancial(
        metric_type="revenue", metric_value=Decimal(value), unit="usd", period_start=start, period_end=end,
        source="books", measured_at=NOW,
    )  # fmt: skip


async def test_sample_figures_stop_counting_when_the_company_has_its_own(session: AsyncSession) -> None:
    await sample.load(session, today=TODAY)
    end = TODAY.replace(day=1) - timedelta(days=1)
    await records.add_financial(session, [books(7, end.replace(day=1), end)])
    read = await records.financial_rows(session, as_of=NOW)
    assert [(row.metric_type, int(row.metric_value)) for row in read] == [("revenue", 7)]


async def test_a_period_that_is_not_over_has_no_total_yet(session: AsyncSession) -> None:
    await records.add_financial(session, [books(7, TODAY.replace(day=1), TODAY + timedelta(days=40))])
    assert await records.financial_rows(session, as_of=NOW) == []
