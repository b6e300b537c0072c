"""What one worker does for all: take up publications whose workflow was over before they were.

An error that is no outage may end a workflow between a decision and what follows from it. The publication is given
another workflow, a few times; the ledger sees to it that nothing goes out twice. After that it ends, in words.
"""

import time
from uuid import UUID

from cofounder.flow.publish import ending, ledger, queries, service, settling
from cofounder.flow.publish.schemas import Order
from cofounder.kit import durable
from cofounder.kit.db import reading, transaction
from cofounder.kit.log import logger

TIMES = 3  # that a publication's workflow may break before a person has to look
_EVERY_SECONDS = 60.0
_last: list[float] = []
log = logger(__name__)


async def look() -> None:
    """A chore for `leases.held`: it may be called at every beat."""
    if _last and time.monotonic() - _last[0] < _EVERY_SECONDS:
        return
    _last[:] = [time.monotonic()]
    await take_up()


async def take_up() -> list[UUID]:
    """Have every stranded publication carried again, or end it; gives those that were seen to."""
    async with reading() as session:
        left = await queries.stranded(session)
    seen_to = []
    for id, broken in left:
        try:
            await _again(id, broken)
        except Exception as error:  # one that breaks even here does not hold up the others
            log.warning("a publication is left lying", publication=str(id), error=f"{type(error).__name__}: {error}")
        else:
            log.warning("a publication was taken up again", publication=str(id), broken=broken)
            seen_to.append(id)
    return seen_to


async def _again(id: UUID, broken: int) -> None:
    order = await durable.given(id)  # of its first workflow, which has the publication's own id
    async with transaction() as session:
        if await queries.one(session, id) is None:
            await service.make(session, id, Order.model_validate(order[1]))
        row = await service.locked(session, id)
        if row.state not in ("scheduled", "attempting") or not await queries.is_over(session, row.carried_by):
            return  # it ended, or was taken up, between two looks
        if broken <= TIMES:
            await settling.send_again(session, row)
            return
        outcomes = await ledger.outcomes(session, row.id, row.recipients or [""])
        told = "What carries it broke off again and again; the worker's log has the whole story."
        await ending.conclude(session, row, outcomes, said=told)
