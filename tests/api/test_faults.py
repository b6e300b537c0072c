"""A database that is away, a fault of ours, a server that is told to stop: each is answered as such."""

import asyncio
import contextlib
import io
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from cofounder.flow.approve import service as approvals
from cofounder.kit import db, log
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, Spawned, until
from cofounder.people import LOCAL_OWNER, create_key
from cofounder.settings import settings
from tests.flow.waiting import ready

from .conftest import House, everything, problem, rows


class Line:
    """The way to the database, as a socket of its own that can be cut and mended."""

    def __init__(self, real: str, folder: Path) -> None:
        self.real = real
        self.path = folder / ".s.PGSQL.5432"
        self.server: asyncio.Server | None = None
        self.open: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self.server = await asyncio.start_unix_server(self._pass, self.path)

    async def cut(self) -> None:
        assert self.server is not None
        self.server.close()
        self.path.unlink(missing_ok=True)
        for writer in list(self.open):
            writer.transport.abort()
        await asyncio.sleep(0.05)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self.real)
        self.open |= {writer, back}
        await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
        self.open -= {writer, back}

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        target.close()


@pytest.fixture
async def line(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    """The test's database behind a line. Ask for it before `house`."""
    host = database.url.query.get("host")
    if not isinstance(host, str):
        pytest.skip("the test's PostgreSQL is not reached by a socket file")
    made = Line(f"{host}/.s.PGSQL.{database.url.port or 5432}", tmp_path)
    await made.mend()
    url = database.url.update_query_dict({"host": str(tmp_path)})
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", plain)
    settings.cache_clear()
    db.connect(url, database.schema)
    yield made
    await db.dispose()
    await made.cut()


async def test_a_database_that_is_away_is_said_so_and_all_is_well_when_it_is_back(line: Line, house: House) -> None:
    id = await house.ask("Write a LinkedIn post about our bakery")
    async with transaction() as session:
        waiting = await ready(session)
        await approvals.open_round(session, waiting)
    decision = {"task_id": str(waiting), "approved": True}
    text_given = {"platform": "x", "content": "We open at nine."}
    before, counted = await everything(), await rows()
    body = {"request": "Write a LinkedIn post about our bakery"}
    await line.cut()
    for method, path, sent in (
        ("GET", "/api/tasks", None),
        ("GET", f"/api/orchestrator/status/{id}", None),
        ("POST", "/api/orchestrator/process", body),
        ("POST", "/api/orchestrator/training/export", {}),
        ("POST", "/api/orchestrator/approve", decision),
        ("POST", "/api/social/publish", text_given),
        ("PUT", "/api/orchestrator/settings", {"company": "Ours"}),
        ("GET", "/api/ready", None),
    ):
        for _ in range(2):
            answer = await house.admin.request(method, path, json=sent, headers={"Idempotency-Key": "while away"})
            told = problem(answer, 503, "database_out_of_reach")
            assert "doctor" in told["hint"]
            assert answer.headers["retry-after"]
    assert (await house.anonymous.get("/api/health")).status_code == 200  # the process itself is well
    await line.mend()
    assert await everything() == before
    assert (await house.viewer.get("/api/tasks")).json()["total"] == 2
    assert (await house.operator.post("/api/orchestrator/process", json=body)).status_code == 202
    assert (await rows())["tasks"] == counted["tasks"] + 1
    again = {"Idempotency-Key": "while away"}
    assert (await house.approver.post("/api/orchestrator/approve", json=decision, headers=again)).status_code == 200


async def test_a_connection_that_the_server_ended_is_replaced_unseen(house: House) -> None:
    assert (await house.viewer.get("/api/tasks")).status_code == 200
    async with transaction() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"  # gone, not told to go
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    answers = await asyncio.gather(*(house.viewer.get("/api/tasks") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_fault_of_ours_tells_a_number_and_the_log_has_the_rest_without_secrets(house: House) -> None:
    written = io.StringIO()
    log.configure("INFO", as_json=True, stream=written)
    words = "Write a post about the merger with sk-abcdefgh12345"
    async with transaction() as session:
        await session.execute(text("ALTER TABLE phases RENAME TO somewhere_else"))
    headers = {"Idempotency-Key": "cf_0123abcd_secretsecret"}
    answer = await house.operator.post("/api/orchestrator/process", json={"request": words}, headers=headers)
    told = problem(answer, 500, "internal_error")
    async with transaction() as session:
        await session.execute(text("ALTER TABLE api_keys RENAME TO keys_elsewhere"))
    for path in ("/api/tasks", "/api/orchestrator/training/export"):
        problem(await house.operator.request("GET" if path == "/api/tasks" else "POST", path), 500, "internal_error")
    said = written.getvalue()
    assert told["detail"].removeprefix("Incident ").rstrip(".") in said
    assert "UndefinedTable" in said
    for secret in (*house.keys.values(), "merger", "sk-abcdefgh12345", "secretsecret"):
        assert secret not in said


async def test_a_server_that_is_told_to_stop_cuts_open_streams_and_ends(
    database: Database, spawn: Callable[..., Spawned]
) -> None:
    async with transaction() as session:
        key, _ = await create_key(session, "watcher", "viewer", LOCAL_OWNER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = spawn("cofounder.cli", "serve", "--port", str(port))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}) as c:

        async def up() -> bool:
            assert server.process.poll() is None, server.output
            try:
                return (await c.get("/api/ready")).status_code == 200
            except httpx.TransportError:
                return False

        await until(up, within=120)
        async with c.stream("GET", "/api/events") as answer:
            assert answer.status_code == 200
            lines = answer.aiter_lines()
            assert await anext(lines) == "retry: 1000"
            server.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(server.process.wait, 60)  # the stream by itself would never end
    assert server.process.returncode == 0, server.output
    assert key not in server.output
    assert "Traceback" not in server.output, server.output
