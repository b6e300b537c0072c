"""Tools that look back: a metric's periods, posts by result, what was learned."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest_asyncio
from fastmcp import Client, FastMCP

from cofounder.agents import business, financial, memory
from cofounder.business import periods, sample
from cofounder.business.records import service as records
from cofounder.kit import db
from cofounder.kit.testing import Database

NOW = "2026-11-21T09:00:00Z"
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest_asyncio.fixture
async def company(database: Database) -> AsyncIterator[Database]:
    async with db.transaction() as session:
        await sample.load(session, today=date(2026, 11, 21))
    yield database


async def call(server: FastMCP, tool: str, **inputs: Any) -> Any:
    async with Client(server) as client:
        return (await client.call_tool(tool, inputs)).structured_content


async def test_the_highest_and_the_lowest_month_are_those_of_the_rows(company: Database) -> None:
    async with db.transaction() as session:
        stored = {
            row.period_start: float(row.metric_value) for row in await records.financial_rows(session, "revenue", AT)
        }
    found = await call(financial.SERVER, "history", metric="revenue", as_of=NOW)
    assert {date.fromisoformat(one["start"]): one["value"] for one in found["items"]} == stored
    assert found["highest"]["value"] == max(stored.values())
    assert found["lowest"]["value"] == min(stored.values())
    quarters = await call(financial.SERVER, "history", metric="revenue", as_of=NOW, grain="quarter")
    third = next(one for one in quarters["items"] if one["period"] == "Q3 2026")
    assert third["value"] == sum(value for day, value in stored.items() if day.year == 2026 and day.month in (7, 8, 9))
    year = periods.year(date(2025, 1, 1)).model_dump(mode="json")
    narrowed = await call(financial.SERVER, "history", metric="revenue", as_of=NOW, period=year)
    assert len(narrowed["items"]) == 12


async def test_nothing_measured_later_is_seen(company: Database) -> None:
    found = await call(financial.SERVER, "history", metric="revenue", as_of="2026-06-15T00:00:00Z")
    assert found["items"][-1]["period"] == "May 2026"
    posts = await call(business.SERVER, "best_posts", as_of="2026-06-15T00:00:00Z", limit=50)
    assert max(one["published_on"] for one in posts["items"]) < "2026-06-15"


async def test_posts_are_ranked_by_what_was_asked(company: Database) -> None:
    async with db.transaction() as session:
        posts = await records.posts(session, as_of=AT, platforms=["linkedin"])
    most = max(post.views or 0 for post in posts)
    by_views = await call(business.SERVER, "best_posts", as_of=NOW, channels=["linkedin"], by="views", limit=3)
    assert by_views["items"][0]["views"] == most
    assert {one["platform"] for one in by_views["items"]} == {"linkedin"}
    rates = [
        one["engagement_rate"] for one in (await call(business.SERVER, "best_posts", as_of=NOW, worst=True))["items"]
    ]
    assert rates == sorted(rates)


async def test_the_last_posts_come_by_their_day_measured_or_not(company: Database) -> None:
    async with db.transaction() as session:
        days = sorted((post.published_at for post in await records.posts(session, as_of=AT)), reverse=True)
    newest = await call(business.SERVER, "best_posts", as_of=NOW, by="published_on", limit=3)
    assert [one["published_on"] for one in newest["items"]] == [day.date().isoformat() for day in days[:3]]
    oldest = await call(business.SERVER, "best_posts", as_of=NOW, by="published_on", worst=True, limit=1)
    assert oldest["items"][0]["published_on"] == days[-1].date().isoformat()
    assert newest["measured"] + newest["unmeasured"] == len(days)


async def test_an_empty_company_is_said_to_be_empty(database: Database) -> None:
    assert (await call(financial.SERVER, "history", metric="revenue", as_of=NOW))["highest"] is None
    assert (await call(business.SERVER, "best_posts", as_of=NOW))["narrative"] == "No such post is stored."
    learned = await call(memory.SERVER, "patterns")
    assert (learned["n"], learned["patterns"]) == (0, [])
    assert str(learned["needed"]) in learned["narrative"]
    assert (await call(memory.SERVER, "examples"))["total"] == 0
    assert (await call(memory.SERVER, "summary"))["runs"] == 0
