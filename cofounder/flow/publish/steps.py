"""The workflow "publication": wait for the time, attempt, write down what came of it; again where nothing was sent."""

import asyncio
from typing import Any
from uuid import UUID

from cofounder.channels.accounts import checking
from cofounder.flow.publish import ending, ledger, service
from cofounder.flow.publish.schemas import Order
from cofounder.kit import db, durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.log import logger
from cofounder.kit.turns import Turns
from cofounder.ops import connections

AT_ONCE = 16  # attempts of one process on one channel: the first that are due end before the last begin

Waiting = dict[str, Any]  # {"go": bool, "seconds": how long still to wait}
log = logger(__name__)
_turns = Turns(lambda: AT_ONCE)


@durable.workflow("publication")
async def publication(publication_id: str, order: dict[str, Any]) -> None:
    """Carry one variant to one channel and account, at its time, once. What surely was not sent is tried again later."""
    found = await make(publication_id, order)
    while found["go"]:
        if found["seconds"] > 0:
            await durable.wait(service.WAKE, timeout_seconds=found["seconds"])
        elif await _attempt(publication_id, str(order.get("delivered_by"))) != "scheduled":
            return
        found = await look(publication_id)


async def _attempt(publication_id: str, channel: str) -> str | None:
    try:
        state: str | None = await deliver(publication_id, channel)
    except durable.StepFailed as broken:
        state = await close(publication_id, broken.error)
    return state


@durable.step("publication.make")
async def make(publication_id: str, order: dict[str, Any]) -> Waiting:
    async with transaction() as session:
        await service.make(session, UUID(publication_id), Order.model_validate(order))
    return await _waiting(UUID(publication_id))


@durable.step("publication.look")
async def look(publication_id: str) -> Waiting:
    """The row again, after a wait: it may have been cancelled."""
    return await _waiting(UUID(publication_id))


@durable.step("publication.deliver")
async def deliver(publication_id: str, channel: str = "") -> str | None:
    """Attempt every recipient that has no outcome yet; a step that runs again repeats no effect."""
    async with _turns.of(channel):
        if durable.stopping():
            raise asyncio.CancelledError  # its turn came too late; another start takes it up
        return await _deliver(UUID(publication_id))


async def _deliver(id: UUID) -> str | None:
    async with transaction() as session:
        row = await service.attempt(session, id)
        if row is None:  # somebody stopped it, or moved it to later
            return (await service.get(session, id)).state
        sender = service.sender_of(row)
        deliveries = [await service.delivery(session, row, recipient) for recipient in row.recipients]
    outcomes = await ledger.deliver_all(sender, deliveries)
    if any(one.away and one.state == "refused" for one in outcomes):
        await checking.look_into(row.delivered_by, row.account)
    async with transaction() as session:
        return (await ending.finish(session, id, outcomes)).state


@durable.step("publication.close", attempts=20, interval_seconds=0.5)
async def close(publication_id: str, error: str) -> str | None:
    """End an attempt that broke in our own hands: the ledger knows how far it came.

    Where what breaks is the writing of its end, it ends without what follows from that.
    """
    id = UUID(publication_id)
    try:
        async with transaction() as session:
            return (await ending.broke(session, id, error)).state
    except Exception as broken:
        if db.is_out_of_reach(broken):
            raise
        log.warning("the end of a publication breaks", publication=publication_id, exc_info=broken)
        async with transaction() as session:
            return await ending.end_bare(session, id, error)


async def set_aside(workflow_id: str) -> None:
    """End a publication whose workflow is not tried any more, by what the world and the ledger say.

    A workflow of another kind is let be. A repeat finds the publication ended.
    """
    try:
        id = UUID(workflow_id.partition(":")[0])
    except ValueError:
        return
    async with transaction() as session:
        row = await ending.left(session, id, workflow_id)
        if row is None:
            return
        await connections.refresh(session)
        sender = service.sender_of(row)
        deliveries = [await service.delivery(session, row, recipient) for recipient in row.recipients]
    for one in deliveries:
        await ledger.look(sender, one)
    async with transaction() as session:
        await ending.set_aside(session, id, workflow_id)


async def _waiting(id: UUID) -> Waiting:
    async with transaction() as session:
        row = await service.get(session, id)
        if row.state not in ("scheduled", "attempting") or row.carried_by != durable.workflow_id():
            return {"go": False, "seconds": 0.0}
        due = service.due_at(row)
        return {"go": True, "seconds": max((due - now()).total_seconds(), 0.0) if due else 0.0}
