"""What stands out in a set of facts: changes, records, reversals, targets, milestones, ratios, by salience. Pure.

Salience = asked 3 + surprise (change / the series' usual change, at most 3; with under 6 changes known: 1 % .3,
5 % 1, 15 % 2, 30 % 3) + record 1.5 (12 periods or more) + reversal after 3 like periods 1 + target 1.5 + milestone
(first past 1, 2, 5 x 10^n) 1; a ratio of two facts .7. On top of that, so that equally surprising figures come in the
order a reader expects, the figures companies are judged by: revenue 1, customers and recurring revenue .6, visits .3.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any, Literal

from pydantic import BaseModel, Field

from cofounder.business import wording
from cofounder.models.brief import Fact, Period

Kind = Literal["change", "record", "reversal", "target", "milestone", "ratio", "level", "missing"]
_STEPS = ((0.30, 3.0), (0.15, 2.0), (0.05, 1.0), (0.01, 0.3))
_RECORD_PERIODS = 12
_HEADLINE = {"revenue": 1.0, "customers": 0.6, "monthly_recurring_revenue": 0.6, "traffic": 0.3}
_SMALL_SAMPLE = 30
_SMALL_RATIO = 0.1  # below it two decimals no longer say the figure
_RATIOS = (("revenue", "customers"), ("revenue", "traffic"), ("revenue", "conversions"), ("marketing_spend", "revenue"))
_PERIOD_WORD = {"day": "days", "week": "weeks", "month": "months", "quarter": "quarters", "year": "years"}


class Insight(BaseModel):
    """One sentence about the figures, what it rests on, and how much it stands out."""

    kind: Kind
    sentence: str
    facts: list[str] = Field(description="Ids of the facts the sentence rests on")
    salience: float


class Story(BaseModel):
    facts: list[Fact] = Field(description="The facts given, most salient first; those that mislead left out")
    insights: list[str] = Field(description="Sentences, most salient first; every figure is given or derived")
    details: list[Insight]
    narrative: str
    metrics_summary: dict[str, Any] = Field(description="Metric -> value, unit, period, base, change")
    left_out: list[str] = Field(description="What was left out and why")


def find_story(facts: Sequence[Fact], period: Period | None = None, *, most: int = 8) -> Story:
    """The facts by salience and what to say about them, at most `most` sentences."""
    left_out = [
        f"{wording.capital(fact.noun)} is left out: it rests on only {fact.n} cases."
        for fact in facts
        if _is_thin(fact)
    ]
    usable = [fact for fact in facts if not _is_thin(fact) and not fact.confidential]
    scored = {fact.id: _salience(fact) for fact in usable}
    ordered = sorted(usable, key=lambda fact: -scored[fact.id])
    details = [insight for fact in ordered for insight in _about(fact, scored[fact.id])]
    details += _ratios(ordered)
    details.sort(key=lambda insight: -insight.salience)
    gaps = _without_base(ordered)
    sentences = [insight.sentence for insight in details[:most]]
    told = [*sentences, *gaps]
    opening = [_scope(ordered, period)]
    return Story(
        facts=ordered,
        insights=told,
        details=details,
        narrative=" ".join([*filter(None, opening), *sentences[:4], *gaps]),
        metrics_summary={fact.metric: summary(fact) for fact in ordered},
        left_out=left_out,
    )


def _is_thin(fact: Fact) -> bool:
    return fact.unit == "rate" and fact.n is not None and fact.n < _SMALL_SAMPLE


def _salience(fact: Fact) -> float:
    score = (3.0 if fact.asked else 0.0) + _HEADLINE.get(fact.metric, 0.0)
    score += surprise(fact)
    score += 1.5 if record(fact) else 0.0
    score += 1.0 if reverses(fact) else 0.0
    score += 1.5 if fact.base is not None and fact.base.kind == "target" else 0.0
    score += 1.0 if milestone(fact) is not None else 0.0
    return round(score, 4)


def change_of(fact: Fact) -> float | None:
    """Relative change against the base; None without one, for targets and where a percentage means nothing."""
    if fact.base is None or fact.base.kind == "target" or not wording.comparable(fact.value, fact.base.value):
        return None
    return fact.value / fact.base.value - 1


def surprise(fact: Fact) -> float:
    """How large the change is beside the series' usual one at the same distance, 0-3."""
    change = change_of(fact)
    if change is None:
        return 0.0
    usual = usual_change(fact.series, _lag(fact))
    if usual is not None:
        return min(3.0, abs(change) / usual)
    return next((points for limit, points in _STEPS if abs(change) >= limit - 1e-9), 0.0)


def _lag(fact: Fact) -> int:
    if fact.base is None or fact.base.kind != "year_earlier" or fact.period is None:
        return 1
    return {"month": 12, "quarter": 4}.get(fact.period.grain, 1)


def usual_change(series: Sequence[float], lag: int = 1) -> float | None:
    """The median absolute relative change over `lag` periods; None with fewer than 6 of them, or all flat."""
    changes = [
        abs(now / before - 1)
        for before, now in zip(series, series[lag:], strict=False)
        if wording.comparable(now, before)
    ]
    if len(changes) < 6:
        return None
    middle = median(changes)
    return middle if middle > 1e-6 else None


def record(fact: Fact) -> Literal["highest", "lowest"] | None:
    """Whether the value is the highest or lowest of 12 periods or more, itself included."""
    if len(fact.series) + 1 < _RECORD_PERIODS:
        return None
    if fact.value > max(fact.series):
        return "highest"
    return "lowest" if fact.value < min(fact.series) else None


