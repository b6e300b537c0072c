"""A pattern in words: what it says, with its n, interval and q, and what would refute it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cofounder.flow.learn.patterns.mining import RATE, SUPPORT, Found
from cofounder.flow.learn.patterns.vocabulary import Item, told
from cofounder.kit.odds import stated

PLACES = 4  # of the figures of a pattern that goes over the wire
_THING = {"engagement": "posts", "quality": "texts", "approval": "texts"}


def thing(metric: str) -> str:
    """What is counted: posts, or texts where a run is judged."""
    return _THING.get(metric, "posts")


def sentence(one: Found, tested: int) -> str:
    """The claim with all that it rests on, told from the figures that go over the wire: a table of them says the same."""
    told_of = ("effect", "low", "high", "mean_without")
    one = replace(one, **{name: round(getattr(one, name), PLACES) for name in told_of})
    who = told(one.items, thing(one.metric))
    claim = f"{who[0].upper()}{who[1:]} {_claim(one)}"
    return (
        f"{claim}: {one.support} of {one.n} {thing(one.metric)}, {stated('q', one.q)} over {tested} tested candidates."
    )


def _claim(one: Found) -> str:
    """ "had 1.4 times the engagement of others …" with the interval."""
    if one.metric == "engagement":
        spread = "" if math.isnan(one.low) else f" ({math.exp(one.low):.2f} to {math.exp(one.high):.2f})"
        return f"had {math.exp(one.effect):.2f} times the engagement of others of their channel and time{spread}"
    gap, low, high = (points(one, value) for value in (one.effect, one.low, one.high))
    way = "higher" if gap >= 0 else "lower"
    if one.metric == "approval":
        spread = "" if math.isnan(one.low) else f" ({low * 100:+.0f} to {high * 100:+.0f})"
        more = "more" if gap >= 0 else "less"
        return f"were approved {abs(gap) * 100:.0f} points of a hundred {more} often than others of their time{spread}"
    spread = "" if math.isnan(one.low) else f" ({low:+.3f} to {high:+.3f})"
    return f"scored {abs(gap):.3f} {way} than others of their channel and time{spread}"


def points(one: Found, effect: float) -> float:
    """An effect on log(1 + metric) as a difference of the metric itself. Exact for yes and no, near it for scores."""
    if math.isnan(effect):
        return effect
    if one.metric == "approval":
        return effect / math.log(2)
    return math.expm1(effect) * (1 + one.mean_without)


def refuted_by(metric: str, effect: float, new_matching: int) -> str:
    """What would make it fall."""
    way = "no longer above" if effect > 0 else "no longer below"
    return (
        f"If its next {SUPPORT} matching {thing(metric)} ({min(new_matching, SUPPORT)} so far) are, among themselves, "
        f"{way} the others of their channel and time, it is retired; if its q over all data rises above {RATE:g}, it is "
        "no longer used."
    )


def watched(one: Found, tested: int) -> str:
    """Why a candidate does not stand."""
    if one.explained_by is not None:
        return f"It adds nothing clear to {told(one.explained_by, thing(one.metric))}."
    return f"q is {one.q:.2f} over {tested} tested candidates; {RATE:g} is the limit."


def part_rejected(part: Sequence[Item], metric: str) -> str:
    """Why what adds a condition to a rejected pattern is not used."""
    return f"A person rejected {told(part, thing(metric)).strip()}, which is a part of it."


def retired(metric: str, effect: float, later: float, support: int, at: datetime) -> str:
    """Why new units refuted it."""
    return (
        f"On {support} new matching {thing(metric)} up to {at:%Y-%m-%d} the effect was {later:+.2f}, "
        f"and {effect:+.2f} before."
    )


def cluster_name(items: Sequence[tuple[Item, ...]]) -> str:
    """The conditions that patterns of one cluster share, else those of the first."""
    shared = set(items[0]).intersection(*map(set, items[1:]))
    return told(sorted(shared) or sorted(items[0]), "").strip()
