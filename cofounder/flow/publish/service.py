"""Publications: made of decisions, attempted until they were surely sent or refused, and written down."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.channels import senders
from cofounder.channels.accounts import queries as accounts
from cofounder.channels.senders.delivery import Delivery, Sender
from cofounder.channels.senders.gone import Gone
from cofounder.flow.approve import pictures
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import ImageShown
from cofounder.flow.publish import ledger, queries, quotas, recording
from cofounder.flow.publish.errors import PublicationMissing
from cofounder.flow.publish.outcomes import Outcome, next_attempt, sentences, so_far, stage, task_status, unknown
from cofounder.flow.publish.schemas import FINAL, Action, AttemptOut, Order, Posted, PublicationDetail, PublicationOut
from cofounder.flow.publish.tables import Publication
from cofounder.kit import cursors, durable, live
from cofounder.kit.clock import now
from cofounder.kit.http import Page
from cofounder.kit.log import logger
from cofounder.ops import connections
from cofounder.settings import settings

log = logger(__name__)
OUTBOX = "outbox"
MOST_REMEMBERED = 50  # attempts
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


async def finish(session: AsyncSession, publication_id: UUID, outcomes: Sequence[Outcome]) -> Publication:
    """Write what became of every recipient, the post, the task's status, and have the example brought up to date.

    Where something surely was not sent and may still be, the publication is scheduled again, a few times.
    """
    row = await locked(session, publication_id)
    if row.state not in ("attempting", "unknown"):
        return row
    if any(one.state == "absent" for one in outcomes) and row.attempts <= settings().publish_retries:
        return await _later(session, row, outcomes)
    await conclude(session, row, outcomes)
    return row


async def broke(session: AsyncSession, publication_id: UUID, error: str) -> Publication:
    """Count an attempt that an error of our own ended, and go by what the ledger says of it."""
    row = await locked(session, publication_id)
    if row.state == "scheduled":  # it broke before it had begun
        row.state, row.attempts = "attempting", row.attempts + 1
    outcomes = await ledger.outcomes(session, row.id, row.recipients or [""])
    told = f"{error} in our own hands; the worker's log has the whole story."
    return await finish(session, row.id, [one if one.note else replace(one, note=told) for one in outcomes])


async def end_bare(session: AsyncSession, publication_id: UUID, error: str) -> str:
    """End a publication, whose end could not be written as a whole, by the ledger alone; gives its state.

    Without its post, the task's status and the example: they are what may have broken.
    """
    row = await locked(session, publication_id)
    if row.state in ("scheduled", "attempting"):
        outcomes = await ledger.outcomes(session, row.id, row.recipients or [""])
        recording.end(row, outcomes, f"It could not be recorded as a whole ({error}): see the worker's log.")
        await session.flush()
        live.changed(session, "publications", row.id)
        log.error("a publication could not be recorded as a whole", publication=str(row.id), state=row.state)
    return row.state


async def left(session: AsyncSession, publication_id: UUID, workflow_id: str) -> Publication | None:
    """The publication, locked, that this workflow carries and that is not over; None where there is no such."""
    if await queries.one(session, publication_id) is None:
        return None
    row = await locked(session, publication_id)
    return row if row.state in ("scheduled", "attempting") and row.carried_by == workflow_id else None


async def set_aside(session: AsyncSession, publication_id: UUID, workflow_id: str) -> None:
    """End a publication that this workflow carried and nobody carries any more: a person can have it sent again."""
    row = await left(session, publication_id, workflow_id)
    if row is not None:
        outcomes = await ledger.outcomes(session, row.id, row.recipients or [""])
        await conclude(session, row, outcomes, said="Five workers in a row died while they had it to send.")


async def _later(session: AsyncSession, row: Publication, outcomes: Sequence[Outcome]) -> Publication:
    row.state = "scheduled"
    row.retry_at = next_attempt(outcomes, now(), attempts=row.attempts, first=settings().publish_retry_seconds)
    row.said, row.unknown = so_far(outcomes), unknown(outcomes)
    row.look_at = recording.look_at(row)
    remember_attempt(row, stage(outcomes), now())
    await tell(session, row)
    return row


def remember_attempt(
    row: Publication, state: str, at: datetime, *, said: str | None = None, answered: Mapping[str, Any] | None = None
) -> None:
    """Keep how an attempt ended: what is said of the next one stands in its place otherwise.

    Its number goes on when a person asks for it again; what is found out later about an attempt has that one's number.
    `answered`: who said so where a person did, about which attempt and which recipients, and what, as `settling` has it.
    """
    person = dict(answered or {})
    about = person.pop("about", None)
    last = AttemptOut.model_validate(row.history[-1]) if row.history else None
    same = last is not None and last.begun_at is not None and last.begun_at == row.attempted_at
    number = (last.attempt if last is not None else 0) + (0 if same else 1)
    told = {"at": at, "begun_at": row.attempted_at, "attempt": number, "state": state, "said": said or row.said}
    told |= {"by": person.get("by"), "sent_again": person.get("send_again", False), "recipients": about}
    ended = AttemptOut.model_validate(told).model_dump(mode="json")
    row.history = [*row.history, ended | ({"answered": person} if person else {})][-MOST_REMEMBERED:]


def unsure(row: Publication) -> bool:
    """Whether a person can say what became of it: as a whole, or to some while others are still to be sent."""
    return row.state == "unknown" or (row.state == "scheduled" and row.unknown > 0)


async def conclude(
    session: AsyncSession,
    row: Publication,
    outcomes: Sequence[Outcome],
    *,
    said: str | None = None,
    published_at: datetime | None = None,
    answered: Mapping[str, Any] | None = None,
) -> None:
    """Write the end of a publication, or that its outcome is unknown, and what follows: post, status, example.

    `said`: what a person found, told before what the other side said; `answered`: by whom. `published_at`: since when it
    stands there; else what a person said of some, else when it was handed over, long before that was found out maybe.
    """
    recording.end(row, outcomes, said)
    remember_attempt(row, row.state, row.finished_at or now(), answered=answered)
    if row.state == "published":
        sent = (
            published_at
            or _said_since(row)
            or await ledger.handed_over_at(session, row.id, outcomes)
            or row.finished_at
        )
        await recording.keep(session, row, sent)
    await tell(session, row)
    await remember(session, row.task_id, f"{row.carried_by}:{row.state}")


def _said_since(row: Publication) -> datetime | None:
    """Since when it stands there by the first time that a person gave, maybe about some; None where nobody did."""
    said = [each["answered"].get("since") for each in row.history if each.get("answered")]
    return min((datetime.fromisoformat(at) for at in said if at), default=None)


async def standing(session: AsyncSession, task_id: UUID) -> tuple[str, str]:
    """What became of a decided task's texts, in words, and what can still be done about them."""
    rows = await queries.of_task(session, task_id)
    told = []
    for words, states in _STANDS.items():
        names = [row.channel for row in rows if row.state in states or ("unknown" in states and unsure(row))]
        if names:
            told.append(f"{words}: {', '.join(names)}.")
    wanted = [decision.channels for decision in await approvals.decisions(session, task_id) if decision.channels]
    coming = [channel for channel in (wanted[-1] if wanted else []) if channel not in {row.channel for row in rows}]
    if coming:
        told.append(f"About to be sent: {', '.join(coming)}.")
    hint = ""
    if any(row.state == "scheduled" for row in rows):
        hint = f"Cancel what waits: cofounder task {task_id} --cancel, or POST /api/publications/ID/cancel"
    return " ".join(told), hint


