"""What one worker does for all: sum up now and then what came of each model's answers."""

import asyncio
import time

from cofounder.flow.learn.answers import service
from cofounder.kit.db import transaction
from cofounder.kit.log import logger
from cofounder.settings import settings

_EVERY_SECONDS = 600.0
_last: list[float] = []
_running: set["asyncio.Task[None]"] = set()
log = logger(__name__)


async def look() -> None:
    """A chore for `leases.held`: may be called at every beat, and never waits for what it began."""
    if not _last:
        _last.append(time.monotonic())  # a worker that has just begun has other things to do first
    if settings().learning_hours <= 0 or _running or time.monotonic() - _last[0] < _EVERY_SECONDS:
        return
    _last[:] = [time.monotonic()]
    task = asyncio.create_task(_measure(), name="answers")
    _running.add(task)
    task.add_done_callback(_running.discard)


async def stop() -> None:
    """End what is at it; the next worker begins again."""
    for task in list(_running):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _measure() -> None:
    try:
        async with transaction() as session:
            await service.measure(session)
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("models were not measured", error=f"{type(error).__name__}: {error}")
