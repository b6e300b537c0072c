"""What may not lead into one's own network: the address of a site or webhook, and a link that is published."""

import ipaddress
import re
import socket
import unicodedata
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cofounder.channels import reach
from cofounder.channels.counting import LINK
from cofounder.channels.hosts import host
from cofounder.channels.senders.delivery import DeliveryRefused
from cofounder.channels.tagging import bare
from cofounder.kit.near import guarded, refused

if TYPE_CHECKING:
    import httpx

_ATTRIBUTES = re.compile(r"""\b(?:href|src|poster)\s*=\s*(?P<quote>["'])(?P<address>.*?)(?P=quote)""", re.I | re.S)
_OWN = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain")
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"(?<![\w./:@-])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}(?:/\S*)?|/(?!\d{1,2}\b)\S*)")


def transport(address: str) -> "httpx.AsyncBaseTransport":
    """A line that goes only to the internet, or to a host that the environment allows (`private_hosts`)."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return guarded(allow_private=reach.allowed(parts.hostname or "", port))


def inside(address: str) -> bool:
    """Whether an http or https address leads into one's own network, at a host that the environment does not allow."""
    named = host(address)
    if named is None or not _own(_plain(named)):
        return False
    parts = urlsplit(address)
    return not reach.allowed(named, parts.port or (443 if parts.scheme == "https" else 80))


def check_links(text: str) -> None:
    """Raise DeliveryRefused for a link that readers elsewhere cannot open, or that opens something of their own."""
    for link in [*links(text), *_bare_numbers(text)]:
        named = host(link if "//" in link else f"http://{link}")
        if named is None or _own(_plain(named)):
            raise _refusal(link)


def check_markup(html: str) -> None:
    """The same for what HTML links to or shows; words that only name an address are let be.

    A host in one's own network that the environment names (`private_hosts`) is where the site itself may lie.
    """
    for found in _ATTRIBUTES.finditer(html):
        address = unescape(found.group("address")).strip()
        address = f"http:{address}" if address.startswith("//") else address
        if not address.lower().startswith(("http:", "https:")):
            continue
        named = host(address)
        if named is not None and reach.allowed(named, urlsplit(address).port):
            continue
        if named is None or _own(_plain(named)):
            raise _refusal(address)


def _refusal(address: str) -> DeliveryRefused:
    """With the address as a person wrote it: nobody finds the tags that were put on it here in their text."""
    return DeliveryRefused(f"The text links to an address that is not on the internet: {bare(address)[:200]}")


def links(text: str) -> list[str]:
    """Every http or https address of a text, in order."""
    return [one.group() for one in LINK.finditer(text) if one.group().lower().startswith(("http://", "https://"))]


def _bare_numbers(text: str) -> list[str]:
    """Addresses in numbers with a port or a path after them, which many readers' programs make a link of."""
    return [one.group() for one in _BARE_NUMBER.finditer(unicodedata.normalize("NFKC", text))]


def _plain(named: str) -> str:
    """A host as browsers read it: in plain signs, with plain dots."""
    return unicodedata.normalize("NFKC", named).replace("。", ".").rstrip(".").lower()


def _own(named: str) -> bool:
    try:
        return refused(_address(named), allow_private=False)
    except ValueError:
        return named in _OWN or named.endswith(tuple(f".{one}" for one in _OWN)) or "." not in named


def _address(named: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that a host in numbers means, also as browsers read it: 127.1, 0x7f.0.0.1. Raises ValueError."""
    try:
        return ipaddress.ip_address(named)
    except ValueError:
        if not _NUMBERS.fullmatch(named):
            raise
    try:
        return ipaddress.IPv4Address(socket.inet_aton(named))
    except OSError as error:
        raise ValueError(named) from error