_STANDS = {
    "Sent": ("published",),
    "Being sent": ("attempting",),
    "Nobody is sure whether it was sent": ("unknown",),
    "Still to be sent, and can be cancelled": ("scheduled",),
    "Refused": ("refused",),
    "Cancelled": ("cancelled",),
}


async def publications(session: AsyncSession, task_id: UUID) -> list[PublicationOut]:
    """Every publication of a task, first made first."""
    return await _all(session, await queries.of_task(session, task_id))


async def one(session: AsyncSession, publication_id: UUID) -> PublicationOut:
    """One publication as it stands. Raises PublicationMissing."""
    return (await _all(session, [await get(session, publication_id)]))[0]


async def _all(session: AsyncSession, rows: Sequence[Publication]) -> list[PublicationOut]:
    if any(row.state == "scheduled" and row.delivered_by == senders.EMAIL for row in rows):
        await connections.refresh(session)  # the settings may send as somebody else by now
    by_hand = [row.id for row in rows if by_word(row)]
    marks = await records.posted(session, by_hand) if by_hand else {}
    return [shown(row, marks.get(row.id)) for row in rows]


def by_word(row: Publication) -> bool:
    """Whether only a person knows since when and where it stands: who posted it by hand, or saw it there."""
    return row.state == "published" and (row.delivered_by == OUTBOX or row.settled_by is not None)


