"""Figures in a request's words that no text can rest on are asked about; an earlier value keeps its direction."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


def told(intent: Intent) -> str:
    return " ".join(one.text for one in intent.assumptions if one.field == "figures")


@pytest.mark.parametrize(
    "request_",
    [
        "Write a LinkedIn post about our revenue in thousands: 150",
        "Write a LinkedIn post about our revenue (in k$): 150",
        "Write a LinkedIn post about our revenue in millions of dollars, 1.2",
        "Write a tweet about our revenue somewhere near $150k",
        "Write a tweet: revenue was €90,000 in October",
        "Write a LinkedIn post about our week: revenue was $40,000 last week",
        "Write a LinkedIn post: revenue was $450,000 in Q3 and $150,000 in October",
    ],
)
def test_a_figure_that_cannot_be_stated_is_asked_about_and_no_stored_one_takes_its_place(request_: str) -> None:
    assert [one.field for one in read(request_).questions] == ["figures"]
    without = read(request_, {"figures": "Leave it out"})
    assert without.questions == []
    assert not without.own_figures()


def test_what_stands_in_place_of_an_amount_in_euros_is_the_persons_to_say() -> None:
    request = "Write a tweet: revenue was €90,000 in October"
    dollars = read(request, {"figures": "$97,000"})
    assert (dollars.questions, dollars.own_figures()) == ([], {"revenue": 97_000})
    assert "€90,000" in told(dollars)
    stored = read(request, {"figures": "Use the stored figures instead"})
    assert (stored.questions, stored.own_figures(), stored.actions[0].wants_metrics) == ([], {}, True)
    assert not read(request, {"figures": "Leave it out"}).actions[0].wants_metrics
    assert [one.field for one in read(request, {"figures": "banana"}).questions] == ["figures"]


def test_beside_an_amount_in_euros_a_rate_still_stands_alone() -> None:
    intent = read("Write a tweet about our churn dropping to 2,5% and MRR of 1.200.000 €")
    assert intent.own_figures() == {"churn_rate": 0.025}
    assert "1,200,000" in told(intent)


def test_a_figure_in_brackets_is_read() -> None:
    intent = read("Write a tweet about revenue ($ 150 000) last month")
    assert (intent.own_figures(), intent.questions) == ({"revenue": 150_000}, [])


@pytest.mark.parametrize(
    ("request_", "own", "before"),
    [
        ("Write a tweet about conversion rate going from 4.5% to 3.9%", {"conversion_rate": 0.039, "previous_conversion_rate": 0.045}, "the month before"),
        ("Write a LinkedIn post: our revenue fell from $150k to $120k in March", {"revenue": 120_000, "previous_revenue": 150_000}, "the month before"),
        ("Write a tweet: revenue hit $150,000, up from $125,000", {"revenue": 150_000, "previous_revenue": 125_000}, "the month before"),
        ("Write a LinkedIn post: revenue fell from $450k to $420k in Q3", {"revenue": 420_000, "previous_revenue": 450_000, "period": "quarter"}, "the quarter before"),
    ],
)  # fmt: skip
def test_what_something_went_from_is_its_value_of_the_period_before(
    request_: str, own: dict[str, object], before: str
) -> None:
    intent = read(request_)
    assert intent.own_figures() == own
    assert f"that of {before}" in told(intent)


def test_an_earlier_value_of_another_time_is_still_not_taken_for_that() -> None:
    intent = read("Write a LinkedIn post: revenue hit $150,000 in October, up from $100,000 in May")
    assert intent.own_figures() == {"revenue": 150_000}
    assert "previous revenue 100,000" in told(intent)
