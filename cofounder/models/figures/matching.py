"""What a figure may stand for, and whether a written figure is that value, rounded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cofounder.models.brief import Fact
from cofounder.models.figures.deriving import CHANGE_METRICS, RATE_OF, derive, plain
from cofounder.models.figures.families import families_of, family_of
from cofounder.models.figures.reading import Figure

_NAMED = frozenset({"given", "base", "growth", "change", "points", "difference", "product"})
CHANGES = frozenset({"change", "points", "difference", "growth"})


@dataclass(frozen=True)
class Candidate:
    """One value that the facts support. `unit`: money, percent, points, count, ratio, one_in, duration."""

    value: float
    unit: str
    kind: str  # "given", "base", "growth", or the derivation's kind
    facts: tuple[str, ...]
    derivation: str | None
    families: frozenset[str]
    noun: str
    currency: str = "USD"
    based: str = ""  # of a given value: the label of the earlier one beside it


_UNITS = {"usd": "money", "count": "count", "rate": "percent", "ratio": "ratio", "score": "count"}
_FITS = {
    "money": frozenset({"money"}),
    "percent": frozenset({"percent", "ratio"}),
    "points": frozenset({"points"}),
    "count": frozenset({"count", "ratio"}),
    "multiple": frozenset({"ratio", "multiple"}),
    "one_in": frozenset({"one_in", "ratio"}),
    "duration": frozenset({"duration"}),
}


def candidates_of(facts: Sequence[Fact]) -> list[Candidate]:
    """Given values first, then what the closed list derives from them."""
    found: list[Candidate] = []
    families = {fact.id: _families(fact) for fact in facts}
    for fact in facts:
        found += _given(fact, families[fact.id])
    timed = {fact.id for fact in facts if fact.unit in ("days", "hours")}
    for made in derive(facts):
        everything = frozenset[str]().union(*(families[one] for one in made.facts))
        everything |= {family_of(one) for one in made.metrics}
        if made.kind == "product":
            everything -= {"traffic"}
        elif made.kind == "point_value":
            everything |= {"conversions"}
        unit = {"usd": "money", "count": "count", "rate": "percent", "points": "points", "ratio": "ratio"}[made.unit]
        if made.kind in ("one_in", "multiple"):
            unit = made.kind
        elif made.kind == "difference" and timed.intersection(made.facts):
            unit = "duration"
        found.append(
            Candidate(made.value, unit, made.kind, made.facts, made.derivation, everything, made.noun, made.currency)
        )
    return found


def _families(fact: Fact) -> frozenset[str]:
    own = families_of(fact)
    if fact.metric in RATE_OF:
        own |= {family_of(base) for base in RATE_OF[fact.metric][0]} | {family_of(RATE_OF[fact.metric][1])}
    return own


def _given(fact: Fact, families: frozenset[str]) -> list[Candidate]:
    if fact.kind == "cause":
        return []
    unit = "duration" if fact.unit in ("days", "hours") else _UNITS[fact.unit]
    kind = "growth" if fact.metric in CHANGE_METRICS else "given"

    def one(value: float | None, unit: str, kind: str, noun: str) -> list[Candidate]:
        if value is None:
            return []
        based = fact.base.label if fact.base is not None and fact.base.kind != "target" else ""
        return [Candidate(value, unit, kind, (fact.id,), None, families, noun, fact.currency, based)]

    found = one(fact.value, unit, kind, fact.noun)
    if unit == "duration":
        found += one(fact.value, "count", kind, fact.noun)
    if fact.base is not None:
        found += one(fact.base.value, unit, "base", f"{fact.noun} in {fact.base.label}")
    for earlier in fact.series:
        found += one(earlier, unit, "base", f"{fact.noun} in an earlier period")
    found += one(fact.low, unit, "given", f"the low end of {fact.noun}")
    found += one(fact.high, unit, "given", f"the high end of {fact.noun}")
    found += one(fact.level, "percent", "given", "the level of the interval")
    found += one(float(fact.n) if fact.n is not None else None, "count", "given", f"the sample behind {fact.noun}")
    return found


def fits(figure: Figure, candidate: Candidate) -> bool:
    """Whether the figure's unit can stand for the candidate's; inside a formula units are often left out."""
    if figure.unit not in _FITS:
        return False
    if candidate.unit == "money" and figure.currency and figure.currency != candidate.currency:
        return False
    if candidate.unit in _FITS[figure.unit]:
        return True
    if figure.unit == "multiple" and candidate.unit == "count" and figure.value >= 100:
        return True  # "the door opened 250,000 times"
    if figure.in_formula and figure.unit == "count":
        return candidate.unit in ("money", "percent", "points")
    return figure.unit == "count" and candidate.unit == "money" and not figure.spelled and abs(figure.value) >= 1000


def same(figure: Figure, candidate: Candidate) -> bool:
    """Whether the written figure is the candidate's value, exact or rounded as its digits and hedge allow."""
    value, written = abs(candidate.value), abs(figure.value)
    if figure.in_formula and figure.unit == "count" and candidate.unit in ("percent", "points"):
        value *= 100
    half = figure.step / 2 * (1 + 1e-9) + 1e-12
    slack = 1e-9 * max(value, 1.0)
    if figure.zeros > figure.step:
        half = max(half, min(figure.zeros / 2, 0.005 * value))
    gap = abs(value - written)
    if gap <= half + slack and gap <= max(0.06 * value, slack):
        return True  # rounded to the written place, and not so coarsely that it says something else
    if figure.hedge == "about":
        return gap <= max(0.02 * value, min(figure.zeros / 2, 0.05 * value)) + slack
    if figure.hedge == "under":
        return 0.92 * written <= value <= written
    if figure.hedge == "over":
        return written <= value <= written * (1.25 if figure.unit == "multiple" else 1.1)
    return False


def name_of(candidate: Candidate) -> str:
    """How a message names a candidate: "the number of conversions"."""
    if candidate.unit == "count":
        return f"the number of {candidate.noun}"
    if candidate.kind in ("change", "growth"):
        return f"the change of {candidate.noun}"
    return candidate.noun


def nearest(figure: Figure, candidates: Iterable[Candidate]) -> str | None:
    """A word on the closest supported value, for a message; None when nothing is within a third."""
    best: tuple[float, Candidate] | None = None
    for candidate in candidates:
        if not fits(figure, candidate) or not candidate.value or candidate.kind not in _NAMED:
            continue
        gap = abs(abs(candidate.value) - abs(figure.value)) / abs(candidate.value)
        if gap < 0.34 and (best is None or gap < best[0]):
            best = (gap, candidate)
    if best is None:
        return None
    found = best[1]
    shown = f"{plain(round(found.value * 100, 2))}%" if found.unit == "percent" else plain(round(found.value, 2))
    return f"{name_of(found)} is {shown}"
