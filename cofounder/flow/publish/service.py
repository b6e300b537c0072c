"""Publications: made of decisions, attempted once, settled by what the channel said or by a person."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost
from cofounder.channels import senders
from cofounder.channels.senders.delivery import Delivery
from cofounder.flow.approve import service as approvals
from cofounder.flow.publish import ledger, queries
from cofounder.flow.publish.errors import NothingToSettle, PublicationMissing, TooLateToCancel
from cofounder.flow.publish.outcomes import Outcome, task_status, verdict
from cofounder.flow.publish.schemas import FINAL, Order, PublicationOut, Verdict
from cofounder.flow.publish.tables import Publication
from cofounder.flow.run import service as run
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.people.service import audit

WAKE = "publication"  # the topic a waiting publication listens to


async def make(session: AsyncSession, publication_id: UUID, order: Order) -> Publication:
    """The row of a publication, made on its first call from the decision and the text that it covers."""
    found = await queries.one(session, publication_id)
    if found is not None:
        return found
    decided = await approvals.decision_for(session, order.decision_id)
    if decided is None:
        raise PublicationMissing(f"There is no decision {order.decision_id}.")
    decision, approval = decided
    values = {
        "id": publication_id,
        "task_id": decision.task_id,
        "decision_id": decision.id,
        "channel": order.channel,
        "delivered_by": order.delivered_by,
        "account": order.account,
        "variant_version": order.variant_version,
        "content": approval.content[order.channel],
        "fingerprint": decision.fingerprint,
        "recipients": [],
        "state": "scheduled",
        "carried_by": str(publication_id),
        "attempts": 0,
        "scheduled_at": decision.schedule_at,
        "note": order.note,
        "created_at": now(),
    }
    await queries.make(session, values)
    live.changed(session, "publications", publication_id)
    return await get(session, publication_id)


async def attempt(session: AsyncSession, publication_id: UUID) -> Publication | None:
    """Move a publication that is due to `attempting`; None when it is cancelled or over. A repeat finds it there."""
    row = await _locked(session, publication_id)
    if row.state not in ("scheduled", "attempting"):
        return None
    if row.state == "scheduled":
        account = senders.named(row.delivered_by).account()
        if account is None:
            account = senders.route(row.channel, only_outbox=True)
            row.delivered_by, row.note = account.sender, f"{row.delivered_by} is no longer connected: see the outbox."
        row.recipients = list(account.recipients)
        row.state, row.attempted_at = "attempting", now()
        await _tell(session, row)
    return row


async def delivery(session: AsyncSession, row: Publication, recipient: str) -> Delivery:
    """What the sender is given for one recipient."""
    task = await records.get_task(session, row.task_id)
    rendered = row.content
    attempted = row.attempted_at or now()
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
        details={
            "request": task.request,
            "title": rendered.get("title") or rendered.get("subject") or task.title,
            "decision_id": str(row.decision_id),
            "scheduled_at": row.scheduled_at.isoformat() if row.scheduled_at else None,
            "is_sample": task.is_sample,
        },
    )


async def finish(session: AsyncSession, publication_id: UUID, outcomes: Sequence[Outcome]) -> Publication:
    """Write what became of every recipient, the post, the task's status, and have the example brought up to date."""
    row = await _locked(session, publication_id)
    if row.state not in ("attempting", "unknown"):
        return row
    row.state, said = verdict(outcomes)
    row.note = " ".join(filter(None, [row.note, said])) or None
    if row.state in FINAL:
        row.finished_at = now()
    sent = next((one for one in outcomes if one.state == "done"), None)
    if sent is not None:
        row.external_id, row.url = sent.external_id, sent.url
    await _close(session, row)
    return row


async def cancel(session: AsyncSession, publication_id: UUID, *, by: Caller) -> PublicationOut:
    """Stop a publication that is only scheduled. Raises PublicationMissing, TooLateToCancel."""
    row = await _locked(session, publication_id)
    if row.state == "cancelled":
        return shown(row)
    if row.state != "scheduled":
        raise TooLateToCancel(f"The publication is {row.state}.")
    row.state, row.finished_at = "cancelled", now()
    await audit(session, by.who, "publication.cancelled", "publication", str(row.id), {"task": str(row.task_id)})
    await durable.send(session, str(row.id), WAKE, {"why": "cancelled"}, key=f"{row.id}:cancel")
    await _tell(session, row)
    await remember(session, row.task_id, f"{row.id}:cancelled")
    return shown(row)


