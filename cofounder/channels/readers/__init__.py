"""Readers: what a provider counted of posts that stand there, one module a provider.

In: an account and the posts' own ids. Out: counters as they stand now, the raw answer, posts that are gone, quotas, how
many follow the account. Never: changes anything at a provider, takes a counter that was not told for nought, or leaves
a secret in what it gives back.
"""

from cofounder.channels.accounts import Connected, Provider
from cofounder.channels.readers import facebook, ghost, linkedin, wordpress, x
from cofounder.channels.readers.reading import (
    COUNTERS,
    Asked,
    Counted,
    ReaderAway,
    ReadingDelayed,
    ReadingRefused,
    ReadOut,
)
from cofounder.channels.readers.wire import Reader

_READERS: dict[Provider, Reader] = {
    "x": Reader(x.AT_ONCE, x.read, x.followers),
    "facebook": Reader(facebook.AT_ONCE, facebook.read, facebook.followers),
    "linkedin": Reader(linkedin.AT_ONCE, linkedin.read, linkedin.followers),
    "wordpress": Reader(wordpress.AT_ONCE, wordpress.read, wordpress.followers),
    "ghost": Reader(ghost.AT_ONCE, ghost.read, ghost.followers),
}
READABLE = tuple(_READERS)  # the providers that count anything


def of(connected: Connected) -> Reader | None:
    """The reader of an account's provider; None where the provider counts nothing, as a webhook."""
    return _READERS.get(connected.provider)


__all__ = [
    "COUNTERS",
    "READABLE",
    "Asked",
    "Counted",
    "ReadOut",
    "Reader",
    "ReaderAway",
    "ReadingDelayed",
    "ReadingRefused",
    "of",
]
