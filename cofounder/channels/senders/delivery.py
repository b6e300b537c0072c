"""What every sender is given and gives back."""

import asyncio
from datetime import date, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cofounder.channels.images.schemas import Picture
from cofounder.kit.errors import CofounderError


class DeliveryRefused(CofounderError):
    """The channel did not take it; nothing was sent."""

    status = 409
    for_all = False  # it would take nobody's, say for a wrong password: no other need be tried


class DeliveryDelayed(CofounderError):
    """The way to the channel is closed at the moment; nothing was sent."""

    status = 503
    for_all = False  # it is closed for every recipient: no other need be tried now
    until: datetime | None = None  # not before this time, where the channel or our own count says one


class DeliveryLetGo(asyncio.CancelledError):
    """The process was told to stop before anything was handed over: surely nothing was sent."""


class DeliveryUnknown(CofounderError):
    """Nobody can say whether it was sent."""

    status = 409
    hint = "Look at the channel, then settle the publication: it was sent, or it was not."
    access_ended = False  # it does not let us look any more: its person has to sign in again
    passing = False  # the channel did not answer, and may in a moment


class Account(BaseModel):
    """Where a channel publishes to. `recipients` are e-mail addresses; elsewhere there is the one recipient ''."""

    model_config = ConfigDict(frozen=True)

    sender: str  # outbox, email (the settings' mail server), smtp, linkedin, ...
    name: str  # the account's name at the channel; "outbox" for the default
    id: UUID | None = None  # of the connected account; its name may be another's tomorrow
    recipients: tuple[str, ...] = ("",)
    sent_as: str | None = None  # of e-mail what its From line says
    note: str | None = None  # why it goes there and not where it was asked to go


class Delivery(BaseModel):
    """One variant for one recipient. `on` is the day of the first attempt, the same at every try."""

    model_config = ConfigDict(frozen=True)

    publication_id: UUID
    task_id: UUID
    channel: str
    account: str
    format: Literal["text", "eml", "html"]
    text: str  # the exact text that was approved
    fingerprint: str
    on: date
    since: datetime  # when the publication was decided
    recipient: str = ""
    sent_as: str | None = None  # the From line that was approved; None: as the account has it
    begun_at: datetime | None = None  # the last call whose outcome nobody knows, for `find_own`
    # Of the rendered text, for channels whose API takes it apart:
    api_text: str | None = None  # escaped (LinkedIn)
    parts: tuple[str, ...] = ()  # a thread's posts
    title: str | None = None
    html: str | None = None  # an article without its title
    hashtags: tuple[str, ...] = ()
    images: tuple[Picture, ...] = ()  # in this order; their bytes lie in the database
    details: dict[str, Any] = Field(default_factory=dict)  # what the file beside it says: request, decision, title


class Receipt(BaseModel):
    """What the channel gave back."""

    external_id: str | None = None
    url: str | None = None  # or the outbox file
    note: str | None = None


class Sender(Protocol):
    """A way out of the house. `send` is called at most once per effect key unless `find_own` says it is absent."""

    name: str

    def account(self) -> Account | None:
        """The connected account, None when there is none."""
        ...

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Hand the text over, once.

        Raises DeliveryRefused (surely not sent, for good), DeliveryDelayed (surely not sent, for now), DeliveryUnknown;
        DeliveryLetGo where it was cancelled and is sure that nothing was sent.
        """
        ...

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """Our own delivery at the channel; None when it is surely absent. Raises DeliveryUnknown when it cannot say."""
        ...

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        """Where a person can see whether it was sent: one sentence."""
        ...