async def resolve(session: AsyncSession, publication_id: UUID, found: Verdict, *, by: Caller) -> PublicationOut:
    """Settle an unknown outcome by what a person saw at the channel. Raises PublicationMissing, NothingToSettle."""
    row = await _locked(session, publication_id)
    if row.state != "unknown":
        raise NothingToSettle(f"The publication is {row.state}.")
    sent = found.verdict == "sent"
    for recipient in row.recipients:
        await ledger.settle(session, row.id, recipient, sent=sent, by=by.who)
    details = {"verdict": found.verdict, "send_again": found.send_again, "task": str(row.task_id)}
    await audit(session, by.who, "publication.settled", "publication", str(row.id), details)
    if not sent and found.send_again:
        await _send_again(session, row)
        return shown(row)
    outcomes = [await ledger.outcome(session, row.id, recipient) for recipient in row.recipients]
    row.state, said = verdict(outcomes)
    row.finished_at = now()
    row.url = found.url or row.url
    row.note = " ".join(filter(None, [f"{by.who} looked: {found.verdict.replace('_', ' ')}.", said]))
    await _close(session, row)
    return shown(row)


async def publications(session: AsyncSession, task_id: UUID) -> list[PublicationOut]:
    """Every publication of a task, first made first."""
    return [shown(row) for row in await queries.of_task(session, task_id)]


async def page(
    session: AsyncSession, *, states: Sequence[str] | None, task_id: UUID | None, after: UUID | None, limit: int
) -> tuple[list[PublicationOut], int]:
    """Publications, newest first, and how many there are in all."""
    rows, total = await queries.page(session, states=states, task_id=task_id, after=after, limit=limit)
    return [shown(row) for row in rows], total


async def remember(session: AsyncSession, task_id: UUID, why: str) -> None:
    """Have the task's training example brought up to date, in a workflow of its own that starts with this commit."""
    await durable.enqueue(session, "example", f"example:{task_id}:{why}", str(task_id))


def shown(row: Publication) -> PublicationOut:
    """A publication as it is shown."""
    return PublicationOut(
        publication_id=row.id,
        task_id=row.task_id,
        channel=row.channel,
        delivered_by=row.delivered_by,
        account=row.account,
        state=row.state,
        text=row.content["text"],
        fingerprint=row.fingerprint,
        variant_version=row.variant_version,
        recipients=len(row.recipients),
        scheduled_at=row.scheduled_at,
        attempted_at=row.attempted_at,
        finished_at=row.finished_at,
        external_id=row.external_id,
        url=row.url,
        note=row.note,
    )


async def get(session: AsyncSession, publication_id: UUID) -> Publication:
    """A publication's row as it stands. Raises PublicationMissing."""
    found = await queries.one(session, publication_id)
    if found is None:
        raise PublicationMissing(f"No publication {publication_id}.")
    return found


async def _locked(session: AsyncSession, publication_id: UUID) -> Publication:
    """The row, locked after its task's, which everyone locks first. Raises PublicationMissing."""
    found = await get(session, publication_id)
    await records.get_task(session, found.task_id, lock=True)
    locked = await queries.one(session, publication_id, lock=True)
    assert locked is not None
    return locked


async def _send_again(session: AsyncSession, row: Publication) -> None:
    """Schedule another attempt, in a workflow of its own; recipients that have an outcome keep it."""
    row.state = "scheduled"
    order = Order(
        decision_id=row.decision_id,
        channel=row.channel,
        variant_version=row.variant_version,
        delivered_by=row.delivered_by,
        account=row.account,
    )
    await durable.enqueue(session, "publication", f"{row.id}:{new_id()}", str(row.id), order.model_dump(mode="json"))
    await _tell(session, row)


async def _close(session: AsyncSession, row: Publication) -> None:
    """What follows from a state: the post, the task's status, the example."""
    if row.state == "published":
        await _post(session, row)
    await _tell(session, row)
    await remember(session, row.task_id, f"{row.id}:{row.state}")


async def _tell(session: AsyncSession, row: Publication) -> None:
    """Bring the task's status up to date with all of its publications."""
    await session.flush()
    expected = 0
    for decision in await approvals.decisions(session, row.task_id):
        expected = len(decision.channels) or expected
    states = [one.state for one in await queries.of_task(session, row.task_id)]
    status = task_status(states, expected)
    task = await records.get_task(session, row.task_id)
    if task.status in ("approved", "publishing", "completed") and task.status != status:
        done = now() if status == "completed" else None
        await records.update_task(session, row.task_id, status=status, completed_at=done)
    live.changed(session, "publications", row.id)
    live.changed(session, "tasks", row.task_id)


async def _post(session: AsyncSession, row: Publication) -> None:
    """The post that a publication became. One in the outbox has no time of publication until a person posted it."""
    task = await records.get_task(session, row.task_id)
    variants = await run.current_variants(session, row.task_id)
    variant = variants.get(row.channel)
    outbox = row.delivered_by == "outbox"
    await records.add_post(
        session,
        NewPost(
            id=row.id,
            task_id=row.task_id,
            publication_id=row.id,
            platform=row.channel,
            external_id=row.external_id,
            url=None if outbox else row.url,
            title=row.content.get("title") or row.content.get("subject") or task.title,
            content=row.content["text"],
            topic=task.topic,
            persona=variant.persona if variant else None,
            hashtags=list(row.content.get("hashtags") or []),
            published_at=None if outbox else row.finished_at,
            is_sample=task.is_sample,
        ),
    )
