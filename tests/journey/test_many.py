"""Several servers and workers on one database, and how each of them leaves."""

import asyncio
import functools
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from cofounder import app
from cofounder.flow.plan.tools import registry
from cofounder.flow.run import service as runs
from cofounder.kit.db import transaction
from cofounder.kit.testing import Spawned, until
from cofounder.people import LOCAL_OWNER, create_key

from . import gates
from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST, ask, rest
from .test_parallel import PLAN

BODY = {"request": MAIN_REQUEST, "business_metrics": MAIN_METRICS, "preferences": MAIN_PREFERENCES}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
async def key(database) -> str:
    async with transaction() as session:
        return (await create_key(session, "house", "approver", LOCAL_OWNER))[0]


@pytest.fixture
async def servers(spawn, key) -> AsyncIterator[list[tuple[Spawned, httpx.AsyncClient]]]:
    """Two servers on one database, each with a client."""
    made = []
    for port in (free_port(), free_port()):
        server = spawn("cofounder.cli", "serve", "--port", str(port))
        headers = {"Authorization": f"Bearer {key}"}
        made.append((server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30)))
    for _, client in made:
        await until(functools.partial(answers, client), within=60)
    yield made
    for _, client in made:
        await client.aclose()


async def answers(client: httpx.AsyncClient, workers: int = 0) -> bool:
    try:
        answer = await client.get("/api/ready")
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and answer.json()["workers"] >= workers


async def changes(client: httpx.AsyncClient, heard: list[dict[str, str]]) -> str:
    """Collect what an open stream says; how it ended."""
    async with client.stream("GET", "/api/events", timeout=None) as answer:
        heard.append({"topic": "opened", "id": str(answer.status_code)})
        async for line in answer.aiter_lines():
            if line.startswith("data: {") and "topic" in line:
                heard.append(json.loads(line.removeprefix("data: ")))
    return "ended"


async def test_two_servers_and_two_workers_are_one_product(servers, spawn):
    (_, a), (_, b) = servers
    for worker in [spawn("cofounder.cli", "worker") for _ in range(2)]:
        worker.wait_for("ready", within=60)
    assert await answers(a, workers=2)
    heard: list[dict[str, str]] = []
    listening = asyncio.create_task(changes(a, heard))
    await until(lambda: heard)

    twice = {"Idempotency-Key": "one-and-the-same"}
    sent = await asyncio.gather(
        *(one.post("/api/orchestrator/process", json=BODY, headers=twice) for one in (a, b) * 3)
    )
    assert {answer.status_code for answer in sent} == {202}
    [task_id] = {answer.json()["task_id"] for answer in sent}
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM tasks")) == 1

    more = [await b.post("/api/orchestrator/process", json=BODY) for _ in range(5)]
    for answer in more:
        await rest(UUID(answer.json()["task_id"]), "pending_approval", "failed", within=90)
    await rest(UUID(task_id), "pending_approval", within=60)

    def told() -> bool:
        ids = {one["id"] for one in heard if one["topic"] == "tasks"}
        return {task_id, *(answer.json()["task_id"] for answer in more)} <= ids

    await until(told, within=10)  # server A heard what was asked at server B and done by either worker
    assert any(one["topic"] == "steps" and one["id"] == task_id for one in heard)

    decided = await asyncio.gather(
        *(one.post("/api/orchestrator/approve", json={"task_id": task_id, "approved": True}) for one in (a, b))
    )
    assert sorted(answer.status_code for answer in decided) == [200, 409]
    await rest(UUID(task_id), "completed", within=60)
    async with transaction() as session:
        states = await session.execute(text("SELECT state, count(*) FROM publications GROUP BY 1"))
        assert [tuple(row) for row in states] == [("published", 3)]
        took = "SELECT count(DISTINCT executor_id) FROM dbos.workflow_status"
        assert await session.scalar(text(took)) == 2
    listening.cancel()


async def test_a_server_told_to_stop_ends_its_open_streams_and_goes(servers):
    (server, client), (_, other) = servers
    heard: list[dict[str, str]] = []
    listening = [asyncio.create_task(changes(client, heard)) for _ in range(3)]
    await until(lambda: len(heard) == 3)
    server.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(asyncio.gather(*listening), 60) == ["ended"] * 3
    assert await asyncio.to_thread(server.process.wait, 60) == 0
    assert await answers(other)


@pytest.fixture
async def gated(database) -> AsyncIterator[None]:
    before = dict(registry._servers)
    app.wire()
    registry.register({"gates": gates.SERVER})
    (database.home / "gates").mkdir()
    yield
    await registry.close()
    registry._servers.clear()
    registry.register(before)


async def test_a_worker_told_to_stop_finishes_what_it_can_and_hands_the_rest_on_at_once(gated, spawn):
    leaving = spawn("tests.journey.gates", environment={"COFOUNDER_DRAIN_SECONDS": "8"})
    leaving.wait_for("ready", within=60)
    task_id = await ask("Hold on", plan=PLAN)

    async def attempts() -> dict[str, tuple[str, int]]:
        async with transaction() as session:
            return {row.node: (row.state, row.attempt) for row in await runs.steps(session, task_id)}

    async def all_run() -> bool:
        found = await attempts()
        return bool(found) and all(found[name] == ("running", 1) for name in "abc")

    await until(all_run, within=30)
    staying = spawn("tests.journey.gates")
    staying.wait_for("ready", within=60)
    os.kill(leaving.process.pid, signal.SIGTERM)
    await asyncio.sleep(0.5)
    gates.gate(task_id, "a").touch()  # this one ends in time

    async def a_done() -> bool:
        return (await attempts())["a"] == ("done", 1)

    await until(a_done, within=8)
    assert leaving.process.poll() is None
    assert await asyncio.to_thread(leaving.process.wait, 60) == 0
    left_at = time.monotonic()

    async def taken() -> bool:
        found = await attempts()
        return all(found[name] == ("running", 2) for name in "bc")

    await until(taken, within=60)
    waited = time.monotonic() - left_at
    assert waited < 12, waited  # no lease had to run out: that takes 15 s
    for name in ("b", "c", "last"):
        gates.gate(task_id, name).touch()
    await rest(task_id, "completed", within=30)
    found = await attempts()
    assert found["a"] == ("done", 1)
    assert {found[name] for name in "bc"} == {("done", 2)}
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM leases")) == 1
