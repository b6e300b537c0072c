"""POST /training/export: the bare file, by body and by query."""

import csv
import io
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import audit_entries
from tests.flow.server import signed_in
from tests.flow.train.data.test_export import put

EXPORT = "/api/orchestrator/training/export"


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with transaction() as session:
        await put(session, user_request="good")
        await put(session, user_request="poor", quality_score=Decimal("0.5"), success=False, user_approval=False)
        await put(session, user_request="tried", tags=["test"])
    async with signed_in("viewer", "operator", "admin") as made:
        yield made


async def test_the_export_is_the_bare_file(clients: list[httpx.AsyncClient]) -> None:
    answer = await clients[1].post(EXPORT)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert ".jsonl" in answer.headers["content-disposition"]
    asked = [json.loads(line)["messages"][1]["content"] for line in answer.text.splitlines()]
    assert sorted(asked) == ["good", "poor"]


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ({"filter_by_quality": "true"}, None, ["good"]),
        ({"filter_by_quality": "0.4"}, None, ["good", "poor"]),
        ({}, {"filter_by_quality": True}, ["good"]),
        ({"min_quality": "0.85"}, {}, ["good"]),
        ({"tags": "test"}, {}, ["tried"]),
        ({}, {"filters": {"success_only": True}}, ["good"]),
        ({"limit": "1"}, {"limit": 5}, ["poor"]),
    ],
)
async def test_body_and_query_say_the_same_things(
    clients: list[httpx.AsyncClient], query: dict[str, str], body: dict[str, Any] | None, expected: list[str]
) -> None:
    answer = await clients[1].post(EXPORT, params={"format": "csv", **query}, json=body)
    assert answer.status_code == 200
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert sorted(row["user_request"] for row in rows) == expected


@pytest.mark.parametrize(
    ("query", "body", "field"),
    [
        ({"format": "xlsx"}, None, "format"),
        ({"filter_by_quality": "high"}, None, "filter_by_quality"),
        ({"filter_by_quality": "nan"}, None, "filter_by_quality"),
        ({}, {"filter_by_quality": 85}, "filter_by_quality"),
        ({"min_quality": "2"}, None, "min_quality"),
        ({"limit": "0"}, None, "limit"),
        ({}, {"filters": {"quality_min": "0.5"}}, "filters.quality_min"),
        ({}, {"filtres": {}}, "filtres"),
    ],
)
async def test_what_is_wrong_comes_in_the_envelope_with_its_field(
    clients: list[httpx.AsyncClient], query: dict[str, str], body: dict[str, Any] | None, field: str
) -> None:
    answer = await clients[1].post(EXPORT, params=query, json=body)
    said = answer.json()
    assert answer.status_code == 422
    assert set(said) == {"success", "data", "error", "message"}
    assert (said["success"], said["data"]) == (False, None)
    assert said["error"]["errors"][0]["field"] == field


async def test_who_may_not_export_is_told_so_in_the_envelope(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator, _ = clients
    refused = await viewer.post(EXPORT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
    unsigned = await operator.post(EXPORT, headers={"Authorization": ""})
    assert (unsigned.status_code, unsigned.json()["success"]) == (401, False)
    torn = await operator.post(EXPORT, content=b"{", headers={"Content-Type": "application/json"})
    assert (torn.status_code, torn.json()["error"]["code"]) == (400, "body_unreadable")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (EXPORT, {"redact": False}),
        ("/api/orchestrator/training/datasets/export", {"redact": False}),
        ("/api/orchestrator/training/datasets", {"name": "raw", "redact": False}),
    ],
)
async def test_personal_data_leaves_with_an_admin_only_and_the_log_says_who(
    clients: list[httpx.AsyncClient], path: str, asked: dict[str, Any]
) -> None:
    async with transaction() as session:
        await put(session, user_request="Ask ann@corner.io")
    _, operator, admin = clients
    refused = await operator.post(path, json=asked)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data_stays")
    allowed = await admin.post(path, json=asked)
    assert allowed.status_code in (200, 201)
    async with transaction() as session:
        said = [(one.action, one.details) for one in await audit_entries(session)]
    assert [one for one in said if one[0] == "training.let_out" or one[1].get("personal_data") == "kept"]
