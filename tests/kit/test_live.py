"""Who watches hears of what was committed, and of nothing else."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

import pytest
from sqlalchemy import text

from cofounder.kit import db, live
from cofounder.kit.live import RESYNC, Event
from cofounder.kit.testing import Database


async def change(*names: str, topic: str = "tasks") -> None:
    async with db.transaction() as session:
        for name in names:
            live.changed(session, topic, name)


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    async with asyncio.timeout(60):
        return [await anext(events) for _ in range(count)]


@pytest.fixture
async def events(database: Database) -> AsyncIterator[AsyncGenerator[Event]]:
    async with live.listening():
        watching = live.subscribe(lambda topic: topic != "secrets")
        first = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)  # it watches from its first step on
        await change("first")
        assert await asyncio.wait_for(first, 60) == Event("tasks", "first")
        yield watching
        await watching.aclose()


async def test_a_commit_is_heard_once_and_a_rollback_never(events: AsyncIterator[Event]) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with db.transaction() as session:
            live.changed(session, "tasks", "never")
            raise ZeroDivisionError
    await change("a", "a", "b")
    assert await take(events, 2) == [Event("tasks", "a"), Event("tasks", "b")]


async def test_a_topic_that_a_role_may_not_see_is_not_heard(events: AsyncIterator[Event]) -> None:
    await change("hidden", topic="secrets")
    await change("seen")
    assert await take(events, 1) == [Event("tasks", "seen")]


async def test_too_much_to_say_is_a_resync(events: AsyncIterator[Event]) -> None:
    await change(*(f"{number:040}" for number in range(300)))
    assert await take(events, 1) == [RESYNC]


async def test_a_broken_connection_is_mended_and_the_watcher_told(events: AsyncIterator[Event]) -> None:
    async with db.transaction() as session:
        killed = await session.scalars(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cofounder-live'")
        )
        assert killed.all() == [True]
    assert await take(events, 1) == [RESYNC]
    await change("after")
    assert await take(events, 1) == [Event("tasks", "after")]


async def test_the_stream_is_written_as_browsers_read_it(events: AsyncIterator[Event]) -> None:
    answer = live.stream(beat_seconds=0.1)
    lines = cast(AsyncGenerator[bytes], answer.body_iterator)
    assert await anext(lines) == b"retry: 1000\n\n"
    assert await anext(lines) == b": beat\n\n"
    await change("x")
    async with asyncio.timeout(60):
        while (line := await anext(lines)) == b": beat\n\n":
            pass
    assert line == b'event: changed\ndata: {"topic": "tasks", "id": "x"}\n\n'
    await lines.aclose()


async def test_a_server_that_does_not_listen_says_so() -> None:
    with pytest.raises(live.NotListening):
        live.stream()
