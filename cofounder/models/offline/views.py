"""Facts as the writer looks at them: one view per metric, with its comparisons, direction and salience."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Literal

from cofounder.models.brief import Base, Brief, Fact
from cofounder.models.figures.deriving import CHANGE_METRICS, changeable
from cofounder.models.offline.metrics import Naming, naming

Direction = Literal["up", "down", "flat"]


@dataclass
class View:
    """One metric: its fact, its bases in order of use, and how much it deserves the lead."""

    fact: Fact
    name: Naming
    bases: list[Base] = field(default_factory=list)
    salience: float = 0.0
    target: Base | None = None
    record: str | None = None  # "highest" or "lowest" of the series

    @property
    def id(self) -> str:
        return self.fact.id

    @property
    def base(self) -> Base | None:
        return self.bases[0] if self.bases else None

    @property
    def second(self) -> Base | None:
        return self.bases[1] if len(self.bases) > 1 else None

    def change(self, base: Base | None = None) -> float:
        """The relative change to a base, for a rate the change in points; 0 without a base."""
        base = base or self.base
        if base is None:
            return 0.0
        if self.fact.unit == "rate":
            return self.fact.value - base.value
        return (self.fact.value - base.value) / base.value if base.value else 0.0

    @property
    def crossing(self) -> bool:
        """Whether the change has no percentage: to zero, from zero, or across it."""
        return self.base is not None and not percentable(self.fact, self.base)

    @property
    def direction(self) -> Direction | None:
        base = self.base
        if base is None:
            return None
        return direction_of(self.fact, base)


def direction_of(fact: Fact, base: Base) -> Direction:
    """Up, down, or flat when the change is under half a percent (a rate: under 0.05 points)."""
    gap = fact.value - base.value
    small = 0.0005 if fact.unit == "rate" else 0.005 * abs(base.value)
    if abs(gap) < small or (fact.unit != "rate" and not gap):
        return "flat"
    return "up" if gap > 0 else "down"


def percentable(fact: Fact, base: Base) -> bool:
    """Whether a change may be given in percent: amounts only on one side of zero; a rate moves in points."""
    if fact.unit == "rate":
        return True
    return changeable(fact.value, base.value)


_BASE_ORDER = {"previous": 1, "year_earlier": 2}


def views_of(brief: Brief) -> list[View]:
    """One view per metric, most salient first; confidential facts, causes, forecasts and thin rates left out."""
    views: dict[str, View] = {}
    wanted = brief.request.lower()
    for fact in brief.facts:
        if fact.confidential or fact.kind != "observed" or (fact.n is not None and fact.n < 30):
            continue
        key = f"{fact.metric}|{fact.noun}" + (f"|{fact.period.start}|{fact.period.end}" if fact.period else "")
        view = views.get(key)
        if view is None:
            view = views[key] = View(fact, naming(fact))
        if fact.base is not None and (fact.base.kind != "target" or percentable(fact, fact.base)):
            if fact.base.kind == "target":
                view.target = fact.base
            else:
                view.bases.append(fact.base)
        if len(fact.series) > len(view.fact.series):
            view.fact = view.fact.model_copy(update={"series": fact.series})
    found = _without_doubles(list(views.values()))
    for view in found:
        view.bases.sort(key=lambda base: _BASE_ORDER.get(base.kind, 0))
        view.record = _record(view)
        view.salience = _salience(view, wanted)
    found.sort(key=lambda view: -view.salience)
    return found


def _without_doubles(views: list[View]) -> list[View]:
    """A growth rate that only repeats another metric's own change says nothing new."""
    changes = [view.change(base) for view in views for base in view.bases if view.fact.unit != "rate"]
    return [
        view
        for view in views
        if not (view.fact.metric in CHANGE_METRICS and any(abs(view.fact.value - one) < 0.0005 for one in changes))
    ]


def _record(view: View) -> str | None:
    series = view.fact.series
    if len(series) < 11:
        return None
    if view.fact.value > max(series):
        return "highest"
    return "lowest" if view.fact.value < min(series) else None


