"""What one worker does for all: read the sources whose time has come, and once a day remove uploads of no more use."""

import asyncio
import time
from uuid import UUID

from cofounder.business.imports import queries, repeating, storage
from cofounder.kit import clock, durable
from cofounder.kit.db import transaction
from cofounder.kit.log import logger

log = logger(__name__)
DAY_SECONDS = 86_400.0
_ENDED = ("done", "refused", "failed", "cancelled")
_reading: set["asyncio.Task[None]"] = set()
_cleaned: list[float] = []


async def look() -> None:
    """A chore for `leases.held`: may be called at every beat. A source may be slow, so nobody waits for it here."""
    if not _reading:
        task = asyncio.create_task(_tend(), name="imports")
        _reading.add(task)
        task.add_done_callback(_reading.discard)


async def _tend() -> None:
    if not _cleaned or time.monotonic() - _cleaned[0] > DAY_SECONDS:
        _cleaned[:] = [time.monotonic()]
        try:
            await clean()
        except Exception as error:  # tomorrow again
            log.warning("old uploads were not removed", error=f"{type(error).__name__}: {error}")
    await read_due()


async def clean() -> int:
    """Remove the uploads on this machine whose import ended a day ago or longer, or is gone; how many.

    Until then an import that failed or was cancelled can be run again as it stands.
    """
    lying = {}
    for path in await asyncio.to_thread(storage.old, DAY_SECONDS):
        try:
            lying[UUID(hex=path.name)] = path
        except ValueError:
            continue  # none of ours
    gone = []
    async with transaction() as session:
        known = await queries.there(session, list(lying))
        gone += [path for id, path in lying.items() if id not in known]
        for row in await queries.whose(session, list(known)):
            ended = row.finished_at or row.created_at
            if row.state in _ENDED and (clock.now() - ended).total_seconds() > DAY_SECONDS:
                if row.path == str(lying[row.id]):
                    row.path = None
                gone.append(lying[row.id])
    for path in gone:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return len(gone)


async def read_due() -> None:
    """Read every source whose time has come."""
    try:
        more = True
        while more and not durable.stopping():
            async with transaction() as session:
                more = await repeating.look(session)
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("sources were not read", error=f"{type(error).__name__}: {error}")
