"""Publications: made of decisions, attempted until they were surely sent or refused, and written down."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.channels import senders
from cofounder.channels.accounts import queries as accounts
from cofounder.channels.senders.delivery import Delivery, Sender
from cofounder.flow.approve import service as approvals
from cofounder.flow.publish import ledger, queries, quotas
from cofounder.flow.publish.errors import PublicationMissing
from cofounder.flow.publish.outcomes import task_status
from cofounder.flow.publish.schemas import Order
from cofounder.flow.publish.tables import Publication
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.log import logger
from cofounder.ops import connections

log = logger(__name__)
OUTBOX = "outbox"
WAKE = "publication"  # the topic a waiting publication listens to


async def hold(session: AsyncSession, publication_id: UUID, order: dict[str, Any], at: datetime | None) -> None:
    """Make the row of a scheduled publication with its decision, so that whoever asks next counts it.

    That of an e-mail always, for it goes to whom the account names now. Raises AccountUnfit.
    """
    given = Order.model_validate(order)
    if at is None:
        if given.delivered_by in senders.MAIL:
            await make(session, publication_id, given)
        return
    decided = await approvals.decision_for(session, given.decision_id)
    parts = decided[1].content[given.channel].get("parts") if decided is not None else None
    await quotas.check(session, given.delivered_by, given.account, at, max(1, len(parts or ())))
    await make(session, publication_id, given)


approvals.ask_for_room(hold)


async def make(session: AsyncSession, publication_id: UUID, order: Order) -> Publication:
    """The row of a publication, made on its first call from the decision and the text that it covers."""
    found = await queries.one(session, publication_id)
    if found is not None:
        return found
    decided = await approvals.decision_for(session, order.decision_id)
    if decided is None:
        raise PublicationMissing(f"There is no decision {order.decision_id}.")
    decision, approval = decided
    called = await accounts.name_kept(session, order.account_id) if order.account_id is not None else None
    values = {
        "id": publication_id,
        "task_id": decision.task_id,
        "decision_id": decision.id,
        "channel": order.channel,
        "delivered_by": order.delivered_by,
        "account": called or order.account,
        "account_id": order.account_id,
        "sent_as": order.sent_as,
        "variant_version": order.variant_version,
        "content": approval.content[order.channel],
        "fingerprint": decision.fingerprint,
        "recipients": await _approved_for(session, order),
        "state": "scheduled",
        "carried_by": str(publication_id),
        "attempts": 0,
        "unsent": 0,
        "unknown": 0,
        "scheduled_at": decision.schedule_at,
        "note": order.note,
        "history": [],
        "created_at": now(),
    }
    await queries.make(session, values)
    live.changed(session, "publications", publication_id)
    return await get(session, publication_id)


async def _approved_for(session: AsyncSession, order: Order) -> list[str]:
    """Who an e-mail is approved for; elsewhere that is fixed with the first attempt."""
    if order.delivered_by not in senders.MAIL:
        return []
    await connections.refresh(session)
    account = senders.named(order.delivered_by, order.account_id, order.account).account()
    return list(account.recipients) if account is not None else []


async def attempt(session: AsyncSession, publication_id: UUID) -> Publication | None:
    """Move a publication that is due to `attempting`; None when it is cancelled, over, or was moved to later.

    A repeat finds it there.
    """
    row = await locked(session, publication_id)
    if row.state not in ("scheduled", "attempting") or not _is_due(row):
        return None
    await connections.refresh(session)  # also for whoever goes on with what a process that died had begun
    if row.state == "scheduled":
        if row.first_attempted_at is None:
            _address(row)
        elif await _lost(session, row):
            row.recipients = to_the_outbox(row)
        at = now()
        row.state, row.attempted_at, row.retry_at, row.orphaned_at = "attempting", at, None, None
        row.looks, row.look_at = 0, None
        row.first_attempted_at = row.first_attempted_at or at
        row.attempts += 1
        await tell(session, row)
    return row


def due_at(row: Publication) -> datetime | None:
    """When a publication that waits is to be sent; None: at once."""
    return (row.retry_at or row.scheduled_at) if row.state == "scheduled" else None


def _is_due(row: Publication) -> bool:
    at = due_at(row)
    return at is None or at <= now()


def sender_of(row: Publication) -> Sender:
    """What sends it, or asks about it: by its own account, as accounts were read last."""
    return senders.named(row.delivered_by, row.account_id, row.account)


def _address(row: Publication) -> None:
    """Fix who gets it: of e-mail those for whom it was approved, whoever its account names by now."""
    account = sender_of(row).account()
    if account is None:
        row.recipients = to_the_outbox(row)
    elif not row.recipients:
        row.recipients = list(account.recipients)


async def _lost(session: AsyncSession, row: Publication) -> bool:
    """Whether its account is gone and nothing of it is out, or may be: then it goes to the outbox as a whole."""
    if row.delivered_by == OUTBOX or sender_of(row).account() is not None:
        return False
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    parts = [part for one in row.recipients for part in await ledger.posts(session, row.id, one)]
    begun = {one.state for one in outcomes} | {one.state for one in parts}
    return not begun & {"done", "unknown", "intended"}


def to_the_outbox(row: Publication) -> list[str]:
    """Let a publication whose account is gone go to the outbox; gives its recipients there."""
    outbox = senders.route(row.channel, only_outbox=True)
    row.delivered_by, row.note = (
        outbox.sender,
        f"The settings do not send as {row.account} any more: see the outbox."
        if row.delivered_by == senders.EMAIL
        else f"{row.account} is not connected where this was sent from: see the outbox.",
    )
    return list(outbox.recipients)


async def delivery(session: AsyncSession, row: Publication, recipient: str) -> Delivery:
    """What the sender is given for one recipient."""
    task = await records.get_task(session, row.task_id)
    rendered = row.content
    attempted = row.first_attempted_at or now()
    return Delivery(
        publication_id=row.id,
        task_id=row.task_id,
        channel=row.channel,
        account=row.account,
        format=rendered["format"],
        text=rendered["text"],
        fingerprint=row.fingerprint,
        on=attempted.date(),
        since=attempted,
        recipient=recipient,
        sent_as=row.sent_as,
        api_text=rendered.get("api_text"),
        parts=rendered.get("parts") or (),
        title=rendered.get("title"),
        html=rendered.get("html"),
        hashtags=rendered.get("hashtags") or (),
        images=rendered.get("images") or (),
        details={
            "request": task.request,
            "title": rendered.get("title") or rendered.get("subject") or task.title,
            "decision_id": str(row.decision_id),
            "scheduled_at": row.scheduled_at.isoformat() if row.scheduled_at else None,
            "is_sample": task.is_sample,
        },
    )


def unsure(row: Publication) -> bool:
    """Whether a person can say what became of it: as a whole, or to some while others are still to be sent."""
    return row.state == "unknown" or (row.state == "scheduled" and row.unknown > 0)


def by_word(row: Publication) -> bool:
    """Whether only a person knows since when and where it stands: who posted it by hand, or saw it there."""
    return row.state == "published" and (row.delivered_by == OUTBOX or row.settled_by is not None)


async def remember(session: AsyncSession, task_id: UUID, why: str) -> None:
    """Have the task's training example brought up to date, in a workflow of its own that starts with this commit."""
    await durable.enqueue(session, "example", f"example:{task_id}:{why}", str(task_id))


