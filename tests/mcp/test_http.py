"""MCP over HTTP: a key with each call, the tools that its role allows, refusals in words."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastmcp.exceptions import ToolError
from sqlalchemy import text

from cofounder.app import create_app
from cofounder.flow.plan.tools import registry
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.mcp.tools import TOOLS
from cofounder.people import LOCAL_OWNER, revoke_key, users
from cofounder.settings import settings
from tests.api.conftest import House, everything, problem
from tests.mcp.conftest import Assistant, called, refused

READS = {"task_status", "list_tasks", "show_approval", "search_learned"}
ASKS = {"submit_task", "answer_questions"}
DECIDES = {"approve", "reject", "ask_for_changes"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
START = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "an assistant", "version": "1"},
    },
}
TAKES = {"Accept": "application/json, text/event-stream"}


async def test_each_role_is_shown_the_tools_that_it_may_call(assistant: Assistant) -> None:
    shown = {"viewer": READS, "operator": READS | ASKS, "approver": READS | ASKS | DECIDES}
    for role, names in shown.items():
        async with assistant(role) as client:  # type: ignore[arg-type]
            assert {tool.name for tool in await client.list_tools()} == names


async def test_a_tool_that_is_not_shown_cannot_be_called_either(assistant: Assistant) -> None:
    some = {"task_id": str(new_id()), "fingerprint": "a" * 64}
    given: dict[str, dict[str, Any]] = {
        "submit_task": {"request": "A post about our office"},
        "answer_questions": {"task_id": str(new_id()), "answers": {"channels": "x"}},
        **{name: {**some, "feedback": "no"} for name in DECIDES},
        "approve": some,
    }
    before = await everything()
    async with assistant("viewer") as viewer, assistant("operator") as operator:
        for name, arguments in given.items():
            for client in (viewer, operator) if name in DECIDES else (viewer,):
                code, said = await refused(client, name, **arguments)
                assert code == "not_allowed"
                assert ("approver" if name in DECIDES else "operator") in said
    assert await everything() == before


async def test_every_tool_says_what_it_does_to_the_world(assistant: Assistant) -> None:
    async with assistant("admin") as client:
        tools = {tool.name: tool for tool in await client.list_tools()}
    assert set(tools) == {one.name for one in TOOLS}
    for name, tool in tools.items():
        assert tool.title, name
        assert len(tool.description.split()) > 8, name
        assert tool.output_schema["type"] == "object", name
        assert tool.input_schema["additionalProperties"] is False, name
        assert tool.annotations.read_only_hint is (name in READS), name
        assert tool.annotations.destructive_hint is (name in DECIDES), name
        for field, schema in tool.input_schema["properties"].items():
            assert schema.get("description") or field in ("limit", "priority"), f"{name}.{field}"


async def test_nothing_that_a_plan_or_a_chat_can_call_decides(house: House) -> None:
    for tool in await registry.discover():
        assert tool.partition(".")[2] not in DECIDES
        assert not tool.startswith("cofounder.")


async def test_without_a_good_key_nobody_is_answered(house: House) -> None:
    async with transaction() as session:
        await revoke_key(session, "viewer key", LOCAL_OWNER)
        await users.add(session, "Mara", "admin", LOCAL_OWNER, password="four words in a row")
    revoked = f"Bearer {house.keys['viewer']}"
    for value in (None, "Bearer", "Bearer cf_nothing_at_all", f"Basic {house.keys['admin']}", revoked):
        headers = {**TAKES, **({"Authorization": value} if value else {})}
        answer = await house.anonymous.post("/mcp", json=LIST, headers=headers)
        problem(answer, 401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"
    async with httpx.AsyncClient(base_url=house.url, headers={"Origin": house.url}) as page:
        person = {"name": "Mara", "password": "four words in a row"}
        assert (await page.post("/api/auth/sign-in", json=person)).status_code == 200
        problem(await page.post("/mcp", json=LIST, headers=TAKES), 401, "not_signed_in")  # the cookie is the page's
        token = (await page.post("/api/auth/token", json=person)).json()["access_token"]
        headers = {**TAKES, "Authorization": f"Bearer {token}"}
        found = (await page.post("/mcp", json=LIST, headers=headers)).json()
        assert {tool["name"] for tool in found["result"]["tools"]} == READS | ASKS | DECIDES


async def test_what_comes_from_another_site_is_refused(house: House) -> None:
    for origin in ("https://elsewhere.example", "null", f"{house.url}.elsewhere.example"):
        answer = await house.admin.post("/mcp", json=LIST, headers={**TAKES, "Origin": origin})
        problem(answer, 403, "origin_foreign")
    answer = await house.admin.post("/mcp", json=LIST, headers={**TAKES, "Origin": house.url})
    assert answer.status_code == 200


async def test_the_address_takes_posts_of_a_fit_size_and_no_page_stands_in_for_an_answer(house: House) -> None:
    assert "POST" in (await house.admin.get("/mcp")).headers["allow"]
    problem(await house.admin.delete("/mcp"), 405, "method_not_allowed")
    problem(await house.admin.post("/mcp", content=b" " * 1_000_001, headers=TAKES), 413, "body_too_large")

    async def pieces() -> Any:
        for _ in range(11):
            yield b" " * 100_000

    problem(await house.admin.post("/mcp", content=pieces(), headers=TAKES), 413, "body_too_large")
    assert (await house.admin.post("/mcp/", json=LIST, headers=TAKES)).status_code == 200
    broken = await house.admin.post("/mcp", content=b"{", headers={**TAKES, "Content-Type": "application/json"})
    assert broken.status_code == 400
    assert broken.json()["error"]["code"] == -32700
    for path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-authorization-server"):
        problem(await house.anonymous.get(path), 404, "no_such_route")


async def test_any_server_of_the_database_answers_the_next_request(house: House) -> None:
    """No session is kept: what was begun at one server goes on at another, as behind a proxy that picks one."""
    other = create_app()
    headers = {**TAKES, "Authorization": f"Bearer {house.keys['operator']}", "MCP-Protocol-Version": "2025-06-18"}
    inside = httpx.ASGITransport(app=other)
    async with httpx.AsyncClient(transport=inside, base_url="http://other.test", headers=headers) as second:
        try:
            begun = await house.operator.post("/mcp", json=START, headers=TAKES)
            assert begun.json()["result"]["serverInfo"]["name"] == "cofounder"
            assert "mcp-session-id" not in begun.headers
            noted = {"jsonrpc": "2.0", "method": "notifications/initialized"}
            assert (await second.post("/mcp", json=noted)).status_code == 202
            asked = {"name": "submit_task", "arguments": {"request": "A post about our office"}}
            made = await second.post("/mcp", json={**LIST, "method": "tools/call", "params": asked})
            task_id = made.json()["result"]["structuredContent"]["task_id"]
            asked = {"name": "task_status", "arguments": {"task_id": task_id}}
            seen = await house.operator.post(
                "/mcp", json={**LIST, "method": "tools/call", "params": asked}, headers=TAKES
            )
            assert seen.json()["result"]["structuredContent"]["status"] == "queued"
        finally:
            await other.state.door.close()


async def test_what_does_not_fit_is_told_by_the_field_and_changes_nothing(assistant: Assistant) -> None:
    before = await everything()
    async with assistant("approver") as client:
        wrong: list[tuple[str, dict[str, Any], str]] = [
            ("submit_task", {}, "request"),
            ("submit_task", {"request": "   "}, "request"),
            ("submit_task", {"request": "a\x00b"}, "request"),
            ("submit_task", {"request": "A post", "nothing": 1}, "nothing"),
            ("submit_task", {"request": "A post", "preferences": {"channels": ["pigeon"]}}, "preferences.channels.0"),
            ("submit_task", {"request": "A post", "preferences": {"mood": "good"}}, "preferences.mood"),
            ("submit_task", {"request": "A post", "business_metrics": {"customer_count": "many"}}, "customer_count"),
            ("submit_task", {"request": "A post", "not_before": "soon"}, "not_before"),
            ("task_status", {"task_id": "last"}, "task_id"),
            ("list_tasks", {"limit": 1_000}, "limit"),
            ("list_tasks", {"cursor": "elsewhere"}, "cursor"),
            ("list_tasks", {"search": "a\x00b"}, "search"),
            ("approve", {"task_id": str(new_id())}, "fingerprint"),
            ("approve", {"task_id": str(new_id()), "fingerprint": ""}, "fingerprint"),
            ("ask_for_changes", {"task_id": str(new_id()), "fingerprint": "a" * 64, "feedback": ""}, "feedback"),
            ("search_learned", {"query": "growth", "channels": ["pigeon"]}, "channels.0"),
        ]
        for tool, arguments, field in wrong:
            _, said = await refused(client, tool, **arguments)
            assert field in said, said
        assert (await refused(client, "task_status", task_id=str(new_id())))[0] == "task_missing"
        assert (await refused(client, "show_approval", task_id=str(new_id())))[0] == "task_missing"
        with pytest.raises(ToolError, match="Unknown tool"):
            await client.call_tool("publish", {})
    assert await everything() == before


async def test_a_fault_of_ours_is_told_by_a_number_only(assistant: Assistant) -> None:
    async with transaction() as session:
        await session.execute(text("ALTER TABLE orchestrator_training_data RENAME TO lost"))
    async with assistant("viewer") as client:
        code, said = await refused(client, "search_learned", query="growth")
        assert code == "internal_error"
        assert UUID(said.partition("Incident ")[2][:36])


async def test_the_same_request_under_one_key_is_one_task(assistant: Assistant) -> None:
    asked = {"request": "A LinkedIn post about our office", "preferences": {"tone": "warm", "channels": ["linkedin"]}}
    async with assistant("operator") as client:
        first = await called(client, "submit_task", **asked, idempotency_key="monday")
        again = await called(client, "submit_task", **asked, idempotency_key="monday")
        assert again["task_id"] == first["task_id"]
        assert (await refused(client, "submit_task", request="Another", idempotency_key="monday"))[0] == "key_reused"
        found = await called(client, "list_tasks")
        assert [one["task_id"] for one in found["items"]] == [first["task_id"]]
        assert found["items"][0]["source"] == "api"


async def test_tasks_come_a_page_at_a_time(assistant: Assistant) -> None:
    async with assistant("operator") as client:
        made = [(await called(client, "submit_task", request=f"A post, number {n}"))["task_id"] for n in range(5)]
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await called(client, "list_tasks", limit=2, cursor=cursor)
            assert page["total"] == 5
            seen += [one["task_id"] for one in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == made[::-1]
        assert (await called(client, "list_tasks", status=["pending_approval"]))["items"] == []
        (one,) = (await called(client, "list_tasks", search="number 3"))["items"]
        assert one["task_id"] == made[3]


async def test_it_can_be_switched_off(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_MCP", "false")
    settings.cache_clear()
    transport = httpx.ASGITransport(app=create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://cofounder.test") as client:
        problem(await client.post("/mcp", json=LIST, headers=TAKES), 404, "no_such_route")


async def test_a_batch_is_refused_in_words(house: House) -> None:
    answer = await house.admin.post("/mcp", json=[LIST, LIST], headers=TAKES)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == -32600
    assert "one message" in answer.json()["error"]["message"]
