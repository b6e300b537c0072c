"""Publications that wait for an account which is disconnected: said on each, for they go to the outbox at their time."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import queries
from cofounder.kit import live


async def tell(session: AsyncSession, provider: str, account: str) -> int:
    """Write it on what is scheduled by the account; how many there are."""
    words = f"{account} was disconnected: unless it is connected again by then, this goes to the outbox."
    waiting = await queries.note_waiting(session, provider, account, words)
    for id in waiting:
        live.changed(session, "publications", id)
    return len(waiting)
