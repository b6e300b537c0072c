"""Outside tool servers as they are met: registered over HTTP, their tools found, approved, and used in plans."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.people import audit_entries
from tests.flow.plan import reference_servers

from .conftest import House, problem

PLACE = "/api/orchestrator/tools/servers"
TOY = Path(__file__).parents[1] / "flow" / "plan" / "toy_server.py"
SECRET = "hush-hush-hush-4711"


@pytest.fixture(scope="module")
def reference() -> Iterator[Any]:
    yield reference_servers
    reference_servers.remove()


def toy(home: Path, **spec: Any) -> dict[str, Any]:
    """What registers a server that behaves as `spec` says."""
    file = home / "toy.json"
    file.write_text(json.dumps(spec))
    args = ["-S", "-I", str(TOY), str(file)]
    return {"name": "toy", "transport": "stdio", "command": sys.executable, "args": args, "connect_seconds": 60}


async def registered(house: House, **wish: Any) -> dict[str, Any]:
    """A server, registered and looked at."""
    made = await house.admin.post(PLACE, json=wish)
    assert made.status_code == 201, made.text
    found = await house.admin.post(f"{PLACE}/{made.json()['server_id']}/check", timeout=130)
    assert found.status_code == 200, found.text
    return dict(found.json())


async def approved(house: House, server: dict[str, Any]) -> None:
    tools = [{"name": one["name"], "digest": one["digest"]} for one in server["listed"] if one["state"] == "new"]
    answer = await house.admin.post(f"{PLACE}/{server['server_id']}/approve", json={"tools": tools})
    assert answer.status_code == 200, answer.text


async def available(house: House) -> dict[str, dict[str, Any]]:
    answer = await house.viewer.get("/api/orchestrator/tools/available")
    return {one["tool_id"]: one for one in answer.json()["items"]}


async def outputs(house: House, task_id: str) -> dict[str, Any]:
    found = (await house.viewer.get(f"/api/tasks/{task_id}")).json()
    return {one["id"]: one["output"] for one in found["steps"]}


def one_step(tool: str, **inputs: Any) -> dict[str, Any]:
    return {"steps": [{"id": "only", "tool": tool, "inputs": inputs, "produces": "deliverable:result"}]}


@asynccontextmanager
async def over_http(program: Path) -> AsyncIterator[str]:
    """The reference server as a process of its own that speaks streamable HTTP; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        program, "streamableHttp", env=os.environ | {"PORT": str(port)}, stdout=nowhere, stderr=nowhere
    )

    def up() -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(up, within=60)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        await process.wait()


async def test_the_reference_servers_are_found_over_stdio_and_http_and_used_in_plans(working: House, reference: Any):
    (everything, missing), (clock, lacking) = reference.everything(), reference.time()
    if everything is None or clock is None:
        pytest.skip(missing or lacking)
    over_stdio = await registered(
        working, name="every", transport="stdio", command=str(everything), connect_seconds=120
    )
    assert (over_stdio["health"], over_stdio["problem"]) == ("up", None)
    assert {"echo", "get-sum"} <= {one["name"] for one in over_stdio["listed"]}
    time = await registered(working, name="time", transport="stdio", command=str(clock), connect_seconds=120)
    async with over_http(everything) as address:
        near = {"transport": "http", "url": address, "allow_private": True}
        http = await registered(working, name="far", connect_seconds=60, **near)
        assert (http["health"], http["problem"]) == ("up", None)
        assert "far.echo" not in await available(working)
        for server in (over_stdio, time, http):
            await approved(working, server)
        tools = await available(working)
        for name in ("every.echo", "far.get-sum", "time.get_current_time"):
            assert (tools[name]["server"], tools[name]["health"]) == (name.split(".")[0], "up")
        plan = {
            "steps": [
                {"id": "say", "tool": "every.echo", "inputs": {"message": "<b>good morning</b>"}},
                {"id": "add", "tool": "far.get-sum", "inputs": {"a": 2, "b": 3}},
                {"id": "clock", "tool": "time.get_current_time", "inputs": {"timezone": "Europe/Berlin"}},
                {
                    "id": "again",
                    "tool": "far.echo",
                    "inputs": {"message": {"$ref": "steps.say.text"}},
                    "produces": "deliverable:result",
                },
            ]
        }
        task = await working.ask("Use others' tools", plan=plan)
        await working.becomes(task, "completed", within=120)
        given = await outputs(working, task)
        assert given["say"] == {"text": "Echo: <b>good morning</b>"}
        assert given["again"] == {"text": "Echo: Echo: <b>good morning</b>"}
        assert "5" in given["add"]["text"]
        assert given["clock"]["timezone"] == "Europe/Berlin"
    asked = await working.ask("Use the time server to get the current time in Asia/Tokyo")
    status = await working.becomes(asked, "completed", within=120)
    assert (await outputs(working, asked))["use_time"]["timezone"] == "Asia/Tokyo"
    assert "time.get_current_time was chosen" in status["reason"]
    measured = (await working.viewer.get(f"{PLACE}/{time['server_id']}")).json()["measured"]
    assert (measured["calls"], measured["success_rate"]) == (2, 1.0)


