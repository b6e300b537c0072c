"""Publishing over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.kit.db import transaction
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
        assert (await client.post(f"/api/publications/{new_id()}/retry")).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"platform": "myspace"}, "platform"),
        ({"content": "   "}, "content"),
        ({"content": "\u200b\u200d\ufeff"}, "content"),
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
    assert seen == sorted(ids, reverse=True)  # all are due at once
    answer = await approver.post(f"/api/publications/{ids[0]}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    known = await approver.post(f"/api/publications/{ids[0]}/resolve", json={"verdict": "sent"})
    assert (known.status_code, known.json()["code"]) == (409, "nothing_to_settle")
    left = (await viewer.get("/api/publications", params={"state": "scheduled"})).json()
    assert left["total"] == 2
    missing = await approver.post(f"/api/publications/{new_id()}/cancel")
    assert (missing.status_code, missing.json()["code"]) == (404, "publication_missing")


async def test_a_list_is_in_the_order_of_the_times_that_it_shows(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    made: dict[str, str] = {}
    for day in ("05", "07", "06"):
        body = {**BODY, "content": f"{WORDS} {day}", "schedule_at": f"2099-01-{day}T00:00:00Z"}
        made[day] = (await approver.post("/api/social/publish", json=body)).json()["publication_id"]
    await approver.post(f"/api/publications/{made['06']}/cancel")  # it ended now, long before the others are due
    seen: list[str] = []
    cursor: str | None = None
    while len(seen) < 9:
        asked = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await viewer.get("/api/publications", params=asked)).json()
        assert page["total"] == 3
        seen += [one["publication_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [made["07"], made["05"], made["06"]]
    wrong = await viewer.get("/api/publications", params={"cursor": made["07"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor_invalid")


async def scheduled(approver: httpx.AsyncClient, number: int = 0) -> dict[str, Any]:
    body = {**BODY, "content": f"{WORDS} {number}", "schedule_at": "2099-01-01T00:00:00Z"}
    said: dict[str, Any] = (await approver.post("/api/social/publish", json=body)).json()
    return said


async def unknown(said: dict[str, Any]) -> None:
    """As a line that broke leaves it."""
    async with transaction() as session:
        await session.execute(
            text(
                "UPDATE publications SET state = 'unknown', attempted_at = now(), recipients = '{\"\"}' WHERE id = :id"
            ),
            {"id": said["publication_id"]},
        )
        await session.execute(
            text(
                "INSERT INTO effects (id, kind, key, state, request, attempts, begun_at, error) VALUES (:id,"
                " 'outbox.send', :key, 'unknown', '{}', 1, now(), 'DeliveryUnknown: the line was lost')"
            ),
            {"id": new_id(), "key": f"publication:{said['publication_id']}|"},
        )


async def test_what_nobody_is_sure_of_is_listed_page_by_page_with_what_can_be_done(
    clients: list[httpx.AsyncClient],
) -> None:
    viewer, _, approver = clients
    made = [await scheduled(approver, number) for number in range(4)]
    for one in made[1:]:
        await unknown(one)
    for name in ("state", "status"):
        seen, cursor = [], None
        while True:
            asked: dict[str, str | int] = {name: "unknown", "limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await viewer.get("/api/publications", params=asked)).json()
            assert page["total"] == 3
            seen += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert [one["publication_id"] for one in seen] == [one["publication_id"] for one in made[:0:-1]]
        assert all(one["actions"] == ["resolve"] for one in seen)
    refused = await viewer.get("/api/publications", params={"status": "lost"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "status.0")


async def test_one_publication_is_shown_with_its_evidence(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    said = await scheduled(approver)
    await unknown(said)
    seen = (await viewer.get(f"/api/publications/{said['publication_id']}")).json()
    (delivery,) = seen["deliveries"]
    assert (delivery["state"], delivery["recipient"], delivery["attempts"]) == ("unknown", None, 1)
    assert delivery["said"] == "the line was lost"
    assert delivery["begun_at"].endswith(("Z", "+00:00"))
    assert "/outbox/" in delivery["where"]
    assert (await viewer.get(f"/api/publications/{new_id()}")).status_code == 404


async def test_an_answer_counts_once(clients: list[httpx.AsyncClient]) -> None:
    _, _, approver = clients
    said = await scheduled(approver)
    await unknown(said)
    where = f"/api/publications/{said['publication_id']}"
    for wrong, field in (
        ({"verdict": "perhaps"}, "verdict"),
        ({"verdict": "sent", "url": "ftp://x"}, "url"),
        ({"verdict": "sent", "send_again": True}, "send_again"),
        ({"verdict": "sent", "recipients": ["eve@x.example"]}, "recipients.0"),
    ):
        refused = await approver.post(f"{where}/resolve", json=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    first = await approver.post(f"{where}/resolve", json={"verdict": "not_sent"})
    assert (first.status_code, first.json()["state"], first.json()["actions"]) == (200, "refused", ["retry"])
    second = await approver.post(f"{where}/resolve", json={"verdict": "sent"})
    assert (second.status_code, second.json()["code"]) == (409, "nothing_to_settle")
    assert "approver looked: not sent" in second.json()["detail"]


async def test_asking_again_twice_asks_once(clients: list[httpx.AsyncClient]) -> None:
    _, _, approver = clients
    said = await scheduled(approver)
    where = f"/api/publications/{said['publication_id']}"
    early = await approver.post(f"{where}/retry")
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_retry")
    await unknown(said)
    unsure = await approver.post(f"{where}/retry")
    assert (unsure.status_code, unsure.json()["code"]) == (409, "nothing_to_retry")
    await approver.post(f"{where}/resolve", json={"verdict": "not_sent"})
    answers = [(await approver.post(f"{where}/retry")).json() for _ in range(2)]
    assert [one["state"] for one in answers] == ["scheduled", "scheduled"]
    assert answers[0]["fingerprint"] == said["fingerprint"]
    async with transaction() as session:
        carried = await session.scalar(
            text("SELECT count(*) FROM dbos.workflow_status WHERE name = 'publication' AND workflow_uuid LIKE :id"),
            {"id": f"{said['publication_id']}:%"},
        )
    assert carried == 1


async def test_cancelling_a_decided_task_says_what_can_still_be_cancelled(clients: list[httpx.AsyncClient]) -> None:
    _, operator, approver = clients
    said = await scheduled(approver)
    refused = await operator.post(f"/api/tasks/{said['task_id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "task_is_final")
    assert "Still to be sent, and can be cancelled: x." in refused.json()["detail"]
    assert "/api/publications/" in refused.json()["hint"]
    await approver.post(f"/api/publications/{said['publication_id']}/cancel")
    refused = await operator.post(f"/api/tasks/{said['task_id']}/cancel")
    assert "Cancelled: x." in refused.json()["detail"]


async def test_a_time_range_finds_what_is_due_or_ended_in_it(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, approver = clients
    made = []
    for place, due in enumerate(("2190-05-01T09:00:00Z", "2190-06-01T09:00:00Z")):
        body = {**BODY, "content": f"{WORDS} {place}", "schedule_at": due}
        made.append((await approver.post("/api/social/publish", json=body)).json()["publication_id"])

    async def found(since: str, until: str) -> list[str]:
        answer = await viewer.get("/api/publications", params={"since": since, "until": until})
        assert answer.json()["total"] == len(answer.json()["items"])
        return [one["publication_id"] for one in answer.json()["items"]]

    assert await found("2190-05-01T00:00:00Z", "2190-06-01T00:00:00Z") == made[:1]
    assert await found("2190-05-01T09:00:00Z", "2190-06-01T09:00:00Z") == made[:1]
    assert await found("2190-04-01T00:00:00Z", "2190-07-01T00:00:00Z") == [made[1], made[0]]
    assert (await viewer.get("/api/publications", params={"since": "May"})).status_code == 422
