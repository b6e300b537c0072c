"""Figures in a request's words: whose they are, what they are worth, and that none is passed over in silence."""

import time
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
    ("request_", "said", "who"),
    [
        ("Write a LinkedIn post about a competitor's revenue of $3M", "$3M", "competitor"),
        ("Write a LinkedIn post about our competitor Acme, whose revenue was $3M", "$3M", "Acme"),
        ("Write a LinkedIn post about Stripe's revenue of $3M", "$3M", "Stripe"),
        ("Write a LinkedIn post about our customer's revenue growing to $2M", "$2M", "customer"),
        ("Write a LinkedIn post: Acme's revenue hit $3M in October", "$3M", "Acme"),
        ("Write a LinkedIn post about how our client Globex grew revenue from $1M to $2M", "$2M", "Globex"),
        ("Write a LinkedIn post about their revenue of $3M", "$3M", "their"),
        ("Write a tweet: Stripe now has 500 customers", "500 customers", "Stripe"),
        ("Our rivals have 500 customers. Write a tweet about it.", "500 customers", "rivals"),
        ("Write a LinkedIn post about how Shopify grew its sales to $2M", "$2M", "Shopify"),
        ("Write a LinkedIn post: our competitor made $3M in revenue last month", "$3M", "competitor"),
        ("Write a LinkedIn post about Microsoft, which had revenue of $3M", "$3M", "Microsoft"),
        ("Write a LinkedIn post about our supplier's profit of $2M", "$2M", "supplier"),
        ("Write a LinkedIn post about the German market's revenue of $3M", "$3M", "market"),
        ("Write a LinkedIn post about our friends at Acme reaching $3M in revenue", "$3M", "Acme"),
        ("Write a LinkedIn post about a startup with $3M in revenue", "$3M", "startup"),
        ("Write a LinkedIn post about our partner, who doubled their revenue to $2M", "$2M", "their"),
        ("Write a LinkedIn post about the industry's average churn of 5%", "5%", "industry"),
    ],
)
def test_a_figure_of_somebody_else_is_none_of_ours_and_that_is_told(request_: str, said: str, who: str) -> None:
    intent = read(request_)
    assert intent.figures == {}
    assert not any(action.wants_metrics for action in intent.actions)  # nor is ours put in its place
    assert said in told(intent)
    assert f"({who})" in told(intent)


@pytest.mark.parametrize(
    "request_",
    [
        "Write a LinkedIn post about the revenue of our competitor, $3M",
        "Write a LinkedIn post about the revenue of Stripe ($3M)",
        "Write a LinkedIn post about a competitor's results",
    ],
)
def test_a_text_about_somebody_elses_figures_rests_on_none_of_ours(request_: str) -> None:
    assert not read(request_).actions[0].wants_metrics


@pytest.mark.parametrize(
    ("request_", "figures"),
    [
        ("Write a LinkedIn post about our revenue of $150,000, while our competitor had $3M in revenue", {"revenue": 150_000}),
        ("Write a LinkedIn post: revenue hit $150,000 compared to Acme's $90,000", {"revenue": 150_000}),
        ("Write a LinkedIn post about our shop's revenue of $90k in October", {"revenue": 90_000}),
        ("Write a LinkedIn post about last month's revenue of $90k", {"revenue": 90_000}),
        ("Tell our customers on Facebook that revenue hit $90k", {"revenue": 90_000}),
        ("Write a LinkedIn post about our customer acquisition cost of $40", {"acquisition_cost": 40}),
        ("Write a LinkedIn post: our Berlin store made $30k in sales last month", {"revenue": 30_000}),
        ("Write a tweet: thanks to our partners we now have 500 customers", {"customers": 500}),
    ],
)  # fmt: skip
def test_what_is_ours_stays_ours_beside_others(request_: str, figures: dict[str, float]) -> None:
    intent = read(request_)
    assert intent.own_figures() == figures
    assert intent.actions[0].wants_metrics or "customers" in figures


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("revenue fell 20% to $80k last month", {"revenue": 80_000}),
        ("our revenue dropping 20% to $80k", {"revenue": 80_000}),
        ("revenue decreased by 20 percent to $80k last month", {"revenue": 80_000}),
        ("revenue rose by $20k to $120k in October", {"revenue": 120_000}),
        ("revenue grew 20% to $120k in October", {"revenue": 120_000, "growth_rate": 0.2}),
        ("sales doubled to $80k", {"revenue": 80_000}),
        ("our revenue of 1.250.000", {"revenue": 1_250_000}),
        ("our revenue of 1,250,000", {"revenue": 1_250_000}),
        ("revenue was $120 000 in October", {"revenue": 120_000}),
        ("our revenue of one million dollars", {"revenue": 1_000_000}),
        ("our revenue of half a million", {"revenue": 500_000}),
        ("our revenue of USD 120,000 in October", {"revenue": 120_000}),
        ("MRR is at 52k$", {"monthly_recurring_revenue": 52_000}),
        ("our churn of 2,5%", {"churn_rate": 0.025}),
        ("revenue: $1,2M", {"revenue": 1_200_000}),
        ("our revenue in October: 120k", {"revenue": 120_000}),
        ("revenue in October was 120k", {"revenue": 120_000}),
        ("our revenue, which was not $150,000 but $120,000", {"revenue": 120_000}),
        ("our revenue was $80k, not $90k", {"revenue": 80_000}),
        ("our revenue isn't $150k, it's $120k", {"revenue": 120_000}),
        ("revenue was $150k — sorry, $120k", {"revenue": 120_000}),
        ("revenue was $150k, I mean $120k", {"revenue": 120_000}),
        ("revenue was $120k instead of $150k", {"revenue": 120_000}),
        ("revenue went from $100k in September to $80k in October", {"revenue": 80_000, "previous_revenue": 100_000}),
    ],
)
@pytest.mark.parametrize("start", ["Write a LinkedIn post: ", "Write a LinkedIn post about "])
def test_a_figure_is_read_however_it_is_written(start: str, words: str, figures: dict[str, float]) -> None:
    intent = read(start + words)
    assert intent.own_figures() == figures
    assert intent.questions == []