async def test_a_request_that_names_a_tool_asks_for_what_it_lacks_and_goes_on(working: House, database: Database):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = {"name": "forecast", "description": "Tomorrow's weather.", "inputSchema": schema}
    server = await registered(working, **toy(database.home, tools=[tool]))
    refused = await working.ask("Use the toy server to forecast the weather")
    told = (await working.becomes(refused, "failed", within=60))["error"]
    assert told["code"] == "tool_unapproved"
    await approved(working, server)
    asked = await working.ask("Use the toy server to forecast the weather")
    (question,) = (await working.becomes(asked, "needs_clarification", within=60))["questions"]
    assert question["field"] == "input_city"
    body = {"answers": {"input_city": "Oslo"}}
    assert (await working.operator.post(f"/api/orchestrator/clarify/{asked}", json=body)).status_code == 200
    await working.becomes(asked, "completed", within=60)
    assert (await outputs(working, asked))["use_toy"] == {"text": '{"city": "Oslo"}'}


async def test_a_text_is_still_written_where_a_request_names_a_tool_as_well(working: House, database: Database):
    tool = {"name": "say", "description": "Says it.", "inputSchema": {"type": "object", "properties": {}}}
    await approved(working, await registered(working, **toy(database.home, tools=[tool])))
    task = await working.ask("Use the toy server to say it and write a LinkedIn post about our new bakery")
    await working.becomes(task, "pending_approval", within=120)
    plan = (await working.viewer.get(f"/api/tasks/{task}")).json()["plan"]
    assert {"toy.say", "content.draft"} <= {step["tool"] for step in plan["steps"]}


async def test_secrets_go_in_and_never_come_out(house: House, database: Database, capfd: pytest.CaptureFixture[str]):
    spec = {"start": {"stderr": f"key {SECRET}\n", "die": True}, "tools": []}
    server = await registered(house, **toy(database.home, **spec), env={"TOY_KEY": SECRET})
    place = f"{PLACE}/{server['server_id']}"
    change = {"secrets": {"OTHER": f"{SECRET}-2", "bad name": SECRET}}
    seen = [
        json.dumps(server),
        (await house.admin.get(place)).text,
        (await house.admin.get(PLACE)).text,
        (await house.admin.patch(place, json=change)).text,
        (await house.admin.patch(place, json={"secrets": {"OTHER": f"{SECRET}-2"}})).text,
        (await house.admin.post(PLACE, json={**toy(database.home), "env": {"A": SECRET, "B": 5}})).text,
        (await house.admin.post(PLACE, json={**toy(database.home), "env": {"A=B": SECRET}})).text,
        (await house.admin.get("/api/audit")).text,
        "".join(capfd.readouterr()),
    ]
    for text in seen:
        assert "hush" not in text
    found = (await house.admin.get(place)).json()
    assert found["secret_names"] == ["OTHER", "TOY_KEY"]
    taken = await house.admin.patch(place, json={"secrets": {"OTHER": None}})
    assert taken.json()["secret_names"] == ["TOY_KEY"]


@pytest.mark.parametrize(
    ("kind", "secrets"),
    [
        ("stdio", {"bad name": SECRET}),
        ("stdio", {"1ST": SECRET}),
        ("stdio", {"GOOD": SECRET, "A=B": None}),
        ("http", {"X Key": SECRET}),
        ("http", {"Host": SECRET}),
        ("http", {"X-Key": f"{SECRET}\r\nX-Other: 1"}),
    ],
)
async def test_a_secret_that_no_server_can_be_given_changes_nothing(
    house: House, database: Database, kind: str, secrets: dict[str, str | None]
):
    http = {"name": "toy", "transport": "http", "url": "https://tools.example/mcp"}
    made = await house.admin.post(PLACE, json=http if kind == "http" else toy(database.home, tools=[]))
    place = f"{PLACE}/{made.json()['server_id']}"
    told = await house.admin.patch(place, json={"secrets": secrets, "disabled": True})
    said = problem(told, 422, "secret_unusable", "secrets")
    assert "WEATHER_KEY" in said["hint"]
    assert SECRET not in told.text
    left = (await house.admin.get(place)).json()
    assert (left["secret_names"], left["disabled"]) == ([], False)
    audited = (await house.admin.get("/api/audit")).json()["items"]
    assert "tool_server.changed" not in {one["action"] for one in audited}


