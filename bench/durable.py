"""How soon a workflow's first step runs, how soon a message wakes it, and how many workflows a second one worker does.

Run: python -m bench.durable [COUNT]. fsync is on; an embedded server of its own.
"""

import asyncio
import statistics
import sys
import time

from cofounder.kit import db, durable, migrate, postgres
from cofounder.kit.ids import new_id

reached: dict[str, float] = {}


@durable.step("bench.mark")
async def mark(id: str) -> None:
    reached[id] = time.perf_counter()


@durable.workflow("bench.marked")
async def marked(id: str) -> None:
    await mark(id)


@durable.workflow("bench.woken")
async def woken(id: str) -> None:
    await mark(f"{id} before")
    await durable.wait("go")
    await mark(f"{id} after")


async def begin(workflow: str, id: str) -> float:
    async with db.transaction() as session:
        await durable.enqueue(session, workflow, id, id)
    return time.perf_counter()


async def arrives(mark: str) -> float:
    while mark not in reached:  # noqa: ASYNC110 - an event would measure the event too
        await asyncio.sleep(0.0005)
    return reached[mark]


async def one_by_one(count: int) -> tuple[list[float], list[float]]:
    starts, wakes = [], []
    for _ in range(count):
        id = str(new_id())
        committed = await begin("bench.woken", id)
        starts.append(await arrives(f"{id} before") - committed)
        await asyncio.sleep(0.05)
        async with db.transaction() as session:
            await durable.send(session, id, "go", None, key=f"{id}:go")
        sent = time.perf_counter()
        wakes.append(await arrives(f"{id} after") - sent)
    return starts, wakes


async def together(count: int) -> float:
    began = time.perf_counter()
    ids = [str(new_id()) for _ in range(count)]
    for id in ids:
        await begin("bench.marked", id)
    for id in ids:
        await arrives(id)
    return count / (time.perf_counter() - began)


async def main(count: int) -> None:
    began = time.perf_counter()
    await durable.start(executor_id="bench")
    launch = time.perf_counter() - began
    first = await begin("bench.marked", "first")
    first_ever = await arrives("first") - first
    starts, wakes = await one_by_one(count)
    rate = await together(count * 4)
    began = time.perf_counter()
    await durable.stop()
    ended = time.perf_counter() - began
    for words, value in (
        ("launch", launch),
        ("enqueue -> first step, the first ever", first_ever),
        ("enqueue -> first step, p50", statistics.median(starts)),
        ("enqueue -> first step, p95", statistics.quantiles(starts, n=20)[-1]),
        ("send -> next step, p50", statistics.median(wakes)),
        ("send -> next step, p95", statistics.quantiles(wakes, n=20)[-1]),
        ("stop", ended),
    ):
        sys.stdout.write(f"{words:42} {value * 1000:8.1f} ms\n")
    sys.stdout.write(f"{'workflows of one step, enqueued together':42} {rate:8.1f} a second\n")


if __name__ == "__main__":
    with postgres.temporary() as url:
        migrate.upgrade(url)
        db.connect(url)
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
