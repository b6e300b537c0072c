"""A best month is told by the figure that was asked for, of all its rows, and no shorter stretch is told as a longer."""

from datetime import date, timedelta

import pytest

from cofounder.business.past import history
from cofounder.business.timeline import Point
from cofounder.flow.request.chat import following
from cofounder.flow.request.chat.plainly import tell
from cofounder.flow.request.chat.reading import read
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