async def test_what_starts_it_is_shown_to_admins_only(house: House, database: Database):
    server = await registered(house, **toy(database.home, tools=[]))
    place = f"{PLACE}/{server['server_id']}"
    assert server["command"] == sys.executable
    for text in ((await house.operator.get(place)).text, (await house.viewer.get(PLACE)).text):
        assert sys.executable not in text
        assert str(TOY) not in text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"transport": "carrier pigeon"}, "transport"),
        ({"name": "Not A Name"}, "name"),
        ({"name": "content"}, "name"),
        ({"command": "./toy"}, "command"),
        ({"command": "tools/toy"}, "command"),
        ({"command": None}, None),
        ({"args": ["a\x00b"]}, None),
        ({"args": "-y toy"}, "args"),
        ({"url": "https://tools.example/mcp"}, None),
        ({"transport": "http", "command": None, "args": [], "url": "ftp://tools.example"}, "url"),
        ({"transport": "http", "command": None, "args": [], "url": "https://me:pw@tools.example/mcp"}, "url"),
        ({"transport": "http", "command": None, "args": [], "url": "https://tools.example:99999/mcp"}, "url"),
        ({"call_seconds": 0}, "call_seconds"),
        ({"call_seconds": True}, "call_seconds"),
        ({"shell": True}, "shell"),
    ],
    ids=str,
)
async def test_a_server_that_makes_no_sense_is_refused_by_its_field(house: House, database: Database, body, field):
    wish = {**toy(database.home), **body}
    answer = await house.admin.post(PLACE, json={name: value for name, value in wish.items() if value is not None})
    assert answer.status_code in (409, 422), answer.text
    told = problem(answer, answer.status_code)
    if field is not None:
        assert any(one["field"].split(".")[0] == field for one in told["errors"]), told
    assert (await house.admin.get(PLACE)).json()["total"] == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/mcp",
        "http://localhost:9/mcp",
        "http://[::1]:9/mcp",
        "http://[::ffff:127.0.0.1]:9/mcp",
        "http://10.1.2.3/mcp",
        "http://2130706433/mcp",
    ],
)
async def test_an_address_near_the_server_is_not_asked_without_the_flag(house: House, url: str):
    found = await registered(house, name="near", transport="http", url=url, connect_seconds=20)
    assert found["health"] == "down"
    assert "It lies at" in found["problem"]


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "0.0.0.0"])
async def test_a_cloud_s_own_address_is_refused_at_once_whatever_the_flag(house: House, host: str):
    for near in (True, False):
        body = {"name": "near", "transport": "http", "url": f"http://{host}/mcp", "allow_private": near}
        told = problem(await house.admin.post(PLACE, json=body), 422)
        assert told["errors"][0]["field"] == "url"
        assert "never allowed" in told["detail"]
    assert (await house.admin.get(PLACE)).json()["total"] == 0