async def page(
    session: AsyncSession,
    *,
    states: Sequence[str] | None,
    task_id: UUID | None,
    cursor: str | None,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[PublicationOut]:
    """Publications, newest first by when each ended, else is due, else was handed over. Raises CursorInvalid."""
    after = cursors.decoded(cursor, records.CursorInvalid)
    rows, total = await queries.page(
        session, states=states, task_id=task_id, after=after, limit=limit + 1, since=since, until=until
    )
    kept = rows[:limit]
    more = cursors.coded(kept[-1].stands_at, kept[-1].id) if len(rows) > limit else None
    return Page[PublicationOut](items=await _all(session, kept), next_cursor=more, total=total)


async def detail(session: AsyncSession, publication_id: UUID) -> PublicationDetail:
    """One publication with what is on record about each recipient, and where to look. Raises PublicationMissing."""
    row = await get(session, publication_id)
    await connections.refresh(session)
    deliveries = [await delivery(session, row, recipient) for recipient in row.recipients]
    found = await ledger.evidence(session, sender_of(row), deliveries, over=row.state in FINAL)
    history = [AttemptOut.model_validate(ended) for ended in row.history]
    shown_now = (await one(session, publication_id)).model_dump()
    return PublicationDetail(**shown_now, deliveries=found, history=history)


async def remember(session: AsyncSession, task_id: UUID, why: str) -> None:
    """Have the task's training example brought up to date, in a workflow of its own that starts with this commit."""
    await durable.enqueue(session, "example", f"example:{task_id}:{why}", str(task_id))


def shown(row: Publication, mark: tuple[datetime, str | None] | None = None) -> PublicationOut:
    """A publication as it is shown. `mark`: since when and where it stands by a person's word."""
    said = Posted(posted_at=mark[0], url=mark[1]) if mark else None
    return PublicationOut(
        publication_id=row.id,
        task_id=row.task_id,
        channel=row.channel,
        delivered_by=row.delivered_by,
        account=row.account,
        sent_as=row.sent_as,
        state=row.state,
        title=row.content.get("title") or row.content.get("subject"),
        text=row.content["text"],
        fingerprint=row.fingerprint,
        variant_version=row.variant_version,
        recipients=len(row.recipients),
        scheduled_at=row.scheduled_at,
        attempted_at=row.attempted_at,
        attempt=row.carried_by,
        finished_at=row.finished_at,
        external_id=row.external_id,
        url=row.url,
        note=_note(row),
        attempts=row.attempts,
        next_attempt_at=row.retry_at,
        unsent=row.unsent,
        unknown=row.unknown,
        images=[ImageShown.of(one) for one in pictures.pictures_of(row.content)],
        next_look_at=row.look_at if unsure(row) else None,
        posted=said if row.delivered_by == OUTBOX else None,
        seen=said if row.delivered_by != OUTBOX else None,
        actions=_actions(row, posted=mark is not None),
    )


def _note(row: Publication) -> str | None:
    """What became of it, then why it went where it went and what that costs; what is not sent costs nothing."""
    if row.state == "cancelled" or (row.state == "refused" and row.said):
        return row.said
    if row.state == "scheduled" and row.orphaned_at is not None:
        return sentences(row.said, _orphaned(row))
    if row.state == "scheduled" and row.delivered_by == senders.EMAIL and sender_of(row).account() is None:
        return sentences(row.said, _unnamed(row))
    return sentences(row.said, row.note)


def _unnamed(row: Publication) -> str:
    """What the settings lack by now, and what follows for an e-mail that waits."""
    told = f"The settings do not send as {row.account} any more: unless they do by then, this goes to the outbox"
    if not isinstance(sender_of(row), Gone):
        told = "The settings name no mail server or no recipients any more: unless they do by then, this goes to the outbox"
    return f"{told}{_OR_STAYS if row.first_attempted_at is not None else ''}."


_OR_STAYS = ", or where some may have it stays unsent to the rest"


def _orphaned(row: Publication) -> str:
    told = f"{row.account} was disconnected: unless it is connected again by then, this goes to the outbox"
    return f"{told}." if row.first_attempted_at is None else f"{told}{_OR_STAYS}."


def _actions(row: Publication, *, posted: bool) -> list[Action]:
    """What an approver can do with a publication as it stands."""
    if row.state == "published" and row.delivered_by == OUTBOX:
        return ["posted", "not_posted"] if posted else ["posted"]
    if row.state == "scheduled":
        found: list[Action] = ["cancel", "retry"] if row.retry_at else ["cancel"]
        if row.first_attempted_at is None:
            found.append("reschedule")
        return [*found, "resolve"] if unsure(row) else found
    if row.state == "unknown":
        return ["resolve"]
    if by_word(row):
        return ["correct", "retry"] if row.unsent else ["correct"]
    return ["retry"] if row.state == "refused" or (row.state == "published" and row.unsent) else []


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
