"""What went to the outbox and a person posted by hand: since when it stands, and where. It counts in learning from then."""

from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching import standing
from cofounder.business.records import service as records
from cofounder.flow.approve import service as approvals
from cofounder.flow.publish import addresses, ledger, service, showing
from cofounder.flow.publish.errors import AddressElsewhere, NotByHand, PostedTimeUnfit
from cofounder.flow.publish.measuring import writing
from cofounder.flow.publish.schemas import PostedIn, PublicationOut
from cofounder.flow.publish.tables import Publication
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.people.service import audit


async def mark(session: AsyncSession, publication_id: UUID, said: PostedIn, *, by: Caller) -> PublicationOut:
    """Write that a text of the outbox was posted, or mend what a person saw. What is left out stays as it was.

    Raises PublicationMissing, NotByHand, PostedTimeUnfit, AddressElsewhere, AddressTaken.
    """
    row = await service.locked(session, publication_id)
    if not service.by_word(row):
        _refuse(row)
    if said.url is not None:
        addresses.check(said.url, row.channel)
    at, url = (await records.posted(session, [row.id])).get(row.id, (None, None))
    if said.posted_at is not None:
        await _in_time(session, row, said.posted_at)
    since = said.posted_at or at or now()
    stands = said.url or url
    if (since, stands) != (at, url):
        if since != at:
            await _not_after_a_reading(session, row, since, given=said.posted_at is not None)
        if stands is not None and stands != url:
            await addresses.free(session, row, stands)
        before = await standing.stood(session, row.id)
        await records.set_posted(session, row.id, since, stands)
        if row.settled_by is not None and said.url is not None:
            await _named_anew(session, row, said.url)
        await _readings_follow(session, row, before)
        details: dict[str, Any] = {"task": str(row.task_id), "posted_at": since.isoformat(), "url": stands}
        if at is not None:
            details["before"] = {"posted_at": at.isoformat(), "url": url}
        action = "publication.posted" if row.delivered_by == service.OUTBOX else "publication.corrected"
        await _follow(session, row, action, details, by)
    return await showing.one(session, row.id)


async def unmark(session: AsyncSession, publication_id: UUID, *, by: Caller) -> PublicationOut:
    """Take such a mark back, for it was a mistake. Without one nothing changes.

    Raises PublicationMissing, NotByHand.
    """
    row = await _of_the_outbox(session, publication_id)
    at, url = (await records.posted(session, [row.id])).get(row.id, (None, None))
    if at is not None:
        stood = await standing.stood(session, row.id)
        await records.set_posted(session, row.id, None, None)
        await _readings_follow(session, row, stood)
        before = {"posted_at": at.isoformat(), "url": url}
        await _follow(session, row, "publication.not_posted", {"task": str(row.task_id), "before": before}, by)
    return await showing.one(session, row.id)


async def _of_the_outbox(session: AsyncSession, publication_id: UUID) -> Publication:
    row = await service.locked(session, publication_id)
    if row.delivered_by != service.OUTBOX or row.state != "published":
        _refuse(row)
    return row


def _refuse(row: Publication) -> NoReturn:
    if row.delivered_by != service.OUTBOX:
        raise NotByHand(f"It went by {row.delivered_by}.")
    raise NotByHand(f"It is {row.state}: there is no text in the outbox.")


async def _readings_follow(session: AsyncSession, row: Publication, before: standing.Stood) -> None:
    """What was imported of its address is read of it, and what was linked by another one no more."""
    await standing.follow(session, row.id, before)
    await writing.look_anew(session, row.id, now())


async def _named_anew(session: AsyncSession, row: Publication, url: str) -> None:
    """Let the address that a person gave name another post, which is read from then on."""
    begun = await ledger.posts(session, row.id)
    first = begun[0].answer if begun else {}
    named = (await addresses.receipt(session, row, url)).external_id
    if first.get("external_id") and "settled_by" not in first:  # the channel itself said which one it is
        if named not in (None, first["external_id"]):
            raise AddressElsewhere(f"The thread begins at {first.get('url')}.", field="url")
        named = first["external_id"]
    row.url, row.external_id = url, named
    await records.set_posted_id(session, row.id, named)


async def _in_time(session: AsyncSession, row: Publication, at: datetime) -> None:
    """Not before its approval, to the minute, for people know no seconds; and not in the future."""
    if at > now():
        raise PostedTimeUnfit("It lies in the future.", field="posted_at")
    decided = await approvals.decision_for(session, row.decision_id)
    if decided is not None and at < decided[0].decided_at.replace(second=0, microsecond=0):
        told = f"The text was approved at {decided[0].decided_at:%Y-%m-%d %H:%M} UTC, after that."
        raise PostedTimeUnfit(told, field="posted_at")


async def _not_after_a_reading(session: AsyncSession, row: Publication, since: datetime, *, given: bool) -> None:
    """Raises PostedTimeUnfit where somebody read it before; what was imported is flagged instead."""
    post = (await records.posts_of(session, [row.id])).get(row.id, row.id)
    own = [one for one in await records.readings_of(session, post) if one.import_id is None]
    first = min((one.measured_at for one in own), default=None)
    if first is not None and first < since.replace(second=0, microsecond=0):
        told = f"There is a reading of {first:%Y-%m-%d %H:%M} UTC, before that. "
        told += "Take that one away first, if it is wrong." if given else "Say when it was posted: posted_at."
        raise PostedTimeUnfit(told, field="posted_at")


async def _follow(session: AsyncSession, row: Publication, action: str, details: dict[str, Any], by: Caller) -> None:
    await audit(session, by.who, action, "publication", str(row.id), details)
    live.changed(session, "publications", row.id)
    live.changed(session, "tasks", row.task_id)
    await service.remember(session, row.task_id, f"{row.id}:{action}:{new_id()}")
