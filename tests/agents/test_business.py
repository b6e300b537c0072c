"""The business agent: state, similar content, baselines and passages over MCP."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from fastmcp import Client
from fastmcp.exceptions import ToolError

from cofounder.agents.business import SERVER
from cofounder.business import sample
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.models.brief import Passage

NOW = "2026-11-21T09:00:00Z"


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


async def test_the_state_has_the_names_that_examples_use(company: Database) -> None:
    told = await call("state", as_of=NOW)
    assert {
        "revenue_monthly",
        "previous_revenue",
        "growth_rate",
        "customers",
        "customer_acquisition_cost",
        "customer_lifetime_value",
        "marketing_spend",
        "monthly_website_traffic",
        "conversion_rate",
    } <= set(told["state"])
    assert told["source"] == "stored"


async def test_given_figures_are_the_state(company: Database) -> None:
    told = await call("state", as_of=NOW, metrics={"customers": 320})
    assert (told["state"], told["source"]) == ({"customers": 320}, "request")


async def test_an_empty_company_knows_nothing_and_says_so(database: Database) -> None:
    assert (await call("state", as_of=NOW))["source"] == "none"
    assert (await call("baseline", as_of=NOW))["notes"] == ["No post has been measured yet."]
    assert (await call("passages", topic="tea", as_of=NOW))["note"] == "Nothing you published covers tea."
    assert (await call("similar_content", topic="tea", as_of=NOW))["note"] == "Nothing earlier is like 'tea'."


async def test_similar_content_comes_with_engagement_and_reasons(company: Database) -> None:
    told = await call("similar_content", topic="grinding coffee", channels=["linkedin"], as_of=NOW, limit=3)
    assert 1 <= len(told["items"]) <= 3
    for item in told["items"]:
        assert item["reasons"]
        assert "linkedin" in {metrics["platform"] for metrics in item["post_metrics"]}
    assert len(told["texts"]) == len(told["items"])


async def test_passages_fit_a_brief(company: Database) -> None:
    told = await call("passages", topic="decaf coffee", as_of=NOW, limit=4)
    found = [Passage(**each) for each in told["passages"]]
    assert any("decaf" in passage.text for passage in found)
    assert told["note"] == f"Built from {len(found)} of your posts."


async def test_a_channel_never_used_has_no_baseline(company: Database) -> None:
    told = await call("baseline", channels=["linkedin", "tiktok"], as_of=NOW)
    assert told["baselines"]["tiktok"]["count"] == 0
    assert told["notes"] == ["No post on tiktok has been measured yet."]


@pytest.mark.parametrize("limit", [0, 51])
async def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(ToolError):
        await call("passages", topic="tea", as_of=NOW, limit=limit)
