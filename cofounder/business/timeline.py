"""Stored values laid out in time, and what a period's value is: sums of flows, end values, ratios recomputed.

Pure. A mean of ratios is never taken; a value that cannot be made from what is stored is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cofounder.business import periods
from cofounder.business.catalogue import Metric, metric
from cofounder.models.brief import Period

_MONTHLY = 28  # days; a point at least this long is a month's or longer
_SERIES = 36
_ALIKE = 0.5  # values a season apart correlate at least this much
_PAIRS = 9


@dataclass(frozen=True)
class Point:
    """One stored value of one span of days, both included."""

    start: date
    end: date
    value: float
    source: str
    currency: str = "USD"
    lacking: int = 0  # days inside that have no figure
    against: float | None = None  # what another source says of the same days, where it says something else


@dataclass(frozen=True)
class Reading:
    """A period's value, the days it really covers, and the sample behind a rate."""

    value: float
    covered: Period
    source: str
    currency: str = "USD"
    n: int | None = None
    lacking: int = 0  # days of `covered` that have no figure


Timeline = Mapping[str, Sequence[Point]]  # canonical metric name -> points


def read(timeline: Timeline, name: str, period: Period) -> Reading | None:
    """The metric's value over the part of `period` that is stored; None where none can be made."""
    known = metric(name)
    points = timeline.get(known.name, ())
    exact = next((p for p in points if (p.start, p.end) == (period.start, period.end)), None)
    if exact is not None:
        return _single(exact, _sample(timeline, known, period))
    inside = [p for p in points if period.start <= p.start and p.end <= period.end]
    if known.adds == "flow":
        return _summed(inside)
    if known.adds == "stock":
        return _ending(inside, period)
    if known.adds == "ratio":
        made = _recomputed(timeline, known, period)
        if made is not None:
            return made
    return _single(inside[0], None) if len(inside) == 1 else None


def _single(point: Point, n: int | None) -> Reading:
    covered = periods.spanning(point.start, point.end)
    return Reading(point.value, covered, point.source, point.currency, n, point.lacking)


def _summed(inside: Sequence[Point]) -> Reading | None:
    """The first unbroken run of points, longest points first; months rather than days where both are stored."""
    monthly = [p for p in inside if periods.days(periods.spanning(p.start, p.end)) >= _MONTHLY]
    usable = monthly or list(inside)
    if not usable:
        return None
    start = min(p.start for p in usable)
    run: list[Point] = []
    at = start
    starting: dict[date, Point] = {}
    for point in usable:
        if point.start not in starting or starting[point.start].end < point.end:
            starting[point.start] = point
    while at in starting:
        run.append(starting[at])
        at = starting[at].end + timedelta(days=1)
    if len({p.currency for p in run}) > 1:
        return None  # amounts of two currencies do not add up
    total = sum(p.value for p in run)
    sources = sorted({p.source for p in run})
    covered = periods.spanning(start, run[-1].end)
    lacking = sum(p.lacking for p in run)
    return Reading(total, covered, " and ".join(sources), run[0].currency, lacking=lacking)


def _ending(inside: Sequence[Point], period: Period) -> Reading | None:
    if not inside:
        return None
    last = max(inside, key=lambda p: (p.end, p.start))
    return Reading(last.value, periods.spanning(period.start, last.end), last.source, last.currency)


def _recomputed(timeline: Timeline, known: Metric, period: Period) -> Reading | None:
    """top / below over the days that both cover; never a mean of ratios, nor what the metric cannot be."""
    parts = _parts(timeline, known, period)
    if parts is None or _beyond(known, *parts):
        return None
    top, below = parts
    n = int(below.value) if known.unit == "rate" and known.below and metric(known.below).unit == "count" else None
    source = " and ".join(sorted({top.source, below.source}))
    currency = "USD" if known.unit != "usd" else top.currency if _money(str(known.top)) else below.currency
    lacking = max(top.lacking, below.lacking)
    return Reading(top.value / below.value, top.covered, source, currency, n, lacking)


def beyond(timeline: Timeline, name: str, period: Period) -> tuple[Reading, Reading] | None:
    """The two values that a ratio would be made of, where it would then be what it cannot be, such as a share above 1."""
    known = metric(name)
    parts = _parts(timeline, known, period)
    return parts if parts is not None and _beyond(known, *parts) else None


def _beyond(known: Metric, top: Reading, below: Reading) -> bool:
    value = top.value / below.value
    return (known.high is not None and value > known.high) or (known.low is not None and value < known.low)


