"""Addresses as they mean a page: without what only tells where a visitor came from. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

_ASIDE = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|twclid|li_fat_id|igshid|mc_[ce]id|_hs\w+|ref|ref_src|s_cid|amp", re.I
)
_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.")
_LINK = re.compile(r"https?://[^\s<>\"'“”]+")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
# what traffic reports call the platforms
_SOURCES = {
    "x": {"x", "x.com", "twitter", "twitter.com", "t.co"},
    "linkedin": {"linkedin", "linkedin.com", "lnkd.in"},
    "facebook": {"facebook", "facebook.com", "fb", "m.facebook.com", "l.facebook.com", "lm.facebook.com"},
    "email": {"email", "e-mail", "newsletter", "mail"},
}


@dataclass(frozen=True)
class Address:
    """A page and the campaign marks its address carried. `host` is '' where only a path was given."""

    host: str
    path: str
    marks: tuple[tuple[str, str], ...] = ()

    @property
    def whole(self) -> str:
        return f"{self.host}{self.path}"

    def mark(self, name: str) -> str:
        return dict(self.marks).get(name, "")


def address(text: str | None) -> Address | None:
    """The address that a text is; None where it is none. Scheme, www, tracking and fragments make no difference."""
    given = (text or "").strip()
    if not given or any(sign.isspace() for sign in given):
        return None
    if not re.match(r"[a-z][a-z0-9+.-]*://|/", given, re.IGNORECASE):
        given = f"//{given}" if re.match(r"[\w-]+(\.[\w-]+)+(?:[:/?#]|$)", given) else f"/{given}"
    try:
        parts = urlsplit(given)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    host = _HOST.sub("", host.encode("idna").decode() if host.isascii() is False and _encodable(host) else host)
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted((name, value) for name, value in asked if not _ASIDE.fullmatch(name))
    marks = tuple(
        sorted((name[4:].lower(), value.strip().lower()) for name, value in asked if name.lower().startswith("utm_"))
    )
    path = _INDEX.sub("/", quote(unquote(parts.path), safe="/-._~!$&'()*+,;=:@")).rstrip("/") or "/"
    return Address(host, path + (f"?{urlencode(kept)}" if kept else ""), marks)


def _encodable(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def links(text: str) -> list[Address]:
    """The addresses in a text, each once."""
    found = (address(match.group().rstrip(".,;:!?)]}…")) for match in _LINK.finditer(text))
    return list(dict.fromkeys(one for one in found if one is not None))


def same_page(one: Address, other: Address) -> float:
    """How sure two addresses are one page: 1 with the host, 0.95 where a report gives the path alone, else 0."""
    if one.path != other.path:
        return 0.0
    if one.host == other.host:
        return 1.0
    # "/" is a page of every site
    return 0.95 if (not one.host or not other.host) and one.path != "/" else 0.0


def comes_from(source: str, platform: str) -> bool:
    """Whether a traffic source ("t.co", "linkedin / social") is a platform."""
    first = re.split(r"\s*/\s*", source.strip().lower())[0]
    return first in _SOURCES.get(platform, {platform})


def marked(addresses: Iterable[Address]) -> set[str]:
    """The campaigns that these addresses name."""
    return {one.mark("campaign") for one in addresses} - {""}