def reverses(fact: Fact) -> bool:
    """Whether the value turns after three moves the other way."""
    if len(fact.series) < 4:
        return False
    last = fact.series[-4:]
    moves = [later - before for before, later in pairwise(last)]
    now = fact.value - last[-1]
    return (all(m > 0 for m in moves) and now < 0) or (all(m < 0 for m in moves) and now > 0)


def milestone(fact: Fact) -> float | None:
    """The largest 1, 2 or 5 x 10^n that the value is the first of its series (of 2 or more) to pass."""
    if fact.unit not in ("usd", "count") or fact.value < 10 or len(fact.series) < 2:
        return None
    power = math.floor(math.log10(fact.value))
    marks = [step * 10.0**each for each in (power - 1, power) for step in (1, 2, 5)]
    passed = max(mark for mark in marks if mark <= fact.value)
    return passed if max(fact.series) < passed else None


def _about(fact: Fact, score: float) -> list[Insight]:
    """The sentences about one fact: its change or level, then what else is true of it."""
    kind: Kind = "level" if fact.base is None else "target" if fact.base.kind == "target" else "change"
    found = [Insight(kind=kind, sentence=wording.compare(fact), facts=[fact.id], salience=score)]
    best, passed = record(fact), milestone(fact)
    if best is not None:
        window = _window(fact)
        sentence = f"{wording.capital(fact.noun)} {wording.was(fact.noun)} the {best} of {window}."
        found.append(Insight(kind="record", sentence=sentence, facts=[fact.id], salience=score - 0.01))
    if reverses(fact):
        way = "fell after three rises" if fact.value < fact.series[-1] else "rose after three falls"
        sentence = f"{wording.capital(fact.noun)} {way} in a row."
        found.append(Insight(kind="reversal", sentence=sentence, facts=[fact.id], salience=score - 0.02))
    if passed is not None and best is None:
        mark = wording.amount(passed, fact.unit, fact.currency)
        sentence = f"{wording.capital(fact.noun)} passed {mark} for the first time in {_window(fact)}."
        found.append(Insight(kind="milestone", sentence=sentence, facts=[fact.id], salience=score - 0.03))
    return found


def _window(fact: Fact) -> str:
    grain = fact.period.grain if fact.period is not None else "range"
    return f"the {len(fact.series) + 1} {_PERIOD_WORD.get(grain, 'periods')} on record"


def _ratios(facts: Sequence[Fact]) -> list[Insight]:
    """Ratios that join two facts of one period."""
    held = {fact.metric: fact for fact in facts if fact.kind == "observed"}
    found = []
    for top_name, below_name in _RATIOS:
        top, below = held.get(top_name), held.get(below_name)
        if top is None or below is None or below.value <= 0 or top.value <= 0 or not _same_period(top, below):
            continue
        value = top.value / below.value
        if value < _SMALL_RATIO:
            continue
        if below.unit == top.unit == "usd":
            if below.currency != top.currency:
                continue
            sentence = f"{wording.capital(top.noun)} came to {wording.share(value)} of {below.noun}."
        else:
            one = below.noun[:-1] if below.noun.endswith("s") else below.noun
            amount = wording.each(value, top.unit, top.currency)
            sentence = (
                f"{wording.capital(top.noun)} per {one.removeprefix('website ')} was {amount}{wording.of_period(top)}."
            )
        found.append(Insight(kind="ratio", sentence=sentence, facts=[top.id, below.id], salience=0.7))
    return found


def _same_period(one: Fact, other: Fact) -> bool:
    if one.period is None or other.period is None:
        return one.period is other.period
    return (one.period.start, one.period.end) == (other.period.start, other.period.end)


def _without_base(facts: Sequence[Fact]) -> list[str]:
    """One sentence naming what has no earlier figure, and one for each that is in another currency than it."""
    alone = [fact for fact in facts if fact.base is None and fact.kind == "observed"]
    apart = [wording.apart(fact) for fact in alone if fact.not_compared]
    bare = [fact for fact in alone if not fact.not_compared]
    if not bare:
        return apart
    nouns = [fact.noun for fact in bare]
    listed = nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} or {nouns[-1]}"
    return [f"No earlier figure for {listed} is {'given' if bare[0].source == 'request' else 'stored'}.", *apart]


def _scope(facts: Sequence[Fact], period: Period | None) -> str:
    """Says so when the figures are of a part of the period asked about."""
    if period is None:
        return ""
    spans = {(fact.period.start, fact.period.end): fact.period.label for fact in facts if fact.period is not None}
    if len(spans) != 1:
        return ""
    ((start, end), label), *_ = spans.items()
    if (start, end) == (period.start, period.end) or not (period.start <= start and end <= period.end):
        return ""
    return f"Of {period.label}, only {label} is covered by these figures."


def summary(fact: Fact) -> dict[str, Any]:
    """A fact as a row of a table: value, unit, period, base and change (points for rates)."""
    change = change_of(fact)
    row: dict[str, Any] = {"value": fact.value, "unit": fact.unit, "noun": fact.noun, "source": fact.source}
    row["period"] = fact.period.label if fact.period is not None else None
    if fact.base is not None:
        row["base"] = {"value": fact.base.value, "label": fact.base.label, "kind": fact.base.kind}
        if fact.unit == "rate":
            row["points"] = round((fact.value - fact.base.value) * 100, 4)
        elif change is not None:
            row["change"] = round(change, 6)
    return row
