"""What goes over the wire about channels and their accounts. Nothing secret goes out, but a webhook's key, once."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictStr, StringConstraints

from cofounder.kit.forms import AS_GIVEN, ONE_LINE, form
from cofounder.kit.http import Body, ShortText, Time
from cofounder.settings import addresses

SignedIn = Literal["linkedin", "x", "facebook"]
AnyProvider = Literal["linkedin", "x", "facebook", "wordpress", "ghost", "webhook", "smtp"]
Way = Literal["sign_in", "token", "password", "admin_key", "address", "mail_server"]
State = Literal["choosing", "connected", "needs_sign_in", "disconnected"]
_Secret = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=4_000, pattern=ONE_LINE)]


def _of_addresses(given: str) -> str:
    """Raises ValueError."""
    addresses(given)
    return given


def _of_one(given: str) -> str:
    """Raises ValueError."""
    if len(addresses(given)) != 1:
        raise ValueError("Write one address: name@example.org or Name <name@example.org>")
    return given


_Line = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=2_000, pattern=ONE_LINE)]
_Addresses = Annotated[_Line, AfterValidator(_of_addresses)]
_MayBeEmpty = Annotated[
    str,
    StringConstraints(
        strict=True,
        strip_whitespace=True,
        max_length=2_000,
        pattern=form(r"^[^\x00-\x1f\x7f]*$", "Write it in one line, without control characters"),
    ),
    AfterValidator(_of_addresses),
]
_Sender = Annotated[_Line, AfterValidator(_of_one)]
_AppId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=300, pattern=AS_GIVEN)]


class AccountIn(Body):
    """An account to connect by what you bring: an access token, an application password, an admin key, an address."""

    provider: AnyProvider
    name: ShortText | None = Field(default=None, description="As people are to know it; else as the provider calls it.")
    token: _Secret | None = Field(default=None, description="LinkedIn, X, Facebook: an access token.")
    expires_at: Time | None = Field(default=None, description="When that token ends, if you know.")
    client_id: _AppId | None = Field(default=None, description="The app's id, so that the provider says what it gave.")
    client_secret: _Secret | None = Field(default=None, description="Its secret. Kept sealed, never shown again.")
    kind: Literal["person", "organisation"] | None = Field(default=None, description="LinkedIn: who it posts as.")
    address: StrictStr | None = Field(
        default=None, max_length=500, description="WordPress, Ghost: the site. Webhook. E-mail: the server, HOST:PORT."
    )
    user: StrictStr | None = Field(
        default=None,
        max_length=200,
        description="WordPress, e-mail: the user's name. Empty: the mail server wants none, where it is another by now.",
    )
    password: _Secret | None = Field(
        default=None, description="WordPress: an application password. E-mail: the user's."
    )
    admin_key: _Secret | None = Field(default=None, description="Ghost: the admin key of an integration, ID:SECRET.")
    account_id: UUID | None = Field(
        default=None, description="E-mail: the account that is changed, as where its server is another by now."
    )
    sender: _Sender | None = Field(default=None, description="E-mail: the sender, Name <address>.")
    recipients: _Addresses | None = Field(default=None, description="E-mail: who gets each text, commas between.")
    reply_to: _MayBeEmpty | None = Field(
        default=None, description="E-mail: where answers and unsubscribe requests go; empty: to the sender."
    )
    starttls: StrictBool | None = Field(
        default=None,
        description="E-mail: encrypt the line; true unless said. Only a server on this machine may do without.",
    )


class SignInIn(Body):
    """A sign-in at a provider, with the app that your company made there."""

    provider: SignedIn
    client_id: _AppId | None = Field(default=None, description="The app's id; left out with account_id: as before.")
    client_secret: _Secret | None = Field(default=None, description="Its secret. Kept sealed, never shown again.")
    kind: Literal["person", "organisation"] | None = Field(default=None, description="LinkedIn: who it posts as.")
    name: ShortText | None = Field(default=None, description="As people are to know it; else as the provider calls it.")
    account_id: UUID | None = Field(default=None, description="The account that is connected again.")


class SignInBegun(BaseModel):
    """Open `url` in a browser; it comes back to `redirect_uri`, which the app must have among its redirect addresses."""

    sign_in_id: UUID
    url: str
    redirect_uri: str
    scopes: list[str]
    expires_at: datetime


class ChoiceOut(BaseModel):
    """A page, organisation or person that can be chosen."""

    external_id: str
    name: str
    kind: str


class AccountChoice(Body):
    """Which of the choices is connected."""

    external_id: StrictStr = Field(min_length=1, max_length=300)


class MailboxOut(BaseModel):
    """What an e-mail account sends as, and to whom."""

    sender: str
    recipients: str = Field(description="Commas between.")
    reaches: int = Field(description="How many addresses get each text; one that is named twice gets it once.")
    reply_to: str | None
    starttls: bool


class ChannelAccountOut(BaseModel):
    """An account of a channel as it stands; `health` says it in words."""

    account_id: UUID
    channel: str
    provider: AnyProvider
    name: str
    kind: str | None
    state: State
    is_default: bool
    external_id: str
    address: str = Field(description="Of the site or webhook; empty where the provider has the one everybody knows.")
    health: str
    problem: str | None
    scopes: list[str] | None = Field(description="What the provider said it gave; null where it does not say.")
    lacking: list[str] = Field(description="Scopes that were asked for and not given.")
    access_expires_at: datetime | None = Field(
        description="Of the access token, which is renewed by itself if it can be."
    )
    expires_at: datetime | None = Field(description="When a person has to connect it again; null: no end is known.")
    checked_at: datetime | None
    connected_by: str
    created_at: datetime
    mail: MailboxOut | None = Field(default=None, description="Of an e-mail account.")
    choices: list[ChoiceOut] = Field(default_factory=list, description="While it waits for a choice.")


class AccountConnected(ChannelAccountOut):
    """An account just connected. `signing_key` is a webhook's, shown this once."""

    signing_key: str | None = None


class AccountLeft(ChannelAccountOut):
    """An account that is disconnected. `scheduled`: publications of it that will go to the outbox at their time."""

    revoked: bool = Field(description="The provider was told, and took the access back.")
    scheduled: int
    begun: int = Field(
        description="How many of these were begun: where somebody may have it, it stays unsent to the rest."
    )


class ExpiryOut(BaseModel):
    """Something that ends."""

    what: str
    at: datetime
    account_id: UUID | None = None


class ProviderOut(BaseModel):
    """How accounts of a provider are connected."""

    provider: AnyProvider
    label: str
    ways: list[Way]
    kinds: list[str]
    scopes: dict[str, list[str]] = Field(description="Kind -> what is asked for at the sign-in.")
    redirect_uri: str | None = Field(description="What the app must have among its redirect addresses.")


class ChannelOut(BaseModel):
    """A channel: what it takes, its accounts, how they are, what ends when."""

    channel: str
    label: str
    takes: str
    state: Literal["ready", "attention", "outbox"]
    detail: str
    accounts: list[ChannelAccountOut]
    providers: list[ProviderOut]
    expires: list[ExpiryOut]
    quotas: list[str]


Details = dict[str, Any]
