"""The client: ten lines make an agent; it keeps leases, reports errors, and works without asyncio too."""

import ast
import asyncio
import re
import socket
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cofounder import client as module
from cofounder.client import AsyncClient, Client, Command, NoRetry, Refused, aworker
from cofounder.kit.testing import until
from cofounder.settings import settings
from tests.api.conftest import House

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "agents.md"


def test_the_client_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert not [name for name in named if name.startswith("cofounder")]


async def test_a_server_on_this_machine_is_asked_without_the_environments_proxy(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with AsyncClient(house.url, house.keys["operator"]) as client:
        with pytest.raises(Refused, match="No agent of type"):  # it answers
            await client.create("scout", "look", {})
    async with AsyncClient("http://elsewhere.example", "key") as client:
        with pytest.raises(httpx.ConnectError):
            await client.create("scout", "look", {})


async def test_the_guides_ten_lines_are_an_agent(house: House, tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)[0]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    script = tmp_path / "agent.py"
    script.write_text(code.replace("http://127.0.0.1:8000", house.url), encoding="utf-8")
    agent = await asyncio.create_subprocess_exec(
        sys.executable, str(script), env={"AGENT_KEY": house.keys["operator"], "PATH": "/usr/bin:/bin"}
    )
    try:
        async with AsyncClient(house.url, house.keys["operator"]) as client:

            async def polls() -> bool:
                return bool((await house.viewer.get("/api/commands/agents")).json()["items"])

            await until(polls, within=30)
            made = await client.create("counter", "count_words", {"text": "one two three"})
            done = await client.wait(made.id, within=30)
            assert (done.status, done.result) == ("completed", {"words": 3})
    finally:
        agent.terminate()
        await agent.wait()


async def test_a_worker_reports_errors_keeps_leases_and_stops(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_COMMAND_RETRY_SECONDS", "0.05")
    settings.cache_clear()
    seen: list[int] = []

    async def handle(command: Command) -> Any:
        seen.append(command.payload["n"])
        if command.payload["n"] == 0 and command.attempt < 3:
            raise RuntimeError("not yet")
        if command.payload["n"] == 1:
            raise NoRetry("never")
        if command.payload["n"] == 2:
            await asyncio.sleep(9)  # half as long again as its lease
        return command.payload["n"]

    async with AsyncClient(house.url, house.keys["operator"]) as client:
        await client.claim("toy")
        made = await client.create_many(
            {"agent_type": "toy", "action": "count", "payload": {"n": number}} for number in range(4)
        )
        stop = asyncio.Event()
        working = asyncio.create_task(
            aworker(house.url, house.keys["operator"], "toy", handle, lease_seconds=6, stop=stop)
        )
        ended = [await client.wait(one.id, within=120) for one in made]
        stop.set()
        await asyncio.wait_for(working, 60)
    assert [one.status for one in ended] == ["completed", "failed", "completed", "completed"]
    assert [one.result for one in ended] == [0, None, 2, 3]
    assert ended[1].error == {"code": "NoRetry", "detail": "never"}
    assert [seen.count(number) for number in range(4)] == [3, 1, 1, 1]


NOT_JSON: list[Any] = [datetime(2026, 1, 1), float("nan"), {1, 2}, "\ud800", {("a", "b"): 1}]


@pytest.mark.parametrize("result", NOT_JSON, ids=["time", "nan", "set", "surrogate", "pair"])
async def test_a_result_that_is_no_json_fails_its_command_at_once(house: House, result: Any) -> None:
    calls: list[str] = []

    def handle(command: Command) -> Any:
        calls.append(command.id)
        return result

    ended = await _worked(house, handle)
    assert (ended.status, ended.error and ended.error["code"]) == ("failed", "result_is_no_json")
    assert len(calls) == 1


async def test_an_error_with_words_that_no_json_takes_is_reported(house: House) -> None:
    def handle(command: Command) -> Any:
        raise NoRetry("lone \ud800, nothing \0, long " + "x" * 2_000_000)

    ended = await _worked(house, handle)
    assert ended.status == "failed"
    assert ended.error is not None
    assert ended.error["code"] == "NoRetry"
    assert ended.error["detail"].startswith("lone ?, nothing \N{REPLACEMENT CHARACTER}, long x")


async def test_what_a_handler_raises_is_logged_where_the_agent_runs(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(command: Command) -> Any:
        raise NoRetry("no such region")

    await _worked(house, handle)
    (told,) = [one.getMessage() for one in caplog.records if one.name == "cofounder.client"]
    assert told.startswith("toy.do failed: no such region\n")
    assert "in handle" in told


async def test_an_address_that_is_none_is_refused_and_not_asked_for_ever() -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        await asyncio.wait_for(aworker("127.0.0.1:8000", "key", "toy", lambda command: None), 60)


async def _worked(house: House, handle: Any) -> Command:
    """A command of a type that a worker with this handler has ended."""
    async with AsyncClient(house.url, house.keys["operator"]) as client:
        await client.claim("toy")
        made = await client.create("toy", "do")
        stop = asyncio.Event()
        working = asyncio.create_task(aworker(house.url, house.keys["operator"], "toy", handle, stop=stop))
        ended = await client.wait(made.id, within=60)
        stop.set()
        await asyncio.wait_for(working, 60)
    return ended


async def test_a_worker_that_starts_before_its_server_declares_what_it_does_later(house: House) -> None:
    """The way to the server is shut at first, then it has too much to do, then it is there."""
    met: list[int] = []
    target = httpx.URL(house.url)

    async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(len(met))
        if len(met) < 3:
            await reader.readuntil(b"\r\n\r\n")
            status = b"429 Too Many Requests" if len(met) == 1 else b"503 Service Unavailable"
            writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            return
        far, near = await asyncio.open_connection(target.host, target.port)
        await asyncio.gather(_pour(reader, near), _pour(far, writer))

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stop = asyncio.Event()
    actions = [{"action": "do", "description": "Does."}]
    working = asyncio.create_task(
        aworker(f"http://127.0.0.1:{port}", house.keys["operator"], "late", _echo, actions=actions, stop=stop)
    )
    await asyncio.sleep(0.5)  # it meets nobody
    assert not working.done()
    server = await asyncio.start_server(door, "127.0.0.1", port)
    try:
        async with AsyncClient(house.url, house.keys["operator"]) as client:

            async def known() -> bool:
                items = (await house.viewer.get("/api/commands/types")).json()["items"]
                return any(one["agent_type"] == "late" and one["actions"] for one in items)

            await until(known, within=60)
            made = await client.create("late", "do", {"a": 1})
            assert (await client.wait(made.id, within=60)).result == {"a": 1}
        stop.set()
        await asyncio.wait_for(working, 60)
        assert len(met) >= 3
    finally:
        working.cancel()
        server.close()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while block := await source.read(65_536):
            target.write(block)
            await target.drain()
    target.close()


def _echo(command: Command) -> Any:
    return command.payload


async def test_the_client_without_asyncio_makes_takes_and_answers(house: House) -> None:
    def script() -> tuple[Any, str]:
        with Client(house.url, house.keys["operator"], agent="plain") as client:
            made = client.create("financial", "sum", {"a": 1}, idempotency_key="once")
            assert client.create("financial", "sum", {"a": 1}, idempotency_key="once").id == made.id
            (held,) = client.claim("financial", wait_seconds=5)
            assert client.beat([held]) == set()
            client.complete(held, {"sum": 1})
            try:
                client.create("nobody", "sum")
            except Refused as refused:
                return client.wait(made.id).result, refused.code
            return None, ""

    assert await asyncio.to_thread(script) == ({"sum": 1}, "unknown_agent_type")
