"""Approval over HTTP: shapes, roles, errors that name their field."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from cofounder.flow.approve import service
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.server import signed_in
from tests.flow.waiting import BODIES, ready

SHAPE = [
    "task_id",
    "status",
    "quality_score",
    "quality_passed",
    "fingerprint",
    "main_content",
    "channel_variants",
    "metadata",
    "supporting_materials",
    "hashtags",
    "call_to_action",
    "estimated_reach",
    "engagement_score",
    "approval_url",
]


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("viewer", "operator", "approver") as made:
        yield made


async def waiting() -> UUID:
    async with transaction() as session:
        id = await ready(session)
        await service.open_round(session, id)
    return id


async def test_the_approval_has_the_shape_that_scripts_know(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, _ = clients
    answer = await viewer.get(f"/api/orchestrator/approval/{await waiting()}")
    assert answer.status_code == 200
    seen = answer.json()
    assert set(SHAPE) <= set(seen)
    assert set(seen["metadata"]) >= {"metrics_used", "execution_time", "cost", "agents_involved"}
    assert set(seen["supporting_materials"]) >= {"metrics_summary", "narrative", "research"}
    assert set(seen["main_content"]) == {"title", "content", "preview_image"}
    assert list(seen["channel_variants"]) == ["linkedin", "twitter", "email"]
    assert answer.headers["etag"] == f'"{seen["fingerprint"]}"'


async def test_the_shortest_decision_is_enough(clients: list[httpx.AsyncClient]) -> None:
    _, _, approver = clients
    body = {"task_id": str(await waiting()), "approved": True, "publish_to_channels": ["linkedin"], "feedback": "Good."}
    answer = await approver.post("/api/orchestrator/approve", json=body)
    assert answer.status_code == 200
    assert answer.json()["status"] == "approved"
    assert answer.json()["texts"]["linkedin"] == BODIES["linkedin"]
    again = await approver.post("/api/orchestrator/approve", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


async def test_only_an_approver_may_approve_or_edit(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator, _ = clients
    id = str(await waiting())
    for client in (viewer, operator):
        said = await client.post("/api/orchestrator/approve", json={"task_id": id, "approved": True})
        changed = await client.put(f"/api/orchestrator/approval/{id}/draft", json={"edits": {"x": {"body": "y"}}})
        assert (said.status_code, changed.status_code) == (403, 403)


async def test_a_draft_is_changed_under_its_etag(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    id = await waiting()
    where = f"/api/orchestrator/approval/{id}/draft"
    etag = (await viewer.get(f"/api/orchestrator/approval/{id}")).headers["etag"]
    edits = {"edits": {"twitter": {"content": BODIES["x"].replace("jumped", "rose")}}}
    first = await approver.put(where, json=edits, headers={"If-Match": etag})
    assert first.status_code == 200
    assert first.json()["channel_variants"]["twitter"]["origin"] == "edit"
    assert first.headers["etag"] != etag
    stale = await approver.put(where, json=edits, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (412, "old_version")
    whatever = await approver.put(where, json=edits, headers={"If-Match": "*"})  # RFC 9110: any text that stands there
    assert whatever.status_code == 200, whatever.text
    torn = await approver.put(where, json={**edits, "fingerprint": "0" * 64}, headers={"If-Match": etag})
    assert (torn.status_code, torn.json()["errors"][0]["field"]) == (422, "fingerprint")
    unseen = await approver.post("/api/orchestrator/approve", json={"task_id": str(id), "approved": True})
    assert (unseen.status_code, unseen.json()["code"]) == (409, "draft_changed")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"approved": "yes"}, 422, "approved"),
        ({"approved": True, "schedule_at": "2020-01-01T00:00:00Z"}, 422, "schedule_at"),
        ({"approved": True, "schedule_at": "2030-01-01T00:00:00"}, 422, "schedule_at"),
        ({"approved": True, "publish_to_channels": ["linkedin", "tiktok"]}, 422, "publish_to_channels.1"),
        ({"approved": True, "verdikt": "approve"}, 422, "verdikt"),
        ({"verdict": "maybe"}, 422, "verdict"),
        ({"approved": True, "round": 0}, 422, "round"),
        ({"approved": True, "edits": {"x": {"body": 5}}}, 422, "edits.x.body"),
        ({}, 422, "approved"),
    ],
)
async def test_bad_input_names_its_field(
    clients: list[httpx.AsyncClient], body: dict[str, object], status: int, field: str
) -> None:
    _, _, approver = clients
    answer = await approver.post("/api/orchestrator/approve", json={"task_id": str(await waiting()), **body})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


async def test_a_character_that_cannot_be_stored_is_refused(clients: list[httpx.AsyncClient]) -> None:
    _, _, approver = clients
    body = {"task_id": str(await waiting()), "approved": True, "edits": {"x": {"body": "a\x00b"}}}
    answer = await approver.post("/api/orchestrator/approve", json=body)
    assert answer.status_code == 422
    assert "edits.x.body" in answer.json()["detail"]


async def test_an_unknown_task_is_not_found(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    assert (await viewer.get(f"/api/orchestrator/approval/{new_id()}")).status_code == 404
    said = await approver.post("/api/orchestrator/approve", json={"task_id": str(new_id()), "approved": True})
    assert (said.status_code, said.json()["code"]) == (404, "task_missing")
