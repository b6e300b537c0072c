"""Publications that wait for an account which is disconnected: each says so, for they go to the outbox at their time."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import queries
from cofounder.kit import live
from cofounder.kit.clock import now


async def tell(session: AsyncSession, provider: str, account: str, *, connected: bool) -> int:
    """Write on what is scheduled by the account whether it still has it; how many there are."""
    waiting = await queries.orphan(session, provider, account, None if connected else now())
    for id in waiting:
        live.changed(session, "publications", id)
    return len(waiting)
