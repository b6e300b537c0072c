"""A question is not taken for another one; an order to write is work; agreement is a decision, which words do not take."""

from datetime import date
from typing import Any

import pytest

from cofounder.flow.request.chat import following, modes
from cofounder.flow.request.chat.plainly import tell
from cofounder.flow.request.chat.reading import read
from cofounder.flow.request.chat.tools import Tools
from cofounder.kit.clock import now

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("message", "kind", "more"),
    [
        ("Which month did we win the most customers?", "extreme", {"metrics": ["new_customers"], "lowest": False}),
        ("Which quarter did we gain the fewest clients?", "extreme", {"metrics": ["new_customers"], "lowest": True}),
        ("How many customers did we win in October?", "value", {"metrics": ["new_customers"]}),
        ("How many customers joined in October?", "value", {"metrics": ["new_customers"]}),
        ("How many customers do we have?", "value", {"metrics": ["customers"]}),
        ("What does it cost to win a new customer?", "value", {"metrics": ["acquisition_cost"]}),
        ("How much did we make in October?", "value", {"metrics": ["revenue"]}),
        ("What did we earn last month?", "value", {"metrics": ["revenue"]}),
        ("How much profit did we make in October?", "value", {"metrics": ["profit"]}),
        ("How much did we make per channel?", "split", {"metrics": ["revenue"]}),
        ("How many posts had over 5000 views?", "posts", {"above": 5000.0, "by": "views"}),
        ("How many posts got at least 5000 views?", "posts", {"above": 4999.0, "by": "views"}),
        ("Posts with fewer than 100 clicks on LinkedIn", "posts", {"below": 100.0, "by": "clicks", "lowest": True}),
        ("posts with more than 2% engagement", "posts", {"above": 0.02, "by": "engagement_rate"}),
        ("clicks last month", "posts", {"middle": "sum", "by": "clicks"}),
        ("How many customers did we have on Black Friday?", "value", {"unclear": ["Black Friday"]}),
        ("What did we publish on revenue?", "similar", {"topic": "revenue"}),
        ("Are we getting better?", "better", {}),
        ("Is the business improving?", "better", {}),
        ("is revenue getting better?", "development", {"metrics": ["revenue"]}),
    ],
)
def test_a_question_is_the_one_that_is_asked(message: str, kind: str, more: dict[str, Any]) -> None:
    found = read(message, TODAY)
    assert found.kind == kind
    assert {name: getattr(found, name) for name in more} == more


@pytest.mark.parametrize("words", ["in the past year", "over the past year", "over the last year"])
def test_the_past_year_is_the_last_twelve_months_and_no_calendar_year(words: str) -> None:
    period = read(f"How many orders did we have {words}?", TODAY).period
    assert period is not None
    assert (period.start, period.end) == (date(2025, 11, 1), date(2026, 10, 31))
    last = read("How many orders did we have last year?", TODAY).period
    assert last is not None
    assert last.label == "2025"


async def test_better_is_refused_in_a_sentence_with_what_can_be_asked() -> None:
    text, sources = await tell(read("Are we getting better?", TODAY), Tools({}, now()))
    assert text.startswith("Better by which figure?")
    assert "How did revenue develop this year?" in text
    assert sources == []


@pytest.mark.parametrize(
    ("message", "mode"),
    [
        ("Post our October revenue on LinkedIn on 25 November at 14:30", "orchestration"),
        ("Publish a post about tea on X", "orchestration"),
        ("Share our October revenue on LinkedIn", "orchestration"),
        ("post performance last month", "conversation"),
        ("share of voice", "conversation"),
        ("Send me a summary of October", "conversation"),
        ("Publish the post", "conversation"),
        ("Post it on LinkedIn", "conversation"),
    ],
)
def test_an_order_for_a_text_is_work_and_one_about_a_text_that_waits_is_not(message: str, mode: str) -> None:
    intent = modes.read_on(TODAY, message) if modes.asks_for_work(message) else None
    assert modes.choose(None, message, read(message, TODAY), intent, may_work=True).mode == mode


@pytest.mark.parametrize(
    "message",
    [
        "yes, go ahead",
        "Yes!",
        "go ahead",
        "Looks good, publish it",
        "sounds good",
        "OK, do it",
        "Approve it",
        "please do",
    ],
)
def test_agreement_is_a_decision_and_begins_no_work(message: str) -> None:
    subject = read(message, TODAY)
    assert subject.kind == "decision"
    for wished in (None, "orchestration") if subject.goes_on else (None,):
        assert modes.choose(wished, message, subject, None, may_work=True).mode == "conversation"


@pytest.mark.parametrize("message", ["thanks", "ok", "great, thanks", "yes, how many customers do we have?"])
def test_what_only_sounds_like_agreement_is_none(message: str) -> None:
    assert read(message, TODAY).kind != "decision"


@pytest.mark.parametrize("message", ["thanks", "Thank you so much!", "ok", "great, thanks", "Perfect.", "I see"])
async def test_a_word_of_thanks_gets_a_short_answer_and_what_was_talked_of_stays(message: str) -> None:
    subject = read(message, TODAY)
    text, sources = await tell(subject, Tools({}, now()))
    assert (subject.kind, len(text) < 80, sources) == ("thanks", True, [])
    asked = read("What was our revenue in May?", TODAY)
    assert following.thread([asked, subject]) == asked


@pytest.mark.parametrize(
    ("message", "label", "unclear"),
    [
        ("How many customers did we have at the end of Q1 2026?", "Q1 2026", []),
        ("How many customers did we have by the end of last year?", "2025", []),
        ("What was our revenue at the end of 2025?", None, ["the end of 2025"]),
        ("How many customers did we have at the start of Q1 2026?", None, ["the start of Q1 2026"]),
    ],
)
def test_the_end_of_a_time_is_placed_for_a_figure_that_is_counted_at_a_moment(
    message: str, label: str | None, unclear: list[str]
) -> None:
    found = read(message, TODAY)
    assert (found.period and found.period.label, found.unclear) == (label, unclear)
