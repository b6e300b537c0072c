"""Figures that two sources count and do not agree on: one of them is used, and both are told. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cofounder.business import periods, wording
from cofounder.business.catalogue import metric
from cofounder.business.timeline import Point, Timeline
from cofounder.models.brief import Fact, Period

_DIFFERS = 0.01  # of the larger; two ways of counting agree so far at most
_NAMED = 3  # spans of one figure that are told one by one


def beside(used: Point, other: Point) -> Point:
    """The point that is used, with what another source says of the same days where that is something else.

    A sum that lacks days may be smaller by as large a share.
    """
    days = periods.days(periods.spanning(used.start, used.end))
    allowed = max(_DIFFERS, other.lacking / days)
    if abs(used.value - other.value) <= allowed * max(abs(used.value), abs(other.value)):
        return used
    return replace(used, against=other.value)


def told(stored: Timeline, facts: Sequence[Fact]) -> list[str]:
    """A sentence for each figure of a period told or compared with that two sources disagree on."""
    found: dict[str, dict[tuple[object, object], Point]] = {}
    for fact in facts:
        base = fact.base.period if fact.base and fact.base.kind != "target" else None
        for over in filter(None, (fact.period, base)):
            for name, point in _inside(stored, fact.metric, over):
                found.setdefault(name, {})[(point.start, point.end)] = point
    return [sentence for name, points in found.items() for sentence in _sentences(name, list(points.values()))]


def _inside(stored: Timeline, name: str, over: Period) -> Iterable[tuple[str, Point]]:
    """The points of a period, of a metric and of what it is made of, with another source's word against them."""
    known = metric(name)
    for each in filter(None, (known.name, known.top, known.below)):
        inside = [p for p in stored.get(each, ()) if over.start <= p.start and p.end <= over.end]
        longest = [p for p in inside if (p.start, p.end) == (over.start, over.end)] or inside
        yield from ((each, p) for p in longest if p.against is not None)


def _sentences(name: str, points: list[Point]) -> list[str]:
    """The newest first; of many the first ones, and how many more."""
    noun = metric(name).noun
    points = sorted(points, key=lambda p: (p.end, p.start), reverse=True)
    shown = [
        f"The financial figures say {noun} {wording.was(noun)} {p.value:,.10g} {_when(p)}; "
        f"web analytics counts {p.against:,.10g}. The financial figure is used."
        for p in points[:_NAMED]
    ]
    more = len(points) - _NAMED
    if more > 0:
        spans = "1 more span" if more == 1 else f"{more} more spans"
        shown.append(f"On {noun} the financial figures and web analytics also disagree in {spans} of days.")
    return shown


def _when(point: Point) -> str:
    return wording.within(periods.spanning(point.start, point.end))
