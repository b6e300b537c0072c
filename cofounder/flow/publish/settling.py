"""What a person does with a publication: stops it, says what became of it, has it sent after all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import addresses, answers, ending, ledger, service, showing, threads
from cofounder.flow.publish.errors import (
    AccountGone,
    AnswerMisplaced,
    AttemptOutdated,
    NothingToRetry,
    NothingToSettle,
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


async def cancel(session: AsyncSession, publication_id: UUID, *, by: Caller) -> PublicationOut:
    """Stop a publication that is only scheduled; what some recipients got before stays sent.

    Raises PublicationMissing, TooLateToCancel.
    """
    row = await service.locked(session, publication_id)
    if row.state == "cancelled":
        return showing.shown(row)
    if row.state != "scheduled":
        raise TooLateToCancel(f"The publication is {row.state}.")
    await audit(session, by.who, "publication.cancelled", "publication", str(row.id), {"task": str(row.task_id)})
    await durable.send(session, row.carried_by, service.WAKE, {"why": "cancelled"}, key=f"{row.carried_by}:cancel")
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    if any(one.state in ("done", "unknown") for one in outcomes):
        await ending.conclude(session, row, outcomes, said=f"{by.name} cancelled the rest.")
        return showing.shown(row)
    row.state, row.finished_at, row.retry_at = "cancelled", now(), None
    row.said = f"{by.name} stopped it before it was sent."
    await service.tell(session, row)
    await service.remember(session, row.task_id, f"{row.id}:cancelled")
    return showing.shown(row)


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
        if row.state == "unknown" and not answers.open_to(row, outcomes):
            await ending.conclude(session, row, outcomes, said="The channel was asked.")
        elif row.state == "scheduled" and unknown(outcomes) != row.unknown:
            await go_on(session, row, outcomes, "The channel was asked.")
        return showing.shown(row)


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
    answers.fits(found, row)
    about = found.attempt or asked
    earlier = answers.earlier(row, about)
    outdated = about is not None and about != row.carried_by
    outcomes = await ledger.outcomes(session, row.id, row.recipients)
    if answers.answer(found) in earlier and not (service.unsure(row) and answers.asks(row, found, outcomes)):
        answers.says_no_more(row, found, about)
        return await showing.one(session, row.id)
    if outdated:
        raise AttemptOutdated(field="attempt")
    if not service.unsure(row):
        if asked is not None and found.verdict == "sent" and not earlier:
            return await showing.one(session, row.id)  # the channel itself has just said what became of it
        answers.meant(row, found, outcomes, sent=found.verdict == "sent")
        raise NothingToSettle(f"The publication is {row.state}. {row.said or ''}".strip())
    thread = await threads.of(session, row)
    stand = threads.counted(thread, found)
    sent = found.verdict == "sent" and (thread is None or stand == thread.of)
    if sent and found.send_again:
        raise AnswerMisplaced("What was sent is not sent again.", field="send_again")
    meant = answers.meant(row, found, outcomes, sent=sent)
    if not meant and found.recipients is None:
        raise NothingToSettle("The channel was asked: it surely is not there.")
    if not meant:  # as they are all known to be
        if found.send_again:
            raise NothingToSettle("Of none of them it is unknown whether they have it.", hint=_SURELY)
        return await showing.one(session, row.id)
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
    told = f"{by.name} looked{answers.told_for(meant, found)}: {partly or found.verdict.replace('_', ' ')}."
    since = found.published_at.isoformat() if found.published_at is not None else None
    answered = {"by": by.name, "attempt": row.carried_by, **answers.answer(found), "where": found.url, "since": since}
    answered["about"] = [one for one in meant if one] or None
    ended = stage(outcomes)
    if found.send_again:
        ending.remember_attempt(row, ended, now(), said=f"{told} {by.name} had it sent again.", answered=answered)
        await send_again(session, row)
        return showing.shown(row)
    if sent:
        row.url, row.external_id, row.settled_by = where.url or row.url, where.external_id or row.external_id, by.who
    if row.state == "scheduled":
        ending.remember_attempt(row, ended, now(), said=told, answered=answered)
        await go_on(session, row, outcomes, told)
        return showing.shown(row)
    await ending.conclude(session, row, outcomes, said=told, published_at=found.published_at, answered=answered)
    return await showing.one(session, row.id)


async def retry(session: AsyncSession, publication_id: UUID, *, by: Caller) -> PublicationOut:
    """Send what surely was not sent: the same text, under the decision that stands. Asking twice asks once.

    Who got it is left alone; who is new at the account since then is addressed too. Raises PublicationMissing,
    NothingToRetry, AccountGone.
    """
    row = await service.locked(session, publication_id)
    waits = row.state == "scheduled" and row.retry_at is not None
    asked = row.carried_by != str(row.id) and row.state in ("scheduled", "attempting")
    if asked and not waits:
        return showing.shown(row)
    if not (waits or row.state == "refused" or (row.state == "published" and row.unsent)):
        hint = "Say first what became of it: cofounder task TASK --resolve" if row.state == "unknown" else ""
        raise NothingToRetry(f"The publication is {row.state}.", hint=hint)
    details = {"task": str(row.task_id), "fingerprint": row.fingerprint}
    await audit(session, by.who, "publication.retried", "publication", str(row.id), details)
    asks = {"by": by.name, "attempt": row.carried_by, "send_again": True}
    ended = "refused" if row.state == "refused" else "not_sent"
    ending.remember_attempt(row, ended, now(), said=f"{by.name} had it sent again.", answered=asks)
    await _readdress(session, row)
    await send_again(session, row)
    return showing.shown(row)


async def go_on(session: AsyncSession, row: Publication, outcomes: Sequence[Outcome], said: str) -> None:
    """Some are settled and others are still to be sent, at the time that was fixed."""
    row.unknown, row.said = unknown(outcomes), sentences(said, so_far(outcomes))
    row.look_at = row.look_at if row.unknown else None
    await service.tell(session, row)


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
    known = {answers.bare(one): one for one in row.recipients}
    reached = {answers.bare(one) for one in kept}
    fresh = [known.get(answers.bare(one), one) for one in now_named if answers.bare(one) not in reached]
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
