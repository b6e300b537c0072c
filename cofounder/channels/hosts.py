"""Which platform an address belongs to. Pure."""

from urllib.parse import urlsplit

_HOSTS = {
    "linkedin": ("linkedin.com", "lnkd.in"),
    "x": ("x.com", "twitter.com", "t.co"),
    "facebook": ("facebook.com", "fb.com", "fb.me", "fb.watch"),
}


def has_own(channel: str) -> bool:
    """Whether whatever is published on this channel stands at its platform's own hosts."""
    return channel in _HOSTS


def host(address: str) -> str | None:
    """The host of an http or https address, in lower case; None where it is no such address."""
    try:
        parts = urlsplit(address)
        named = parts.hostname
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return named.rstrip(".") if parts.scheme in ("http", "https") and named and " " not in address else None


def platform_of(address: str) -> str | None:
    """The channel whose own host this is; None for anybody else's, as a short link or a company's site."""
    named = host(address)
    if named is None:
        return None
    return next(
        (
            channel
            for channel, hosts in _HOSTS.items()
            if any(named == one or named.endswith(f".{one}") for one in hosts)
        ),
        None,
    )