async def test_a_redirect_to_elsewhere_is_not_followed(house: House):
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode())
        there = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}/mcp"
        writer.write(
            f"HTTP/1.1 307 Moved\r\nLocation: {there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    reached: list[bool] = []
    other = await asyncio.start_server(lambda *_: reached.append(True), "127.0.0.1", 0)
    first = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{first.sockets[0].getsockname()[1]}/mcp"
    async with other, first:
        found = await registered(house, name="near", transport="http", url=url, allow_private=True)
    assert (found["health"], bool(asked), reached) == ("down", True, [])


async def test_odd_tools_are_text_and_the_rest_goes_on(house: House, database: Database):
    markup = "<script>alert(1)</script>\u202e\x07"
    plain = {"type": "object", "properties": {}}
    deep: dict[str, Any] = {"type": "object"}
    for _ in range(60):
        deep = {"type": "object", "properties": {"a": deep}}
    circle = {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}
    odd = {
        markup: plain,
        "remote": {"type": "object", "properties": {"a": {"$ref": "https://evil.example/schema.json"}}},
        "file": {"type": "object", "$ref": "file:///etc/passwd"},
        "large": {"type": "object", "description": "x" * 1_000_000},
        "deep": deep,
        "circle": circle,
        "none": {"type": "object", "properties": {"a": {"type": "strange"}}},
    }
    tools = [{"name": name, "description": markup, "inputSchema": schema} for name, schema in odd.items()]
    tools.append({"name": "good", "description": markup + "y" * 10_000, "inputSchema": plain})
    server = await registered(house, **toy(database.home, tools=tools))
    assert server["health"] == "up"
    found = {one["name"]: one for one in server["listed"]}
    assert found.pop("good")["state"] == "new"
    assert {one["state"] for one in found.values()} == {"unusable"}
    assert all(one["problem"] for one in found.values())
    shown = (await house.viewer.get(f"{PLACE}/{server['server_id']}")).json()["listed"]
    assert all(len(one["description"]) <= 2_000 and "\u202e" not in json.dumps(one) for one in shown)
    bad = {"tools": [{"name": "remote", "digest": found["remote"]["digest"]}]}
    problem(await house.admin.post(f"{PLACE}/{server['server_id']}/approve", json=bad), 409, "tool_unusable")


async def test_an_agents_schema_that_refers_elsewhere_is_refused(house: House):
    away = {"type": "object", "properties": {"a": {"$ref": "http://169.254.169.254/schema.json"}}}
    doing = {"actions": [{"action": "look", "input_schema": away}]}
    told = await house.operator.put("/api/commands/types/scout", json=doing)
    assert "another place" in problem(told, 422, "schema_unfit", "actions.0.input_schema")["detail"]
    lost = {"type": "object", "properties": {"a": {"$ref": "#/$defs/nowhere"}}}
    doing["actions"][0]["input_schema"] = lost
    problem(
        await house.operator.put("/api/commands/types/scout", json=doing), 422, "schema_unfit", "actions.0.input_schema"
    )


async def test_a_list_that_is_none_of_mcp_is_refused_in_words(house: House, database: Database):
    tools = [{"name": "odd", "description": "<b>odd</b>", "inputSchema": {"type": "array"}}]
    server = await registered(house, **toy(database.home, tools=tools))
    assert (server["health"], server["listed"]) == ("down", [])
    assert server["problem"].startswith("it answered otherwise than MCP wants")


async def test_of_five_thousand_tools_the_first_are_kept_and_it_is_said(house: House, database: Database):
    plain = {"type": "object", "properties": {"a": {"type": "string"}}}
    tools = [{"name": f"tool_{number}", "description": "One of many.", "inputSchema": plain} for number in range(5_000)]
    server = await registered(house, **toy(database.home, tools=tools))
    assert (server["health"], server["tools"]) == ("up", 500)
    assert server["notes"] == ["It lists 5,000 tools; the first 500 are kept."]


async def test_what_an_admin_does_to_servers_is_on_record(house: House, database: Database):
    server = await registered(house, **toy(database.home, tools=[]))
    place = f"{PLACE}/{server['server_id']}"
    await house.admin.patch(place, json={"call_seconds": 5})
    assert (await house.admin.delete(place)).status_code == 204
    problem(await house.admin.get(place), 404, "server_missing")
    async with transaction() as session:
        written = await audit_entries(session, object_type="tool_server", object_id=server["server_id"])
    assert [one.action for one in written] == ["tool_server.removed", "tool_server.changed", "tool_server.added"]
    again = await house.admin.post(PLACE, json=toy(database.home))
    assert again.status_code == 201
    problem(await house.admin.post(PLACE, json=toy(database.home)), 409, "server_name_taken")


async def test_a_plan_with_an_outside_tool_is_checked_against_its_schema(house: House, database: Database):
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "seed": {"type": "string"}},
        "required": ["n", "seed"],
    }
    server = await registered(house, **toy(database.home, tools=[{"name": "roll", "inputSchema": schema}]))
    await approved(house, server)

    async def ask(plan: dict[str, Any]) -> httpx.Response:
        return await house.operator.post("/api/orchestrator/process", json={"request": "Roll", "plan": plan})

    problem(await ask(one_step("toy.roll", n="two", seed="a")), 422, "wrong_type")
    problem(await ask(one_step("toy.roll", n=2)), 422, "missing_input")  # ours is not handed to others
    text = one_step("toy.roll", n=2, seed="a")
    text["steps"][0]["produces"] = "variant:linkedin"
    problem(await ask(text), 422, "wrong_type")
    assert (await ask(one_step("toy.roll", n=2, seed="a"))).status_code == 202
