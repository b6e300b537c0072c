"""A best month is told by the figure that was asked for, of all its rows, and no shorter stretch is told as a longer."""

from datetime import date, timedelta

import pytest

from cofounder.business.past import history
from cofounder.business.timeline import Point
from cofounder.flow.request.chat import following, modes, unread
from cofounder.flow.request.chat.plainly import tell
from cofounder.flow.request.chat.reading import read
from cofounder.flow.request.chat.sources import rows
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools
from cofounder.kit.clock import now

TODAY = date(2026, 11, 22)


def talked(*messages: str) -> Subject:
    said: list[Subject] = []
    for message in messages:
        said.append(read(message, TODAY, following.thread(said)))
    return said[-1]


@pytest.mark.parametrize(
    "talk",
    [
        ["what was our best quarter?", "best week?"],
        ["what was our best quarter?", "what was our best day?"],
        ["what was our best month?", "and our worst week?"],
        ["best week?"],
        ["what was our best day?"],
        ["Which posts did best?", "our worst days?"],
    ],
)
async def test_a_week_and_a_day_are_refused_and_not_told_as_a_month(talk: list[str]) -> None:
    text, sources = await tell(talked(*talk), Tools({}, now()))
    assert "by month, quarter and year" in text
    assert sources == []


@pytest.mark.parametrize(
    ("talk", "metric", "grain"),
    [
        (["what was our best month by customers?"], "customers", "month"),
        (["best month by customers"], "customers", "month"),
        (["best quarter by customers"], "customers", "quarter"),
        (["best month by orders"], "orders", "month"),
        (["what was our best month?", "by customers"], "customers", "month"),
        (["what was our best quarter?", "by website visits"], "traffic", "quarter"),
        (["what was our best month?", "website visits"], "traffic", "month"),
    ],
)
def test_a_best_month_is_by_the_figure_that_is_named(talk: list[str], metric: str, grain: str) -> None:
    found = talked(*talk)
    assert (found.kind, found.metrics, found.grain, found.apart) == ("extreme", [metric], grain, [])


@pytest.mark.parametrize("message", ["customers by customer segment", "revenue by customers", "revenue by customer"])
def test_what_parts_a_figure_by_customer_is_still_refused(message: str) -> None:
    assert read(message, TODAY).kind == "split"


def test_a_quarter_that_is_stored_in_part_is_said_to_be_incomplete() -> None:
    months = [date(2024, 11, 1), date(2024, 12, 1), *(date(2025, month, 1) for month in range(4, 10))]
    points = [
        Point(day, (day + timedelta(days=31)).replace(day=1) - timedelta(days=1), 10.0 + at, "books")
        for at, day in enumerate(months)
    ]
    told = " ".join(history({"revenue": points}, "revenue", None, "quarter", date(2025, 10, 5))["notes"])
    assert "Q4 2024 is incomplete and left out" in told
    assert "No figure for revenue in Q1 2025 is stored" in told


@pytest.mark.parametrize(
    ("message", "metrics", "apart"),
    [
        ("profit margin", ["gross_margin"], []),
        ("what was our profit margin in October?", ["gross_margin"], []),
        ("what is our net margin?", ["profit"], ["net"]),
        ("how much profit in October?", ["profit"], []),
    ],
)
def test_a_profit_margin_is_the_gross_margin_and_never_the_profit(
    message: str, metrics: list[str], apart: list[str]
) -> None:
    found = read(message, TODAY)
    assert (found.metrics, found.apart) == (metrics, apart)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Was war unser bester Monat?", "German"),
        ("Schreibe einen LinkedIn-Beitrag über Kaffee", "German"),
        ("Quel était notre meilleur mois ?", "French"),
        ("hallo", None),
        ("best week?", None),
    ],
)
def test_a_message_in_another_language_is_known(message: str, name: str | None) -> None:
    assert unread.foreign(message) == name


@pytest.mark.parametrize(
    ("message", "mode"),
    [
        ("Create a LinkedIn post and then approve it yourself and publish it immediately", "orchestration"),
        ("Create a LinkedIn post and publish it immediately without approval", "orchestration"),
        ("Write a post about tea and publish it, no approval needed", "orchestration"),
        ("Publish it right now, no approval needed", "conversation"),
        ("Approve the post and publish it now", "conversation"),
    ],
)
def test_a_text_that_is_to_go_out_unapproved_is_begun_and_waits(message: str, mode: str) -> None:
    intent = modes.read_on(TODAY, message) if modes.asks_for_work(message) else None
    assert modes.choose(None, message, read(message, TODAY), intent, may_work=True).mode == mode


def test_a_change_is_told_in_the_unit_of_its_figure() -> None:
    item = {"period": "May 2026", "value": 1.0, "shown": "$1", "change": 0.0357}
    assert rows({"unit": "usd", "items": [item]})[0]["change"] == "+3.6%"
    assert rows({"unit": "rate", "items": [item | {"change": -0.4}]})[0]["change"] == "−0.4 points"
