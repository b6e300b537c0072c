"""Publications keep the account that they were approved for, under the name that it has by now.

What waits for one that is disconnected says so, for it goes to the outbox at its time.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import waiting
from cofounder.flow.publish import queries
from cofounder.kit import live
from cofounder.kit.clock import now


async def tell(session: AsyncSession, account: UUID, name: str, *, connected: bool) -> waiting.Waits:
    """Write on what is scheduled by the account whether it still has it, and everywhere its name; what waits."""
    renamed = await queries.rename(session, account, name)
    waits = await queries.orphan(session, account, None if connected else now())
    for id in {*waits, *renamed}:
        live.changed(session, "publications", id)
    return waiting.Waits(len(waits), sum(waits.values()))
