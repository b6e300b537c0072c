"""What providers are given and give back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class App:
    """The app at the provider that a company made for itself."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Tokens:
    """What a sign-in or a renewal brought. Times are None where none was told."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    access_expires_at: datetime | None = None
    sign_in_expires_at: datetime | None = None
    scopes: tuple[str, ...] | None = None  # None: it does not say


@dataclass(frozen=True)
class Identity:
    """Somebody or something that the tokens may speak for."""

    external_id: str
    name: str
    kind: str  # person, organisation, page, user, site, webhook
    token: str | None = field(default=None, repr=False)  # where it has one of its own, as a Facebook page
    details: dict[str, Any] = field(default_factory=dict)
