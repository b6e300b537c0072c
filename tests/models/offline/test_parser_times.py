"""Times and lengths that a request takes back, leaves out, names by their end, or that cannot be: read, asked about or told."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)  # a Saturday


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


def told(intent: Intent, field: str) -> str:
    return " ".join(one.text for one in intent.assumptions if one.field == field)


@pytest.mark.parametrize(
    ("words", "label", "topic"),
    [
        ("revenue in Q3 instead of Q4", "Q3 2026", "revenue in Q3"),
        ("revenue (Q3, not Q4)", "Q3 2026", "revenue Q3"),
        ("revenue not in Q4 but in Q3", "Q3 2026", "revenue in Q3"),
        ("revenue in October rather than September", "October 2026", "revenue in October"),
        ("Q3 revenue - no wait, Q2", "Q2 2026", "revenue Q2"),
        ("revenue in Q3 - sorry, Q2", "Q2 2026", "revenue in Q2"),
        ("revenue in October, I mean September", "September 2026", "revenue in September"),
        ("revenue for September and not for October", "September 2026", "revenue for September"),
    ],
)
def test_a_time_that_is_taken_back_is_not_looked_at(words: str, label: str, topic: str) -> None:
    intent = read(f"Write a LinkedIn post about our {words}")
    assert intent.period is not None
    assert intent.period.label == label
    assert intent.topic == topic
    assert intent.actions[0].compare_period is None
    assert intent.questions == []


def test_a_comparison_takes_no_time_back() -> None:
    action = read("Compare Q3 2026 with Q4 2025").actions[0]
    assert (action.period and action.period.label, action.compare_period and action.compare_period.label) == (
        "Q3 2026", "Q4 2025",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("the quarter ending in September", "2026-07-01", "2026-09-30"),
        ("the quarter that ended in June", "2026-04-01", "2026-06-30"),
        ("the year ending June 2026", "2025-07-01", "2026-06-30"),
        ("the fiscal year ending in June 2026", "2025-07-01", "2026-06-30"),
        ("the six months ending in June", "2026-01-01", "2026-06-30"),
        ("the 12 months to June 2026", "2025-07-01", "2026-06-30"),
        ("the three months up to October", "2026-08-01", "2026-10-31"),
        ("the week ending 15 November", "2026-11-09", "2026-11-15"),
        ("the month ending 15 October", "2026-09-16", "2026-10-15"),
        ("the week ending 2026-11-15", "2026-11-09", "2026-11-15"),
        ("the year beginning July 2025", "2025-07-01", "2026-06-30"),
        ("the quarter starting in February 2026", "2026-02-01", "2026-04-30"),
        ("the month ending 29 February 2024", "2024-02-01", "2024-02-29"),
    ],
)
def test_a_stretch_that_is_named_by_its_end_or_beginning(words: str, first: str, last: str) -> None:
    intent = read(f"Analyse our revenue in {words}")
    assert intent.questions == []
    assert intent.period is not None
    assert (intent.period.start.isoformat(), intent.period.end.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "words",
    ["week ending 2026-13-45", "month ending 31 February", "100000 weeks to June 2026", "5000 years ending June 2026"],
)
def test_a_stretch_that_there_is_not_is_asked_about(words: str) -> None:
    assert [q.field for q in read(f"Analyse our revenue in the {words}").questions] == ["period"]


@pytest.mark.parametrize(
    "words",
    ["Q1 and Q3", "January, March and May", "May and August", "2023 and 2025", "Q1, Q2 and Q4"],
)
def test_times_with_a_gap_between_them_are_asked_about(words: str) -> None:
    request = f"Write a LinkedIn post about our revenue in {words}"
    assert [q.field for q in read(request).questions] == ["period"]
    settled = read(request, {"period": "Q1 2026"})
    assert settled.questions == []
    assert settled.period is not None
    assert settled.period.label == "Q1 2026"


def test_a_further_time_that_nothing_is_looked_up_for_is_told() -> None:
    assert "Q3 2026" in told(read("Write a LinkedIn post about our growth in Q1, and one for Q3"), "period")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Analyse our revenue in every month except October", "every month except October"),
        ("Analyse revenue for the year except December", "the year except December"),
        ("Write a LinkedIn post about revenue, all quarters but Q2", "all quarters but Q2"),
        ("Analyse 2026 without October", "without October"),
        ("Revenue excluding October 2026 for H2", "excluding October 2026"),
        ("Analyse 2026, but not October", "not October"),
    ],
)
def test_a_stretch_with_a_hole_in_it_is_asked_about(request_: str, words: str) -> None:
    intent = read(request_)
    assert "period" in [q.field for q in intent.questions]
    assert words in " ".join(q.question for q in intent.questions)
    assert intent.constraints.must_avoid == []


@pytest.mark.parametrize(
    "words",
    ["at 25:00", "at 24:30", "tomorrow at 9:75", "for Friday at 26 o'clock", "at 25pm", "on Friday at 14 am"],
)
def test_an_hour_that_no_day_has_is_asked_about(words: str) -> None:
    request = f"Write a tweet about our sale and publish it {words}"
    intent = read(request)
    assert intent.constraints.publish_at is None
    assert [q.field for q in intent.questions] == ["publish_at"]
    assert words.removeprefix("for ").removeprefix("on ") in intent.questions[0].question
    assert read(request, {"publish_at": "tomorrow at 9am"}).constraints.publish_at == "2026-11-22T09:00"


@pytest.mark.parametrize(
    ("request_", "topic", "at"),
    [
        ("Write a LinkedIn post about our Black Friday sale for next Friday at 9am", "Black Friday sale", "2026-11-27T09:00"),
        ("Write a LinkedIn post about our Christmas sale for Friday at 9am", "Christmas sale", "2026-11-27T09:00"),
        ("Write a tweet about our Cyber Monday offer for Monday at noon", "Cyber Monday offer", "2026-11-23T12:00"),
        ("Write a LinkedIn post about tea for tomorrow at 8:30", "tea", "2026-11-22T08:30"),
    ],
)  # fmt: skip
def test_a_day_and_hour_a_text_is_for_are_kept_and_no_part_of_its_topic(request_: str, topic: str, at: str) -> None:
    intent = read(request_)
    assert intent.topic == topic
    assert intent.constraints.publish_at == at
    assert told(intent, "publish_at")


@pytest.mark.parametrize(
    "request_",
    [
        "Write a LinkedIn post about our webinar planned for Friday at 9am",
        "Write a tweet: tickets for Friday at 8pm are sold out",
    ],
)
def test_the_hour_of_an_event_is_no_posting_time(request_: str) -> None:
    assert read(request_).constraints.publish_at is None


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("with 500 words and at most 100 characters", "500 words", "at most 100 characters"),
        ("of exactly 20 words and at least 50 words", "exactly 20 words", "at least 50 words"),
        ("under 50 words and over 100 words", "under 50 words", "over 100 words"),
        ("of at least 300 words, no more than 200 words", "at least 300 words", "no more than 200 words"),
        ("with 200 words and at most 150 words", "200 words", "at most 150 words"),
    ],
)
def test_lengths_that_exclude_each_other_are_asked_about(words: str, first: str, second: str) -> None:
    request = f"Write a blog article about tea {words}"
    intent = read(request)
    assert [q.field for q in intent.questions] == ["length"]
    assert f'"{first}"' in intent.questions[0].question
    assert f'"{second}"' in intent.questions[0].question
    settled = read(request, {"length": "at most 150 words"})
    assert settled.questions == []
    assert (settled.constraints.max_words, settled.constraints.min_words) == (150, None)
    assert settled.constraints.max_characters is None
    assert [q.field for q in read(request, {"length": "banana"}).questions] == ["length"]


def test_two_lengths_for_two_texts_are_told_and_a_least_number_of_characters_too() -> None:
    both = read("Write a 500-word article about tea and a tweet of at most 100 characters")
    assert both.questions == []
    assert "hold for every text" in told(both, "length")
    assert read("Write a LinkedIn post about tea, under 50 words and 280 characters").questions == []
    assert "1000 characters" in told(read("Write a LinkedIn post about tea, at least 1000 characters"), "not_kept")


@pytest.mark.parametrize(
    ("request_", "made"),
    [
        ("Write posts about tea on LinkedIn, and on X that we open an office", [("linkedin", "tea"), ("x", "we open an office")]),
        ("Write a post about our tea on LinkedIn, and on X about our new office", [("linkedin", "tea"), ("x", "new office")]),
        ("Write about tea on LinkedIn and about coffee on X", [("linkedin", "tea"), ("x", "coffee")]),
        ("LinkedIn: our tea launch. X: our new office.", [("linkedin", "tea launch"), ("x", "new office")]),
        ("Tweet about tea, on Facebook about coffee", [("x", "tea"), ("facebook", "coffee")]),
        ("Write a LinkedIn post about tea and for Facebook about our new office", [("linkedin", "tea"), ("facebook", "new office")]),
        ("Write a post about how we work on LinkedIn and on X about hiring", [("linkedin", "how we work"), ("x", "hiring")]),
    ],
)  # fmt: skip
def test_a_channel_with_a_topic_of_its_own_gets_a_text_of_its_own(request_: str, made: list[tuple[str, str]]) -> None:
    intent = read(request_)
    assert [(channel, action.topic) for action in intent.actions for channel in action.channels] == made
    assert intent.questions == []


def test_one_topic_for_two_channels_stays_one_text() -> None:
    intent = read("Write a post about tea and coffee on LinkedIn and X")
    assert [(action.channels, action.topic) for action in intent.actions] == [(["linkedin", "x"], "tea and coffee")]
