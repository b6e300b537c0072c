"""For the watchdog: which tasks run without moving, how to say so where people look at them, how one nobody carries ends."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.request.phases import fail_here, say
from cofounder.flow.run import queries
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.ops.watchdog import Still


class NobodyCarries(CofounderError):
    """The task's workflow was over before the task had ended."""

    status = 500
    hint = "The worker's log has the reason. Run it again with: cofounder task ID --rerun STEP, or ask again."


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


async def end(task_id: UUID) -> None:
    """A task that no workflow carries any more fails, so that it can be run again; its example says so."""
    async with transaction() as session:
        task = await records.get_task(session, task_id, lock=True)
        if task.status not in ("queued", "running"):
            return
        await fail_here(session, task, NobodyCarries().problem())
        await durable.enqueue(session, "example", f"example:{task_id}:nobody", str(task_id))
