"""What one worker does for all: take back what silent agents held, end what nobody waits for, archive what is old."""

import time

from cofounder.flow.run.commands import queries, service
from cofounder.kit import live
from cofounder.kit.db import transaction
from cofounder.settings import settings

RARELY_SECONDS = 60.0
AGENTS_FORGOTTEN_DAYS = 30.0
_last: list[float] = []


async def tidy() -> None:
    """A chore for `leases.held`: may be called at every beat."""
    async with transaction() as session:
        await service.take_back(session)
    if _last and time.monotonic() - _last[0] < RARELY_SECONDS:
        return
    _last[:] = [time.monotonic()]
    async with transaction() as session:
        ended = await queries.settle_orphans(session)
        archived = await queries.archive(session, days=settings().command_retention_days)
        await queries.forget(session, days=AGENTS_FORGOTTEN_DAYS)
        if ended or archived:
            live.changed(session, service.TOPIC)
