"""What stands out, said in sentences whose every figure can be traced."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.business import periods, story, wording
from cofounder.business.metrics import facts_from_request
from cofounder.models.brief import Base, Fact, Unit
from cofounder.models.figures import trace

OCTOBER = periods.month(date(2026, 10, 1))
CAUSES = ("because", "thanks to", "driven by", "led to", "due to", "as a result")


def a_fact(
    value: float,
    base: float | None = None,
    *,
    metric: str = "revenue",
    noun: str = "revenue",
    unit: Unit = "usd",
    series: list[float] | None = None,
    kind: str = "previous",
    n: int | None = None,
    asked: bool = False,
) -> Fact:
    held = None
    if base is not None:
        held = Base.model_validate({"value": base, "kind": kind, "label": "the month before"})
    return Fact(
        id=metric, metric=metric, noun=noun, value=value, unit=unit, period=OCTOBER, base=held, series=series or [], n=n,
        asked=asked,
    )  # fmt: skip


def sample() -> list[Fact]:
    figures = {
        "revenue_monthly": 150000,
        "previous_month_revenue": 125000,
        "traffic_monthly": 250000,
        "conversion_rate": 0.045,
        "customer_count": 320,
    }
    return facts_from_request(figures, as_of=date(2025, 12, 9))


def test_the_sample_leads_with_twenty_percent_and_its_base() -> None:
    told = story.find_story(sample(), periods.quarter(date(2025, 12, 1)))
    assert told.insights[0] == "Revenue jumped 20% to $150,000 this month, from $125,000 the month before."
    assert "Revenue per customer was $468.75 this month." in told.insights
    assert told.insights[-1] == "No earlier figure for customers, website visits or conversion rate is given."
    assert told.narrative.startswith("Of Q4 2025, only this month is covered by these figures.")
    assert told.metrics_summary["revenue"]["change"] == 0.2


AMOUNTS = st.floats(50, 5e6).map(lambda value: round(value, 2))
RATES = st.floats(0.005, 0.95).map(lambda value: round(value, 4))


@given(AMOUNTS, AMOUNTS, st.integers(31, 10_000), st.integers(31, 10_000), RATES, RATES)
def test_every_figure_in_the_sentences_traces_to_a_fact(
    revenue: float, before: float, customers: int, fewer: int, rate: float, other: float
) -> None:
    facts = [
        a_fact(revenue, before),
        a_fact(customers, fewer, metric="customers", noun="customers", unit="count"),
        a_fact(rate, other, metric="conversion_rate", noun="conversion rate", unit="rate", n=5_000),
    ]
    told = story.find_story(facts)
    for sentence in told.insights:
        lost = [m for m in trace(sentence, told.facts) if m.kind == "unmatched"]
        assert not lost, (sentence, [m.message for m in lost])


@given(AMOUNTS, AMOUNTS)
def test_no_sentence_names_a_cause(now: float, before: float) -> None:
    for sentence in story.find_story([a_fact(now, before)]).insights:
        assert not any(cause in sentence.lower() for cause in CAUSES)


def test_a_record_needs_twelve_periods() -> None:
    assert story.record(a_fact(20, series=[float(n) for n in range(1, 11)])) is None
    assert story.record(a_fact(20, series=[float(n) for n in range(1, 12)])) == "highest"
    assert story.record(a_fact(0.5, series=[float(n) for n in range(1, 12)])) == "lowest"
    assert story.record(a_fact(11, series=[float(n) for n in range(1, 12)])) is None
    told = story.find_story([a_fact(20, 11, series=[float(n) for n in range(1, 12)])])
    assert "Revenue was the highest of the 12 months on record." in told.insights


def test_an_unusual_change_beats_a_larger_usual_one() -> None:
    jumpy = a_fact(140, 100, metric="orders", noun="orders", unit="count", series=[100, 150, 100, 150, 100, 150, 100.0])
    steady = a_fact(110, 100, metric="leads", noun="leads", unit="count", series=[100, 101, 100, 101, 100, 101, 100.0])
    assert [fact.metric for fact in story.find_story([jumpy, steady]).facts] == ["leads", "orders"]


def test_what_the_request_names_comes_first() -> None:
    asked = a_fact(101, 100, metric="orders", noun="orders", unit="count", asked=True)
    assert story.find_story([a_fact(110, 100), asked]).facts[0].metric == "orders"


def test_a_turn_after_three_like_moves_is_told() -> None:
    assert story.reverses(a_fact(3, series=[1.0, 2, 3, 4]))
    assert story.reverses(a_fact(3, series=[4.0, 3, 2, 1]))
    assert not story.reverses(a_fact(5, series=[1.0, 2, 3, 4]))
    assert not story.reverses(a_fact(3, series=[2.0, 3, 4]))


@given(st.floats(10, 1e9), st.lists(st.floats(1, 1e9), min_size=2, max_size=30))
def test_a_milestone_is_one_two_or_five_with_noughts_and_was_never_reached_before(
    value: float, series: list[float]
) -> None:
    passed = story.milestone(a_fact(value, series=series))
    if passed is not None:
        assert f"{passed:.0f}".rstrip("0") in ("1", "2", "5")
        assert max(series) < passed <= value


def test_a_rate_on_few_cases_is_left_out_and_it_is_said() -> None:
    thin = a_fact(0.2, metric="conversion_rate", noun="conversion rate", unit="rate", n=10)
    told = story.find_story([thin])
    assert told.facts == []
    assert told.left_out == ["Conversion rate is left out: it rests on only 10 cases."]


def test_a_rate_moves_in_points_and_never_in_percent() -> None:
    rate = a_fact(0.05, 0.04, metric="conversion_rate", noun="conversion rate", unit="rate")
    assert wording.compare(rate) == "Conversion rate was 5% in October 2026, up 1 point from 4% the month before."


def test_a_change_across_zero_has_no_percentage() -> None:
    sentence = wording.compare(a_fact(50, -20, metric="net_income", noun="net income"))
    assert "%" not in sentence
    assert "-$20" in sentence


def test_a_target_is_missed_or_met_in_its_own_unit() -> None:
    missed = a_fact(90, 100, kind="target")
    assert wording.compare(missed) == "Revenue was $90 in October 2026, $10 below the target of $100."


@pytest.mark.parametrize(
    ("change", "verb"),
    [
        (0.001, "was flat at"),
        (-0.01, "edged down"),
        (0.03, "ticked up"),
        (-0.08, "fell"),
        (0.2, "jumped"),
        (9, "shot up"),
    ],
)
def test_the_verb_follows_the_size_of_the_change(change: float, verb: str) -> None:
    assert wording.verb(change) == verb


@given(st.floats(0.0001, 50))
def test_a_rounded_share_says_about_and_an_exact_one_does_not(change: float) -> None:
    shown = wording.share(change)
    stated = float(shown.removeprefix("about ").rstrip("%").replace(",", "")) / 100
    exact = abs(stated - change) < 1e-9
    assert shown.startswith("about ") != exact or exact
    assert abs(stated - change) <= max(0.0005, 0.005 if change >= 0.0995 else 0.0005) + 1e-9
