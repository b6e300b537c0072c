"""HTTP itself: sizes, methods, headers, encodings, keys that make a repeat harmless, versions that make a change safe."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text, update

from cofounder.flow.approve import service as approvals
from cofounder.kit import gate
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.once import KEPT
from cofounder.kit.tables import KeptAnswer
from cofounder.kit.testing import until
from tests.flow.waiting import BODIES, ready

from .conftest import House, everything, problem, rows

PROCESS = "/api/orchestrator/process"
APPROVE = "/api/orchestrator/approve"
SETTINGS = "/api/orchestrator/settings"
EXPORT = "/api/orchestrator/training/export"
TYPED = {"Content-Type": "application/json"}
BODY = {"request": "Write a LinkedIn post about our bakery"}


async def parts(megabytes: int) -> AsyncIterator[bytes]:
    for _ in range(megabytes):
        yield b"a" * 1_000_000


async def raw(house: House, sent: bytes, *, rest: bytes = b"") -> bytes:
    """What the server says to these bytes on a line of their own; `rest` follows once it began to answer."""
    address = httpx.URL(house.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(sent)
    async with asyncio.timeout(60):
        said = await reader.read(1)
        writer.write(rest)
        if rest:
            await writer.drain()
        said += await reader.read()
    writer.close()
    return said


async def test_a_body_of_twenty_megabytes_is_answered_and_not_cut(house: House) -> None:
    before = await everything()
    for path in (PROCESS, EXPORT):
        problem(await house.operator.post(path, content=b"a" * 20_000_000, headers=TYPED), 413, "body_too_large")
        problem(await house.operator.post(path, content=parts(20), headers=TYPED), 413, "body_too_large")
    assert await everything() == before
    assert (await house.operator.post(PROCESS, json=BODY)).status_code == 202


async def test_the_answer_comes_before_the_rest_of_a_body_that_is_too_large(house: House) -> None:
    head = f"POST {PROCESS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {house.keys['operator']}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 5000000\r\n"
    said = await raw(house, f"{head}\r\n".encode(), rest=b"a" * 5_000_000)
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in said.lower()
    assert b"body_too_large" in said
    # who waits to be told to send is told not to
    said = await raw(house, f"{head}Expect: 100-continue\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in said


async def test_a_caller_who_never_stops_sending_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "DRAINED_SECONDS", 0.2)
    head = f"POST {PROCESS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n"
    said = await raw(house, head.encode() + b"a" * 100)  # and no more
    assert said.startswith(b"HTTP/1.1 413 ")


async def test_addresses_and_headers_have_a_size(house: House) -> None:
    problem(await house.viewer.get("/api/tasks?search=" + "a" * 9_000), 414, "address_too_long")
    problem(await house.viewer.get("/api/tasks", headers={"X-Long": "a" * 40_000}), 431, "headers_too_large")
    many = {f"X-{n}": "a" * 100 for n in range(400)}
    problem(await house.viewer.get("/api/tasks", headers=many), 431, "headers_too_large")
    # beyond 64 KB the server itself hangs up
    with suppress(httpx.TransportError):
        assert (await house.viewer.get("/api/tasks", headers={"X-Long": "a" * 200_000})).status_code == 400
    assert (await house.viewer.get("/api/tasks", headers={"X-Long": "a" * 4_000})).status_code == 200


async def test_a_wish_for_a_websocket_is_passed_over(house: House) -> None:
    wish = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert (await house.viewer.get("/api/tasks", headers=wish)).status_code == 200
    problem(await house.anonymous.get("/api/tasks", headers=wish), 401, "not_signed_in")
    told = await asyncio.wait_for(house.operator.post(PROCESS, json={}, headers=wish), 30)  # which is not left waiting
    problem(told, 422, field="request")


async def test_head_is_get_without_its_body_and_options_names_the_methods(house: House) -> None:
    for path in ("/api/tasks", "/api/health", SETTINGS, "/api/openapi.json"):
        full, bare = await house.viewer.get(path), await house.viewer.head(path)
        assert (bare.status_code, bare.content) == (200, b"")
        assert bare.headers["content-type"] == full.headers["content-type"]
        assert bare.headers.get("etag") == full.headers.get("etag")
    stream = await asyncio.wait_for(house.viewer.head("/api/events"), 5)  # which would never end
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert (await house.anonymous.head("/api/tasks")).status_code == 401
    assert (await house.viewer.head("/api/nothing")).status_code == 404
    assert (await house.viewer.head(PROCESS)).status_code == 405
    for path, methods in (
        ("/api/tasks", "GET, HEAD, OPTIONS"),
        (PROCESS, "OPTIONS, POST"),
        (SETTINGS, "GET, HEAD, OPTIONS, PUT"),
        ("/api/tasks/bulk", "OPTIONS, POST"),
        (f"/api/tasks/{uuid4()}", "GET, HEAD, OPTIONS"),
    ):
        said = await house.anonymous.options(path)
        assert (said.status_code, said.headers["allow"], said.content) == (204, methods, b"")
    problem(await house.viewer.get("/api/tasks/bulk"), 405, "method_not_allowed")
    for own in ("/api/personas/weights", "/api/orchestrator/training/datasets/upload?name=0"):
        problem(await house.admin.patch(own, json={}), 405, "method_not_allowed")  # no voice, no version has this name
    problem(await house.anonymous.options("/api/nothing"), 404, "no_such_route")
    for method in ("TRACE", "PATCH", "MKCOL"):
        refused = await house.viewer.request(method, SETTINGS)
        problem(refused, 405, "method_not_allowed")
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS, PUT"


async def test_a_slash_at_the_end_means_nothing(house: House) -> None:
    assert (await house.viewer.get("/api/tasks/")).json() == (await house.viewer.get("/api/tasks")).json()
    assert (await house.operator.post(PROCESS + "/", json=BODY)).status_code == 202
    problem(await house.viewer.get("/api/nothing/"), 404, "no_such_route")


async def test_only_plain_utf8_json_is_read(house: House) -> None:
    before = await rows()
    good = json.dumps(BODY)
    for content, words in (
        (good.encode("utf-16"), "UTF-8"),
        (b'{"request": "caf\xe9"}', "UTF-8 at byte"),
        (b'{"request": "a", "request": "b"}', "'request' stands twice"),
        (b'{"request": "a", "preferences": {"tone": "a", "tone": "a"}}', "'tone' stands twice"),
        (b"{'request': 'a'}", "line 1, column 2"),
        (b'{"request": "a",}', "line 1"),
        (b'{"request": "a"} x', "Extra data"),
        (b"[" * 100_000, "too deep"),
    ):
        told = problem(await house.operator.post(PROCESS, content=content, headers=TYPED), 400, "body_unreadable")
        assert words in told["detail"], told["detail"]
    for kind in ("application/xml", "text/json", "json", "application/", "multipart/form-data; boundary=a", "\xff"):
        headers = {"Content-Type": kind.encode("latin-1")}
        problem(await house.operator.post(PROCESS, content=good, headers=headers), 415, "not_json")  # type: ignore[arg-type]
    squeezed = {**TYPED, "Content-Encoding": "gzip"}
    problem(await house.operator.post(PROCESS, content=good, headers=squeezed), 415, "not_json")
    assert await rows() == before
    for kind in ("application/json; charset=utf-8", "application/vnd.ours+json", "APPLICATION/JSON"):
        answer = await house.operator.post(
            PROCESS, content=b"\xef\xbb\xbf" + good.encode(), headers={"Content-Type": kind}
        )
        assert answer.status_code == 202, kind


async def test_a_value_of_several_types_is_named_as_the_body_names_it(house: House) -> None:
    told = problem(await house.operator.post(EXPORT, json={"filter_by_quality": "good"}), 422)
    assert {one["field"] for one in told["errors"]} == {"filter_by_quality"}
    told = problem(await house.operator.post(PROCESS, json={**BODY, "preferences": {"channels": [5]}}), 422)
    assert [one["field"] for one in told["errors"]] == ["preferences.channels.0"]


async def waiting() -> UUID:
    async with transaction() as session:
        id = await ready(session)
        await approvals.open_round(session, id)
    return id


async def test_a_decision_with_a_key_is_made_once_and_answered_as_often_as_it_is_asked(house: House) -> None:
    id = await waiting()
    body: dict[str, Any] = {"task_id": str(id), "approved": True, "publish_to_channels": ["linkedin"]}
    keyed = {"Idempotency-Key": "decision-1"}
    before = await rows()
    answers = await asyncio.gather(*(house.approver.post(APPROVE, json=body, headers=keyed) for _ in range(6)))
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    assert len({one.text for one in answers}) == 1
    made = await rows()
    assert (made["decisions"], made["kept_answers"]) == (before["decisions"] + 1, before["kept_answers"] + 1)
    again = await house.approver.post(APPROVE, json=body, headers=keyed)
    assert again.json() == answers[0].json()
    problem(await house.approver.post(APPROVE, json={**body, "approved": False}, headers=keyed), 409, "key_reused")
    # without the key, with another, or from someone else it is a second decision
    for client, headers in (
        (house.approver, {}),
        (house.approver, {"Idempotency-Key": "decision-2"}),
        (house.admin, keyed),
    ):
        problem(await client.post(APPROVE, json=body, headers=headers), 409, "already_decided")
    problem(await house.viewer.post(APPROVE, json=body, headers=keyed), 403, "not_allowed")
    assert await rows() == made
    async with transaction() as session:  # seven days later the key counts no longer
        await session.execute(update(KeptAnswer).values(answered_at=now() - KEPT))
    problem(await house.approver.post(APPROVE, json=body, headers=keyed), 409, "already_decided")


async def test_running_again_with_a_key_makes_one_task(house: House) -> None:
    id = await waiting()
    path, keyed = f"/api/tasks/{id}/rerun", {"Idempotency-Key": "again"}
    answers = await asyncio.gather(
        *(house.operator.post(path, json={"step": "draft"}, headers=keyed) for _ in range(4))
    )
    assert len({one.json()["task_id"] for one in answers}) == 1, answers[0].text
    problem(
        await house.operator.post(path, json={"step": "state"}, headers=keyed), 409, "key_reused", "Idempotency-Key"
    )
    other = await house.operator.post(path, json={"step": "draft"})
    assert other.json()["task_id"] != answers[0].json()["task_id"]
    for bad in ("", "k" * 201):
        problem(await house.operator.post(path, json={"step": "draft"}, headers={"Idempotency-Key": bad}), 422)


@pytest.mark.parametrize("path", ["/api/import-sources", "/api/orchestrator/training/filters"])
async def test_a_key_is_refused_where_a_repeat_would_be_made_again(house: House, path: str) -> None:
    answer = await house.admin.post(path, json={}, headers={"Idempotency-Key": "again"})
    assert answer.status_code == 422
    said = answer.json()
    assert (said.get("error") or said)["errors"][0]["field"] == "Idempotency-Key"
    assert (await house.viewer.get("/api/auth/me", headers={"Idempotency-Key": "again"})).status_code == 200


async def test_a_version_is_refused_where_nothing_has_one(house: House) -> None:
    made = (await house.admin.post("/api/people", json={"name": "Mara", "role": "viewer"})).json()
    path = f"/api/people/{made['id']}"
    problem(await house.admin.patch(path, json={"role": "admin"}, headers={"If-Match": '"1"'}), 422, field="If-Match")
    listed = (await house.admin.get("/api/people", headers={"If-Match": '"1"'})).json()["items"]
    assert [one["role"] for one in listed if one["name"] == "Mara"] == ["viewer"]


async def test_what_is_kept_for_a_key_goes_with_its_time(house: House) -> None:
    id = await waiting()
    async with transaction() as session:
        session.add(KeptAnswer(id="old", sent="", answer="{}", answered_at=now() - KEPT))
        session.add(KeptAnswer(id="young", sent="", answer="{}", answered_at=now()))
    keyed = {"Idempotency-Key": "again"}
    await house.operator.post(f"/api/tasks/{id}/rerun", json={"step": "draft"}, headers=keyed)
    async with transaction() as session:
        ids = set(await session.scalars(text("SELECT id FROM kept_answers")))
    assert "old" not in ids
    assert "young" in ids


async def test_a_draft_is_changed_only_where_it_is_the_one_that_was_read(house: House) -> None:
    id = await waiting()
    where = f"/api/orchestrator/approval/{id}"
    read = (await house.approver.get(where)).headers["etag"]
    edits = {"edits": {"twitter": {"content": BODIES["x"].replace("jumped", "rose")}}}
    before = await everything()
    for stale in ('"0"', '"a", "b"', "bare", ""):
        told = problem(
            await house.approver.put(f"{where}/draft", json=edits, headers={"If-Match": stale}), 412, "old_version"
        )
        assert "Read it again" in told["hint"]
    assert await everything() == before
    for good in (f'"x", W/{read}', "*"):  # the one that was read, or whatever stands there
        changed = await house.approver.put(f"{where}/draft", json=edits, headers={"If-Match": good})
        assert changed.status_code == 200, changed.text
        assert changed.headers["etag"] != read


async def test_settings_are_changed_only_where_they_are_the_ones_that_were_read(house: House) -> None:
    read = (await house.admin.get(SETTINGS)).headers["etag"]
    changes = [{"cost_limit_usd": n} for n in range(2, 8)]
    sent = [house.admin.put(SETTINGS, json=one, headers={"If-Match": read}) for one in changes]
    answers = await asyncio.gather(*sent)
    assert sorted(one.status_code for one in answers) == [200] + [412] * 5
    (won,) = [one for one in answers if one.status_code == 200]
    told = problem(next(one for one in answers if one.status_code == 412), 412, "old_version", "If-Match")
    assert "new ETag" in told["hint"]
    now_read = await house.viewer.get(SETTINGS)
    assert now_read.json() == won.json()
    assert now_read.headers["etag"] == won.headers["etag"] != read
    assert (await house.admin.put(SETTINGS, json={"company": "Ours"})).status_code == 200  # asked for nothing


async def test_a_cursor_leads_on_or_is_refused(house: House) -> None:
    ids = {await house.ask(f"Write a LinkedIn post about bread {n}") for n in range(4)}
    first = (await house.viewer.get("/api/tasks?limit=2")).json()
    await house.ask("Write a LinkedIn post about cake")  # comes between two pages
    second = (await house.viewer.get("/api/tasks", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert {one["task_id"] for one in first["items"] + second["items"]} == ids
    assert second["next_cursor"] is None
    for path in ("/api/tasks", "/api/orchestrator/history", "/api/publications", "/api/orchestrator/tools/available"):
        for bad in ("x", str(uuid4()), "2026-01-01", "%FF", "e30=", " "):
            answer = await house.viewer.get(path, params={"cursor": bad})
            problem(answer, 422, field="cursor")
        for limit in ("0", "-1", "1e3", "501", ""):
            problem(await house.viewer.get(path, params={"limit": limit}), 422, field="limit")
    tools: list[str] = []
    page: dict[str, Any] = {"next_cursor": None}
    while not tools or page["next_cursor"]:
        query = {"limit": 7, **({"cursor": page["next_cursor"]} if tools else {})}
        page = (await house.viewer.get("/api/orchestrator/tools/available", params=query)).json()
        tools += [one["tool_id"] for one in page["items"]]
    assert len(tools) == page["total"] == len(set(tools))
    assert tools == sorted(tools)


async def test_the_process_lives_on_after_a_caller_who_hangs_up(house: House) -> None:
    head = f"POST {PROCESS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {house.keys['operator']}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    before = await rows()
    address = httpx.URL(house.url)
    for _ in range(20):
        _, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(head.encode() + b'{"request": "half')
        await writer.drain()
        writer.transport.abort()

    async def well() -> bool:
        return (await house.anonymous.get("/api/health")).status_code == 200

    await until(well)
    assert await rows() == before
