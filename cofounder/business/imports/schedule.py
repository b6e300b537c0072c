"""What one worker does for all: read the sources whose time has come."""

import asyncio

from cofounder.business.imports import repeating
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.kit.log import logger

log = logger(__name__)
_reading: set["asyncio.Task[None]"] = set()


async def look() -> None:
    """A chore for `leases.held`: may be called at every beat. A source may be slow, so nobody waits for it here."""
    if not _reading:
        task = asyncio.create_task(read_due(), name="imports")
        _reading.add(task)
        task.add_done_callback(_reading.discard)


async def read_due() -> None:
    """Read every source whose time has come."""
    try:
        more = True
        while more and not durable.stopping():
            async with transaction() as session:
                more = await repeating.look(session)
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("sources were not read", error=f"{type(error).__name__}: {error}")
