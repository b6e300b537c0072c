"""A database that hangs: whoever asks is told so in time, and one that is only slow is waited for."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from cofounder.app import create_app
from cofounder.kit import db, http, patience
from cofounder.kit.testing import Database
from cofounder.ops import health


class Line:
    """Between kit.db and its server: passes everything on until it hangs, without closing anything."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(str(self.socket))
        try:
            await asyncio.gather(self._pass(reader, ours), self._pass(theirs, writer))
        finally:
            ours.close()
            writer.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while words := await source.read(65_536):
            await self.open.wait()
            target.write(words)
            await target.drain()
        target.close()


@pytest.fixture
async def line(database: Database) -> AsyncIterator[Line]:
    folder, port = str(database.url.query.get("host") or ""), database.url.port or 5432
    if not folder.startswith("/"):
        pytest.skip("The test's database is not reached through a socket file.")
    made = Line(Path(folder) / f".s.PGSQL.{port}")
    async with await asyncio.start_server(made, "127.0.0.1", 0) as listening:
        await db.dispose()
        db.connect(database.url.set(host="127.0.0.1", port=listening.sockets[0].getsockname()[1], query={}))
        yield made
        made.open.set()
        await db.dispose()
        db.connect(database.url)


@asynccontextmanager
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here", timeout=60) as made:
        yield made


async def test_ready_says_within_seconds_that_the_database_hangs(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "READY_SECONDS", 0.5)
    async with client(create_app()) as asking:
        line.open.clear()
        answer = await asyncio.wait_for(asking.get("/api/ready"), 30)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_out_of_reach")
        line.open.set()
        monkeypatch.setattr(health, "READY_SECONDS", 30.0)
        assert (await asking.get("/api/ready")).status_code == 200


async def test_no_route_hangs_on_a_database_that_hangs(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(patience, "ANSWERS_SECONDS", 0.3)
    async with client(create_app()) as asking:
        line.open.clear()
        asked = {"Authorization": "Bearer cf_01234567_abcdefgh"}
        answer = await asyncio.wait_for(asking.get("/api/tasks", headers=asked), 30)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_out_of_reach")
        line.open.set()
        monkeypatch.setattr(patience, "ANSWERS_SECONDS", 30.0)
        assert (await asking.get("/api/tasks", headers=asked)).status_code == 401


async def test_a_new_connection_that_nobody_answers_is_an_outage_too(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "CONNECT_SECONDS", 0.3)
    async with client(create_app()) as asking:
        line.open.clear()
        asked = {"Authorization": "Bearer cf_01234567_abcdefgh"}
        answer = await asyncio.wait_for(asking.get("/api/tasks", headers=asked), 60)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_out_of_reach")


async def test_a_database_that_is_only_slow_is_waited_for(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(patience, "ANSWERS_SECONDS", 30.0)
    app = FastAPI()
    http.install(app)

    @app.get("/slow")
    async def slow(session: http.Session) -> float:
        began = time.monotonic()
        await session.execute(text("SELECT pg_sleep(1)"))
        return time.monotonic() - began

    async with client(app) as asking:
        answer = await asking.get("/slow")
    assert answer.status_code == 200
    assert answer.json() >= 1
