"""The market agent: what its own posts can say, and plainly what they cannot."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest_asyncio
from fastmcp import Client

from cofounder.agents.market import SERVER
from cofounder.business import sample
from cofounder.kit import db
from cofounder.kit.testing import Database

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


async def test_the_effects_built_into_the_sample_are_found_with_n_and_interval(company: Database) -> None:
    told = await call("find_trends", as_of=NOW, days=700)
    topics = {each["topic"]: each for each in told["topics"]}
    assert told["status"] == "ok"
    assert topics["customer stories"]["standing"] == "above"
    assert topics["hiring"]["standing"] == "below"
    assert {each["verdict"] for each in told["topics"]} == {"no clear change"}  # none is built in
    for each in told["topics"]:
        effect = each["against_rest"]
        assert effect["low"] <= effect["ratio"] <= effect["high"]
        assert effect["n"] == each["n"]
    assert told["level"] == 0.995


async def test_a_window_with_few_posts_is_not_enough(company: Database) -> None:
    told = await call("find_trends", as_of=NOW, days=45)
    assert told["status"] == "not_enough_data"
    assert "Not enough data" in told["narrative"]


async def test_a_topic_of_ones_own_words_is_looked_for_in_the_posts(company: Database) -> None:
    told = await call("find_trends", as_of=NOW, topic="water", days=700)
    assert [each["topic"] for each in told["topics"]] == ["water"]
    assert told["topics"][0]["n"] >= 2
    none = await call("find_trends", as_of=NOW, topic="submarines", days=700)
    assert none["narrative"] == "Not enough data: no measured post on submarines in the last 700 days."


async def test_nothing_published_is_not_enough(database: Database) -> None:
    assert (await call("find_trends", as_of=NOW))["status"] == "not_enough_data"
    assert (await call("share_of_voice", as_of=NOW))["status"] == "not_enough_data"


async def test_posts_after_the_time_are_not_seen(company: Database) -> None:
    early = await call("share_of_voice", as_of="2025-08-01T00:00:00Z", days=3650)
    late = await call("share_of_voice", as_of=NOW, days=3650)
    assert 0 < early["posts"] < late["posts"]


async def test_shares_are_of_the_companys_own_voice_and_it_is_said(company: Database) -> None:
    told = await call("share_of_voice", as_of=NOW, days=365)
    assert sum(each["posts"] for each in told["by_topic"]) == told["posts"]
    assert sum(each["posts"] for each in told["by_platform"]) == told["posts"]
    assert "not of the market's" in told["narrative"]


async def test_mentions_say_that_no_source_is_registered_and_what_to_do() -> None:
    told = await call("mentions", competitor="Bean There", as_of=NOW)
    assert (told["status"], told["mentions"]) == ("no_sources", [])
    assert "Bean There" in told["narrative"]
    assert told["next"].startswith("Register")
