"""An account that is connected, as senders and readers are given it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from cofounder.kit.errors import CofounderError, Conflict

Provider = Literal["linkedin", "x", "facebook", "wordpress", "ghost", "webhook", "smtp"]

# provider -> the channel whose texts it carries
PROVIDERS: dict[str, str] = {
    "linkedin": "linkedin",
    "x": "x",
    "facebook": "facebook",
    "wordpress": "blog",
    "ghost": "blog",
    "webhook": "webhook",
    "smtp": "email",
}


class SignInNeeded(Conflict):
    """The account's access has ended or was taken back."""

    hint = "Connect it again: Content, Channels, or `cofounder channels connect`."


class AccountAway(CofounderError):
    """The provider gives no new access at the moment."""

    status = 503
    hint = "Nothing is lost; it is asked again."


@dataclass(frozen=True)
class Connected:
    """One account. `token` gives an access token that is good for a minute at least.

    It raises SignInNeeded, AccountAway.
    """

    id: UUID
    provider: Provider
    name: str  # as people know it, unique within its channel
    external_id: str  # LinkedIn: a urn; Facebook: the page; X: the user; WordPress: the user; e-mail: the sender's address; elsewhere ""
    address: str  # of the API or the site, without a slash at its end; of a webhook, where to post; of a mail server, HOST:PORT
    token: Callable[[], Awaitable[str]] = field(repr=False, compare=False)
    details: Mapping[str, Any] = field(default_factory=dict)  # api_version, scopes, handle, ...
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)  # user+password, admin_key, signing_key
    expires_at: datetime | None = None  # when the person has to connect it again; none: no end is known

    @property
    def channel(self) -> str:
        """The channel whose texts it carries."""
        return PROVIDERS[self.provider]
