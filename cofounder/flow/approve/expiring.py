"""Approvals that expire: a task that a person gave a last moment, and that nobody decided by then, ends as expired."""

from cofounder.business.records import service as records
from cofounder.flow.request import service as requests
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction


async def look() -> int:
    """End what has expired, each in a transaction of its own; how many."""
    async with reading() as session:
        late = await records.past_expiry(session, now())
    ended = 0
    for task_id in late:
        async with transaction() as session:
            ended += await requests.expire(session, task_id)
    return ended


chore = Chore("approvals that expire", look, every=20)
