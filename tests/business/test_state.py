"""The company's figures as of a time."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import past, periods, timeline
from cofounder.business.derive import growth
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewWebDay
from cofounder.business.state import business_state, load
from cofounder.business.story import find_story
from cofounder.models.brief import Fact, Unit

AS_OF = datetime(2026, 11, 21, 9, tzinfo=UTC)
Q4 = periods.quarter(date(2026, 11, 1))


def a_month(
    metric: str, first: date, value: float, *, unit: Unit = "usd", known: datetime | None = None
) -> NewFinancial:
    over = periods.month(first)
    return NewFinancial(
        metric_type=metric,
        metric_value=Decimal(str(value)),
        unit=unit,
        period_start=over.start,
        period_end=over.end,
        source="books",
        measured_at=known or datetime.combine(over.end + timedelta(days=1), time(), UTC),
    )


async def fill(session: AsyncSession) -> None:
    """Revenue, spend, customers and new customers from January 2026 to October."""
    rows = []
    for number in range(1, 11):
        first = date(2026, number, 1)
        rows += [
            a_month("monthly_revenue", first, 1000 * number),
            a_month("marketing_spend", first, 100),
            a_month("customer_count", first, 50 + number, unit="count"),
            a_month("new_customers", first, number, unit="count"),
        ]
    await records.add_financial(session, rows)


def by_metric(facts: list[Fact]) -> dict[str, Fact]:
    return {fact.metric: fact for fact in facts}


async def test_without_a_period_the_newest_finished_month_is_read(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF)
    facts = by_metric(found.facts)
    assert found.period is not None
    assert found.period.label == "October 2026"
    assert facts["revenue"].value == 10_000
    assert facts["revenue"].base is not None
    assert facts["revenue"].base.value == 9_000
    assert facts["revenue"].base.label == "the month before"
    assert facts["revenue"].series == [1000.0 * n for n in range(1, 10)]
    assert found.state["revenue_monthly"] == 10_000
    assert found.state["previous_revenue"] == 9_000
    assert found.state["customers"] == 60
    assert found.state["customer_acquisition_cost"] == 10


async def test_a_quarter_adds_flows_ends_stocks_and_makes_ratios_anew(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF, period=periods.quarter(date(2026, 8, 1)))
    facts = by_metric(found.facts)
    assert facts["revenue"].value == 24_000
    assert facts["customers"].value == 59
    assert facts["acquisition_cost"].value == 300 / 24  # the mean of the months' ratios would be 12.62
    base = facts["acquisition_cost"].base
    assert base is not None
    assert base.value == 300 / 15


async def test_a_quarter_that_has_begun_is_provisional_and_says_which_month_it_has(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF, period=Q4)
    revenue = by_metric(found.facts)["revenue"]
    assert revenue.period is not None
    assert (revenue.value, revenue.period.label) == (10_000, "October 2026")
    assert found.period is not None
    assert found.period.provisional
    assert found.notes == ["Q4 2026 is not complete: these are the figures of October 2026 only."]


async def test_a_figure_measured_later_changes_nothing(session: AsyncSession) -> None:
    await fill(session)
    before = await business_state(session, as_of=AS_OF, period=Q4)
    later = AS_OF + timedelta(seconds=1)
    await records.add_financial(
        session,
        [
            a_month("monthly_revenue", date(2026, 10, 1), 99_999, known=later),
            a_month("monthly_revenue", date(2026, 9, 1), 1, known=later),
            a_month("orders", date(2026, 10, 1), 5, known=later),
        ],
    )
    await records.add_web_days(session, [NewWebDay(day=date(2026, 10, 1), sessions=9, measured_at=later)])
    assert await business_state(session, as_of=AS_OF, period=Q4) == before
    after = await business_state(session, as_of=later, period=Q4)
    assert by_metric(after.facts)["revenue"].value == 99_999


async def test_the_requests_figures_win_and_are_the_only_ones(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF, given={"revenue_monthly": 700, "previous_revenue": 600})
    assert [(fact.metric, fact.value, fact.source) for fact in found.facts] == [("revenue", 700, "request")]
    assert found.facts[0].series == []
    assert found.state == {"revenue_monthly": 700, "previous_revenue": 600, "growth_rate": 0.166667}
    assert found.conflicts == [
        "The request says revenue was $600 in October 2026; $10,000 is stored. The request's figure is used."
    ]


async def test_what_is_asked_and_not_known_is_said(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF, asked=["traffic", "revenue"])
    assert found.missing == ["No figure for website visits is stored."]
    assert [fact.asked for fact in found.facts] == [True]
    given = await business_state(session, as_of=AS_OF, given={"revenue": 5}, asked=["churn_rate"])
    assert given.missing == ["No figure for churn rate is given."]


async def test_a_month_without_figures_says_which_is_the_newest(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF, period=periods.month(date(2026, 11, 1)), asked=["revenue"])
    assert found.facts == []
    assert found.missing == ["No figure for revenue in November 2026 is stored; the newest is that of October 2026."]


async def test_growth_means_every_figure_beside_its_base_with_revenue_asked(session: AsyncSession) -> None:
    await fill(session)
    found = await business_state(session, as_of=AS_OF, wanted=["growth_rate"], asked=["growth_rate"])
    facts = by_metric(found.facts)
    assert {"revenue", "customers", "marketing_spend"} <= set(facts)
    assert facts["revenue"].asked
    assert not facts["customers"].asked
    assert found.missing == []


async def test_nothing_stored_is_said(session: AsyncSession) -> None:
    found = await business_state(session, as_of=AS_OF)
    assert (found.facts, found.source) == ([], "none")
    assert found.missing == ["No figures are stored yet: import some or send business_metrics."]


async def test_web_days_make_a_month_only_when_nearly_all_are_there(session: AsyncSession) -> None:
    days = [date(2026, 9, 1) + timedelta(days=at) for at in range(30)]
    await records.add_web_days(
        session, [NewWebDay(day=day, sessions=10, conversions=1, measured_at=AS_OF) for day in days]
    )
    whole = await business_state(session, as_of=AS_OF, period=periods.month(days[0]))
    facts = by_metric(whole.facts)
    assert facts["traffic"].value == 300
    assert facts["conversion_rate"].value == 0.1
    assert facts["conversion_rate"].n == 300
    august = [date(2026, 8, 1) + timedelta(days=at) for at in range(10)]
    await records.add_web_days(session, [NewWebDay(day=day, sessions=10, measured_at=AS_OF) for day in august])
    part = await business_state(session, as_of=AS_OF, period=periods.month(august[0]))
    covered = by_metric(part.facts)["traffic"].period
    assert covered is not None
    assert covered.label == "August 1 to August 10, 2026"


async def test_more_conversions_than_visits_make_no_rate_and_that_is_said(session: AsyncSession) -> None:
    days = [date(2026, 9, 1) + timedelta(days=at) for at in range(30)]
    await records.add_web_days(
        session, [NewWebDay(day=day, sessions=10, conversions=15, measured_at=AS_OF) for day in days]
    )
    found = await business_state(session, as_of=AS_OF, period=periods.month(days[0]))
    assert "conversion_rate" not in by_metric(found.facts)
    assert "conversion_rate" not in found.state
    assert found.missing == [
        "The conversion rate in September 2026 would be 150%, which it cannot be: conversions 450, website visits 300."
    ]


async def test_a_stored_target_is_the_base(session: AsyncSession) -> None:
    await fill(session)
    await records.add_financial(session, [a_month("target_revenue", date(2026, 10, 1), 11_000)])
    revenue = by_metric((await business_state(session, as_of=AS_OF)).facts)["revenue"]
    assert revenue.base is not None
    assert (revenue.base.kind, revenue.base.value) == ("target", 11_000)


async def test_money_of_two_currencies_is_never_compared_and_the_reason_is_told(session: AsyncSession) -> None:
    rows = [
        a_month("revenue", date(2026, 9, 1), 100).model_copy(update={"currency": "EUR"}),
        a_month("revenue", date(2026, 10, 1), 200).model_copy(update={"currency": "USD"}),
    ]
    await records.add_financial(session, rows)
    found = await business_state(session, as_of=AS_OF)
    (revenue,) = found.facts
    assert (revenue.value, revenue.base, revenue.series) == (200, None, [])
    assert "previous_revenue" not in found.state
    assert "growth_rate" not in found.state
    told = "Revenue is not compared: September 2026 is in EUR, this figure in USD."
    assert told in found.notes
    story = find_story(found.facts)
    assert told in story.insights
    assert "No earlier figure" not in story.narrative
    stored = await load(session, as_of=AS_OF)
    (grown,) = growth.growth(stored)
    assert (grown.n, grown.on_month, grown.currency) == (1, None, "USD")
    assert grown.note == "Not compared with 1 month in EUR: the newest month is in USD."
    said = past.history(stored, "revenue", None, "month", AS_OF.date())
    assert [row["change"] for row in said["items"]] == [None, None]
    assert said["lowest"]["value"] == 200
    assert "other currencies are not compared" in said["narrative"]


async def test_a_quarter_in_two_currencies_has_no_sum_and_says_why(session: AsyncSession) -> None:
    rows = [
        a_month("revenue", date(2026, 8, 1), 100).model_copy(update={"currency": "EUR"}),
        a_month("revenue", date(2026, 9, 1), 200),
        a_month("marketing_spend", date(2026, 9, 1), 50).model_copy(update={"currency": "EUR"}),
        a_month("new_customers", date(2026, 9, 1), 5, unit="count").model_copy(update={"currency": "GBP"}),
    ]
    await records.add_financial(session, rows)
    found = await business_state(session, as_of=AS_OF, period=periods.quarter(date(2026, 8, 1)), asked=["revenue"])
    assert "Revenue in Q3 2026 is stored in EUR and USD, which do not add up." in found.missing
    september = await business_state(session, as_of=AS_OF, period=periods.month(date(2026, 9, 1)))
    assert by_metric(september.facts)["acquisition_cost"].currency == "EUR"
    assert not any("of revenue" in one or "of marketing" in one for one in find_story(september.facts).insights)
    assert september.state["currencies"] == {"marketing_spend": "EUR", "customer_acquisition_cost": "EUR"}


async def test_a_stored_figure_in_another_currency_than_the_requests_is_at_odds_with_it(session: AsyncSession) -> None:
    await records.add_financial(
        session, [a_month("revenue", date(2026, 10, 1), 700).model_copy(update={"currency": "EUR"})]
    )
    over = periods.month(date(2026, 10, 1))
    found = await business_state(session, as_of=AS_OF, given={"revenue": 700}, period=over)
    assert len(found.conflicts) == 1
    assert "€700 is stored" in found.conflicts[0]


async def test_days_of_any_age_are_read(session: AsyncSession) -> None:
    days = [date(2013, 5, 1) + timedelta(days=at) for at in range(31)]
    await records.add_web_days(session, [NewWebDay(day=day, sessions=10, measured_at=AS_OF) for day in days])
    found = await business_state(session, as_of=AS_OF, period=periods.month(days[0]))
    assert by_metric(found.facts)["traffic"].value == 310


async def test_a_month_that_lacks_a_day_counts_wherever_the_day_lies_and_is_marked(session: AsyncSession) -> None:
    lacking = {date(2013, 11, 14), date(2014, 1, 31)}
    days = [date(2013, 11, 1) + timedelta(days=at) for at in range(30 + 31 + 31 + 1)]
    await records.add_web_days(
        session, [NewWebDay(day=day, sessions=10, measured_at=AS_OF) for day in days if day not in lacking]
    )
    stored = await load(session, as_of=AS_OF)
    whole = {p.start: (p.value, p.lacking) for p in stored["traffic"] if p.start != p.end}
    assert whole == {date(2013, 11, 1): (290, 1), date(2013, 12, 1): (310, 0), date(2014, 1, 1): (300, 1)}
    quarter = timeline.read(stored, "traffic", periods.quarter(date(2013, 11, 1)))
    assert quarter is not None
    assert quarter.lacking == 1
    said = past.history(stored, "traffic", None, "month", AS_OF.date())
    assert [(row["period"], row["days_missing"]) for row in said["items"]] == [
        ("November 2013", 1),
        ("December 2013", 0),
        ("January 2014", 1),
    ]
    assert "November 2013 is partial for website visits: 1 of its 30 days has no figure." in said["notes"]
    assert "January 2014 is partial for website visits: 1 of its 31 days has no figure." in said["notes"]
    assert any("February 2014 is incomplete and left out: not every day" in note for note in said["notes"])
    assert "lowest in November 2013 (partial) at 290" in said["narrative"]
    told = await business_state(session, as_of=AS_OF, period=periods.month(date(2014, 1, 1)))
    assert told.notes == ["January 2014 is partial for website visits: 1 of its 31 days has no figure."]
    (grown,) = growth.growth(stored)
    assert grown.note == "Partial: January 2014 (1 of 31 days missing)."


async def test_visits_that_two_sources_count_differently_are_a_conflict(session: AsyncSession) -> None:
    april = [date(2026, 4, day) for day in range(1, 31)]
    await records.add_web_days(session, [NewWebDay(day=day, sessions=200, measured_at=AS_OF) for day in april])
    rows = [a_month("traffic_monthly", april[0], 100, unit="count"), a_month("revenue", april[0], 50)]
    await records.add_financial(session, rows)
    found = await business_state(session, as_of=AS_OF)
    assert found.state["monthly_website_traffic"] == 100
    assert found.conflicts == [
        "The financial figures say website visits were 100 in April 2026; web analytics counts 6,000. "
        "The financial figure is used."
    ]
    quarter = await business_state(session, as_of=AS_OF, period=periods.quarter(april[0]))
    assert quarter.conflicts == found.conflicts
    assert (await business_state(session, as_of=AS_OF, asked=["revenue"])).conflicts == []
    (visits,) = [one for one in growth.growth(await load(session, as_of=AS_OF)) if one.metric == "traffic"]
    assert visits.note == "Web analytics counts 6,000 in April 2026."


async def test_sources_that_agree_but_for_the_days_that_one_lacks_are_no_conflict(session: AsyncSession) -> None:
    april = [date(2026, 4, day) for day in range(1, 29)]
    await records.add_web_days(session, [NewWebDay(day=day, sessions=200, measured_at=AS_OF) for day in april])
    await records.add_financial(session, [a_month("traffic_monthly", april[0], 6_000, unit="count")])
    assert (await business_state(session, as_of=AS_OF)).conflicts == []


async def test_a_figure_that_is_asked_for_is_that_of_its_own_newest_month(session: AsyncSession) -> None:
    april, october = date(2026, 4, 1), date(2026, 10, 1)
    rows = [a_month(name, april, 100) for name in ("revenue", "marketing_spend", "costs")]
    rows += [a_month("customers", day, 50 + day.month, unit="count") for day in (april, october)]
    await records.add_financial(session, rows)
    asked = await business_state(session, as_of=AS_OF, asked=["customers"])
    assert by_metric(asked.facts)["customers"].value == 60
    assert not any("only" in note for note in asked.notes)
    found = await business_state(session, as_of=AS_OF)
    assert by_metric(found.facts)["customers"].value == 54
    assert found.notes == ["These are the figures of April 2026; of October 2026 only customers are stored."]


async def test_a_count_has_no_currency_in_its_growth(session: AsyncSession) -> None:
    await fill(session)
    found = {one.metric: one.currency for one in growth.growth(await load(session, as_of=AS_OF))}
    assert (found["customers"], found["revenue"]) == (None, "USD")


async def test_a_period_that_ends_before_it_begins_is_no_point_of_a_series(session: AsyncSession) -> None:
    await fill(session)
    odd = a_month("revenue", date(2026, 9, 1), 5).model_copy(update={"period_start": date(2026, 10, 2)})
    before = await load(session, as_of=AS_OF)
    await records.add_financial(session, [odd])
    assert await load(session, as_of=AS_OF) == before
