"""Followers gained between two counts, divided among the posts that could have caused them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from math import log1p
from typing import Generic, TypeVar

Post = TypeVar("Post")
Count = tuple[datetime, int]
ALIVE = timedelta(days=7)  # after that a post is taken to gain nobody any more
BACK = timedelta(days=30)  # so long what a channel had reached stands: who comes back up to it is nobody new
FALL, LEAST_FALLEN = 0.5, 20  # a count below half of the one before is in doubt, where that was 20 or more
RISE, LEAST_RISEN = 3, 1000  # one above three times the one before is, where that is a thousand more
_GRAIN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Alive(Generic[Post]):
    """A post that was seen between two counts."""

    post: Post
    impressions: float  # within the interval
    rate: float  # followers per 1,000 impressions that its channel is known to bring, 0 or more


def trusted(counts: Sequence[Count]) -> list[Count]:
    """Those of a channel's counts (in the order of time) that can be true: without those in doubt."""
    doubts = doubted(counts)
    return [one for one in counts if one[0] not in doubts]


def doubted(counts: Sequence[Count]) -> dict[datetime, str]:
    """When a channel's counts (in the order of time) are in doubt, and why.

    A count is, that fell below half of the one before or rose above three times of it (`FALL`, `RISE`), until the next
    count is nearer to it. The first one is, when the second one rose as much and the third one stayed up there.
    """
    doubts: dict[datetime, str] = {}
    before: Count | None = None
    for at, one in enumerate(counts):
        if before is None:
            after = counts[1:3]
            rose = len(after) == 2 and after[0][1] > one[1] and _leapt(one[1], after[0][1])
            if rose and _nearer(after[1][1], after[0][1], one[1]):
                doubts[one[0]] = f"{one[1]:,} where the two counts after it were {after[0][1]:,} and {after[1][1]:,}"
            else:
                before = one
        elif _leapt(before[1], one[1]) and not (at + 1 < len(counts) and _nearer(counts[at + 1][1], one[1], before[1])):
            doubts[one[0]] = f"{one[1]:,} after {before[1]:,}"
        else:
            before = one
    return doubts


def won(counts: Sequence[Count], at: int) -> int:
    """How many of the gain up to the count at this place (1 or more) are new: above all that was reached lately.

    Lately is within 30 days, and the two counts before however old. So a count that goes down and comes back gains
    nobody, and counts in a row never gain more than the channel did.
    """
    since, place, highest = counts[at - 1][0] - BACK, at - 1, 0
    while place >= 0 and (place >= at - 2 or counts[place][0] >= since):
        highest = max(highest, counts[place][1])
        place -= 1
    return max(0, counts[at][1] - highest)


def divided(
    gain: int, alive: Sequence[Alive[Post]], background: float = 0.0, *, won: int | None = None
) -> tuple[dict[Post, Decimal], Decimal]:
    """(credit of each post, what is nobody's): together exactly `gain`.

    What of the gain is new (`won`; all of it where that is not said) is divided in proportion to impressions × the rate
    of the channel, with `background` followers expected anyway. A loss is nobody's: that people leave says nothing
    about who was seen; and so are those who make up for a loss.
    """
    new = gain if won is None else min(won, gain)
    expected = {one.post: _exact(max(one.impressions, 0.0) * max(one.rate, 0.0) / 1000) for one in alive}
    total = sum(expected.values(), _exact(max(background, 0.0)))
    if new <= 0 or total <= 0:
        return {post: Decimal(0) for post in expected}, Decimal(gain)
    credits, left = {}, Decimal(new)
    for post, one in expected.items():  # rounded down: posts never get more than was gained, the rest is nobody's
        credits[post] = min(left, (new * one / total).quantize(_GRAIN, ROUND_DOWN))
        left -= credits[post]
    return credits, Decimal(gain) - Decimal(new) + left


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


def _leapt(before: int, after: int) -> bool:
    if before >= LEAST_FALLEN and after < before * FALL:
        return True
    return after > before * RISE and after - before > LEAST_RISEN


def _nearer(count: int, one: int, other: int) -> bool:
    """Whether a count is nearer to one than to another, in proportion."""
    return abs(log1p(count) - log1p(one)) < abs(log1p(count) - log1p(other))


def _exact(number: float) -> Decimal:
    return Decimal(repr(number))
