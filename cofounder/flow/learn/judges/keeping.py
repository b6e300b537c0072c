"""What one worker does for all: look now and then whether a judge changed."""

import asyncio
import time

from cofounder.flow.learn.judges import service
from cofounder.kit.db import transaction
from cofounder.kit.log import logger
from cofounder.settings import settings

_EVERY_SECONDS = 3_600.0  # days are compared; an hour moves nothing
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
    task = asyncio.create_task(_watch(), name="judges")
    _running.add(task)
    task.add_done_callback(_running.discard)


async def stop() -> None:
    """End what is at it; the next worker begins again."""
    for task in list(_running):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch() -> None:
    try:
        async with transaction() as session:
            await service.watch(session)
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("judges were not looked at", error=f"{type(error).__name__}: {error}")
