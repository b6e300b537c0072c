"""One delivery through the ledger of effects: at most once per publication and recipient."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.senders import Delivery, DeliveryRefused, Receipt, Sender
from cofounder.flow.publish.outcomes import Outcome
from cofounder.kit import effects


def key(publication_id: UUID, recipient: str) -> str:
    """What makes a delivery this one and no other: the publication and the recipient."""
    return f"publication:{publication_id}|{recipient}"


async def deliver(sender: Sender, delivery: Delivery) -> Outcome:
    """Hand a delivery to its sender unless that was done before; the outcome either way. Opens its own transactions."""
    name = key(delivery.publication_id, delivery.recipient)

    async def call() -> dict[str, Any]:
        try:
            return _kept(await sender.send(delivery, effect_key=name))
        except DeliveryRefused as error:
            raise effects.Refused(error.detail) from error

    async def find() -> dict[str, Any] | None:
        found = await sender.find_own(delivery, effect_key=name)
        return None if found is None else _kept(found)

    made = await effects.perform(f"{sender.name}.send", name, _request(delivery), call, find=find)
    receipt = Receipt.model_validate({k: v for k, v in (made.answer or {}).items() if k in Receipt.model_fields})
    said = made.error.partition(": ")[2] if made.error else receipt.note
    return Outcome(delivery.recipient, made.state, receipt.external_id, receipt.url, said)


async def settle(session: AsyncSession, publication_id: UUID, recipient: str, *, sent: bool, by: str) -> None:
    """Write what a person saw about a delivery that has no outcome; one that has keeps it."""
    name = key(publication_id, recipient)
    if await effects.state_of(session, name) in ("unknown", "intended"):
        await effects.settle(session, name, done=sent, by=by)


async def outcome(session: AsyncSession, publication_id: UUID, recipient: str) -> Outcome:
    """What the ledger says about a delivery; one that surely did not happen counts as refused."""
    state = await effects.state_of(session, key(publication_id, recipient))
    told = {"done": "done", "unknown": "unknown", "intended": "unknown"}.get(state or "", "refused")
    return Outcome(recipient, told)


def _kept(receipt: Receipt) -> dict[str, Any]:
    return receipt.model_dump(mode="json", exclude_none=True)


def _request(delivery: Delivery) -> dict[str, Any]:
    return {
        "publication_id": str(delivery.publication_id),
        "channel": delivery.channel,
        "account": delivery.account,
        "recipient": delivery.recipient,
        "fingerprint": delivery.fingerprint,
    }
