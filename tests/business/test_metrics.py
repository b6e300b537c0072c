"""Figures that come with a request: what is accepted, what they mean, what is refused."""

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.business import periods
from cofounder.business.catalogue import KNOWN, canonical, metric
from cofounder.business.differing import differing
from cofounder.business.metrics import MetricInvalid, facts_from_request, read_given, validate

SAMPLE = {
    "revenue_monthly": 150000,
    "previous_month_revenue": 125000,
    "traffic_monthly": 250000,
    "conversion_rate": 0.045,
    "customer_count": 320,
}
AS_OF = date(2025, 12, 9)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("this_month_revenue", "revenue"),
        ("revenue_monthly", "revenue"),
        ("traffic_monthly", "traffic"),
        ("monthly_website_traffic", "traffic"),
        ("website_monthly_traffic", "traffic"),
        ("customers", "customers"),
        ("customer_count", "customers"),
        ("customer_acquisition_cost", "acquisition_cost"),
        ("customer_lifetime_value", "lifetime_value"),
        ("Website Traffic", "traffic"),
        ("customerCount", "customers"),
        ("mrr", "monthly_recurring_revenue"),
    ],
)
def test_every_spelling_of_a_metric_is_one_metric(spelling: str, name: str) -> None:
    assert canonical(spelling) == name


def test_no_spelling_names_two_metrics() -> None:
    spellings = [s for m in KNOWN.values() for s in {m.name, m.state, *m.aliases}]
    assert len(spellings) == len(set(spellings))


def test_the_sample_request_becomes_four_facts_with_the_month_before_as_revenues_base() -> None:
    facts = {fact.metric: fact for fact in facts_from_request(SAMPLE, as_of=AS_OF)}
    assert set(facts) == {"revenue", "traffic", "conversion_rate", "customers"}
    revenue = facts["revenue"]
    assert (revenue.value, revenue.unit, revenue.source, revenue.noun) == (150000, "usd", "request", "revenue")
    assert revenue.base is not None
    assert (revenue.base.value, revenue.base.label, revenue.base.kind) == (125000, "the month before", "previous")
    assert all(fact.period is not None and fact.period.label == "this month" for fact in facts.values())
    assert facts["conversion_rate"].unit == "rate"
    assert facts["traffic"].noun == "website visits"


def test_the_state_has_the_names_that_examples_use() -> None:
    state = read_given(SAMPLE, as_of=AS_OF).state
    assert state == {
        "revenue_monthly": 150000,
        "monthly_website_traffic": 250000,
        "conversion_rate": 0.045,
        "customers": 320,
        "previous_revenue": 125000,
        "growth_rate": 0.2,
    }


def test_a_growth_rate_that_disagrees_with_two_revenues_is_a_conflict_and_not_a_fact() -> None:
    told = read_given({**SAMPLE, "growth_rate": 0.25}, as_of=AS_OF)
    assert [fact for fact in told.facts if fact.metric == "growth_rate"] == []
    assert told.conflicts == [
        "growth_rate is given as 25.0%, but revenue of $150,000 after $125,000 is a change of 20.0%."
    ]


def test_a_rounded_growth_rate_agrees() -> None:
    told = read_given({"revenue": 100, "previous_revenue": 81, "growth_rate": 0.23}, as_of=AS_OF)
    assert told.conflicts == []


def test_a_growth_rate_alone_is_a_fact() -> None:
    (fact,) = facts_from_request({"growth_rate": 0.2}, as_of=AS_OF)
    assert (fact.noun, fact.value, fact.unit) == ("revenue growth", 0.2, "rate")


def test_a_custom_figure_keeps_its_name_and_gets_a_readable_noun() -> None:
    facts = {f.id: f for f in facts_from_request({"newsletterSubscribers": 1200, "ad_cost_usd": 40}, as_of=AS_OF)}
    assert (facts["newsletter_subscribers"].noun, facts["newsletter_subscribers"].unit) == (
        "newsletter subscribers",
        "count",
    )
    assert (facts["ad_cost_usd"].noun, facts["ad_cost_usd"].unit) == ("ad cost", "usd")


