"""Figures in a request's words that no text can rest on are asked about; an earlier value keeps its direction."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse
from cofounder.models.offline.parsing import withholding

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


def test_a_value_of_a_year_before_is_one() -> None:
    intent = read("Write a LinkedIn post: revenue went from $100,000 last year to $150,000 in October")
    assert intent.own_figures() == {"revenue": 150_000, "last_year_revenue": 100_000}
    assert "not used" not in told(intent)


def test_what_must_not_be_mentioned_is_never_put_in() -> None:
    intent = read("Write a LinkedIn post about our launch that doesn't mention prices")
    assert (intent.constraints.must_avoid, intent.constraints.must_include) == (["prices"], [])


@pytest.mark.parametrize(
    "words",
    [
        "about our revenue, without giving away any numbers",
        "about our revenue, keep it number-free",
        "about our revenue that doesn't state the amount",
        "about our revenue without any figures",
        "about our revenue, which is secret: never publish the number",
        "about our revenue and keep the figure out of it",
        "about our revenue; keep the numbers out",
        "about our revenue, do not mention any amounts",
        "about our revenue, don't state the exact amount",
        "about our revenue. Never reveal the figures",
        "about our revenue. The number must not be published.",
        "about our revenue, which is confidential",
        "about our Q4 growth metrics with no metrics in it",
        "about our revenue, no numbers please",
        "about our revenue, avoid any figures in the post",
    ],
)
def test_a_wish_for_no_figures_is_read_told_and_asked_about_where_nothing_else_is_to_be_told(words: str) -> None:
    intent = read(f"Write a LinkedIn post {words}")
    assert intent.constraints.must_avoid == ["any figure"]
    assert "no figure" in told(intent)
    assert [one.field for one in intent.questions] == ["figures"]
    settled = read(f"Write a LinkedIn post {words}", {"figures": "Only whether it rose or fell"})
    assert settled.questions == []
    assert settled.constraints.must_avoid == ["any figure"]


def test_what_a_text_without_figures_says_is_the_persons_to_say() -> None:
    request = "Create a LinkedIn post, no numbers please, about our revenue"
    said = read(request, {"figures": "Our revenue grew for the third month in a row."})
    assert said.questions == []
    assert said.constraints.must_include == ["Our revenue grew for the third month in a row"]
    assert read(request, {"figures": "State the figures after all"}).constraints.must_avoid == []


@pytest.mark.parametrize(
    ("request_", "avoided"),
    [
        ("Write a LinkedIn post about our launch, no figures", ["any figure"]),
        ("Write a LinkedIn post about our launch, do not mention numbers or prices", ["any figure", "prices"]),
        ("Write a LinkedIn post about our Q3 revenue and avoid the word figures", ["figures"]),
        ("Write a LinkedIn post about how we grew without any marketing spend", []),
        ("Write a LinkedIn post about our numbers", []),
        ("Write a LinkedIn post about our Q4 growth metrics except traffic figures", ["traffic"]),
    ],
)
def test_other_things_to_avoid_stay_what_they_are(request_: str, avoided: list[str]) -> None:
    intent = read(request_)
    assert intent.constraints.must_avoid == avoided
    assert intent.questions == []


@pytest.mark.parametrize(
    "words",
    [
        ": our revenue fell 10% from $150,000",
        ": revenue 2025: $1.2M, revenue 2024: $1.0M",
        ": our revenue is 99999999999999999999",
        f": our revenue is {'9' * 310}",
        ": customers = 12.5 and revenue = 1e5",
    ],
)
def test_where_no_figure_of_the_words_is_read_none_that_is_stored_stands_in_its_place(words: str) -> None:
    intent = read(f"Write a LinkedIn post{words}")
    assert ([one.field for one in intent.questions], intent.own_figures()) == (["figures"], {})
    assert len(intent.questions[0].question) < 300
    assert read(f"Write a LinkedIn post{words}", {"figures": "Leave it out"}).questions == []


@pytest.mark.parametrize("words", ["Write a LinkedIn post about revenue from 2026-01-01 to 2026-03-31", "Write a LinkedIn post on how 3% churn kills growth"])  # fmt: skip
def test_days_and_what_is_said_of_anybody_are_not_asked_about(words: str) -> None:
    assert read(words).questions == []


@pytest.mark.parametrize(
    "words",
    ["about our revenue, revenue went from $150,000 down to $100,000", "about our growth: revenue went from $150,000 to $100,000"],
)  # fmt: skip
def test_both_ends_are_read_of_the_figure_that_stands_nearest(words: str) -> None:
    assert read(f"Write a LinkedIn post {words}").own_figures() == {"revenue": 100_000, "previous_revenue": 150_000}


@pytest.mark.parametrize("words", ["without dollar amounts", "no dollar figures", "and hide the numbers"])
def test_a_wish_for_no_amounts_in_other_words_is_one(words: str) -> None:
    assert read(f"Write a LinkedIn post about our revenue, {words}").constraints.must_avoid == ["any figure"]


@pytest.mark.parametrize(
    "words",
    [", never without numbers", ", no post without numbers", ", don't avoid numbers", ", do not omit any figures"],
)
def test_a_wish_for_figures_is_not_turned_round(words: str) -> None:
    assert read(f"Write a LinkedIn post about our revenue{words}").constraints.must_avoid == []


@pytest.mark.parametrize(
    ("said", "withheld"),
    [
        ("Write a LinkedIn post about why founders should never share any numbers with investors", False),
        ("Write a LinkedIn post about data privacy: why customer numbers are confidential", False),
        ("Write a LinkedIn post about our revenue in October, no percentages please", False),
        ("Write a LinkedIn post about how we grew without any figures", True),
        ("Write a LinkedIn post about how we grew and do not mention any numbers", True),
    ],
)
def test_what_a_text_is_about_is_no_wish_and_percentages_are_not_all_figures(said: str, withheld: bool) -> None:
    assert bool(withholding.find(said.lower())) is withheld
