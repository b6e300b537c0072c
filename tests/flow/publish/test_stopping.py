"""A worker that is told to stop between two recipients begins with no other, and leaves nothing unclear."""

import asyncio

import pytest

from cofounder.channels.senders import Account, Delivery, Receipt
from cofounder.flow.publish import ledger
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database

TO = ["ada@reader.example", "bob@reader.example", "cleo@reader.example"]


class Counting:
    """A sender that takes everything."""

    name = "email"

    def __init__(self) -> None:
        self.sent: list[str] = []

    def account(self) -> Account | None:
        return Account(sender=self.name, name="me")

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        self.sent.append(delivery.recipient)
        return Receipt(external_id=effect_key)

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        return None

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return "in the test"


def deliveries() -> list[Delivery]:
    id, task = new_id(), new_id()
    return [
        Delivery(
            publication_id=id,
            task_id=task,
            channel="email",
            account="me",
            format="eml",
            text="Hello",
            fingerprint="f",
            on=now().date(),
            since=now(),
            recipient=to,
        )
        for to in TO
    ]


async def test_it_stops_between_two_recipients_and_the_next_one_sends_the_rest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, asked = Counting(), deliveries()
    monkeypatch.setattr(durable, "stopping", lambda: len(sender.sent) == 2)
    with pytest.raises(asyncio.CancelledError):
        await ledger.deliver_all(sender, asked)
    async with transaction() as session:
        stand = await ledger.outcomes(session, asked[0].publication_id, TO)
    assert [one.state for one in stand] == ["done", "done", "absent"]
    monkeypatch.setattr(durable, "stopping", lambda: False)
    assert [one.state for one in await ledger.deliver_all(sender, asked)] == ["done"] * 3
    assert sender.sent == TO
