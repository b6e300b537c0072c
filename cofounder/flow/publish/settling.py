"""What a person does with a publication: stops it, says what became of it, has it sent after all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import addresses, ledger, service, threads
from cofounder.flow.publish.errors import (
    AccountGone,
    AnswerMisplaced,
    AttemptOutdated,
    NothingToRetry,
    NothingToSettle,
    RecipientReached,
    RecipientUnknown,
    TooLateToCancel,
)
from cofounder.flow.publish.outcomes import Outcome, sentences, so_far, stage, unknown
from cofounder.flow.publish.schemas import Order, PublicationOut, Verdict
from cofounder.flow.publish.tables import Publication
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.ops import connections
from cofounder.people.roles import Caller
from cofounder.people.service import audit

_SURELY = "Who surely did not get it gets it with: cofounder task TASK --retry, once the others are settled."

_NAMED = 3  # recipients, before the others are counted


async def cancel(session: AsyncSession, publication_id: UUID, *, by: Caller) -> PublicationOut:
    """Stop a publication that is only scheduled; what some recipients got before stays sent.

    Raises PublicationMissing, TooLateToCancel.
    """
    row = await service.locked(session, publication_id)
    if row.state == "cancelled":
        return service.shown(row)
    if row.state != "scheduled":
        raise TooLateToCancel(f"The publication is {row.state}.")
    await audit(session, by.who, "publication.cancelled", "publication", str(row.id), {"task": str(row.task_id)})
    await durable.send(session, row.carried_by, service.WAKE, {"why": "cancelled"}, key=f"{row.carried_by}:cancel")
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    if any(one.state in ("done", "unknown") for one in outcomes):
        await service.conclude(session, row, outcomes, said=f"{by.name} cancelled the rest.")
        return service.shown(row)
    row.state, row.finished_at, row.retry_at = "cancelled", now(), None
    row.said = f"{by.name} stopped it before it was sent."
    await service.tell(session, row)
    await service.remember(session, row.task_id, f"{row.id}:cancelled")
    return service.shown(row)


async def look(publication_id: UUID) -> PublicationOut | None:
    """Ask the channel about what nobody is sure of, and write down what it says; None where the outcome is known.

    Sends nothing. Opens its own transactions: never call it inside one. Raises PublicationMissing.
    """
    async with transaction() as session:
        row = await service.get(session, publication_id)
        if not service.unsure(row):
            return None
        await connections.refresh(session)
        sender = service.sender_of(row)
        deliveries = [await service.delivery(session, row, recipient) for recipient in row.recipients]
    for one in deliveries:
        await ledger.look(sender, one)
    async with transaction() as session:
        row = await service.locked(session, publication_id)
        outcomes = await ledger.outcomes(session, row.id, row.recipients)
        if row.state == "unknown" and not _open(row, outcomes):
            await service.conclude(session, row, outcomes, said="The channel was asked.")
        elif row.state == "scheduled" and unknown(outcomes) != row.unknown:
            await go_on(session, row, outcomes, "The channel was asked.")
        return service.shown(row)


async def attempt_asked(publication_id: UUID) -> str | None:
    """The attempt that a person is asked about now; None where nobody is. Raises PublicationMissing."""
    async with transaction(durable=False) as session:
        row = await service.get(session, publication_id)
        return row.carried_by if service.unsure(row) else None


async def resolve(
    session: AsyncSession, publication_id: UUID, found: Verdict, *, by: Caller, asked: str | None = None
) -> PublicationOut:
    """Settle an unknown outcome by what a person saw at the channel; those who are still to be sent are left to it.

    With `send_again` it is sent at once to those that the answer is about; others may stay unknown meanwhile. `asked`:
    the attempt that stood before the channel was looked at, for whoever names none. Of two who answer at once the first
    counts: the other is told so, unless both say the same.

    Raises PublicationMissing, NothingToSettle, AnswerMisplaced, AttemptOutdated, RecipientUnknown, RecipientReached,
    AddressElsewhere, AddressTaken.
    """
    row = await service.locked(session, publication_id)
    _fits(found, row)
    about = found.attempt or asked
    earlier = _answers(row, about)
    outdated = about is not None and about != row.carried_by
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    if _answer(found) in earlier and not (service.unsure(row) and _asks(row, found, outcomes)):
        _says_no_more(row, found, about)
        return await service.one(session, row.id)
    if outdated:
        raise AttemptOutdated(field="attempt")
    if not service.unsure(row):
        if asked is not None and found.verdict == "sent" and not earlier:
            return await service.one(session, row.id)  # the channel itself has just said what became of it
        _meant(row, found, outcomes, sent=found.verdict == "sent")
        raise NothingToSettle(f"The publication is {row.state}. {row.said or ''}".strip())
    thread = await threads.of(session, row)
    stand = threads.counted(thread, found)
    sent = found.verdict == "sent" and (thread is None or stand == thread.of)
    if sent and found.send_again:
        raise AnswerMisplaced("What was sent is not sent again.", field="send_again")
    meant = _meant(row, found, outcomes, sent=sent)
    if not meant and found.recipients is None:
        raise NothingToSettle("The channel was asked: it surely is not there.")
    if not meant:  # as they are all known to be
        if found.send_again:
            raise NothingToSettle("Of none of them it is unknown whether they have it.", hint=_SURELY)
        return await service.one(session, row.id)
    where = await addresses.receipt(session, row, found.url)
    if found.url is not None:
        await addresses.free(session, row, found.url)
    if thread is not None and stand is not None:
        where = await threads.settle(session, row, thread, stand, where, by=by.who)
    for recipient in meant:
        await ledger.settle(session, row.id, recipient, sent=sent, by=by.who, again=found.send_again, receipt=where)
    details = {
        **found.model_dump(mode="json", exclude_none=True, exclude={"recipients"}),
        "recipients": len(found.recipients or row.recipients),
        "task": str(row.task_id),
    }
    await audit(session, by.who, "publication.settled", "publication", str(row.id), details)
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    partly = threads.told(thread, stand) if thread is not None and stand is not None and not sent else None
    told = f"{by.name} looked{_for(meant, found)}: {partly or found.verdict.replace('_', ' ')}."
    since = found.published_at.isoformat() if found.published_at is not None else None
    answered = {"by": by.name, "attempt": row.carried_by, **_answer(found), "where": found.url, "since": since}
    answered["about"] = [one for one in meant if one] or None
    ended = stage(outcomes)
    if found.send_again:
        service.remember_attempt(row, ended, now(), said=f"{told} {by.name} had it sent again.", answered=answered)
        await send_again(session, row)
        return service.shown(row)
    if sent:
        row.url, row.external_id, row.settled_by = where.url or row.url, where.external_id or row.external_id, by.who
    if row.state == "scheduled":
        service.remember_attempt(row, ended, now(), said=told, answered=answered)
        await go_on(session, row, outcomes, told)
        return service.shown(row)
    await service.conclude(session, row, outcomes, said=told, published_at=found.published_at, answered=answered)
    return await service.one(session, row.id)


async def retry(session: AsyncSession, publication_id: UUID, *, by: Caller) -> PublicationOut:
    """Send what surely was not sent: the same text, under the decision that stands. Asking twice asks once.

    Who got it is left alone; who is new at the account since then is addressed too. Raises PublicationMissing,
    NothingToRetry, AccountGone.
    """
    row = await service.locked(session, publication_id)
    waits = row.state == "scheduled" and row.retry_at is not None
    asked = row.carried_by != str(row.id) and row.state in ("scheduled", "attempting")
    if asked and not waits:
        return service.shown(row)
    if not (waits or row.state == "refused" or (row.state == "published" and row.unsent)):
        hint = "Say first what became of it: cofounder task TASK --resolve" if row.state == "unknown" else ""
        raise NothingToRetry(f"The publication is {row.state}.", hint=hint)
    details = {"task": str(row.task_id), "fingerprint": row.fingerprint}
    await audit(session, by.who, "publication.retried", "publication", str(row.id), details)
    asks = {"by": by.name, "attempt": row.carried_by, "send_again": True}
    ended = "refused" if row.state == "refused" else "not_sent"
    service.remember_attempt(row, ended, now(), said=f"{by.name} had it sent again.", answered=asks)
    await _readdress(session, row)
    await send_again(session, row)
    return service.shown(row)


def _answer(found: Verdict) -> dict[str, Any]:
    """What makes an answer the same as another: not where it stands and since when, which can be mended."""
    return {
        "verdict": found.verdict,
        "send_again": found.send_again,
        "posts": found.posts,
        "recipients": sorted(map(_address, found.recipients)) if found.recipients is not None else None,
    }


def _answers(row: Publication, attempt: str | None) -> list[dict[str, Any]]:
    """What people said of an attempt. Rows from before this was kept have none."""
    found = [each["answered"] for each in row.history if each.get("answered")]
    return [
        {name: value for name, value in one.items() if name not in ("by", "attempt", "where", "since")}
        for one in found
        if attempt is not None and one["attempt"] == attempt
    ]


def _says_no_more(row: Publication, found: Verdict, attempt: str | None) -> None:
    """Raise NothingToSettle where the answer that stands was given with another address, which this one would lose."""
    said = [each["answered"] for each in row.history if each.get("answered")]
    first = next(one for one in said if one["attempt"] == attempt and _answer(found).items() <= one.items())
    if found.url is None or found.url in (row.url, first.get("where")):
        return
    where = f", at {row.url}" if row.url else ", without an address"
    hint = f"If it stands elsewhere, mend that: POST /api/publications/{row.id}/posted"
    raise NothingToSettle(f"{first['by']} settled it already: {first['verdict'].replace('_', ' ')}{where}.", hint=hint)


def _fits(found: Verdict, row: Publication) -> None:
    if found.url is not None:
        addresses.check(found.url, row.channel)
    if found.verdict == "not_sent" and found.url is not None:
        raise AnswerMisplaced("What was not sent stands nowhere.", field="url")
    if found.published_at is None:
        return
    if found.verdict == "not_sent" or found.published_at > now():
        raise AnswerMisplaced("It is the time at which it was sent, in the past.", field="published_at")
    begun = row.first_attempted_at
    if begun is not None and found.published_at < begun.replace(second=0, microsecond=0):  # people know no seconds
        told = f"It was handed over at {begun:%Y-%m-%d %H:%M} UTC, after that."
        raise AnswerMisplaced(told, field="published_at", hint="Give the time at which it was sent, or leave it out.")


async def go_on(session: AsyncSession, row: Publication, outcomes: Sequence[Outcome], said: str) -> None:
    """Some are settled and others are still to be sent, at the time that was fixed."""
    row.unknown, row.said = unknown(outcomes), sentences(said, so_far(outcomes))
    row.look_at = row.look_at if row.unknown else None
    await service.tell(session, row)


def _open(row: Publication, outcomes: Sequence[Outcome]) -> list[str]:
    """Recipients about whom a person may still say something; not of those who are to be sent without it."""
    states = ("unknown",) if row.state == "scheduled" else ("unknown", "absent")
    return [one.recipient for one in outcomes if one.state in states]


def _asks(row: Publication, found: Verdict, outcomes: Sequence[Outcome]) -> bool:
    """Whether anybody still asks for what is said: of whom it is about at least one is open."""
    about = None if found.recipients is None else {_address(one) for one in found.recipients}
    return any(about is None or _address(one) in about for one in _open(row, outcomes))


def _meant(row: Publication, found: Verdict, outcomes: Sequence[Outcome], *, sent: bool) -> list[str]:
    """Whom the answer is about. Raises RecipientUnknown, and for whom something else is known what `_known` does."""
    there = _open(row, outcomes)
    if found.recipients is None:  # who surely did not get it is said to have it only by name
        return [one.recipient for one in outcomes if one.state == "unknown"] if sent else there
    by_address = {_address(one.recipient): one for one in outcomes}
    meant = []
    for place, given in enumerate(found.recipients):
        one = by_address.get(_address(given))
        if one is None:
            raise RecipientUnknown(f"{given!r} is none of its recipients.", field=f"recipients.{place}")
        if one.recipient not in there:
            _known(row, found, one, f"recipients.{place}")
        elif one.recipient not in meant:
            meant.append(one.recipient)
    return meant


def _known(row: Publication, found: Verdict, one: Outcome, field: str) -> None:
    """Pass over whoever is known to be as the answer says. Raises NothingToSettle, RecipientReached."""
    says, was = found.verdict == "sent", one.state == "done"
    if one.state == "absent" and row.state == "scheduled" and not (one.settled_by and found.send_again):
        told = f"{one.recipient} surely did not get it yet: it is to be sent still."
        raise NothingToSettle(told, field=field, hint="Stop that: cofounder task TASK --cancel")
    if one.state not in ("done", "refused") or says == was:
        return
    if one.settled_by is not None:
        told = f"{_who(row, one)} settled {one.recipient} already: {'sent' if was else 'not sent'}."
        raise NothingToSettle(told, field=field)
    if was:
        raise RecipientReached(f"The message to {one.recipient} was taken.", field=field)
    raise NothingToSettle(f"The message to {one.recipient} was refused.", field=field)


def _who(row: Publication, one: Outcome) -> str:
    """Who settled one recipient last, by name as far as that is remembered."""
    verdict = "sent" if one.state == "done" else "not_sent"
    for said in reversed([each["answered"] for each in row.history if each.get("answered")]):
        about = said.get("recipients")
        if said.get("verdict") == verdict and (about is None or _address(one.recipient) in about):
            return str(said["by"])
    return str(one.settled_by)


def _for(meant: Sequence[str], found: Verdict) -> str:
    """Whom an answer was about, where it was not about all that could be."""
    if found.recipients is None:
        return ""
    rest = f" and {len(meant) - _NAMED} more" if len(meant) > _NAMED else ""
    return f" for {', '.join(meant[:_NAMED])}{rest}"


def _address(recipient: str) -> str:
    return recipient.rpartition("<")[2].rstrip(">").strip().lower()


async def _readdress(session: AsyncSession, row: Publication) -> None:
    """Who has it, or may have it, stays; of the others, those whom the account names now. Refusals may be tried again."""
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    kept = [one.recipient for one in outcomes if one.state in ("done", "unknown")]
    await connections.refresh(session)
    account = service.sender_of(row).account()
    if account is None and not kept and row.delivered_by != service.OUTBOX:
        await _goes_whole(session, row)
        row.recipients = service.to_the_outbox(row)
    now_named = account.recipients if account is not None else tuple(row.recipients)
    known = {_address(one): one for one in row.recipients}
    reached = {_address(one) for one in kept}
    fresh = [known.get(_address(one), one) for one in now_named if _address(one) not in reached]
    row.recipients = [*kept, *fresh]
    await ledger.reopen(session, row.id, fresh)


async def _goes_whole(session: AsyncSession, row: Publication) -> None:
    """Raise AccountGone where part of it stands: whoever posted the whole by hand would post that twice."""
    begun = await ledger.posts(session, row.id)
    if any(one.state not in ("absent", "refused") for one in begun):
        stands = ledger.stands(begun) or "Posts of the thread may stand."
        raise AccountGone(f"{stands} {row.account} is not connected.")


async def send_again(session: AsyncSession, row: Publication, *, at: datetime | None = None) -> None:
    """Schedule another attempt, in a workflow of its own; the one before lets go of it.

    `at`: by itself, as one more of the attempts that are counted. Left out: now, for somebody asked for it.
    """
    before, row.carried_by = row.carried_by, f"{row.id}:{new_id()}"
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    row.state, row.retry_at, row.finished_at = "scheduled", at, None
    row.settled_by = next((one.settled_by for one in outcomes if one.state == "done" and one.settled_by), None)
    row.attempts = row.attempts if at else 0
    row.unknown = unknown(outcomes)
    row.said = so_far(outcomes) if row.unknown or at else None
    order = Order(
        decision_id=row.decision_id,
        channel=row.channel,
        variant_version=row.variant_version,
        delivered_by=row.delivered_by,
        account=row.account,
        account_id=row.account_id,
    )
    await durable.send(session, before, service.WAKE, {"why": "sent anew"}, key=f"{before}:let go")
    await durable.enqueue(session, "publication", row.carried_by, str(row.id), order.model_dump(mode="json"))
    await service.tell(session, row)
