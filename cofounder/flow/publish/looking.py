"""What one worker does for all: ask channels again what became of a publication while nobody knows.

A channel that is away when an answer is lost comes back. It is asked a few times, with growing pauses, before only a
person can say it. What is found there is published; what surely is not there goes on as after any attempt that sent
nothing; else it stays unknown. How far it came stands in the publication's row, written with what came of the look: a
kill in between has the same look made once more, and a look sends nothing.
"""

import asyncio
from uuid import UUID

from cofounder.flow.publish import ending, ledger, queries, service, settling
from cofounder.flow.publish.outcomes import next_attempt, next_look, unknown
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.log import logger
from cofounder.ops import connections
from cofounder.settings import settings

AT_ONCE = 4  # channels asked at the same time
MOST = 100  # publications a round
ASKED = "The channel was asked again."
log = logger(__name__)


async def round_of() -> list[UUID]:
    """Ask about what is due by now; gives the publications that were asked about. Opens its own transactions."""
    async with reading() as session:
        due = await queries.to_look(session, now(), MOST)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(id: UUID) -> None:
        async with limit:
            try:
                await look(id)
            except Exception as error:  # one that breaks does not hold up the others
                log.warning("a look broke", publication=str(id), error=f"{type(error).__name__}: {error}")
                await _put_off(id)

    await asyncio.gather(*(one(id) for id in due))
    return list(due)


async def look(id: UUID) -> None:
    """Ask the channel about one publication, and go on with what it says. Opens its own transactions."""
    async with transaction() as session:
        row = await service.get(session, id)
        if not service.unsure(row):
            return
        asked = row.carried_by
        await connections.refresh(session)
        sender = service.sender_of(row)
        deliveries = [await service.delivery(session, row, recipient) for recipient in row.recipients]
    for one in deliveries:
        await ledger.look(sender, one)
    async with transaction() as session:
        row = await service.locked(session, id)
        if not service.unsure(row) or row.carried_by != asked:  # somebody settled it, or had it sent, meanwhile
            return
        outcomes = await ledger.outcomes(session, row.id, row.recipients)
        row.looks += 1
        row.look_at = next_look(row.looks, now()) if unknown(outcomes) else None
        if row.state == "scheduled":
            await settling.go_on(session, row, outcomes, ASKED)
        elif any(one.state == "absent" for one in outcomes) and not unknown(outcomes) and _may(row.attempts):
            at = next_attempt(outcomes, now(), attempts=row.attempts, first=settings().publish_retry_seconds)
            await settling.send_again(session, row, at=at)
        elif unknown(outcomes) != row.unknown:
            await ending.conclude(session, row, outcomes, said=ASKED)
        else:
            await service.tell(session, row)


def _may(attempts: int) -> bool:
    return attempts <= settings().publish_retries


async def _put_off(id: UUID) -> None:
    async with transaction() as session:
        row = await service.locked(session, id)
        row.looks += 1
        row.look_at = next_look(row.looks, now())


chore = Chore("what became of publications", round_of, every=15)
