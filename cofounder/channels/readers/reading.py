"""What every reader is given and gives back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cofounder.channels.naming import own_id
from cofounder.kit.errors import CofounderError, Conflict

# Cumulative counters of a post, as the company's records name them.
COUNTERS = (
    "impressions",
    "views",
    "reach",
    "clicks",
    "likes",
    "shares",
    "comments",
    "bookmarks",
)


@dataclass(frozen=True)
class Asked:
    """A post to read."""

    external_id: str
    published_at: datetime


@dataclass(frozen=True)
class Counted:
    """What was told of one post. A counter that is not here was not told."""

    external_id: str
    counts: dict[str, int]
    raw: dict[str, Any]


@dataclass(frozen=True)
class ReadOut:
    """One round. Each post that was asked for is in exactly one of counted, gone, not_offered and later.

    `gone`: deleted at the channel, it will never be read. `not_offered`: the provider counts nothing of it for us.
    `later`: not told this time. All three say why. `left_out`: metrics that the provider knows no more.
    """

    counted: tuple[Counted, ...] = ()
    gone: dict[str, str] = field(default_factory=dict)
    not_offered: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    quota: dict[str, Any] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


class ReadingDelayed(CofounderError):
    """The provider wants to be asked later."""

    status = 429
    hint = "Nothing is lost; it is read when the provider allows it."

    def __init__(self, detail: str, *, until: datetime) -> None:
        super().__init__(detail)
        self.until = until


class ReaderAway(CofounderError):
    """The provider does not answer as it should."""

    status = 503
    hint = "Nothing is lost; it is read later."


class ReadingRefused(Conflict):
    """The provider does not let this account read."""

    hint = "Connect the account again with the permissions that reading needs: Content, Channels."


def of_this_site(posts: Sequence[Asked], site: str) -> tuple[dict[str, str], dict[str, str]]:
    """(post -> what the site calls it, post -> why it cannot be asked for here)."""
    named = {one.external_id: own_id(one.external_id, site) for one in posts}
    here = {post: id for post, id in named.items() if id is not None}
    return here, {post: "It stands on another site than this account's." for post in named if post not in here}
