"""For the watchdog: which tasks run without moving, and how to say so where people look at them."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request.phases import say
from cofounder.flow.run import queries
from cofounder.kit.clock import now
from cofounder.ops.watchdog import Still


async def find(session: AsyncSession, before: datetime) -> list[Still]:
    """Running and queued tasks of which nothing began or ended since `before`; a step may take as long as its plan says."""
    return [
        Still(task_id, phase, moved_at)
        for task_id, phase, moved_at, timeout in await queries.still_since(session, before)
        if moved_at + timedelta(seconds=timeout) < now()
    ]


async def tell(session: AsyncSession, still: Still, words: str) -> None:
    """A note on the phase in which the task stands."""
    if still.phase is not None:
        await say(session, still.id, still.phase, words)
