"""What one worker does for all, in the background: bring examples up to date whose world has changed.

Whoever writes a reading, a day of the site or a post leaves a mark (triggers beside the table). A mark goes in the
transaction that brings its example up to date, so a kill loses none.
"""

import asyncio
import time

from cofounder.flow.learn import queries, service
from cofounder.flow.learn.world import AFTER
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.log import logger

_EVERY_SECONDS = 5.0
_RIPE_SECONDS = 3_600.0
_AT_ONCE = 100
_last: list[float] = []
_ripe: list[float] = []
_running: set["asyncio.Task[None]"] = set()
log = logger(__name__)


async def look() -> None:
    """A chore for `leases.held`: may be called at every beat, and never waits for what it began."""
    if _running or (_last and time.monotonic() - _last[0] < _EVERY_SECONDS):
        return
    _last[:] = [time.monotonic()]
    task = asyncio.create_task(_renew(), name="examples")
    _running.add(task)
    task.add_done_callback(_running.discard)


async def stop() -> None:
    """End what is at it; the next worker begins again."""
    for task in list(_running):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _renew() -> None:
    try:
        if not _ripe or time.monotonic() - _ripe[0] > _RIPE_SECONDS:
            _ripe[:] = [time.monotonic()]
            async with transaction() as session:
                await queries.mark_ripe(session, before=now() - AFTER)
        while not durable.stopping() and await renew_some():
            pass
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("examples were not brought up to date", error=f"{type(error).__name__}: {error}")


async def renew_some() -> int:
    """Bring up to date the next hundred marked examples; how many there were."""
    async with transaction(durable=False) as session:
        marked = await queries.marked(session, _AT_ONCE)
    for execution_id, newest in marked.items():
        async with transaction() as session:
            await service.relabel(session, execution_id)
            await queries.unmark(session, execution_id, newest)
    return len(marked)
