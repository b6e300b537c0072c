"""The watchdog: a task that runs and finishes nothing for too long is reported, and started again once.

It knows no task: what stands still, and how to say so where people look at it, is handed in. One worker of all looks.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, durable, live
from cofounder.kit.clock import now
from cofounder.kit.log import logger
from cofounder.ops import queries
from cofounder.settings import settings

KIND = "stalled"
LOOKS = 10  # in the time after which a task counts as stalled

log = logger(__name__)


@dataclass(frozen=True)
class Still:
    """A task that should move and does not; it last did at `moved_at`."""

    id: UUID
    phase: str | None
    moved_at: datetime


Find = Callable[[AsyncSession, datetime], Awaitable[Sequence[Still]]]  # what has not moved since a time
Tell = Callable[[AsyncSession, Still, str], Awaitable[None]]  # says it where people look at the task
End = Callable[[UUID], Awaitable[None]]  # of a task that nobody carries any more


@dataclass(frozen=True)
class Looked:
    """How tasks are looked after: what stands still, how to say so, how to end what nobody carries."""

    find: Find
    tell: Tell
    end: End


def watching(find: Find, tell: Tell, end: End) -> Callable[[], Awaitable[None]]:
    """A chore for `leases.held`: it may be called at every beat and looks a few times in `stalled_minutes`."""
    looked_at: float | None = None

    async def chore() -> None:
        nonlocal looked_at
        pause = min(settings().stalled_minutes * 60 / LOOKS, 60.0)
        if looked_at is None or time.monotonic() - looked_at >= pause:
            looked_at = time.monotonic()
            await look(Looked(find, tell, end))

    return chore


async def look(how: Looked) -> list[UUID]:
    """Report what newly stands still and start it again; close the reports of what moves. Gives what was looked after."""
    async with db.transaction(durable=False) as session:
        found = await how.find(session, now() - timedelta(minutes=settings().stalled_minutes))
    still = [one for one in found if not await _waits(one.id)]
    async with db.transaction() as session:
        known = {alert.subject: alert for alert in await queries.alerts(session, KIND)}
        for one in still:
            if str(one.id) not in known:
                await _report(session, one, how.tell)
        for subject in known.keys() - {str(one.id) for one in still}:
            await queries.clear(session, KIND, subject, at=now())
            live.changed(session, "alerts", subject)
            log.info("a stalled task moves again", task_id=subject)
    looked_after = []
    for one in still:
        acted = known[str(one.id)].acted_at if str(one.id) in known else None
        if acted is None or await _is_over(one.id):
            await _nudge(one, how)
            looked_after.append(one.id)
    return looked_after


async def _is_over(id: UUID) -> bool:
    """Whether no workflow carries it any more, and none will."""
    state = await durable.status(id)
    return state is None or state.status in ("SUCCESS", "ERROR", "CANCELLED")


async def _waits(id: UUID) -> bool:
    """Whether its workflow rests in a wait: for a person, or for a time."""
    return (await durable.progress(id)).waiting


async def _report(session: AsyncSession, one: Still, tell: Tell) -> None:
    words = f"Nothing of it has moved since {one.moved_at:%Y-%m-%d %H:%M} UTC, in {one.phase or 'no phase yet'}."
    await queries.raise_alert(session, KIND, str(one.id), words, at=now())
    await tell(session, one, words)
    live.changed(session, "alerts", one.id)
    log.error("a task does not move", task_id=str(one.id), phase=one.phase, moved_at=one.moved_at.isoformat())


async def _nudge(one: Still, how: Looked) -> None:
    """Start its workflow again from the last finished step; whoever still holds it is fenced off. One that is over: end it."""
    if await _is_over(one.id):
        await how.end(one.id)
        words = "Its workflow was over without having ended it, so it failed. Again: cofounder task ID --rerun STEP"
    else:
        await durable.resume(one.id)
        words = "It had stood still and was started again from its last finished step."
    async with db.transaction() as session:
        await queries.act(session, KIND, str(one.id), at=now(), detail=words)
        await how.tell(session, one, words)
    log.warning("a stalled task was looked after", task_id=str(one.id), did=words)
