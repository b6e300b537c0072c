"""A channel that begins a request is where a text goes; one that is looked at is what an analysis is of; in doubt it asks."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


@pytest.mark.parametrize(
    ("request_", "instead"),
    [
        ("LinkedIn analysis of our Q3 metrics", "Write a LinkedIn post about Q3 metrics"),
        ("Write a LinkedIn analysis of our Q3 metrics", "Write a LinkedIn post about Q3 metrics"),
        ("LinkedIn: compare Q3 and Q2 revenue", "Write a LinkedIn post comparing Q3 and Q2 revenue"),
        ("Compare Q3 and Q2 revenue for X", "Write an X post comparing Q3 and Q2 revenue"),
    ],
)
def test_an_analysis_that_may_be_a_text_is_asked_about_and_the_text_is_offered(request_: str, instead: str) -> None:
    asked = read(request_).questions
    assert [(one.field, one.options) for one in asked] == [("action", ["Yes", instead])]
    text = read(request_, {"action": instead})
    assert [action.kind for action in text.actions] == ["create_post"]
    assert text.questions == []
    assert text.period is not None
    assert text.period.label == "Q3 2026"
    analysis = read(request_, {"action": "Yes"})
    assert analysis.actions[0].kind in ("analyse_metrics", "compare_metrics")
    assert analysis.questions == []


def test_a_form_alone_as_an_answer_keeps_the_time_and_the_figures_of_what_was_asked() -> None:
    text = read("LinkedIn analysis of our Q3 metrics", {"action": "a LinkedIn post"})
    assert text.channels == ["linkedin"]
    assert text.topic == "Q3 metrics"
    assert text.period is not None
    assert text.period.label == "Q3 2026"
    assert text.actions[0].wants_metrics
    assert not any("No time is named" in one.text for one in text.assumptions)


@pytest.mark.parametrize(
    "request_",
    [
        "Compare our LinkedIn and X traffic",
        "Which channel did best in October, LinkedIn or X?",
        "LinkedIn engagement in October vs September",
        "How are our LinkedIn posts doing compared to last month?",
        "Our LinkedIn numbers vs last month",
        "LinkedIn report for October",
        "Facebook ads performance vs last month",
        "Newsletter open rate vs last month",
        "Compare traffic from LinkedIn and X in October",
        "Compare last month's LinkedIn posts with the month before",
        "Analyse our LinkedIn performance in Q3",
        "Analyse revenue in October",
    ],
)
def test_a_channel_that_is_looked_at_stays_an_analysis(request_: str) -> None:
    intent = read(request_)
    assert [action.kind for action in intent.actions] in (["analyse_metrics"], ["compare_metrics"])
    assert intent.channels == []
    assert intent.questions == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("we grew revenue 12% in October", "grew revenue 12%"),
        ("we've grown our revenue by about 12%", "revenue by about 12%"),
        ("we boosted traffic 40 percent in October", "boosted traffic 40 percent"),
        ("we grew our customer base 30% in October", "grew our customer base 30%"),
        ("we cut CAC 10%", "cut CAC 10%"),
        ("we reduced churn by a third", "churn by a third"),
        ("we cut churn 20% in October", "cut churn 20%"),
        ("we improved our conversion rate 10 percent", "improved our conversion rate 10 percent"),
        ("we lowered our bounce rate by 10%", "bounce rate by 10%"),
        ("we tripled sign-ups", "tripled sign-ups"),
        ("12% revenue growth in October", "12% revenue growth"),
        ("revenue growth of 12%", "growth of 12%"),
        ("40% growth in traffic", "40% growth"),
        ("we grew 12% in October in revenue", "we grew 12% in October in revenue"),
    ],
)
def test_how_far_a_figure_was_moved_is_asked_about_and_never_replaced(words: str, said: str) -> None:
    intent = read(f"LinkedIn post: {words}")
    assert [one.field for one in intent.questions] == ["figures"]
    assert f'"{said}"' in intent.questions[0].question
    assert intent.own_figures() == {}
    assert read(f"LinkedIn post: {words}", {"figures": "Use the stored figures instead"}).questions == []


def test_what_a_thing_is_owed_to_is_not_whom_it_is_for() -> None:
    assert read("LinkedIn post: revenue up 12%, thanks to the team!").audience is None
    assert read("LinkedIn post: revenue reached $80k thanks to our customers").audience is None
    assert read("Write a LinkedIn post about our launch to our customers").audience == "customers"


@pytest.mark.parametrize(
    ("today", "at"),
    [
        (date(2026, 11, 21), "2026-12-01T08:00"),
        (date(2026, 12, 31), "2027-01-01T08:00"),
        (date(2026, 12, 1), "2026-12-01T08:00"),
    ],
)
def test_a_day_by_its_number_is_the_next_one(today: date, at: str) -> None:
    intent = parse("Write the newsletter about our product news, send it on the 1st at 8", today=today)
    assert intent.constraints.publish_at == at
    assert intent.questions == []
    assert "not_read" not in intent.evidence


def test_a_day_of_the_next_month_is_not_the_one_of_this() -> None:
    words = "Write the newsletter about our news, send it on the 15th of next month at 8"
    assert parse(words, today=date(2026, 11, 3)).constraints.publish_at == "2026-12-15T08:00"


def test_a_day_that_not_every_month_has_is_the_next_that_there_is() -> None:
    intent = parse("Write the newsletter about our news, send it on the 31st at 8", today=TODAY)
    assert intent.constraints.publish_at == "2026-12-31T08:00"


@pytest.mark.parametrize(
    "request_", ["Post the Q2 results on LinkedIn", "Post Q2 results to X", "Please post the Q2 numbers on Facebook"]
)
def test_an_order_to_post_is_no_time_after_a_quarter(request_: str) -> None:
    intent = read(request_)
    assert intent.period is not None
    assert intent.period.label == "Q2 2026"
    assert intent.actions[0].wants_metrics


def test_behind_a_time_is_still_behind_it() -> None:
    assert [one.field for one in read("LinkedIn post about revenue post October").questions] == ["period"]
    assert read("Write a LinkedIn post about post-Q3 plans").period is None


def test_a_forecast_that_may_be_a_text_is_offered_with_the_text_about_it() -> None:
    (asked,) = read("A LinkedIn forecast of our revenue").questions
    assert asked.options == ["Yes", "Write a LinkedIn post about the forecast of our revenue"]
    text = read("A LinkedIn forecast of our revenue", {"action": asked.options[1]})
    assert [action.kind for action in text.actions] == ["forecast_metrics", "create_post"]
    assert text.channels == ["linkedin"]
