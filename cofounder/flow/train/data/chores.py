"""What a worker does for training data by and by."""

import time

from cofounder.flow.train.data import service
from cofounder.kit.db import transaction

RARELY_SECONDS = 300.0
_last: list[float] = []


async def tidy() -> None:
    """A chore for `leases.held`: may be called at every beat. Adds up the lines of counts when there are many."""
    if _last and time.monotonic() - _last[0] < RARELY_SECONDS:
        return
    _last[:] = [time.monotonic()]
    async with transaction(durable=False) as session:
        await service.tidy(session)
