"""What one worker does for all, in the background: keep the index of earlier work up to date."""

import asyncio
import time

import structlog

from cofounder.business.context import index

_EVERY_SECONDS = 60.0
_last: list[float] = []
_running: list[asyncio.Task[None]] = []
log = structlog.get_logger()


async def keep() -> None:
    """A chore for `leases.held`: may be called at every beat, and never waits for what it began."""
    if (_running and not _running[0].done()) or (_last and time.monotonic() - _last[0] < _EVERY_SECONDS):
        return
    _last[:] = [time.monotonic()]
    _running[:] = [asyncio.create_task(_bring_up_to_date(), name="context index")]


async def stop() -> None:
    """End what is at it; the next worker begins again."""
    for task in _running:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    _running.clear()
    _last.clear()


async def _bring_up_to_date() -> None:
    try:
        await index.refresh()
    except Exception as error:
        log.warning("the index was not brought up to date", error=f"{type(error).__name__}: {error}")
