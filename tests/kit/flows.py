"""Workflows for the tests of the durable engine. As a program it is a worker that runs them until it is killed."""

import asyncio
import sys

from sqlalchemy import text

from cofounder.kit import db, durable, leases
from cofounder.kit.errors import Conflict
from cofounder.settings import settings

seen: list[str] = []


class Boom(Exception):
    pass


async def note(words: str) -> None:
    async with db.transaction() as session:
        await session.execute(text("CREATE TABLE IF NOT EXISTS notes (id serial, words text)"))
        await session.execute(text("INSERT INTO notes (words) VALUES (:words)"), {"words": words})


async def notes() -> list[str]:
    async with db.transaction() as session:
        if (await session.execute(text("SELECT to_regclass('notes')"))).scalar_one() is None:
            return []
        return list((await session.execute(text("SELECT words FROM notes ORDER BY id"))).scalars())


@durable.step("test.note")
async def noted(words: str) -> dict[str, str]:
    await note(words)
    return {"noted": words}


@durable.step("test.refuse")
async def refuse() -> None:
    seen.append("refuse")
    raise Conflict("no", field="this")


@durable.step("test.stumble", interval_seconds=0.001)
async def stumble(times: int) -> int:
    seen.append("stumble")
    if len(seen) < times:
        raise Boom(f"attempt {len(seen)}")
    return len(seen)


@durable.step("test.away", interval_seconds=0.001)
async def away(times: int) -> int:
    seen.append("away")
    if len(seen) < times:
        raise db.DatabaseOutOfReach()
    return len(seen)


@durable.step("test.slow", attempts=1, timeout_seconds=0.05)
async def slow() -> None:
    await asyncio.sleep(5)


@durable.workflow("test.waits")
async def waits(name: str) -> list[str]:
    await noted(f"{name} before")
    message = await durable.wait("go")
    await noted(f"{name} after {message}")
    return [name]


@durable.workflow("test.gives-up")
async def gives_up(name: str) -> str:
    """Replayed after a restart, it must meet the same failure."""
    try:
        await refuse()
    except durable.StepFailed as failed:
        await noted(f"{failed.error} {failed.cause and failed.cause['errors'][0]['field']}")
    await durable.wait("go")
    try:
        await slow()
    except durable.StepFailed as failed:
        await noted(failed.error)
    return name


@durable.workflow("test.stumbles")
async def stumbles(times: int) -> int:
    return int(await stumble(times))


@durable.workflow("test.endures")
async def endures(times: int) -> int:
    return int(await away(times))


@durable.workflow("test.working")
async def working(seconds: float) -> None:
    await noted("began")
    await durable.sleep(seconds)
    await noted("ended")


async def _work(executor_id: str) -> None:
    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    if executor_id == "leased":
        async with leases.held(role="worker"):
            await asyncio.Event().wait()
    await durable.start(executor_id=executor_id)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import tests.kit.flows

    asyncio.run(tests.kit.flows._work(sys.argv[1]))
