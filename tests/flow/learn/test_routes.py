"""Patterns and totals over HTTP."""

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest_asyncio

from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.flow.server import signed_in
from tests.flow.train.data.test_export import put


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with transaction() as session:
        await put(session, user_request="good")
        await put(session, user_request="poor", quality_score=Decimal("0.5"), success=False, user_approval=False)
        await put(session, user_request="tried", tags=["test"])
    async with signed_in("viewer", "operator") as made:
        yield made


async def test_there_are_no_patterns_without_data_and_it_says_how_much_is_missing(
    clients: list[httpx.AsyncClient],
) -> None:
    said = (await clients[0].get("/api/orchestrator/learning/patterns")).json()
    assert (said["patterns"], said["message"], said["n"]) == ([], "not enough data", 0)
    assert said["needed"] > 0


async def test_the_summary_adds_up_the_rows(clients: list[httpx.AsyncClient]) -> None:
    said = (await clients[0].get("/api/orchestrator/metrics/summary")).json()
    assert (said["total_executions"], said["successful"], said["success_rate"]) == (2, 1, 0.5)
    assert (said["approved"], said["rejected"], said["approval_rate"]) == (1, 1, 0.5)
    assert said["avg_quality_score"] == 0.703
    assert (said["total_cost"], said["total_seconds"], said["avg_seconds"]) == (0.24, 94.0, 47.0)


async def test_a_summary_of_nothing_has_no_means(database: Database) -> None:
    async with signed_in("viewer") as (viewer,):
        said = (await viewer.get("/api/orchestrator/metrics/summary")).json()
    assert (said["total_executions"], said["success_rate"], said["avg_quality_score"]) == (0, None, None)


async def test_a_span_takes_a_plain_day_as_every_filter_of_training_does(clients: list[httpx.AsyncClient]) -> None:
    address = "/api/orchestrator/metrics/summary"
    days = {"since": "2026-11-02", "until": "2026-11-02"}  # the whole day
    said = (await clients[0].get(address, params=days)).json()
    assert (said["total_executions"], said["since"]) == (2, "2026-11-02T00:00:00Z")
    assert (await clients[0].get(address, params={"until": "2026-11-01"})).json()["total_executions"] == 0
    file = await clients[0].get(f"{address}/download", params={"by": "day", **days})
    assert file.text.splitlines()[1].startswith("2026-11-02,2,")
    refused = await clients[0].get(address, params={"since": "2026-13-01"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "since")


async def test_best_times_take_the_days_that_are_asked_for_and_tell_the_hours_of_utc(
    clients: list[httpx.AsyncClient],
) -> None:
    address = "/api/orchestrator/learning/times"
    asked = (await clients[0].get(address, params={"days": 730, "channel": "linkedin"})).json()
    assert (asked["days"], asked["channels"][0]["best"]["time_zone"]) == (730, "UTC")
    assert (await clients[0].get(address)).json()["days"] == 365
    assert (await clients[0].get(address, params={"days": 0})).status_code == 422
