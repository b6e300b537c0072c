"""A time in a request for a text is when it goes out, or it is asked about: it is never dropped."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 22)  # a Sunday
TEXT_OWN = "As soon as it is approved: the time belongs to the text"


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


def told(intent: Intent) -> str:
    return " ".join(one.text for one in intent.assumptions if one.field == "publish_at")


@pytest.mark.parametrize(
    ("request_", "at", "topic"),
    [
        ("Write a LinkedIn post about our Q4 growth tomorrow at 9", "2026-11-23T09:00", "Q4 growth"),
        ("Write a LinkedIn post about our Q4 growth to go live by tomorrow at 9", "2026-11-23T09:00", "Q4 growth"),
        ("Write a LinkedIn post about our growth, at 9:30 on Monday", "2026-11-23T09:30", "growth"),
        ("Write a LinkedIn post about our growth and publish it 9am tomorrow", "2026-11-23T09:00", "growth"),
        ("Write a LinkedIn post about our growth and publish it at 9:30 on Tuesday", "2026-11-24T09:30", "growth"),
        ("Write a LinkedIn post about our growth and publish it in 3 days", "2026-11-25", "growth"),
        ("Write a LinkedIn post about our growth and publish it in two hours", "PT120M", "growth"),
        ("Write a LinkedIn post about our growth and publish it in half an hour", "PT30M", "growth"),
        ("Write a LinkedIn post about our growth. It should be out on Monday.", "2026-11-23", "growth"),
        ("Create a post on LinkedIn for tomorrow at 9 about our bakery", "2026-11-23T09:00", "bakery"),
        ("Tomorrow at 9: a LinkedIn post about our Q4 growth", "2026-11-23T09:00", "Q4 growth"),
        ("LinkedIn post tomorrow 9am about our new bakery", "2026-11-23T09:00", "new bakery"),
        ("Post our October revenue on LinkedIn on 25 November at 14:30", "2026-11-25T14:30", "October revenue"),
    ],
)
def test_a_time_that_can_only_be_when_it_goes_out_is_that_and_told(request_: str, at: str, topic: str) -> None:
    intent = read(request_)
    assert (intent.constraints.publish_at, intent.topic) == (at, topic)
    assert intent.questions == []
    assert intent.constraints.deadline is None
    assert told(intent)


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("tomorrow at 9am CET", "2026-11-23T09:00+01:00"),
        ("tomorrow at 14:30 London time", "2026-11-23T14:30+00:00"),
        ("tomorrow at 14:30 (New York time)", "2026-11-23T14:30-05:00"),
        ("on 5 July at 9am CET", "2027-07-05T09:00+02:00"),  # who says so there means the clocks on the wall
        ("tomorrow at 9 UTC+2", "2026-11-23T09:00+02:00"),
        ("tomorrow at 9:00 Europe/Berlin", "2026-11-23T09:00+01:00"),
        ("tomorrow at 9:00 local time", "2026-11-23T09:00"),
        ("tomorrow at 9 for the first time", "2026-11-23T09:00"),
    ],
)
def test_a_named_zone_is_whose_clocks_are_meant(words: str, at: str) -> None:
    intent = read(f"Write a LinkedIn post about our fair and publish it {words}")
    assert intent.constraints.publish_at == at
    assert ("this machine's clocks" in told(intent)) == ("+" not in at[10:] and "-" not in at[10:])


@pytest.mark.parametrize("words", ["IST", "CST", "NPT", "Gondor time"])
def test_a_zone_that_nobody_knows_or_that_is_several_is_asked_about(words: str) -> None:
    request = f"Write a LinkedIn post about our fair and publish it tomorrow at 9:00 {words}"
    intent = read(request)
    assert [q.field for q in intent.questions] == ["publish_at"]
    assert words in intent.questions[0].question
    assert "Europe/Berlin" in intent.questions[0].question
    answered = read(request, {"publish_at": "tomorrow at 9:00 Asia/Kolkata"})
    assert answered.constraints.publish_at == "2026-11-23T09:00+05:30"


@pytest.mark.parametrize(
    "words",
    ["next month", "next week", "yesterday at 9", "last Friday", "at the end of the month", "this afternoon", "soon"],
)
def test_a_time_that_has_passed_or_names_no_day_is_asked_about(words: str) -> None:
    request = f"Write a LinkedIn post about our Q4 growth and publish it {words}"
    intent = read(request)
    assert intent.constraints.publish_at is None
    assert [q.field for q in intent.questions] == ["publish_at"]
    assert words in intent.questions[0].question
    assert intent.topic == "Q4 growth"
    assert intent.period is not None
    assert intent.period.label == "Q4 2026"
    settled = read(request, {"publish_at": "As soon as it is approved"})
    assert (settled.questions, settled.constraints.publish_at) == ([], None)


@pytest.mark.parametrize(
    ("request_", "words", "at"),
    [
        ("Write a LinkedIn post about our webinar tomorrow at 9", "tomorrow at 9", "2026-11-23T09:00"),
        ("Write a LinkedIn post about our new bakery tomorrow at 9 CET", "tomorrow at 9 CET", "2026-11-23T09:00+01:00"),
        ("Write a LinkedIn post about our new bakery on Friday", "Friday", "2026-11-27"),
        ("Write a LinkedIn post for tomorrow morning about our bakery", "tomorrow morning", "2026-11-23"),
    ],
)
def test_a_time_that_may_be_a_part_of_the_subject_is_asked_about(request_: str, words: str, at: str) -> None:
    intent = read(request_)
    assert intent.constraints.publish_at is None
    (question,) = intent.questions
    assert question.field == "publish_at"
    assert f'"{words}"' in question.question
    publish, own = question.options
    assert own == TEXT_OWN
    goes_out = read(request_, {"publish_at": publish})
    assert goes_out.questions == []
    assert (goes_out.constraints.publish_at or "")[:10] == at[:10]
    assert words not in goes_out.topic
    assert told(goes_out)
    stays = read(request_, {"publish_at": own})
    assert (stays.questions, stays.constraints.publish_at) == ([], None)


def test_another_time_than_the_one_asked_about_leaves_the_subject_as_it_is() -> None:
    intent = read("Write a LinkedIn post about our webinar tomorrow at 9", {"publish_at": "today at 17:00"})
    assert intent.constraints.publish_at == "2026-11-22T17:00"
    assert intent.topic == "webinar tomorrow at 9"


@pytest.mark.parametrize(
    "request_",
    [
        'Write a LinkedIn post titled "See you tomorrow at 9" about our bakery',
        "Announce on LinkedIn that we open on Saturday at 10",
        "Write a LinkedIn post about our webinar on 5 December",
        "Write a LinkedIn post about our 24/7 support and 9 to 5 opening hours",
        "We open 9am to 5pm on weekdays. Write a LinkedIn post about our new opening hours",
        "Write a LinkedIn post about what we learned at 10 locations",
        "Write a LinkedIn post about the outage yesterday at 9",
        "Write a LinkedIn post about our results on 15 October",
        "Write a LinkedIn post about our Friday market",
        "Write a LinkedIn post about how we cut baking time in two hours",
        "Write a LinkedIn post about our plans for next month",
        "Write a LinkedIn post about our bakery by Friday",
        "Analyse our revenue for 5 December",
    ],
)
def test_what_is_plainly_told_of_is_no_time_to_go_out_and_not_asked_about(request_: str) -> None:
    intent = read(request_)
    assert intent.constraints.publish_at is None
    assert [q for q in intent.questions if q.field == "publish_at"] == []


def test_today_without_an_hour_is_as_soon_as_it_is_approved() -> None:
    intent = read("Write a LinkedIn post about our growth and publish it today")
    assert (intent.constraints.publish_at, intent.questions) == (None, [])
    assert "as soon as it is approved" in told(intent)
