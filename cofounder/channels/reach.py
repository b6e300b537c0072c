"""Where a site or a webhook may lie: at https on the internet, and nearer only where the environment says so.

In: an address that a person gave. Out: the address as it is used, or a line that goes only there. Never: a look-up of a
name and a connection to what it stands for a moment later.
"""

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cofounder.kit import near, outside
from cofounder.settings import settings

if TYPE_CHECKING:
    import httpx

LOOK_UP_SECONDS = 5.0


def allowed(host: str, port: int | None) -> bool:
    """Whether the environment allows this host although it lies in one's own network."""
    named = {one.strip().lower() for one in settings().private_hosts.split(",") if one.strip()}
    return host.lower() in named or f"{host.lower()}:{port}" in named


def fit(address: str, *, query: bool = False) -> str:
    """The address without slashes at its end. Raises ValueError saying what is wrong with it.

    `query`: it may carry one, as a webhook's does.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("It is no address.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("It is no https address.")
    if parts.scheme == "http" and not allowed(host, port or 80):
        raise ValueError("It is not encrypted: an https address is wanted.")
    if parts.username or parts.password:
        raise ValueError("It holds a user or a password: leave them out.")
    if parts.fragment or (parts.query and not query):
        raise ValueError("Leave out what stands after ? or #.")
    if any(ord(one) <= 32 for one in address.strip()):
        raise ValueError("It holds blanks.")
    return address.strip() if query and parts.query else address.strip().rstrip("/")


async def far_enough(address: str) -> None:
    """Raise near.TooNear where the address lies in one's own network and that is not allowed; OSError: nobody is found."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    async with asyncio.timeout(LOOK_UP_SECONDS):
        await near.looked_up(parts.hostname or "", port, allow_private=allowed(parts.hostname or "", port))


def client(address: str, *, timeout_seconds: float = 20.0, **options: Any) -> "httpx.AsyncClient":
    """A client for this site: one attempt, no redirect, and no connection into one's own network unless allowed."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    line = near.guarded(allow_private=allowed(parts.hostname or "", port))
    return outside.client(timeout_seconds=timeout_seconds, transport=line, **options)
