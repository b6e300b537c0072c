"""Publications as people see them: how each stands, what became of it in words, and what can be done with it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.channels import senders
from cofounder.channels.senders.gone import Gone
from cofounder.flow.approve import pictures
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import ImageShown
from cofounder.flow.publish import ledger, queries, service
from cofounder.flow.publish.outcomes import sentences
from cofounder.flow.publish.schemas import FINAL, Action, AttemptOut, Posted, PublicationDetail, PublicationOut
from cofounder.flow.publish.tables import Publication
from cofounder.kit import cursors
from cofounder.kit.http import Page
from cofounder.ops import connections


async def standing(session: AsyncSession, task_id: UUID) -> tuple[str, str]:
    """What became of a decided task's texts, in words, and what can still be done about them."""
    rows = await queries.of_task(session, task_id)
    told = []
    for words, states in _STANDS.items():
        names = [row.channel for row in rows if row.state in states or ("unknown" in states and service.unsure(row))]
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
    return (await _all(session, [await service.get(session, publication_id)]))[0]


async def _all(session: AsyncSession, rows: Sequence[Publication]) -> list[PublicationOut]:
    if any(row.state == "scheduled" and row.delivered_by == senders.EMAIL for row in rows):
        await connections.refresh(session)  # the settings may send as somebody else by now
    by_hand = [row.id for row in rows if service.by_word(row)]
    marks = await records.posted(session, by_hand) if by_hand else {}
    return [shown(row, marks.get(row.id)) for row in rows]


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
    row = await service.get(session, publication_id)
    await connections.refresh(session)
    deliveries = [await service.delivery(session, row, recipient) for recipient in row.recipients]
    found = await ledger.evidence(session, service.sender_of(row), deliveries, over=row.state in FINAL)
    history = [AttemptOut.model_validate(ended) for ended in row.history]
    shown_now = (await one(session, publication_id)).model_dump()
    return PublicationDetail(**shown_now, deliveries=found, history=history)


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
        next_look_at=row.look_at if service.unsure(row) else None,
        posted=said if row.delivered_by == service.OUTBOX else None,
        seen=said if row.delivered_by != service.OUTBOX else None,
        actions=_actions(row, posted=mark is not None),
    )


def _note(row: Publication) -> str | None:
    """What became of it, then why it went where it went and what that costs; what is not sent costs nothing."""
    if row.state == "cancelled" or (row.state == "refused" and row.said):
        return row.said
    if row.state == "scheduled" and row.orphaned_at is not None:
        return sentences(row.said, _orphaned(row))
    if row.state == "scheduled" and row.delivered_by == senders.EMAIL and service.sender_of(row).account() is None:
        return sentences(row.said, _unnamed(row))
    return sentences(row.said, row.note)


def _unnamed(row: Publication) -> str:
    """What the settings lack by now, and what follows for an e-mail that waits."""
    told = f"The settings do not send as {row.account} any more: unless they do by then, this goes to the outbox"
    if not isinstance(service.sender_of(row), Gone):
        told = "The settings name no mail server or no recipients any more: unless they do by then, this goes to the outbox"
    return f"{told}{_OR_STAYS if row.first_attempted_at is not None else ''}."


_OR_STAYS = ", or where some may have it stays unsent to the rest"


def _orphaned(row: Publication) -> str:
    told = f"{row.account} was disconnected: unless it is connected again by then, this goes to the outbox"
    return f"{told}." if row.first_attempted_at is None else f"{told}{_OR_STAYS}."


def _actions(row: Publication, *, posted: bool) -> list[Action]:
    """What an approver can do with a publication as it stands."""
    if row.state == "published" and row.delivered_by == service.OUTBOX:
        return ["posted", "not_posted"] if posted else ["posted"]
    if row.state == "scheduled":
        found: list[Action] = ["cancel", "retry"] if row.retry_at else ["cancel"]
        if row.first_attempted_at is None:
            found.append("reschedule")
        return [*found, "resolve"] if service.unsure(row) else found
    if row.state == "unknown":
        return ["resolve"]
    if service.by_word(row):
        return ["correct", "retry"] if row.unsent else ["correct"]
    return ["retry"] if row.state == "refused" or (row.state == "published" and row.unsent) else []
