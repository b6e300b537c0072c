"""Followers gained between two counts, divided among the posts that could have caused them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Generic, TypeVar

Post = TypeVar("Post")
ALIVE = timedelta(days=7)  # after that a post is taken to gain nobody any more
_GRAIN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Alive(Generic[Post]):
    """A post that was seen between two counts."""

    post: Post
    impressions: float  # within the interval
    rate: float  # followers per 1,000 impressions that its channel is known to bring, 0 or more


def divided(gain: int, alive: Sequence[Alive[Post]], background: float = 0.0) -> tuple[dict[Post, Decimal], Decimal]:
    """(credit of each post, what is nobody's): together exactly `gain`.

    A gain is divided in proportion to impressions × the rate of the channel, with `background` followers expected
    anyway. A loss is nobody's: that people leave says nothing about who was seen.
    """
    expected = {one.post: max(one.impressions, 0.0) * max(one.rate, 0.0) / 1000 for one in alive}
    total = sum(expected.values()) + max(background, 0.0)
    if gain <= 0 or total <= 0:
        return {post: Decimal(0) for post in expected}, Decimal(gain)
    credits = {post: _part(gain, share / total) for post, share in expected.items()}
    return credits, Decimal(gain) - sum(credits.values(), Decimal(0))


def seen_between(
    readings: Sequence[tuple[datetime, float]], published: datetime, start: datetime, end: datetime
) -> float:
    """Impressions of a post within an interval, its cumulative readings taken as straight lines between them.

    Nothing before it was published, after its last reading, or after a week. A counter that goes down stood still.
    """
    last = published + ALIVE
    return _reached(readings, published, min(end, last)) - _reached(readings, published, min(start, last))


def rates(known: Mapping[str, tuple[float, float]], prior: float = 1.0, weight: float = 10_000.0) -> dict[str, float]:
    """Followers per 1,000 impressions of each channel, from (followers, impressions), drawn towards `prior`.

    `weight` impressions of the prior count beside those that were seen: (F + prior·w/1000) / (M + w) · 1000.
    """
    return {
        channel: 1000 * (max(gained, 0.0) + prior * weight / 1000) / (max(shown, 0.0) + weight)
        for channel, (gained, shown) in known.items()
    }


def _reached(readings: Sequence[tuple[datetime, float]], published: datetime, at: datetime) -> float:
    before, count = published, 0.0
    if at <= published:
        return 0.0
    for moment, read in readings:
        if moment <= before:
            count = max(count, read)
            continue
        then = max(count, read)
        if at <= moment:
            return count + (then - count) * ((at - before) / (moment - before))
        before, count = moment, then
    return count


def _part(gain: int, share: float) -> Decimal:
    return (Decimal(gain) * Decimal(repr(share))).quantize(_GRAIN, ROUND_HALF_EVEN)
