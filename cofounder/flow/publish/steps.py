"""The workflow "publication": wait for the time, attempt once, write down what came of it."""

from typing import Any
from uuid import UUID

from cofounder.channels import senders
from cofounder.flow.publish import ledger, service
from cofounder.flow.publish.outcomes import Outcome
from cofounder.flow.publish.schemas import Order
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction

Waiting = dict[str, Any]  # {"go": bool, "seconds": how long still to wait}


@durable.workflow("publication")
async def publication(publication_id: str, order: dict[str, Any]) -> None:
    """Carry one variant to one channel and account, at its time, once."""
    found = await make(publication_id, order)
    while found["go"] and found["seconds"] > 0:
        await durable.wait(service.WAKE, timeout_seconds=found["seconds"])
        found = await look(publication_id)
    if found["go"]:
        await deliver(publication_id)


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
async def deliver(publication_id: str) -> str | None:
    """Attempt every recipient that has no outcome yet; a step that runs again repeats no effect."""
    id = UUID(publication_id)
    async with transaction() as session:
        row = await service.attempt(session, id)
        if row is None:
            return None
        sender = senders.named(row.delivered_by)
        deliveries = [await service.delivery(session, row, recipient) for recipient in row.recipients]
    outcomes: list[Outcome] = [await ledger.deliver(sender, one) for one in deliveries]
    async with transaction() as session:
        return (await service.finish(session, id, outcomes)).state


async def _waiting(id: UUID) -> Waiting:
    async with transaction() as session:
        row = await service.get(session, id)
        if row.state not in ("scheduled", "attempting"):
            return {"go": False, "seconds": 0.0}
        left = (row.scheduled_at - now()).total_seconds() if row.scheduled_at and row.state == "scheduled" else 0.0
        return {"go": True, "seconds": max(left, 0.0)}
