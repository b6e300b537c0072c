"""Figures are read, derived by the closed list only, and traced to where they come from."""

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.models.brief import Base, Brief, ChannelForm, Fact, Period
from cofounder.models.figures import Ledger, derive, disagreements, forbidden_claims, ledger_of, read, trace
from cofounder.models.figures.words import NUMBER_WORDS, in_words, value_of

Q4 = Period(start=date(2025, 10, 1), end=date(2025, 12, 31), grain="quarter", label="Q4 2025")
REVENUE = Fact(
    id="revenue_monthly",
    metric="revenue",
    noun="revenue",
    value=150_000,
    unit="usd",
    base=Base(value=125_000, label="the month before"),
)
TRAFFIC = Fact(id="traffic_monthly", metric="traffic", noun="website visits", value=250_000, unit="count")
RATE = Fact(id="conversion_rate", metric="conversion_rate", noun="conversion rate", value=0.045, unit="rate")
CUSTOMERS = Fact(id="customer_count", metric="customers", noun="customers", value=320, unit="count")
FACTS = [REVENUE, TRAFFIC, RATE, CUSTOMERS]


def only(text: str, facts: list[Fact] = FACTS) -> str:
    [mention] = trace(text, facts, period=Q4)
    return mention.kind


@pytest.mark.parametrize(
    "text",
    [
        "Revenue grew 20%",
        "Revenue rose twenty percent",
        "revenue, up 20% in a month",
        "Revenue: +20%",
        "a rise of $25,000",
        "250,000 visits",
        "about one in 22",
        "11,250 conversions",
        "238,750 visits ended without one",
        "95.5% of visits",
        "about $469 each",
        "$468.75 per customer",
        "sixty cents",
        "$13.33 per conversion",
        "about 35 to 1",
        "at our traffic, 2,500",
        "one dollar in six",
        "$150K",
        "$0.15 million",
    ],
)
def test_a_right_figure_is_traced(text: str) -> None:
    assert only(text) in ("given", "derived")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Revenue grew 30%", "neither"),
        ("Revenue rose 19.5%", "neither"),
        ("Revenue fell 20%", "rose"),
        ("Traffic grew 20%", "not of traffic"),
        ("11,250 new customers", "not of customers"),
        ("320 new customers", "new"),
        ("Customers reached 250,000", "not of customers"),
        ("revenue rose by $150,000", "not a change"),
        ("conversion is up 4.5%", "not a change"),
        ("We have 321 customers", "neither"),
        ("half of our visits", "neither"),
        ("in Q3 2025", "not a period"),
        ("Revenue: -20%", "not below zero"),
        ("over 24 months", "neither"),
        ("Revenue doubled", "neither"),
        ("1.7 times the visits of last month", "neither"),
        ("a conversion rate of 4%", "neither"),
    ],
)
def test_a_wrong_figure_is_unmatched_and_says_why(text: str, word: str) -> None:
    [mention] = trace(text, FACTS, period=Q4)
    assert mention.kind == "unmatched"
    assert word in (mention.message or "")


@pytest.mark.parametrize(
    "text", ["1. First point", "Five inputs", "two points make a line", "n = 4", "24/7", "3/5", "One of the customers"]
)
def test_the_text_s_own_order_is_no_figure_about_the_world(text: str) -> None:
    assert {mention.kind for mention in trace(text, FACTS, period=Q4)} <= {"structural"}


def test_periods_are_known_by_their_days_not_their_spelling() -> None:
    for text in ("Q4 2025", "the fourth quarter of 2025", "December", "October 2025", "2025", "2025-11-30"):
        assert only(f"It was in {text} that") == "period", text
    assert only("It was in January that") == "unmatched"


def test_a_rounded_change_matches_and_a_wrong_one_does_not() -> None:
    fact = REVENUE.model_copy(update={"base": Base(value=125_031)})
    assert only("revenue grew 20%", [fact]) == "derived"  # 19.97%
    assert only("revenue grew 19.97%", [fact]) == "derived"
    assert only("revenue grew 21%", [fact]) == "unmatched"
    nearly = REVENUE.model_copy(update={"base": Base(value=77_000)})
    assert only("Revenue nearly doubled", [nearly]) == "derived"
    assert only("Revenue more than doubled", [nearly]) == "unmatched"


def test_figures_of_the_request_are_allowed_where_the_caller_says_so() -> None:
    [mention] = trace("Join 45 founders", FACTS, allowed=["a dinner for 45 founders"])
    assert mention.kind == "given"


def test_a_formula_is_read_number_by_number() -> None:
    kinds = [mention.kind for mention in trace("250,000 x 4.5% = 11,250", FACTS)]
    assert kinds == ["given", "given", "derived"]


def test_facts_of_different_periods_are_not_divided() -> None:
    month = Period(start=date(2025, 12, 1), end=date(2025, 12, 31), grain="month", label="December 2025")
    money = REVENUE.model_copy(update={"period": Q4})
    people = CUSTOMERS.model_copy(update={"period": month})
    assert not [made for made in derive([money, people]) if made.kind == "ratio"]


def test_a_forecast_derives_nothing() -> None:
    fact = REVENUE.model_copy(update={"kind": "forecast", "low": 140_000.0, "high": 160_000.0})
    assert derive([fact]) == []
    assert only("between $140,000", [fact]) == "given"


