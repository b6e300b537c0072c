"""MCP over standard input and output: a process of our own that an assistant starts."""

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER, audit_entries, create_key, revoke_key
from tests.mcp.conftest import called, refused
from tests.mcp.test_deciding import waiting
from tests.mcp.test_http import ASKS, DECIDES, READS, START

Started = Callable[..., AbstractAsyncContextManager[Any]]
RUN = ("-m", "cofounder.cli", "mcp")
WITHIN = 60


@pytest.fixture
def started(database: Database, tmp_path: Path) -> Started:
    """A client of `cofounder mcp`, with the given options and environment."""

    @asynccontextmanager
    async def start(*options: str, **environment: str) -> AsyncIterator[Any]:
        way = StdioTransport(
            sys.executable,
            [*RUN, *options],
            env={**database.environment, **environment},
            keep_alive=False,
            log_file=tmp_path / "stderr.txt",
        )
        async with Client(way, init_timeout=WITHIN) as client:
            yield client

    return start


async def key(role: str) -> str:
    async with transaction() as session:
        return (await create_key(session, f"{role} key", role, LOCAL_OWNER))[0]


async def test_without_a_key_it_is_the_owners_who_decides_for_himself(started: Started) -> None:
    task_id = await waiting("linkedin")
    async with started() as client:
        assert {tool.name for tool in await client.list_tools()} == READS | ASKS
        made = await called(client, "submit_task", request="What was our best month?")
        assert made["status"] == "queued"
        print_ = (await called(client, "show_approval", task_id=task_id))["fingerprint"]
        code, said = await refused(client, "approve", task_id=task_id, fingerprint=print_)
        assert code == "deciding_needs_key"
        assert "COFOUNDER_MCP_KEY" in said
        # nobody else works here, so this very process does
        for _ in range(4):
            seen = await called(client, "task_status", task_id=made["task_id"], wait_seconds=15)
            if seen["status"] not in ("queued", "running"):
                break
        assert seen["status"] in ("completed", "needs_clarification")


async def test_with_an_approvers_key_it_decides_while_the_key_is_good(started: Started) -> None:
    first, second = await waiting("linkedin"), await waiting("x")
    async with started(COFOUNDER_MCP_KEY=await key("approver")) as client:
        assert {tool.name for tool in await client.list_tools()} == READS | ASKS | DECIDES
        for task_id in (first, second):
            print_ = (await called(client, "show_approval", task_id=task_id))["fingerprint"]
            said = {"task_id": task_id, "fingerprint": print_}
            if task_id == first:
                assert (await called(client, "approve", **said))["status"] == "approved"
                async with transaction() as session:
                    await revoke_key(session, "approver key", LOCAL_OWNER)
                    entries = await audit_entries(session, object_type="task", object_id=first)
                (entry,) = [one for one in entries if one.action == "task.approved"]
                assert (entry.who, entry.details["via"]) == ("key:approver key", "mcp")
                break
        code, said_no = await refused(client, "show_approval", task_id=second)
        assert (code, "revoked" in said_no) == ("not_signed_in", True)


async def test_a_viewers_key_only_reads(started: Started) -> None:
    async with started("--key", await key("viewer")) as client:
        assert {tool.name for tool in await client.list_tools()} == READS
        assert (await refused(client, "submit_task", request="A post"))[0] == "not_allowed"


def spoken(database: Database, *options: str, stderr: int | IO[bytes]) -> "subprocess.Popen[bytes]":
    environment = {**database.environment, "COFOUNDER_LOG_LEVEL": "DEBUG"}
    return subprocess.Popen(
        [sys.executable, *RUN, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=environment,
    )


async def test_a_bad_key_is_refused_before_anything_is_served(database: Database) -> None:
    process = spoken(database, "--key", "cf_nothing_at_all", stderr=subprocess.PIPE)
    said, complained = process.communicate(timeout=WITHIN)
    assert process.returncode == 5
    assert said == b""
    assert b"not known" in complained
    assert b"cf_nothing" not in complained


@pytest.mark.parametrize("end", ["closed", "SIGTERM", "SIGINT"])
async def test_standard_output_carries_messages_only_and_the_end_is_prompt(
    database: Database, end: str, tmp_path: Path
) -> None:
    log = (tmp_path / "stderr.txt").open("wb")
    process = spoken(database, stderr=log)
    assert process.stdin is not None
    assert process.stdout is not None
    calls: list[dict[str, Any]] = [
        START,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "search_learned", "arguments": {"query": "growth"}},
        },
        {
            "jsonrpc": "2.0",
            "id": 3,
            "method": "tools/call",
            "params": {"name": "task_status", "arguments": {"task_id": str(new_id())}},
        },
    ]
    try:
        answered = set()
        for call in calls:
            process.stdin.write(json.dumps(call).encode() + b"\n")
            process.stdin.flush()
            if "id" in call:
                message = json.loads(process.stdout.readline())  # any other line would be no JSON
                assert message["jsonrpc"] == "2.0"
                answered.add(message["id"])
        assert answered == {0, 1, 2, 3}
        if end == "closed":
            process.stdin.close()
        else:
            process.send_signal(getattr(signal, end))
        assert process.wait(WITHIN) == 0
        assert process.stdout.read() == b""
    finally:
        process.kill()
        process.wait()
        log.close()
    assert b"The MCP server is ready." in (tmp_path / "stderr.txt").read_bytes()