@pytest.mark.parametrize(
    "words",
    [
        "our revenue of 1.250.000 EUR",
        "revenue was ₹120,000 in October",
        "revenue was CHF 90k",
        "revenue was 90,000 euros",
    ],
)
def test_an_amount_in_another_currency_is_read_and_told_as_not_used(words: str) -> None:
    intent = read(f"Write a LinkedIn post: {words}")
    assert intent.figures["revenue"] >= 90_000
    assert intent.own_figures() == {}
    assert "not taken for US dollars" in told(intent)


@pytest.mark.parametrize(
    "words",
    [
        "our revenue was between 100k and 120k",
        "revenue of $100k-$120k in October",
        "revenue was 120k or 130k",
        "revenue of 100k to 120k",
        "our revenue of 150,00",
        "our revenue of 1.250",
        "revenue $-5k in October",
        "our churn of 2-3%",
    ],
)
def test_a_figure_that_stands_open_is_asked_about_and_an_answer_settles_it(words: str) -> None:
    request = f"Write a LinkedIn post: {words}"
    intent = read(request)
    assert intent.own_figures() == {}
    assert [q.field for q in intent.questions] == ["figures"]
    answer = "2.5%" if "churn" in words else "$110k"
    settled = read(request, {"figures": answer})
    assert settled.questions == []
    assert list(settled.own_figures().values()) == [0.025 if "churn" in words else 110_000]
    without = read(request, {"figures": "Leave it out"})
    assert without.questions == []
    assert without.own_figures() == {}
    assert "no figure of the text rests on" in told(without)
    assert [q.field for q in read(request, {"figures": "banana"}).questions] == ["figures"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Write a LinkedIn post: revenue fell 20% to $80k last month", "20%"),
        ("Write a LinkedIn post: revenue was $120k (up 20%) in October", "20%"),
        ("Write a LinkedIn post: revenue was roughly $120k in October", "roughly $120k"),
        ("Write a LinkedIn post: traffic fell 5% to 9,500 visits", "5%"),
        ("Write a LinkedIn post about our revenue: we spent $4,000 and got back $9,000", "$4,000"),
    ],
)
def test_no_stated_figure_is_passed_over_in_silence(request_: str, words: str) -> None:
    assert f'"{words}"' in told(read(request_))


@pytest.mark.parametrize(
    "request_",
    [
        "Write a tweet about our 20% discount",
        "Write a tweet about a survey among 500 customers",
        "Write a LinkedIn post about our revenue in 2025, 100 words",
        "Write a LinkedIn post about our October 2026 revenue",
        "Write a LinkedIn post about our revenue between 1 and 15 October 2026",
        "Write a LinkedIn post about our revenue 2024-2025",
    ],
)
def test_what_is_no_figure_of_a_business_is_not_told_as_one(request_: str) -> None:
    assert told(read(request_)) == ""


@pytest.mark.parametrize("piece", ["1,000 ", "revenue was 100 to ", "revenue fell 20% ", "$5k in sales ", "Acme's "])
def test_a_request_full_of_figures_holds_nobody_up(piece: str) -> None:
    began = time.process_time()
    read(("Write a LinkedIn post about " + piece * 3000)[:3900])
    assert time.process_time() - began < 4
