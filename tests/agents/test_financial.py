"""The financial agent's tools, called as a plan calls them: over MCP, on stored rows."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from fastmcp import Client
from fastmcp.exceptions import ToolError

from cofounder.agents.financial import SERVER
from cofounder.business import periods, sample
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.models.brief import Fact, Period
from cofounder.models.figures import trace

NOW = "2026-11-21T09:00:00Z"
SAMPLE = {
    "revenue_monthly": 150000,
    "previous_month_revenue": 125000,
    "traffic_monthly": 250000,
    "conversion_rate": 0.045,
    "customer_count": 320,
}


def wire(period: Period) -> dict[str, Any]:
    return period.model_dump(mode="json")


Q3, Q4 = wire(periods.quarter(date(2026, 8, 1))), wire(periods.quarter(date(2026, 11, 1)))


@pytest_asyncio.fixture
async def company(database: Database) -> AsyncIterator[Database]:
    async with db.transaction() as session:
        await sample.load(session, today=date(2026, 11, 21))
    yield database


async def call(name: str, **arguments: Any) -> dict[str, Any]:
    async with Client(SERVER) as client:
        answer = await client.call_tool(name, arguments)
    assert isinstance(answer.structured_content, dict)
    return answer.structured_content


def untraced(sentences: list[str], facts: list[dict[str, Any]]) -> list[str]:
    held = [Fact(**fact) for fact in facts]
    return [f"{m.text} in {s}" for s in sentences for m in trace(s, held) if m.kind == "unmatched"]


async def test_every_tool_states_its_cost_time_schemas_and_that_it_only_reads() -> None:
    async with Client(SERVER) as client:
        tools = await client.list_tools()
    assert {tool.name for tool in tools} == {"read_metrics", "compare_periods", "find_story", "forecast", "history"}
    for tool in tools:
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.meta is not None
        assert {f"cofounder/{key}" for key in ("cost_usd", "seconds", "category", "dependencies")} <= set(tool.meta)
        assert tool.meta["cofounder/requires_approval"] is False
        assert tool.output_schema is not None
        assert all("description" in p or "$ref" in p or p for p in tool.output_schema["properties"].values())


async def test_a_quarter_that_has_begun_is_read_as_the_month_it_has(company: Database) -> None:
    read = await call("read_metrics", as_of=NOW, period=Q4)
    assert read["source"] == "stored"
    assert read["period"]["provisional"] is True
    assert read["notes"] == ["Q4 2026 is not complete: these are the figures of October 2026 only."]
    assert {fact["period"]["label"] for fact in read["facts"]} == {"October 2026"}


async def test_figures_stand_beside_what_they_are_to_be_compared_with(company: Database) -> None:
    october = wire(periods.month(date(2026, 10, 1)))
    for against, label in (("previous", "September 2026"), ("year_earlier", "October 2025")):
        read = await call("read_metrics", as_of=NOW, period=october, metrics=["revenue"], compare_with=against)
        (revenue,) = read["facts"]
        assert revenue["base"]["kind"] == against
        assert revenue["base"]["period"]["label"] == label


async def test_the_requests_figures_are_the_only_ones(company: Database) -> None:
    read = await call("read_metrics", as_of=NOW, period=Q4, given=SAMPLE, asked=["revenue"])
    assert {fact["source"] for fact in read["facts"]} == {"request"}
    assert len(read["facts"]) == 4
    assert "$125,000 in October 2026" in read["conflicts"][0]


async def test_a_story_of_stored_figures_traces_whole(company: Database) -> None:
    for period in (Q3, Q4):
        read = await call("read_metrics", as_of=NOW, period=period)
        told = await call("find_story", facts=read["facts"], period=period)
        assert len(told["insights"]) >= 5
        assert untraced(told["insights"], told["facts"]) == []
        assert len(told["facts"]) == len(read["facts"])
    assert told["details"][0]["facts"] == ["revenue"]
    assert "the highest of the 24 months on record" in told["narrative"]


async def test_two_quarters_are_compared_row_by_row(company: Database) -> None:
    second = wire(periods.quarter(date(2026, 5, 1)))
    told = await call("compare_periods", as_of=NOW, period=Q3, compare_period=second, metrics=["revenue", "customers"])
    revenue = next(row for row in told["rows"] if row["metric"] == "revenue")
    assert revenue["base_label"] == "Q2 2026"
    assert revenue["difference"] == revenue["value"] - revenue["base"]
    assert revenue["change"] == pytest.approx(revenue["value"] / revenue["base"] - 1)
    assert untraced(told["insights"], told["facts"]) == []
    assert "Q2 2026" in told["narrative"]


async def test_a_started_quarter_is_compared_with_the_same_part_of_the_other(company: Database) -> None:
    year_before = wire(periods.quarter(date(2025, 11, 1)))
    told = await call("compare_periods", as_of=NOW, period=Q4, compare_period=year_before, metrics=["revenue"])
    assert told["rows"][0]["base_label"] == "October 2025"


async def test_unequal_periods_are_compared_a_day(company: Database) -> None:
    october = wire(periods.month(date(2026, 10, 1)))
    told = await call("compare_periods", as_of=NOW, period=Q3, compare_period=october, metrics=["revenue", "customers"])
    by_metric = {row["metric"]: row for row in told["rows"]}
    assert by_metric["revenue_per_day"]["per_day"] is True
    assert by_metric["revenue_per_day"]["value"] < 6_000
    assert by_metric["customers"]["per_day"] is False


async def test_a_year_earlier_is_used_where_asked_and_missing_where_not_stored(company: Database) -> None:
    told = await call("compare_periods", as_of=NOW, period=Q3, compare_with="year_earlier", metrics=["revenue"])
    assert told["rows"][0]["base_label"] == "Q3 2025"
    early = wire(periods.quarter(date(2025, 2, 1)))
    none = await call("compare_periods", as_of=NOW, period=early, compare_with="year_earlier", metrics=["revenue"])
    assert none["rows"] == []
    assert none["missing"] == ["Nothing to compare with for revenue."]


async def test_a_forecast_has_an_interval_a_method_and_what_that_missed(company: Database) -> None:
    told = await call("forecast", metric="revenue", as_of=NOW, horizon=3)
    assert told["status"] == "ok"
    assert [fact["period"]["label"] for fact in told["facts"]] == ["November 2026", "December 2026", "January 2027"]
    for fact in told["facts"]:
        assert fact["kind"] == "forecast"
        assert fact["low"] < fact["value"] < fact["high"]
        assert fact["level"] == 0.8
    assert told["errors"][told["method"]] == told["backtest_error"] == min(told["errors"].values())
    assert untraced(told["insights"][:3], told["facts"]) == []


async def test_not_enough_data_is_an_answer(company: Database) -> None:
    told = await call("forecast", metric="unicorns", as_of=NOW)
    assert told["status"] == "not_enough_data"
    assert told["facts"] == []
    early = await call("forecast", metric="revenue", as_of="2025-04-10T00:00:00Z")
    assert early["narrative"] == (
        "Not enough data to forecast revenue: 5 unbroken months are stored, and 8 months above zero are needed."
    )


async def test_a_forecast_sees_nothing_measured_later(company: Database) -> None:
    told = await call("forecast", metric="revenue", as_of="2026-06-10T00:00:00Z", horizon=1)
    assert told["facts"][0]["period"]["label"] == "June 2026"


async def test_an_error_that_a_person_can_act_on_keeps_its_words(database: Database) -> None:
    with pytest.raises(ToolError, match=r"^metric_invalid.*: conversion_rate is 4.5; .*Did you mean 0.045"):
        await call("read_metrics", as_of=NOW, given={"conversion_rate": 4.5})


@pytest.mark.parametrize("moment", ["2025", "yesterday", 1765270800])
async def test_a_time_that_is_none_is_refused(moment: Any) -> None:
    with pytest.raises(ToolError):
        await call("read_metrics", as_of=moment)
