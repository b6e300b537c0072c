"""A condition that no tool takes, or a time that there is not, is named: the whole is never told in place of a part."""

from datetime import date

import pytest

from cofounder.flow.request.chat.following import goes_on, thread
from cofounder.flow.request.chat.plainly import tell
from cofounder.flow.request.chat.reading import read
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools
from cofounder.kit.clock import now

TODAY = date(2026, 11, 21)


def talked(*messages: str) -> Subject:
    found: Subject | None = None
    for message in messages:
        found = read(message, TODAY, found)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("message", "apart"),
    [
        ("What was our revenue in Germany in 2025?", ["Germany"]),
        ("What was our revenue in France in September?", ["France"]),
        ("How many new customers from Berlin in Q2?", ["Berlin"]),
        ("How many customers from the US do we have?", ["usa"]),
        ("How many orders of decaf in October?", ["decaf"]),
        ("What was our revenue with espresso machines in Q2 2026?", ["espresso machines"]),
        ("Revenue from online shop in 2026", ["online shop"]),
        ("How much revenue did wholesale customers bring in Q3?", ["wholesale"]),
        ("How many visits came from Google in October?", ["Google"]),
        ("What was the revenue of Starbucks in September?", ["Starbucks"]),
        ("How much revenue did Instagram bring in May?", ["Instagram"]),
        ("How many orders from returning customers in May?", ["returning"]),
        ("organic traffic in May", ["organic"]),
        ("revenue per employee", ["employee"]),
        ("weekly revenue", ["weekly"]),
        ("Which day had the highest revenue?", ["day"]),
        ("What was our best month in Germany?", ["Germany"]),
        ("What was our revenue excluding wholesale in May?", ["excluding wholesale"]),
        ("What revenue can we expect from wholesale next month?", ["wholesale"]),
        ("How is the business doing in Finland?", ["Finland"]),
        ("What was our revenue in October? Only Germany.", ["Germany"]),
        ("Which posts did best on Tuesdays?", ["Tuesdays"]),
        ("Is there a correlation between traffic and revenue in 2025?", ["2025"]),
        ("Which video posts did best?", ["video"]),
        ("What's our email open rate?", ["open rate"]),
        ("Which posts with images got the most clicks?", ["images"]),
    ],
)
async def test_a_condition_that_no_tool_takes_is_named_and_nothing_is_told(message: str, apart: list[str]) -> None:
    subject = read(message, TODAY)
    assert (subject.apart, subject.unclear) == (apart, [])
    text, sources = await tell(subject, Tools({}, now()))
    assert text.startswith(("I have no tool that splits", "I have no tool that tells posts apart"))
    assert all(f"“{one}”" in text for one in apart)
    assert sources == []


@pytest.mark.parametrize(
    ("message", "unclear"),
    [
        ("What was our revenue on Black Friday 2025?", ["Black Friday"]),
        ("What was our revenue on Christmas 2025?", ["Christmas"]),
        ("How many orders at Easter?", ["Easter"]),
        ("revenue in Smarch 2026", ["Smarch"]),
        ("Revenue in 1850", ["1850"]),
        ("Revenue in Q5", ["Q5"]),
        ("orders in the holidays", ["the holidays"]),
        ("What do posts on X usually get at Christmas?", ["Christmas"]),
    ],
)
async def test_a_time_that_there_is_not_is_named_and_no_other_told(message: str, unclear: list[str]) -> None:
    subject = read(message, TODAY)
    assert subject.unclear == unclear
    text, sources = await tell(subject, Tools({}, now()))
    assert text.startswith(f"I cannot place “{unclear[0]}” in time")
    assert sources == []


def test_a_slip_in_a_month_is_read_as_that_month() -> None:
    period = read("What was our revenue in Febuary?", TODAY).period
    assert period is not None
    assert period.label == "February 2026"


@pytest.mark.parametrize(
    "message",
    [
        "Can you please tell me how many new customers we won in Q2?",
        "How has our website traffic developed over the last six months?",
        "Show monthly revenue for 2025",
        "Why did revenue fall?",
        "Give me a quick overview of the business",
        "What will our revenue be in December?",
        "How much higher was revenue in October than in September?",
        "Hi! I am preparing for the board meeting tomorrow. What was our revenue in October?",
        "Compare revenue in October 2026 with October 2025",
        "Which themes resonate most with our audience?",
        "What was our most popular post on LinkedIn last month?",
        "How well do our newsletters perform?",
        "Which posts about Christmas did best?",
        "What did we publish about Easter?",
        "What was Dock Street Roasters' revenue in May?",
        "<img src=x onerror=alert(1)> What was our best month?",
    ],
)
def test_words_that_narrow_nothing_are_in_nobodys_way(message: str) -> None:
    found = read(message, TODAY, own="Dock Street Roasters")
    assert (found.apart, found.unclear, found.kind == "unknown") == ([], [], False)


def test_a_condition_stands_in_what_follows_until_the_whole_is_asked_for() -> None:
    assert talked("What was our revenue in May?", "and in Germany?").apart == ["Germany"]
    june = talked("What was our revenue in Germany in May?", "and in June?")
    assert (june.apart, june.period and june.period.label) == (["Germany"], "June 2026")
    whole = talked("What was our revenue in Germany in May?", "and overall in June?")
    assert (whole.apart, whole.kind) == ([], "value")
    assert talked("What was our revenue in Smarch?", "and in June?").unclear == []


def test_an_order_leans_on_what_was_said_where_it_points_there_or_names_nothing_of_its_own() -> None:
    for message, leans in (
        ("and a tweet", True),
        ("Write a post about that", True),
        ("Write a post about that revenue", True),
        ("Now write a post about our traffic", False),
        ("Write a post about hiring", False),
    ):
        assert goes_on(message.lower(), read(message, TODAY)) is leans, message


def test_of_a_long_message_a_few_words_are_named() -> None:
    found = read("What was our revenue " + "in the shop for those walruses " * 600 + "?", TODAY)
    assert found.apart == ["shop", "walruses"]
    found = read("Our revenue " + " ".join(f"walrus{chr(97 + n % 26)}" for n in range(2_000)), TODAY)
    assert [len(one) for one in found.apart] == [60]


@pytest.mark.parametrize(
    ("asked", "metric"),
    [
        ("How many website visits in October?", "traffic"),
        ("site traffic October", "traffic"),
        ("What's our conversion rate at the moment?", "conversion_rate"),
        ("How much revenue did we book in October?", "revenue"),
        ("Could you pull up customers for September real quick?", "customers"),
        ("I need the October revenue for my board deck", "revenue"),
        ("What is the status of our revenue these days?", "revenue"),
    ],
)
def test_plain_words_of_work_narrow_nothing(asked: str, metric: str) -> None:
    found = read(asked, date(2026, 11, 22))
    assert (found.metrics, found.apart, found.unclear) == ([metric], [], [])


def test_a_follow_up_that_was_refused_is_not_gone_on_with() -> None:
    def talk(*asked: str) -> Subject:
        said: list[Subject] = []
        for one in asked:
            said.append(read(one, date(2026, 11, 22), thread(said)))
        return said[-1]

    assert talk("What was our revenue in October?", "and in Germany?", "and in September?").apart == []
    assert talk("What was our revenue in October?", "and on Black Friday?", "and customers?").unclear == []
    # a condition of the question itself stands
    assert talk("What was our revenue in Germany in 2025?", "and in June?", "and in July?").apart == ["Germany"]
