"""Two periods side by side: like with like, flows of unequal periods per day. Pure."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from cofounder.business import periods, timeline, wording
from cofounder.business.catalogue import metric
from cofounder.business.timeline import Timeline
from cofounder.models.brief import Base, BaseKind, Fact, Period, Unit


class Row(BaseModel):
    """One metric in both periods. `change` is relative; rates move in `points` instead."""

    metric: str
    noun: str
    unit: Unit
    value: float
    base: float
    base_label: str
    difference: float
    change: float | None = Field(default=None, description="difference / base; null for rates and near zero")
    points: float | None = Field(default=None, description="Percentage points, for rates")
    per_day: bool = Field(default=False, description="Both values are a day's, because the periods differ in length")
    sentence: str


def against_period(
    stored: Timeline, facts: Sequence[Fact], over: Period, compare_period: Period, as_of: date
) -> tuple[list[Fact], list[str]]:
    """The facts with their base in `compare_period`, and a sentence for each that has none there."""
    compared, missing = [], []
    for fact in facts:
        assert fact.period is not None
        before = part_of(over, fact.period, compare_period)
        found = timeline.read(stored, fact.metric, before)
        apart = timeline.in_others(stored, fact.metric, before, fact.currency, before.label)
        if found is None or found.currency != fact.currency:
            alone = fact.model_copy(update={"base": None, "not_compared": apart})
            missing.append(
                wording.apart(alone) if apart else f"No figure for {fact.noun} {wording.within(before)} is stored."
            )
            compared.append(alone)
            continue
        base = Base(
            value=found.value, kind=_kind(over, compare_period), label=found.covered.label, period=found.covered
        )
        compared.append(_per_day(fact.model_copy(update={"base": base})))
    return compared, missing


def part_of(over: Period, covered: Period, compare_period: Period) -> Period:
    """The days of `compare_period` that answer to the covered part of `over`; all of them when none do."""
    months, others = periods.whole_months(over), periods.whole_months(compare_period)
    part = periods.whole_months(covered)
    if (covered.start, covered.end) == (over.start, over.end) or months is None or months != others or part is None:
        return compare_period
    offset = (covered.start.year - over.start.year) * 12 + covered.start.month - over.start.month
    start = periods.add_months(compare_period.start, offset)
    return periods.spanning(start, periods.month_end(periods.add_months(start, part - 1)))


def _kind(over: Period, compare_period: Period) -> BaseKind:
    earlier = periods.year_earlier(over)
    same = (earlier.start, earlier.end) == (compare_period.start, compare_period.end)
    return "year_earlier" if same and over.grain != "year" else "previous"


def _per_day(fact: Fact) -> Fact:
    """A flow over unequal periods becomes a day's; months of 30 and 31 days count as equal."""
    if fact.base is None or fact.base.period is None or fact.period is None:
        return fact
    here, there = fact.period, fact.base.period
    months = periods.whole_months(here)
    equal = months == periods.whole_months(there) if months is not None else periods.days(here) == periods.days(there)
    if equal or metric(fact.metric).adds != "flow":
        return fact
    base = fact.base.model_copy(update={"value": fact.base.value / periods.days(there)})
    return fact.model_copy(
        update={
            "id": f"{fact.id}_per_day",
            "metric": f"{fact.metric}_per_day",
            "noun": f"{fact.noun} a day",
            "value": fact.value / periods.days(here),
            "base": base,
            "series": [],
        }
    )


def rows(facts: Sequence[Fact]) -> list[Row]:
    """A row for each fact that has a base."""
    found = []
    for fact in facts:
        if fact.base is None:
            continue
        gap = fact.value - fact.base.value
        is_rate = fact.unit == "rate"
        found.append(
            Row(
                metric=fact.metric,
                noun=fact.noun,
                unit=fact.unit,
                value=fact.value,
                base=fact.base.value,
                base_label=fact.base.label,
                difference=gap,
                change=None
                if is_rate or not wording.comparable(fact.value, fact.base.value)
                else gap / fact.base.value,
                points=gap * 100 if is_rate else None,
                per_day=fact.metric.endswith("_per_day"),
                sentence=wording.compare(fact),
            )
        )
    return found
