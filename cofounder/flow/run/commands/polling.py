"""The long poll: look, wait for news of this agent type or for the next moment that may bring some, look again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from cofounder.flow.run.commands import queries, service
from cofounder.flow.run.commands.schemas import Claimed, ClaimIn
from cofounder.kit import live
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import NotSignedIn
from cofounder.people import still_good
from cofounder.people.roles import Caller

LOOK_SECONDS = 10.0  # at the latest, should a word be lost


async def claim(wanted: ClaimIn, *, by: Caller, gone: Callable[[], Awaitable[bool]]) -> list[Claimed]:
    """What there is to do, as soon as there is some, at the latest after `wait_seconds`.

    `gone` says whether the agent still listens: nothing is handed out to nobody. No connection is held while it waits.
    Raises NotSignedIn when the caller's key ends meanwhile.
    """
    if not wanted.wait_seconds:
        return await _look(wanted, by)
    clock = asyncio.get_running_loop().time
    until = clock() + wanted.wait_seconds
    async with _news(wanted.agent_type) as news:
        told = False
        while True:
            news.clear()
            found = await _look(wanted, by, told)
            left = until - clock()
            if found or left <= 0:
                return found
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), min(left, await _pause(wanted.agent_type)))
            told = news.is_set()
            if await gone():
                return []
            await _let_in_still(by)


async def _let_in_still(by: Caller) -> None:
    async with reading() as session:
        if not await still_good(session, by):
            raise NotSignedIn("This key ended while you waited.")


async def _look(wanted: ClaimIn, by: Caller, told: bool = False) -> list[Claimed]:
    async with transaction(durable=False) as session:  # a claim that is lost with the machine is claimed again
        return await service.claim(session, wanted, by=by, told=told)


async def _pause(agent_type: str) -> float:
    async with transaction(durable=False) as session:
        due = await queries.next_due(session, agent_type)
    return LOOK_SECONDS if due is None else min(max(due, 0.02), LOOK_SECONDS)


@asynccontextmanager
async def _news(agent_type: str) -> AsyncIterator[asyncio.Event]:
    """An event that is set when commands of this type were made, came back or were freed."""
    told = asyncio.Event()

    async def hear() -> None:
        async for event in live.subscribe(lambda topic: topic == service.TOPIC):
            if event is live.RESYNC or event.id == agent_type:
                told.set()
        told.set()  # the server stops

    hearing = asyncio.create_task(hear())
    await asyncio.sleep(0)  # subscribed before the first look, so that nothing is missed between
    try:
        yield told
    finally:
        hearing.cancel()
        with suppress(asyncio.CancelledError, live.NotListening):
            await hearing