def test_a_custom_percentage_becomes_a_rate() -> None:
    (fact,) = facts_from_request({"open_rate_percent": 41}, as_of=AS_OF)
    assert (fact.value, fact.unit, fact.noun) == (0.41, "rate", "open rate")


def test_a_target_is_a_base_unless_an_earlier_value_is_given_too() -> None:
    (fact,) = facts_from_request({"revenue": 150, "target_revenue": 160}, as_of=AS_OF)
    assert fact.base is not None
    assert fact.base.kind == "target"
    (fact,) = facts_from_request({"revenue": 150, "target_revenue": 160, "previous_revenue": 125}, as_of=AS_OF)
    assert fact.base is not None
    assert fact.base.kind == "previous"


def test_a_quarters_revenue_is_no_base_for_a_months() -> None:
    facts = facts_from_request({"revenue_monthly": 150, "previous_quarter_revenue": 400}, as_of=AS_OF)
    assert facts[0].base is None
    assert facts[1].noun == "revenue the quarter before"
    assert facts[1].period == periods.quarter(date(2025, 8, 1))


def test_a_month_that_is_asked_about_names_the_figures() -> None:
    october = periods.month(date(2025, 10, 1))
    assert facts_from_request({"revenue": 1}, as_of=AS_OF, period=october)[0].period == october


def test_figures_for_a_quarter_that_is_over_are_taken_as_its_last_months_and_it_is_said() -> None:
    told = read_given({"revenue": 1}, as_of=date(2026, 1, 5), period=periods.quarter(date(2025, 12, 1)))
    assert told.facts[0].period == periods.month(date(2025, 12, 1))
    assert told.notes == ["The figures are taken as those of December 2025, the last month of Q4 2025."]


def test_a_market_position_may_be_words() -> None:
    told = read_given({"market_position": "challenger", "revenue": 5}, as_of=AS_OF)
    assert told.state["market_position"] == "challenger"
    assert len(told.facts) == 1


