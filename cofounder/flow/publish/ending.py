"""How an attempt ends: sent, refused, unknown, or tried again later; what is remembered of it, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import ledger, queries, recording, service
from cofounder.flow.publish.outcomes import Outcome, next_attempt, so_far, stage, unknown
from cofounder.flow.publish.schemas import AttemptOut
from cofounder.flow.publish.tables import Publication
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.log import logger
from cofounder.settings import settings

log = logger(__name__)

MOST_REMEMBERED = 50  # attempts


async def finish(session: AsyncSession, publication_id: UUID, outcomes: Sequence[Outcome]) -> Publication:
    """Write what became of every recipient, the post, the task's status, and have the example brought up to date.

    Where something surely was not sent and may still be, the publication is scheduled again, a few times.
    """
    row = await service.locked(session, publication_id)
    if row.state not in ("attempting", "unknown"):
        return row
    if any(one.state == "absent" for one in outcomes) and row.attempts <= settings().publish_retries:
        return await _later(session, row, outcomes)
    await conclude(session, row, outcomes)
    return row


async def broke(session: AsyncSession, publication_id: UUID, error: str) -> Publication:
    """Count an attempt that an error of our own ended, and go by what the ledger says of it."""
    row = await service.locked(session, publication_id)
    if row.state == "scheduled":  # it broke before it had begun
        row.state, row.attempts = "attempting", row.attempts + 1
    outcomes = await ledger.outcomes(session, row.id, row.recipients or [""])
    told = f"{error} in our own hands; the worker's log has the whole story."
    return await finish(session, row.id, [one if one.note else replace(one, note=told) for one in outcomes])


async def end_bare(session: AsyncSession, publication_id: UUID, error: str) -> str:
    """End a publication, whose end could not be written as a whole, by the ledger alone; gives its state.

    Without its post, the task's status and the example: they are what may have broken.
    """
    row = await service.locked(session, publication_id)
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
    row = await service.locked(session, publication_id)
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
    await service.tell(session, row)
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
    await service.tell(session, row)
    await service.remember(session, row.task_id, f"{row.carried_by}:{row.state}")


def _said_since(row: Publication) -> datetime | None:
    """Since when it stands there by the first time that a person gave, maybe about some; None where nobody did."""
    said = [each["answered"].get("since") for each in row.history if each.get("answered")]
    return min((datetime.fromisoformat(at) for at in said if at), default=None)
