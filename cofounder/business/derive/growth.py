"""How fast each figure grows: against the month and the year before, and as a trend with an interval. Pure."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from cofounder.business import catalogue, periods
from cofounder.business.derive.correlations import effective_n
from cofounder.business.derive.intervals import NOT_ENOUGH, Interval, t_quantile
from cofounder.business.timeline import Point, one_currency

FEWEST = 6  # months of a trend
_LONGEST = 24


class Growth(BaseModel):
    """One metric's months. Rates are 0-1: 0.2 is a fifth more. Money is compared within the newest month's currency."""

    metric: str
    status: Literal["ok", "not enough data"]
    n: int = Field(description="Months, of money those in the newest month's currency")
    needed: int = FEWEST
    newest: date | None = Field(default=None, description="First day of the newest month")
    value: float | None = None
    currency: str | None = Field(default=None, description="Of money; null of what is none")
    on_month: float | None = Field(default=None, description="Against the month before")
    on_year: float | None = Field(default=None, description="Against the same month a year before")
    trend: Interval | None = Field(
        default=None,
        description="Growth a month over up to 24 months; n is the effective one, fewer than the months where they go together",
    )
    note: str | None = Field(default=None, description="What was not compared, and why; which months are partial")


def growth(stored: Mapping[str, Sequence[Point]]) -> list[Growth]:
    """Every metric that has months, by name."""
    return [_of(name, points) for name, points in sorted(stored.items()) if months(points)]


def months(points: Sequence[Point]) -> dict[date, float]:
    """First day -> value, of whole calendar months in the newest one's currency."""
    return {p.start: float(p.value) for p in one_currency(_monthly(points))}


def _monthly(points: Sequence[Point]) -> list[Point]:
    return [p for p in points if periods.grain_of(p.start, p.end) == "month"]


def _of(metric: str, points: Sequence[Point]) -> Growth:
    values = months(points)
    newest = max(values)
    currency = one_currency(_monthly(points))[-1].currency
    before = _back(newest, 1)
    year = newest.replace(year=newest.year - 1)
    trend = _trend(values)
    compared = (newest, before, year)
    notes = (_apart(points, currency), _lacking(points, compared), _doubled(points, compared))
    return Growth(
        metric=metric,
        status="ok" if trend else NOT_ENOUGH,
        n=len(values),
        newest=newest,
        value=values[newest],
        currency=currency if catalogue.metric(metric).unit == "usd" else None,
        on_month=_against(values[newest], values.get(before)),
        on_year=_against(values[newest], values.get(year)),
        trend=trend,
        note=" ".join(filter(None, notes)) or None,
    )


def _apart(points: Sequence[Point], currency: str) -> str | None:
    """How many months are left out for their currency, in words."""
    others = [p for p in _monthly(points) if p.currency != currency]
    if not others:
        return None
    held = " and ".join(sorted({p.currency for p in others}))
    told = f"{len(others)} {'month' if len(others) == 1 else 'months'} in {held}"
    return f"Not compared with {told}: the newest month is in {currency}."


def _lacking(points: Sequence[Point], compared: Sequence[date]) -> str | None:
    """Which of the months compared have days without a figure, in words."""
    partial = [
        f"{periods.month(p.start).label} ({p.lacking} of {periods.days(periods.month(p.start))} days missing)"
        for p in one_currency(_monthly(points))
        if p.lacking and p.start in compared
    ]
    return f"Partial: {', '.join(partial)}." if partial else None


def _doubled(points: Sequence[Point], compared: Sequence[date]) -> str | None:
    """Which of the months compared web analytics says something else of, in words."""
    told = [
        f"{p.against:,.10g} in {periods.month(p.start).label}"
        for p in one_currency(_monthly(points))
        if p.against is not None and p.start in compared
    ]
    return f"Web analytics counts {' and '.join(told)}." if told else None


def _back(month: date, count: int) -> date:
    place = month.year * 12 + month.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


def _against(value: float, before: float | None) -> float | None:
    return None if before is None or before <= 0 else round(value / before - 1, 6)


def _trend(values: Mapping[date, float]) -> Interval | None:
    """exp(slope of the logs) - 1 with an interval that the residuals' autocorrelation widens."""
    newest = max(values)
    run = [(month, values[month]) for month in sorted(values) if month > _back(newest, _LONGEST) and values[month] > 0]
    if len(run) < FEWEST:
        return None
    xs = [float(month.year * 12 + month.month) for month, _ in run]
    ys = [math.log(value) for _, value in run]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    left = [y - mean_y - slope * (x - mean_x) for x, y in zip(xs, ys, strict=True)]
    n = max(effective_n(left, left), 3.0)
    error = math.sqrt(sum(one * one for one in left) / max(n - 2, 1.0) / spread)
    width = t_quantile(0.975, max(n - 2, 1.0)) * error
    low, value, high = (round(math.expm1(slope + by), 6) for by in (-width, 0.0, width))
    return Interval(value=value, low=low, high=high, n=int(n))
