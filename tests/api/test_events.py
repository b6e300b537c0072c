"""The live stream: what changed is heard at once by whoever may hear it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from cofounder.kit import live
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER, create_key, revoke_key

from .conftest import House, problem


class Stream:
    """Events of one open stream, as a browser reads them."""

    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """("changed", {...}), ("resync", {}) or ("beat", None)."""
        name = ""
        async with asyncio.timeout(60):
            async for line in self.lines:
                if line.startswith(": beat"):
                    return "beat", None
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                if line.startswith("data: "):
                    return name, json.loads(line.removeprefix("data: "))
        raise AssertionError("the stream ended")

    async def until(self, topic: str) -> dict[str, Any]:
        while True:
            name, data = await self.next()
            if name == "changed" and data["topic"] == topic:
                return dict(data)


@asynccontextmanager
async def opened(client: httpx.AsyncClient) -> AsyncIterator[Stream]:
    async with client.stream("GET", "/api/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Stream(answer)


async def test_a_change_is_heard_by_those_who_may_hear_it(house: House) -> None:
    problem(await house.anonymous.get("/api/events"), 401, "not_signed_in")
    async with opened(house.viewer) as viewer, opened(house.admin) as admin:
        await asyncio.sleep(0.1)  # both are watching
        async with transaction() as session:
            _, key = await create_key(session, "new", "viewer", LOCAL_OWNER)
        assert await admin.until("keys") == {"topic": "keys", "id": str(key.id)}
        id = await house.ask("Write a LinkedIn post about our bakery")
        assert await admin.until("tasks") == {"topic": "tasks", "id": id}
        # the first that a viewer hears is the task, not the key
        assert await viewer.next() == ("changed", {"topic": "tasks", "id": id})


async def test_who_missed_something_is_told_to_ask_for_everything(house: House) -> None:
    async with opened(house.viewer) as viewer:
        await asyncio.sleep(0.1)
        async with transaction() as session:
            killed = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cofounder-live'"
            assert (await session.scalars(text(killed + " AND datname = current_database()"))).all() == [True]
        assert await viewer.next() == ("resync", {})
        await house.ask("Write a LinkedIn post about our bakery")
        assert (await viewer.until("tasks"))["id"]


async def test_a_quiet_stream_beats(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.1)
    async with opened(house.viewer) as viewer:
        assert [await viewer.next() for _ in range(2)] == [("beat", None)] * 2


async def test_a_stream_ends_when_its_key_is_revoked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.1)
    async with opened(house.viewer) as viewer:
        assert await viewer.next() == ("beat", None)
        async with transaction() as session:
            await revoke_key(session, "viewer key", LOCAL_OWNER)
        async with asyncio.timeout(60):
            async for _ in viewer.lines:  # until it ends
                pass