def _salience(view: View, wanted: str) -> float:
    fact, score = view.fact, 0.0
    words = fact.noun.lower().split()
    if fact.asked or fact.metric.replace("_", " ") in wanted or (words and words[-1] in wanted):
        score += 3
    if view.bases:
        score += _surprise(view) + 0.5
    if view.record:
        score += 1.5
    if _reversal(fact):
        score += 1
    if view.target is not None:
        score += 1.5
    if view.base is not None and fact.unit != "rate" and _milestone(view.base.value, fact.value):
        score += 1
    if fact.metric in ("revenue", "monthly_recurring_revenue"):
        score += 0.4  # the figure most readers look for first
    if view.name.inverse or view.name.kind in ("spend", "money_each"):
        score -= 1.2  # whether up is good depends; such a figure rarely leads well
    return score


def _surprise(view: View) -> float:
    """The change measured against the series' usual one; by bands where the series is too short."""
    if view.crossing:
        return 0.0 if view.direction == "flat" else 3.0
    series, change = view.fact.series, abs(view.change())
    if len(series) >= 6:
        steps = [abs(b - a) / abs(a) for a, b in pairwise(series) if a]
        usual = median(steps) if steps else 0.0
        if usual > 0:
            return min(3.0, change / usual)
    if view.fact.unit == "rate":
        change = change / view.base.value if view.base and view.base.value else change
    for limit, score in ((0.3, 3.0), (0.15, 2.0), (0.05, 1.0), (0.01, 0.3)):
        if change >= limit:
            return score
    return 0.0


def _reversal(fact: Fact) -> bool:
    series = [*fact.series[-4:], fact.value]
    if len(series) < 5:
        return False
    signs = [b > a for a, b in pairwise(series)]
    return len(set(signs[:3])) == 1 and signs[3] != signs[0]


def _milestone(before: float, after: float) -> bool:
    if before <= 0 or after < before or after < 100:
        return False
    step = 1.0
    while step * 10 <= after:
        step *= 10
    return any(before < mark <= after for mark in (step, 2 * step, 5 * step))


_BANDS = (
    (0.005, ("held at",), ("held at",)),
    (0.02, ("edged up", "inched up"), ("edged down", "dipped")),
    (0.05, ("ticked up", "moved up"), ("eased", "slipped")),
    (0.12, ("rose", "grew"), ("fell", "declined")),
    (0.30, ("jumped", "climbed"), ("dropped", "slid")),
    (0.80, ("surged", "shot up"), ("plunged", "tumbled")),
)
_NOUNS = (
    (0.02, "small rise", "small dip"),
    (0.05, "modest rise", "slight decline"),
    (0.12, "rise", "fall"),
    (0.30, "jump", "drop"),
    (10.0, "surge", "plunge"),
)


def _size(view: View, base: Base) -> float:
    """The size of a change for its verb: relative, and one band lower where the series often moves so much."""
    size = abs(view.change(base))
    if view.fact.unit == "rate":
        size = size / base.value if base.value else size
    series = view.fact.series
    if len(series) >= 6:
        steps = sorted(abs(b - a) / abs(a) for a, b in pairwise(series) if a)
        if steps and steps[len(steps) // 2] >= size:
            size *= 0.4
    return size


def verbs(view: View, base: Base) -> tuple[str, ...]:
    """Past-tense verbs whose band holds the change; more than 80% has its own words, see `fold`."""
    if not percentable(view.fact, base) and view.fact.value != base.value:
        return ("rose",) if view.fact.value > base.value else ("fell", "dropped")
    size, rising = _size(view, base), view.fact.value >= base.value
    for limit, up, down in _BANDS:
        if size < limit:
            return up if rising else down
    return ("surged", "shot up") if rising else ("plunged", "tumbled")


def movement(view: View, base: Base) -> str:
    """The noun for a change: "jump", "slight decline"."""
    if not percentable(view.fact, base):
        return "rise" if view.fact.value >= base.value else "fall"
    size, rising = _size(view, base), view.fact.value >= base.value
    for limit, up, down in _NOUNS:
        if size < limit:
            return up if rising else down
    return "surge" if rising else "plunge"


def fold(view: View, base: Base) -> str | None:
    """ "doubled", "nearly doubled", "tripled" where that is what happened."""
    if view.fact.unit == "rate" or not percentable(view.fact, base):
        return None
    times = view.fact.value / base.value
    for target, word in ((2.0, "doubled"), (3.0, "tripled"), (4.0, "quadrupled")):
        if abs(times - target) <= 0.03:
            return word
        if 0.94 * target <= times < target:
            return f"nearly {word}"
        if target < times <= 1.1 * target:
            return f"more than {word}"
    return None


def without_base(views: Sequence[View]) -> list[View]:
    """The views nothing earlier is given for."""
    return [view for view in views if view.base is None]
