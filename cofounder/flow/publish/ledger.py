"""One delivery through the ledger of effects: at most once per publication and recipient."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import checking
from cofounder.channels.senders import (
    Delivery,
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
    Sender,
    places,
)
from cofounder.channels.senders.email import Email, bare
from cofounder.flow.publish.outcomes import LOOKED_UP, Outcome
from cofounder.flow.publish.schemas import DeliveryOut, ThreadPostOut
from cofounder.kit import db, durable, effect_parts, effects
from cofounder.kit.effect_parts import Part

Answer = dict[str, Any]
_FOUND = "found"  # in an answer that nobody gave: the channel was asked what stands there


def key(publication_id: UUID, recipient: str) -> str:
    """What makes a delivery this one and no other: the publication and the recipient."""
    return f"publication:{publication_id}|{recipient}"


async def deliver_all(sender: Sender, deliveries: Sequence[Delivery]) -> list[Outcome]:
    """Hand deliveries over, one after the other; the others wait where the channel itself is found to be away.

    A process that is told to stop begins no other: cut off in the middle, nobody could say whether it was sent. Whoever
    goes on with the rest repeats none. Opens its own transactions.
    """
    outcomes: list[Outcome] = []
    named = _named_by(sender)
    for place, delivery in enumerate(deliveries):
        if durable.stopping():
            raise asyncio.CancelledError
        outcome = await deliver(sender, delivery, named=named)
        outcomes.append(outcome)
        if outcome.away:
            rest = deliveries[place + 1 :]
            async with db.transaction(durable=False) as session:
                found = await _as_they_stand(session, rest)
            outcomes += [_as_refused(one, outcome) if outcome.state == "refused" else one for one in found]
            break
    return outcomes


def _as_refused(one: Outcome, first: Outcome) -> Outcome:
    """Refused with the first where nothing was sent: a wrong password would be wrong for each, and lock the account."""
    return replace(one, state="refused", note=first.note) if one.state == "absent" else one


async def _as_they_stand(session: AsyncSession, deliveries: Sequence[Delivery]) -> list[Outcome]:
    """What the ledger says of them; some may have been sent by an earlier attempt."""
    found: list[Outcome] = []
    for one in deliveries:
        found += await outcomes(session, one.publication_id, [one.recipient])
    return found


def _named_by(sender: Sender) -> frozenset[str] | None:
    """The addresses that are written to by now, none where the last was taken off; None for what has no addresses."""
    return frozenset(map(bare, sender.recipients)) if isinstance(sender, Email) else None


async def deliver(sender: Sender, delivery: Delivery, *, named: frozenset[str] | None = None) -> Outcome:
    """Hand a delivery to its sender unless that was done before; the outcome either way. Opens its own transactions.

    `named`: who is written to at all. Who was taken off the account's recipients since it was approved wants no more.
    Where nobody can say what became of it the channel is asked at once; nothing is sent a second time here.
    """
    name = key(delivery.publication_id, delivery.recipient)
    away, until = False, None

    async def call() -> Answer:
        nonlocal away, until
        try:
            if named is not None and bare(delivery.recipient) not in named:
                raise DeliveryRefused(f"Not among the recipients of {delivery.account} any more")
            await places.note(sender, name)
            return _kept(await sender.send(delivery, effect_key=name))
        except DeliveryRefused as error:
            away = error.for_all
            raise effects.Refused(error.detail) from error
        except DeliveryDelayed as error:
            away, until = error.for_all, error.until
            raise effects.NotDone(error.detail) from error
        except DeliveryLetGo as error:
            raise effects.LetGo from error

    find = _finder(sender, delivery, name)
    made = await effects.perform(f"{sender.name}.send", name, _request(delivery), call, find=find)
    if made.state == "unknown" and made.called:
        seen = await effects.look(name, find)
        if seen is not None and seen.state != "unknown":
            made = seen
    return replace(await _as_told(delivery, made), away=away, until=until)


async def look(sender: Sender, delivery: Delivery) -> Outcome | None:
    """Ask the channel about a delivery whose outcome is unknown; sends nothing. None where it was never begun."""
    name = key(delivery.publication_id, delivery.recipient)
    seen = await effects.look(name, _finder(sender, delivery, name))
    return None if seen is None else await _as_told(delivery, seen)


async def settle(
    session: AsyncSession,
    publication_id: UUID,
    recipient: str,
    *,
    sent: bool,
    by: str,
    again: bool = False,
    receipt: Receipt | None = None,
) -> None:
    """Write what a person saw about a delivery that has no outcome; one that has keeps it.

    `again`: what was not sent is, with the next attempt; else only when somebody asks for it. `receipt`: what the
    person knows of what was sent.
    """
    name = key(publication_id, recipient)
    if await effects.state_of(session, name) in ("unknown", "intended", "absent"):
        answer = _kept(receipt) if sent and receipt is not None else None
        await effects.settle(session, name, done=sent, by=by, again=again, answer=answer)
        if not sent:
            await effects.settle_parts(session, name, by=by)


async def reopen(session: AsyncSession, publication_id: UUID, recipients: Sequence[str]) -> None:
    """Let deliveries that were refused, and so surely not sent, be tried once more."""
    for recipient in recipients:
        await effects.reopen(session, key(publication_id, recipient))


async def outcomes(session: AsyncSession, publication_id: UUID, recipients: Sequence[str]) -> list[Outcome]:
    """What the ledger says about each recipient; a delivery that was never begun is absent."""
    found = await effects.told(session, [key(publication_id, one) for one in recipients])
    parts = await effect_parts.told(session, [name for name, told in found.items() if told.state != "done"])
    made = []
    for recipient in recipients:
        name = key(publication_id, recipient)
        told = found.get(name)
        if told is None:
            made.append(Outcome(recipient, "absent"))
            continue
        receipt = _receipt(told.answer)
        state = "unknown" if told.state == "intended" else told.state
        note = _with(stands(parts.get(name, ())), _note(told.error, told.answer))
        by = _settled_by(told.answer)
        found_there = _found(told.answer)
        made.append(Outcome(recipient, state, receipt.external_id, receipt.url, note, found=found_there, settled_by=by))
    return made


async def posts(session: AsyncSession, publication_id: UUID, recipient: str = "") -> list[Part]:
    """The posts of a thread that were ever handed over, in their order."""
    name = key(publication_id, recipient)
    return (await effect_parts.told(session, [name])).get(name, [])


def stands(parts: Sequence[Part]) -> str | None:
    """How much of a thread stands, where not all of it may; None where nothing does."""
    there = [one for one in parts if one.state == "done"]
    if not there:
        return None
    url = there[0].answer.get("url")
    verb = "stands" if len(there) == 1 else "stand"
    return f"{len(there)} of the thread's {there[0].of} posts {verb}{f' ({url})' if url else ''}."


async def handed_over_at(session: AsyncSession, publication_id: UUID, outcomes: Sequence[Outcome]) -> datetime | None:
    """When the attempt began that sent it, to the first of those who have it; None where nobody has."""
    found = await effects.told(session, [key(publication_id, one.recipient) for one in outcomes if one.state == "done"])
    return min((told.begun_at for told in found.values() if told.begun_at is not None), default=None)


async def evidence(
    session: AsyncSession, sender: Sender, deliveries: Sequence[Delivery], *, over: bool = False
) -> list[DeliveryOut]:
    """What is on record about each delivery, and where a person can look. `over`: nothing more is sent by itself."""
    names = [key(one.publication_id, one.recipient) for one in deliveries]
    found = await effects.told(session, names)
    parts = await effect_parts.told(session, names)
    elsewhere = await places.elsewhere(session, sender, names)
    made = []
    for one in deliveries:
        name = key(one.publication_id, one.recipient)
        told = found.get(name)
        made.append(
            DeliveryOut(
                recipient=one.recipient or None,
                state=_STANDS[told.state] if told else _begun_never(over),
                attempts=told.attempts if told else 0,
                begun_at=told.begun_at if told else None,
                finished_at=told.finished_at if told else None,
                said=_told_of(told.error, told.answer) if told else None,
                settled_by=_settled_by(told.answer) if told else None,
                where=places.where(sender, one, name, elsewhere.get(name)),
                posts=_posts(one, told.state if told else None, parts.get(name, []), over=over),
            )
        )
    return made


def _begun_never(over: bool) -> Literal["waiting", "not_sent"]:
    return "not_sent" if over else "waiting"


def _posts(delivery: Delivery, whole: str | None, parts: Sequence[Part], *, over: bool) -> list[ThreadPostOut]:
    """Each post of a thread as the ledger has it; of a whole that stands each does."""
    if len(delivery.parts) < 2:
        return []
    begun = {one.place: one for one in parts}
    made = []
    for place, text in enumerate(delivery.parts):
        one = begun.get(place)
        state = "sent" if whole == "done" else _STANDS[one.state] if one else _begun_never(over)
        url = one.answer.get("url") if one else None
        made.append(ThreadPostOut(number=place + 1, text=text, state=state, url=url))
    return made


# From the ledger's words to those of a person who asks what became of a delivery.
_STANDS = {"done": "sent", "refused": "refused", "absent": "not_sent", "unknown": "unknown", "intended": "unknown"}


def _finder(sender: Sender, delivery: Delivery, name: str) -> Callable[[], Awaitable[Answer | None]]:
    async def find() -> Answer | None:
        async with db.transaction(durable=False) as session:
            told = (await effects.told(session, [name])).get(name)
        begun = delivery.model_copy(update={"begun_at": told.begun_at if told else None})
        hidden = await places.out_of_sight(sender, name)
        if hidden is not None:
            raise hidden
        try:
            found = await sender.find_own(begun, effect_key=name)
        except DeliveryUnknown as error:
            if error.access_ended:  # whoever can mend it is told
                await checking.look_into(sender.name, delivery.account)
            raise
        return None if found is None else {**_kept(found), _FOUND: True}

    return find


async def _as_told(delivery: Delivery, made: effects.Outcome) -> Outcome:
    """What became of a delivery; where that is not the whole of it, with how much of a thread stands."""
    receipt, note = _receipt(made.answer), _note(made.error, made.answer)
    if made.state != "done" and len(delivery.parts) > 1:
        async with db.transaction(durable=False) as session:
            note = _with(stands(await posts(session, delivery.publication_id, delivery.recipient)), note)
    return Outcome(delivery.recipient, made.state, receipt.external_id, receipt.url, note, found=_found(made.answer))


def _with(first: str | None, then: str | None) -> str | None:
    return " ".join(filter(None, (first, then))) or None


def _note(error: str | None, answer: Answer | None) -> str | None:
    """What the other side said, unless a person has settled it since: then that counts no more."""
    return None if _settled_by(answer) else _said(error) or _receipt(answer).note


def _settled_by(answer: Answer | None) -> str | None:
    return str((answer or {}).get("settled_by") or "") or None


def _told_of(error: str | None, answer: Answer | None) -> str | None:
    return f"{LOOKED_UP}." if _found(answer) else _said(error)


def _receipt(answer: Answer | None) -> Receipt:
    return Receipt.model_validate({k: v for k, v in (answer or {}).items() if k in Receipt.model_fields})


def _found(answer: Answer | None) -> bool:
    """Whether the channel was asked for it, and had it: no answer to our call said so."""
    return bool((answer or {}).get(_FOUND))


def _said(error: str | None) -> str | None:
    """What the other side said, without the name of our error."""
    return error.partition(": ")[2] or error if error else None


def _kept(receipt: Receipt) -> Answer:
    return receipt.model_dump(mode="json", exclude_none=True)


def _request(delivery: Delivery) -> Answer:
    return {
        "publication_id": str(delivery.publication_id),
        "channel": delivery.channel,
        "account": delivery.account,
        "recipient": delivery.recipient,
        "fingerprint": delivery.fingerprint,
    }