@pytest.mark.parametrize(
    ("given_figures", "field", "words"),
    [
        ({"revenue_monthly": -5}, "revenue_monthly", "cannot be negative"),
        ({"conversion_rate": 4.5}, "conversion_rate", "Did you mean 0.045?"),
        ({"conversion_rate": -0.1}, "conversion_rate", "cannot be negative"),
        ({"customers": "many"}, "customers", "is text; a number is wanted"),
        ({"customers": False}, "customers", "is false; a number is wanted"),
        ({"customers": [1]}, "customers", "is a list"),
        ({"revenue": math.nan}, "revenue", "not a finite number"),
        ({"revenue": math.inf}, "revenue", "not a finite number"),
        ({"revenue": 10**400}, "revenue", "too large"),
        ({"x" * 80: 1}, "x" * 80, "no name for a figure"),
        ({"drop table;": 1}, "drop table;", "no name for a figure"),
        ({"": 1}, "", "no name for a figure"),
        ({"customers": 3, "customer_count": 4}, "customer_count", "means the same as customers"),
        ({"customer_count": 1.5}, "customer_count", "is counted in whole numbers"),
        ({"churn_rate": 7}, "churn_rate", "between 0 and 1"),
    ],
)
def test_a_figure_that_does_not_fit_is_refused_by_name(given_figures: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(MetricInvalid) as refused:
        validate(given_figures)
    (error,) = refused.value.errors
    assert error["field"] == f"business_metrics.{field}"
    assert words in error["message"]
    assert refused.value.status == 422


def test_every_figure_at_fault_is_told_at_once() -> None:
    with pytest.raises(MetricInvalid) as refused:
        validate({"revenue": -1, "customers": "x", "orders": 3})
    assert [error["field"] for error in refused.value.errors] == [
        "business_metrics.revenue",
        "business_metrics.customers",
    ]


def test_figures_of_a_quarter_are_compared_with_quarters_and_are_no_months_state() -> None:
    quarter = periods.quarter(AS_OF)
    told = read_given(
        {"period": "quarter", "revenue": 250_000, "previous_revenue": 200_000, "customers": 1_200},
        as_of=AS_OF,
        period=quarter,
    )
    revenue, customers = told.facts
    assert revenue.period is not None
    assert revenue.period.label == quarter.label
    assert revenue.base is not None
    assert revenue.base.period == periods.previous(quarter)
    assert revenue.base.label == "the quarter before"
    assert customers.base is None
    assert told.state == {"customers": 1_200}


def test_a_months_figure_is_no_base_of_a_quarters() -> None:
    told = read_given({"period": "quarter", "revenue": 250_000, "previous_month_revenue": 90_000}, as_of=AS_OF)
    assert [fact.base for fact in told.facts] == [None, None]
    assert "before" in told.facts[1].noun


def test_a_years_figures_compare_with_the_year_before() -> None:
    told = read_given({"period": "year", "revenue": 1_000_000, "last_year_revenue": 800_000}, as_of=AS_OF)
    (revenue,) = told.facts
    assert revenue.base is not None
    assert revenue.base.label == "the year before"
    assert revenue.base.period == periods.previous(periods.year(AS_OF))


@pytest.mark.parametrize("said", ["week", "", 3, True])
def test_another_span_is_refused_by_its_name(said: Any) -> None:
    with pytest.raises(MetricInvalid, match="month, quarter or year"):
        validate({"revenue": 1, "period": said})


def test_too_many_figures_are_refused() -> None:
    with pytest.raises(MetricInvalid, match="too many"):
        validate({f"figure_{number}": number for number in range(51)})


def test_null_means_not_given_and_two_like_values_may_stand_twice() -> None:
    assert validate({"revenue": None, "customers": 3, "customer_count": 3}) == {"customers": 3, "customer_count": 3}


@pytest.mark.parametrize(
    ("given", "said", "words"),
    [
        ({"revenue_monthly": 120_000}, {"revenue": 150_000}, ["revenue $150,000", "revenue_monthly", "$120,000"]),
        ({"churn_rate": 0.03}, {"churn_rate": 0.02}, ["churn rate 2%", "3%"]),
        ({"previous_month_revenue": 1}, {"previous_revenue": 2}, ["previous revenue $2", "$1"]),
    ],
)
def test_words_that_say_another_value_than_a_field_are_told(
    given: dict[str, Any], said: dict[str, float], words: list[str]
) -> None:
    (told,) = differing(given, said)
    assert all(one in told for one in words)


def test_words_that_agree_or_speak_of_another_span_are_no_conflict() -> None:
    assert differing({"revenue_monthly": 150_000}, {"revenue": 150_000.0, "customers": 3}) == []
    assert differing({"revenue": 450_000, "period": "quarter"}, {"revenue": 150_000}) == []


@given(
    st.dictionaries(
        st.one_of(st.text(max_size=70), st.sampled_from(sorted(KNOWN))),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        max_size=6,
    )
)
def test_whatever_is_given_is_either_refused_or_becomes_finite_facts(figures: dict[str, Any]) -> None:
    try:
        told = read_given(figures, as_of=AS_OF)
    except MetricInvalid:
        return
    for fact in told.facts:
        assert math.isfinite(fact.value)
        assert fact.noun.strip()
        low = metric(fact.metric).low
        assert low is None or fact.value >= low


@given(st.floats(1, 1e9), st.floats(1, 1e9))
def test_growth_in_the_state_is_the_change_of_the_two_revenues(now: float, before: float) -> None:
    state = read_given({"revenue": now, "previous_revenue": before}, as_of=AS_OF).state
    assert math.isclose(state["growth_rate"], now / before - 1, abs_tol=1e-6)
