"""Senders: how a rendered text leaves the house, one module a way out.

In: a delivery, the exact text of one variant for one recipient. Out: a receipt; or `DeliveryRefused` where the channel
surely did not take it and never will, `DeliveryDelayed` where it surely did not take it yet, `DeliveryUnknown` where
nobody can say. Never: changes a word that was approved, tries
twice, or remembers what was sent (the effect ledger does).
"""

from importlib import import_module
from typing import Any
from uuid import UUID

from cofounder.channels import accounts
from cofounder.channels.accounts.book import Known
from cofounder.channels.rules import called
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
from cofounder.channels.senders.gone import Gone
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
    "by_settings",
    "named",
    "route",
]

OUTBOX = "outbox"
EMAIL = "email"
MAIL = (EMAIL, "smtp")  # go to recipients, and cannot be asked what became of it


def named(sender: str, account: UUID | None = None, name: str = "") -> Sender:
    """The sender with this name, of this very account whatever its name is now. `name`: how to speak of it.

    Where that account is not connected any more, or the settings send as somebody else, one whose account is None and
    that sends nothing: an account that has its name by now is another one. Raises KeyError for a sender that we do not have.
    """
    if sender == OUTBOX:
        return Outbox(postgres.default_home() / OUTBOX)
    if sender == EMAIL:
        email = Email.of(connections.current())
        return email if name.lower() in ("", email.address.lower()) else Gone(sender, name)
    if sender not in accounts.PROVIDERS:
        raise KeyError(sender)
    known = next((one for one in accounts.every() if one.id == account), None)
    if known is None or known.connected is None or known.provider != sender:
        return Gone(sender, name)
    return _built(known.connected)


def by_settings() -> Account | None:
    """The sender and recipients that the settings name for e-mail, as they were read last."""
    return named(EMAIL).account()


def route(channel: str, account: str | None = None, *, only_outbox: bool = False) -> Account:
    """Where a channel's text goes: to the named or default account, else to the outbox with a note that says so.

    An e-mail for which neither is there goes by the mail server of the settings, if they name one.
    Goes by what this process read last, so it costs nothing.
    """
    outbox = named(OUTBOX).account()
    assert outbox is not None
    if only_outbox or OUTBOX in (channel, account):
        return outbox
    known = accounts.find(channel, account)
    if channel == EMAIL and (known is None or known.state == "disconnected"):
        usual = by_settings()
        if usual is not None and account in (None, usual.name):
            return usual
    if known is not None and known.state == "connected" and known.connected is not None:
        found = _built(known.connected).account()
        if found is not None:
            return found.model_copy(update={"id": known.id})
    return outbox.model_copy(update={"note": _why(channel, known)})


def _built(connected: accounts.Connected) -> Sender:
    module: Any = import_module(f"cofounder.channels.senders.{connected.provider}")
    sender: Sender = module.build(connected)
    return sender


def _why(channel: str, known: Known | None) -> str:
    """Why a text goes to the outbox, in people's words."""
    if known is not None and known.state in ("connected", "needs_sign_in"):
        return f"The {_spoken(channel)} account {known.name} has to be connected again: the text goes to the outbox."
    if any(one.channel == channel and one.state == "connected" for one in accounts.every()):
        return f"No {_spoken(channel)} account is the default one: the text goes to the outbox."
    return _nobody(channel)


def _nobody(channel: str) -> str:
    return f"No {_spoken(channel)} account is connected: the text goes to the outbox."


def _spoken(channel: str) -> str:
    """A channel inside of a sentence: LinkedIn, X, but e-mail."""
    name = called(channel)
    return name.lower() if channel in ("email", "blog", "webhook") else name