async def get(session: AsyncSession, publication_id: UUID) -> Publication:
    """A publication's row as it stands. Raises PublicationMissing."""
    found = await queries.one(session, publication_id)
    if found is None:
        raise PublicationMissing(f"No publication {publication_id}.")
    return found


async def locked(session: AsyncSession, publication_id: UUID) -> Publication:
    """The row, locked after its task's, which everyone locks first. Raises PublicationMissing."""
    found = await get(session, publication_id)
    await records.get_task(session, found.task_id, lock=True)
    locked = await queries.one(session, publication_id, lock=True)
    assert locked is not None
    return locked


async def tell(session: AsyncSession, row: Publication) -> None:
    """Bring the task's status up to date with all of its publications."""
    await session.flush()
    expected = 0
    for decision in await approvals.decisions(session, row.task_id):
        expected = len(decision.channels) or expected
    states = ["unknown" if unsure(one) else one.state for one in await queries.of_task(session, row.task_id)]
    status = task_status(states, expected)
    task = await records.get_task(session, row.task_id)
    if task.status in ("approved", "publishing", "completed") and task.status != status:
        done = now() if status == "completed" else None
        await records.update_task(session, row.task_id, status=status, completed_at=done)
    live.changed(session, "publications", row.id)
    live.changed(session, "tasks", row.task_id)
