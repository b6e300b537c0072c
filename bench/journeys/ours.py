"""Our journey, measured from outside: this process submits and watches, workers of their own carry out."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from bench.journeys.work import AT_ONCE, METRICS, REQUEST, WARM_UP, Figures, Rate, postgres_time, python_time
from cofounder.flow.request import service
from cofounder.flow.request.schemas import ProcessIn
from cofounder.kit import live
from cofounder.kit.db import transaction
from cofounder.kit.testing import running

PATIENCE_SECONDS = 180


class Watch:
    """Hears which tasks ask for approval, as a page does: by the live events."""

    def __init__(self) -> None:
        self.opened: dict[str, float] = {}
        self._more = asyncio.Event()

    async def listen(self) -> None:
        async for event in live.subscribe(lambda topic: topic == "approvals"):
            self.opened.setdefault(event.id, time.perf_counter())
            self._more.set()

    async def until(self, ids: Sequence[UUID]) -> float:
        """The moment at which the last of them was open."""
        wanted = {str(id) for id in ids}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not wanted <= self.opened.keys():
                self._more.clear()
                await self._more.wait()
        return max(self.opened[id] for id in wanted)


async def submit() -> UUID:
    """Store the request as `POST /api/orchestrator/process` does, and give the task's id."""
    body = ProcessIn.model_validate({"request": REQUEST, "business_metrics": METRICS})
    async with transaction() as session:
        return (await service.submit(session, body, by="bench")).id


async def one(watch: Watch) -> float:
    """Seconds from before the request is stored until its round of approval is open."""
    began = time.perf_counter()
    return await watch.until([await submit()]) - began


async def many(watch: Watch, count: int, workers: Sequence[int], data: Path) -> Rate:
    """All requests stored as fast as that goes, while the workers carry them out."""
    python, postgres = python_time(workers), postgres_time(data)
    began = time.perf_counter()
    ids: list[UUID] = []
    for _ in range(0, count, AT_ONCE):
        ids += await asyncio.gather(*(submit() for _ in range(min(AT_ONCE, count - len(ids)))))
    seconds = await watch.until(ids) - began
    rate = Rate(count, seconds, python_time(workers) - python, postgres_time(data) - postgres)
    await _refuse_unfinished(ids)
    return rate


async def _refuse_unfinished(ids: Sequence[UUID]) -> None:
    """What was measured must have happened: every task waits for approval, with a judged text."""
    statement = text(
        "SELECT count(*) FROM tasks AS t WHERE t.id = ANY(:ids) AND t.status = 'pending_approval'"
        " AND EXISTS (SELECT 1 FROM assessments AS a WHERE a.task_id = t.id)"
        " AND 9 = (SELECT count(*) FROM steps AS s WHERE s.task_id = t.id AND s.state = 'done')"
    )
    async with transaction() as session:
        found = (await session.execute(statement, {"ids": list(ids)})).scalar_one()
    if found != len(ids):
        raise SystemExit(f"{len(ids) - found} of {len(ids)} tasks do not wait for approval with nine finished steps.")


@asynccontextmanager
async def watching() -> AsyncIterator[Watch]:
    watch = Watch()
    async with live.listening():
        listening = asyncio.create_task(watch.listen())
        await asyncio.sleep(0)  # subscribed before anything can change
        try:
            yield watch
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def workers(count: int) -> AsyncIterator[list[int]]:
    """So many `cofounder worker` processes, ready; gives their process ids."""
    with ExitStack() as stack:
        started = [stack.enter_context(running("cofounder.cli", "worker")) for _ in range(count)]
        for each in started:
            await asyncio.to_thread(each.wait_for, "The worker is ready.", PATIENCE_SECONDS)
        yield [each.process.pid for each in started]


async def measure(runs: int, count: int, processes: Sequence[int], data: Path) -> Figures:
    """Alone and sixteen at once with one worker; tasks a second with as many workers as `processes` says."""
    figures = Figures([], [], {})
    async with watching() as watch:
        for number in processes:
            async with workers(number) as pids:
                for _ in range(WARM_UP):
                    await asyncio.gather(*(one(watch) for _ in range(number)))
                if number == 1:
                    figures.alone = [await one(watch) for _ in range(runs)]
                    for _ in range(2):
                        figures.at_once += await asyncio.gather(*(one(watch) for _ in range(AT_ONCE)))
                figures.rates[number] = await many(watch, count * number, pids, data)
    return figures
