"""Commands through HTTP from made to completed, in batches and one by one, beside Procrastinate on the same database.

Run: make bench, or python -m bench.commands [COUNT]. fsync is on; an embedded server of its own; ours and the peer by
turns in one run. Ours goes through a uvicorn process and HTTP with keys, leases, fencing tokens and a history; the peer
is called in this process and is spared all of that. Both notify by LISTEN/NOTIFY and keep what they finished.
"""

import asyncio
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import URL

from cofounder.client import AsyncClient
from cofounder.kit import db, migrate, postgres
from cofounder.kit.testing import running
from cofounder.people import LOCAL_OWNER, create_key

PEER = Path(__file__).parents[1] / "build" / "peer"
AGENTS, BATCH, SINGLES = 2, 100, 100
TYPE = "bench"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def server(url: URL) -> AsyncIterator[tuple[str, str]]:
    """(address, key) of a server process on this database."""
    migrate.upgrade(url, "cofounder")
    db.connect(url, "cofounder")
    async with db.transaction() as session:
        key, _ = await create_key(session, "bench", "operator", LOCAL_OWNER)
    port = free_port()
    environment = {"DATABASE_URL": url.set(drivername="postgresql").render_as_string(hide_password=False)}
    command = ("uvicorn", "cofounder.app:create_app", "--factory", "--port", str(port), "--no-access-log")
    with running(*command, environment=environment):
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(600):
                try:
                    if (await http.get(f"{address}/api/health")).status_code == 200:
                        break
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        yield address, key
    await db.dispose()


async def ours_in_batches(address: str, key: str, count: int) -> float:
    """Commands a second, from the first that is made to the last that is completed."""
    done = 0

    async def agent(number: int) -> None:
        nonlocal done
        async with AsyncClient(address, key, agent=f"agent {number}") as client:
            while done < count:
                taken = await client.claim(TYPE, max=BATCH, wait_seconds=1)
                items = [{"command_id": one.id, "fencing_token": one.token, "result": one.payload} for one in taken]
                if items:
                    answered = await client.finish_many(items)
                    done += sum(said["ok"] for said in answered)

    async with AsyncClient(address, key) as client:
        await client.claim(TYPE)
        began = time.perf_counter()
        agents = [asyncio.create_task(agent(number)) for number in range(AGENTS)]
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            await client.create_many({"agent_type": TYPE, "action": "echo", "payload": {"n": n}} for n in numbers)
        while done < count:  # noqa: ASYNC110 - an event would measure the event too
            await asyncio.sleep(0.001)
        took = time.perf_counter() - began
        await asyncio.gather(*agents)
    return count / took


async def ours_one_by_one(address: str, key: str) -> list[float]:
    """Seconds from when a command is sent to when an agent that waits for it has it."""
    waits = []
    async with AsyncClient(address, key) as maker, AsyncClient(address, key) as agent:
        for n in range(SINGLES):
            waiting = asyncio.create_task(agent.claim(TYPE, wait_seconds=10))
            await asyncio.sleep(0.03)
            began = time.perf_counter()
            made = asyncio.create_task(maker.create(TYPE, "echo", {"n": n}))
            (held,) = await waiting
            waits.append(time.perf_counter() - began)
            await made
            await agent.complete(held, {"n": n})
    return waits


async def peer(url: URL, count: int) -> tuple[float, list[float]] | None:
    """The same two of Procrastinate; None where it is not installed."""
    sys.path.append(str(PEER))
    try:
        import procrastinate
    except ImportError:
        return None
    place = url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=place, min_size=4, max_size=16))
    started: dict[int, float] = {}

    @app.task(name="echo")  # type: ignore[untyped-decorator,unused-ignore]
    async def echo(n: int) -> Any:
        started[n] = time.perf_counter()
        return {"n": n}

    async def have(number: int) -> None:
        while len(started) < number:  # noqa: ASYNC110 - as with ours
            await asyncio.sleep(0.001)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = asyncio.create_task(app.run_worker_async(concurrency=16, wait=True, install_signal_handlers=False))
        await asyncio.sleep(1)
        waits = []
        for n in range(SINGLES):
            began = time.perf_counter()
            await echo.defer_async(n=n)
            await have(n + 1)
            waits.append(started[n] - began)
            await asyncio.sleep(0.03)
        started.clear()
        began = time.perf_counter()
        for first in range(0, count, BATCH):
            await echo.batch_defer_async(*({"n": n} for n in range(first, min(first + BATCH, count))))
        await have(count)
        rate = count / (time.perf_counter() - began)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    return rate, waits


async def main(count: int) -> None:
    with postgres.temporary() as url:
        async with server(url) as (address, key):
            await ours_in_batches(address, key, BATCH)  # warm
            rates = [await ours_in_batches(address, key, count) for _ in range(3)]
            waits = await ours_one_by_one(address, key)
        beside = await peer(url, count)
    print(f"ours           {statistics.median(rates):6.0f} commands/s made, claimed, completed (batches of {BATCH})")
    print(f"               {_milliseconds(waits)} made to claimed")
    if beside is None:
        print("Procrastinate is not installed, so it was not measured. Install it with: make bench", file=sys.stderr)
        return
    rate, waits = beside
    print(f"procrastinate  {rate:6.0f} jobs/s deferred and run (batches of {BATCH}, without HTTP)")
    print(f"               {_milliseconds(waits)} deferred to started")


def _milliseconds(waits: list[float]) -> str:
    ordered = sorted(waits)
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1000:.1f} ms"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
