"""The question that is asked is the one that is answered: ends, limits, middles and pairs; what no tool narrows is said."""

from datetime import date
from typing import Any

import pytest

from cofounder.flow.request.chat.following import thread
from cofounder.flow.request.chat.plainly import tell
from cofounder.flow.request.chat.reading import read
from cofounder.flow.request.chat.tools import Tools
from cofounder.kit.clock import now

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("message", "kind", "more"),
    [
        ("How much did revenue increase between March and October 2026?", "development", {"grain": "month"}),
        ("How much did revenue grow from Q1 to Q3 2026?", "development", {"grain": "quarter"}),
        ("Did we spend more on marketing in Q2 than in Q1?", "comparison", {"metrics": ["marketing_spend"]}),
        ("How many people visited our website in May?", "value", {"metrics": ["traffic"]}),
        ("What percentage of our traffic converts?", "value", {"metrics": ["conversion_rate"]}),
        ("How much does it cost us to acquire a customer?", "value", {"metrics": ["acquisition_cost"]}),
        ("How much is a customer worth to us?", "value", {"metrics": ["lifetime_value"]}),
        ("What was the biggest drop in revenue?", "development", {"metrics": ["revenue"]}),
        ("Rank our months by revenue", "development", {"metrics": ["revenue"]}),
        ("How often do we post on LinkedIn?", "count", {"platforms": ["linkedin"]}),
        ("Are we profitable?", "value", {"metrics": ["profit", "gross_profit", "gross_margin"]}),
        ("Which weekday gets the most engagement on LinkedIn?", "times", {"platforms": ["linkedin"]}),
        (
            "Did hiring posts do better than product news?",
            "against",
            {"topic": "hiring", "other_topic": "product news"},
        ),
        ("Compare LinkedIn and X", "usual", {"platforms": ["linkedin", "x"]}),
        ("Is there a correlation between traffic and revenue?", "together", {"metrics": ["traffic", "revenue"]}),
        ("What was our median revenue?", "development", {"middle": "median"}),
        ("Average monthly revenue in 2025", "development", {"middle": "mean"}),
        ("average order value in October", "value", {"middle": None}),
        ("What was our average conversion rate in 2025?", "value", {"middle": None}),
        ("Total views on LinkedIn this year", "posts", {"middle": "sum", "by": "views"}),
        ("When did we have more than 130k revenue?", "development", {"above": 130_000}),
        ("Which month had revenue above $150,000?", "development", {"above": 150_000}),
        ("Which months had fewer than 1.5 thousand orders?", "development", {"below": 1_500}),
        ('Predict how this would do on LinkedIn: "We opened a bakery"', "expected", {"text": "We opened a bakery"}),
        ("What should we post next week?", "topics", {"period": None}),
        ("<img src=x onerror=alert(1)> What was our best month?", "extreme", {"platforms": []}),
    ],
)
def test_what_is_asked_is_what_is_read(message: str, kind: str, more: dict[str, Any]) -> None:
    found = read(message, TODAY)
    assert (found.kind, found.apart, found.unclear) == (kind, [], [])
    assert {name: getattr(found, name) for name in more} == more


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Which topic performs best on LinkedIn?", "LinkedIn"),
        ("Which topics did best last month?", "October 2026"),
        ("What do posts on X usually get in March?", "March 2026"),
    ],
)
async def test_what_a_tool_cannot_narrow_is_said(message: str, words: str) -> None:
    text, sources = await tell(read(message, TODAY), Tools({}, now()))
    assert text.startswith(f"I have no tool that narrows that to “{words}”")
    assert sources == []


def test_one_line_that_was_not_understood_does_not_lose_the_thread() -> None:
    said = [read("What was our revenue in May?", TODAY), read("colourless green ideas", TODAY)]
    assert said[-1].kind == "unknown"
    found = read("and in June?", TODAY, thread(said))
    assert (found.kind, found.metrics, found.period and found.period.label) == ("value", ["revenue"], "June 2026")
    assert thread([]) is None