def _parts(timeline: Timeline, known: Metric, period: Period) -> tuple[Reading, Reading] | None:
    """top and below over the days that both cover."""
    if known.top is None or known.below is None:
        return None
    top, below = read(timeline, known.top, period), read(timeline, known.below, period)
    if top is None or below is None:
        return None
    if _money(known.top) and _money(known.below) and top.currency != below.currency:
        return None  # nor is one of them a share of the other
    if (top.covered.start, top.covered.end) != (below.covered.start, below.covered.end):
        start = max(top.covered.start, below.covered.start)
        end = min(top.covered.end, below.covered.end)
        if end < start or (start, end) == (period.start, period.end):
            return None
        return _parts(timeline, known, periods.spanning(start, end))
    return None if below.value <= 0 else (top, below)


def _money(name: str) -> bool:
    return metric(name).unit == "usd"


def _sample(timeline: Timeline, known: Metric, period: Period) -> int | None:
    """How many cases a stored rate rests on, where they are stored too."""
    if known.unit != "rate" or known.below is None or metric(known.below).unit != "count":
        return None
    below = read(timeline, known.below, period)
    return int(below.value) if below is not None and below.covered == period else None


def read_whole(timeline: Timeline, name: str, period: Period) -> Reading | None:
    """The metric's value over exactly these days, else None."""
    found = read(timeline, name, period)
    if found is None or (found.covered.start, found.covered.end) != (period.start, period.end):
        return None
    return found


def series(timeline: Timeline, name: str, asked: Period, covered: Period, limit: int = _SERIES) -> list[float]:
    """Values of the like periods before, oldest first, unbroken, without this one; all in this one's currency."""
    found: list[float] = []
    now = read_whole(timeline, name, covered)
    for steps in range(1, limit + 1):
        earlier = read_whole(timeline, name, periods.like(asked, covered, steps))
        if earlier is None or (now is not None and earlier.currency != now.currency):
            break
        found.append(earlier.value)
    return found[::-1]


def currencies(timeline: Timeline, name: str, period: Period) -> list[str]:
    """What the values that make up a metric's period are in; several neither add up nor divide."""
    known = metric(name)
    parts = [each for each in (known.name, known.top, known.below) if each and _money(each)]
    return sorted(
        {
            p.currency
            for each in parts
            for p in timeline.get(each, ())
            if period.start <= p.start and p.end <= period.end
        }
    )


def in_others(timeline: Timeline, name: str, before: Period, currency: str, own: str) -> str | None:
    """How a clause says that what is stored of a period is in other currencies than this; None where it is not."""
    held = currencies(timeline, name, before) if _money(name) else []
    return f"{own} is in {' and '.join(held)}" if held and held != [currency] else None


def one_currency(points: Sequence[Point]) -> list[Point]:
    """Those in the currency of the newest."""
    newest = max(points, key=lambda p: (p.end, p.start), default=None)
    return [p for p in points if newest is not None and p.currency == newest.currency]


def is_seasonal(values: Sequence[float], season: int = 12) -> bool:
    """Whether a value, freed of the trend, goes with the one a season before it (Pearson >= 0.5, at least 9 pairs).

    Looks at the last three seasons of positive values; anything else is False.
    """
    recent = list(values[-3 * season :])
    if len(recent) < season + _PAIRS or min(recent) <= 0:
        return False
    import numpy as np

    logs = np.log(np.asarray(recent, dtype=float))
    at = np.arange(len(recent))
    level = logs - np.polyval(np.polyfit(at, logs, 1), at)
    later, before = level[season:], level[:-season]
    if later.std() < 1e-9 or before.std() < 1e-9:
        return False
    return bool(np.corrcoef(later, before)[0, 1] >= _ALIKE)


def newest_month(timeline: Timeline, today: date, names: Sequence[str] = ()) -> Period | None:
    """The last finished month that has a value; the one most metrics agree on, the later where they do not.

    `names`: only these metrics are asked, among them ratios that are made of others.
    """
    ends = [newest_end(timeline, name, today) for name in names or timeline]
    known = [end for end in ends if end is not None]
    if not known:
        return None
    return periods.month(max(set(known), key=lambda end: (known.count(end), end)))


def newest_end(timeline: Timeline, name: str, today: date) -> date | None:
    """The last day of the last finished month that a metric has a value of."""
    known = metric(name)
    parts = [each for each in (known.name, known.top, known.below) if each]
    ends = {
        p.end
        for each in parts
        for p in timeline.get(each, ())
        if p.end <= today and periods.grain_of(p.start, p.end) == "month"
    }
    has = (end for end in sorted(ends, reverse=True) if read_whole(timeline, known.name, periods.month(end)))
    return next(has, None)
