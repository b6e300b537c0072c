"""What one worker does for all, in the background: bring examples up to date whose world has changed.

Whoever writes a reading, a day of the site or a post leaves a mark (triggers beside the table). A mark goes in the
transaction that brings its example up to date, so a kill loses none.
"""

import time

from cofounder.flow.learn import queries, service
from cofounder.flow.learn.world import AFTER
from cofounder.kit import durable
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import transaction

_RIPE_SECONDS = 3_600.0
_AT_ONCE = 100
_ripe: list[float] = []


async def _renew() -> None:
    if not _ripe or time.monotonic() - _ripe[0] > _RIPE_SECONDS:
        _ripe[:] = [time.monotonic()]
        async with transaction() as session:
            await queries.mark_ripe(session, before=now() - AFTER)
    while not durable.stopping() and await renew_some():
        pass


async def renew_some() -> int:
    """Bring up to date the next hundred marked examples; how many there were."""
    async with transaction(durable=False) as session:
        marked = await queries.marked(session, _AT_ONCE)
    for execution_id, newest in marked.items():
        async with transaction() as session:
            await service.relabel(session, execution_id)
            await queries.unmark(session, execution_id, newest)
    return len(marked)


chore = Chore("examples", _renew, every=5)
