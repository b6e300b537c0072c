"""Senders: how a rendered text leaves the house, one module a way out.

In: a delivery, the exact text of one variant for one recipient. Out: a receipt; or `DeliveryRefused` where the channel
surely did not take it and never will, `DeliveryDelayed` where it surely did not take it yet, `DeliveryUnknown` where
nobody can say. Never: changes a word that was approved, tries
twice, or remembers what was sent (the effect ledger does).
"""

from collections.abc import Callable

from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
    Sender,
)
from cofounder.channels.senders.email import Email
from cofounder.channels.senders.outbox import Outbox
from cofounder.kit import postgres
from cofounder.ops import connections

__all__ = [
    "Account",
    "Delivery",
    "DeliveryDelayed",
    "DeliveryLetGo",
    "DeliveryRefused",
    "DeliveryUnknown",
    "Receipt",
    "Sender",
    "named",
    "route",
]

OUTBOX = "outbox"

# How to make each sender from the settings as they are now. A channel without an entry has no way out but the outbox.
_SENDERS: dict[str, Callable[[], Sender]] = {
    OUTBOX: lambda: Outbox(postgres.default_home() / OUTBOX),
    "email": lambda: Email.of(connections.current()),
}


def named(sender: str) -> Sender:
    """The sender with this name. Raises KeyError for one we do not have."""
    return _SENDERS[sender]()


def route(channel: str, *, only_outbox: bool = False) -> Account:
    """Where a channel's text goes: to its connected account, else to the outbox with a note that says so."""
    if channel != OUTBOX and not only_outbox and channel in _SENDERS:
        account = named(channel).account()
        if account is not None:
            return account
    outbox = named(OUTBOX).account()
    assert outbox is not None
    if channel == OUTBOX or only_outbox:
        return outbox
    return outbox.model_copy(update={"note": f"No account is connected for {channel}: the text goes to the outbox."})