def test_claims_that_figures_cannot_carry_are_found() -> None:
    text = "Thanks to the team, a record month: Q4 revenue hit $150,000. We are on track for more, always."
    kinds = {claim.kind for claim in forbidden_claims(text, FACTS)}
    assert kinds == {"cause", "superlative", "part_for_whole", "promise", "absolute"}
    assert forbidden_claims("Revenue reached $150,000 in a month of Q4 2025.", FACTS) == []


def test_links_tags_and_placeholders_hold_no_figures() -> None:
    assert read("https://example.org/2024/7 #top10 {{name2}} a@b7.com") == []


@given(st.integers(0, 99))
def test_number_words_read_back(number: int) -> None:
    assert value_of(in_words(number)) == number
    assert NUMBER_WORDS


@given(value=st.integers(10, 10_000_000), base=st.integers(10, 10_000_000))
@settings(max_examples=60, deadline=None)
def test_the_change_of_any_two_values_is_traced_and_a_far_one_is_not(value: int, base: int) -> None:
    fact = REVENUE.model_copy(update={"value": float(value), "base": Base(value=float(base))})
    change = (value - base) / base * 100
    word = "rose" if change > 0 else "fell"
    if abs(change) < 0.2:
        return
    [first, *_] = trace(f"Revenue {word} {abs(change):.1f}%", [fact])
    assert first.kind == "derived"
    [second, *_] = trace(f"Revenue {word} {abs(change) * 1.4 + 3:.1f}%", [fact])
    assert second.kind == "unmatched"


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_with_true_places(text: str) -> None:
    figures = read(text)
    for figure in figures:
        assert text[figure.start : figure.end] == figure.text
    for one, other in itertools.pairwise(figures):
        assert one.end <= other.start
    Ledger(FACTS, Q4).trace(text)


@pytest.mark.parametrize(
    ("said", "kind"), [("a fifth", "derived"), ("a quarter", "unmatched"), ("a third", "unmatched")]
)
def test_a_change_told_as_a_fraction_is_recomputed(said: str, kind: str) -> None:
    facts = [Fact(id="r", metric="revenue", noun="revenue", value=150_000, unit="usd", base=Base(value=125_000))]
    assert [one.kind for one in trace(f"Revenue is up {said} this month.", facts) if one.text == said] == [kind]
    assert trace("Revenue was flat until a quarter ago.", facts) == []


GROWN = Fact(
    id="r",
    metric="revenue",
    noun="revenue",
    value=150_000,
    unit="usd",
    base=Base(value=125_000, label="October 2025"),
    period=Period(start=date(2025, 11, 1), end=date(2025, 11, 30), grain="month", label="November 2025"),
)


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was $125,000 against $150,000 the month before.",
        "Revenue came to $125,000, up from $150,000.",
        "Revenue fell from $150,000 to $125,000.",
        "Revenue was $125,000 this month.",
        "The month before, it was $150,000.",
        "Revenue of $125,000 compares with $150,000 in October 2025.",
    ],
)
def test_a_value_told_in_the_other_one_s_role_is_unmatched(text: str) -> None:
    wrong = [one for one in trace(text, [GROWN]) if one.kind == "unmatched"]
    assert wrong, text
    assert "now" in (wrong[0].message or "")


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was $150,000 against $125,000 the month before.",
        "From $125,000 to $150,000 in a month.",
        "$125,000 was recorded the month before, against $150,000 this month.",
        "We took $150,000 this month, $125,000 the previous month.",
        "$125,000 then, $150,000 now.",
        "Revenue rose from $125,000 to $150,000, after $125,000 in October 2025.",
    ],
)
def test_a_value_told_in_its_own_role_is_traced(text: str) -> None:
    assert not [one for one in trace(text, [GROWN]) if one.kind == "unmatched"], text


def test_a_told_percentage_that_the_amounts_contradict_is_a_conflict() -> None:
    [apart] = disagreements("Post that our revenue grew 25% last month", [GROWN])
    assert apart.told == "25%"
    assert "$150,000 after $125,000 is a change of 20.0%" in apart.sentence
    for text in ("revenue is up 20%", "we want to grow revenue 25% next year", "a 25% discount", "traffic grew 25%"):
        assert disagreements(text, [GROWN, TRAFFIC]) == [], text
    assert disagreements("revenue fell 20%", [GROWN])


def test_a_contradicted_percentage_of_the_request_may_not_be_repeated() -> None:
    asked = Brief(
        request="Our revenue grew 25%",
        topic="growth",
        form=ChannelForm(channel="linkedin", words=(80, 180)),
        facts=[GROWN],
    )
    assert [one.kind for one in ledger_of(asked).trace("Revenue is up 25%.")] == ["unmatched"]


def test_a_ledger_is_made_once_for_the_same_facts_and_traces_places_anew() -> None:
    asked = Brief(request="r", topic="t", form=ChannelForm(channel="linkedin", words=(80, 180)), facts=[GROWN])
    assert ledger_of(asked) is ledger_of(asked.model_copy(update={"facts": [GROWN.model_copy()]}))
    changed = asked.model_copy(update={"facts": [GROWN.model_copy(update={"value": 140_000.0})]})
    assert ledger_of(changed) is not ledger_of(asked)
    text = "One.\n\nRevenue was $150,000.\n\nRevenue was $150,000."
    assert [text[one.start : one.end] for one in ledger_of(asked).trace(text)] == ["$150,000", "$150,000"]
