"""Publishing over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.server import signed_in

WORDS = "Our office moves to 12 Dock Street in May. Come and see us; there will be coffee."
BODY: dict[str, Any] = {"platform": "twitter", "content": WORDS, "metadata": {"campaign": "may"}}


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("viewer", "operator", "approver") as made:
        yield made


async def test_a_given_text_is_accepted_and_a_repeat_answers_with_the_first(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    first = await approver.post("/api/social/publish", json=BODY)
    assert first.status_code == 202
    said = first.json()
    assert (said["platform"], said["state"], said["delivered_by"], said["repeated"]) == (
        "twitter",
        "scheduled",
        "outbox",
        False,
    )
    again = (await approver.post("/api/social/publish", json=BODY)).json()
    assert (again["publication_id"], again["repeated"]) == (said["publication_id"], True)
    listed = (await viewer.get("/api/publications")).json()
    assert (listed["total"], listed["items"][0]["publication_id"]) == (1, said["publication_id"])


async def test_a_key_is_honoured(clients: list[httpx.AsyncClient]) -> None:
    _, _, approver = clients
    key = {"Idempotency-Key": "k1"}
    first = await approver.post("/api/social/publish", json=BODY, headers=key)
    other = await approver.post("/api/social/publish", json=BODY)
    assert other.json()["task_id"] != first.json()["task_id"]
    reused = await approver.post("/api/social/publish", json={**BODY, "content": "Something else."}, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")


async def test_only_an_approver_may_publish_cancel_or_settle(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator, _ = clients
    for client in (viewer, operator):
        assert (await client.post("/api/social/publish", json=BODY)).status_code == 403
        assert (await client.post(f"/api/publications/{new_id()}/cancel")).status_code == 403
        settled = await client.post(f"/api/publications/{new_id()}/resolve", json={"verdict": "sent"})
        assert settled.status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"platform": "myspace"}, "platform"),
        ({"content": "   "}, "content"),
        ({"content": "a" * 281}, "content"),
        ({"schedule_at": "2020-01-01T00:00:00Z"}, "schedule_at"),
        ({"metadata": {"hashtags": "growth"}}, "metadata.hashtags"),
        ({"text": "x"}, "text"),
    ],
)
async def test_bad_input_names_its_field(clients: list[httpx.AsyncClient], change: dict[str, Any], field: str) -> None:
    _, _, approver = clients
    answer = await approver.post("/api/social/publish", json={**BODY, **change})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_scheduled_publication_is_cancelled_and_pages_go_on(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    ids = []
    for number in range(3):
        body = {**BODY, "content": f"{WORDS} {number}", "schedule_at": "2099-01-01T00:00:00Z"}
        ids.append((await approver.post("/api/social/publish", json=body)).json()["publication_id"])
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await viewer.get("/api/publications", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [one["publication_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    answer = await approver.post(f"/api/publications/{ids[0]}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    known = await approver.post(f"/api/publications/{ids[0]}/resolve", json={"verdict": "sent"})
    assert (known.status_code, known.json()["code"]) == (409, "nothing_to_settle")
    left = (await viewer.get("/api/publications", params={"state": "scheduled"})).json()
    assert left["total"] == 2
    missing = await approver.post(f"/api/publications/{new_id()}/cancel")
    assert (missing.status_code, missing.json()["code"]) == (404, "publication_missing")
