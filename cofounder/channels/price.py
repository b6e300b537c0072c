"""What a channel charges for a text, to be seen before it is approved. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cofounder.channels.linked import links
from cofounder.channels.rendered import Rendered
from cofounder.channels.senders.delivery import Account

STATED = "August 2026"  # when X's prices were read
POST_USD = Decimal("0.015")
LINKED_USD = Decimal("0.20")  # of a post with a link


@dataclass(frozen=True)
class Price:
    usd: Decimal
    words: str


def price(rendered: Rendered, sender: str) -> Price | None:
    """What sending it that way costs; None where nothing is charged for a single text."""
    if sender != "x":
        return None
    posts = rendered.parts or [rendered.text]
    linked = sum(next(links(post), None) is not None for post in posts)
    usd = POST_USD * (len(posts) - linked) + LINKED_USD * linked
    what = "this post" if len(posts) == 1 else f"this thread of {len(posts)} posts"
    why = f", {linked} of them with a link" if linked and len(posts) > 1 else ", as it has a link" if linked else ""
    return Price(usd, f"X charges ${_written(usd)} for {what}{why} (prices of {STATED}).")


def _written(usd: Decimal) -> str:
    """In cents, and in tenths of one where there are any."""
    return f"{usd:.3f}".removesuffix("0")


def told(account: Account, stored: Mapping[str, Any] | None) -> Account:
    """The account with the price of this text in its note, where it charges one."""
    found = price(Rendered.model_validate(stored), account.sender) if stored else None
    if found is None:
        return account
    return account.model_copy(update={"note": " ".join(filter(None, [account.note, found.words]))})
