"""What may not lead into one's own network: the address of a site or webhook, and a link that is published."""

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cofounder.channels import reach
from cofounder.channels.counting import LINK
from cofounder.channels.hosts import host
from cofounder.channels.senders.delivery import DeliveryRefused
from cofounder.kit.near import guarded, refused

if TYPE_CHECKING:
    import httpx

_OWN = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain")


def transport(address: str) -> "httpx.AsyncBaseTransport":
    """A line that goes only to the internet, or to a host that the environment allows (`private_hosts`)."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return guarded(allow_private=reach.allowed(parts.hostname or "", port))


def check_links(text: str) -> None:
    """Raise DeliveryRefused for a link that readers elsewhere cannot open, or that opens something of their own."""
    for link in links(text):
        named = host(link)
        if named is None or _own(named):
            raise DeliveryRefused(f"The text links to an address that is not on the internet: {link[:200]}")


def links(text: str) -> list[str]:
    """Every http or https address of a text, in order."""
    return [one.group() for one in LINK.finditer(text) if one.group().lower().startswith(("http://", "https://"))]


def _own(named: str) -> bool:
    try:
        return refused(ipaddress.ip_address(named), allow_private=False)
    except ValueError:
        return named in _OWN or named.endswith(tuple(f".{one}" for one in _OWN)) or "." not in named
