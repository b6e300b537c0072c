"""Correlations with what they rest on: n, what n is worth, interval, p, q. A correlation is not a cause. Pure.

Pearson and Spearman. Neighbouring months are alike, so a series of n months is worth fewer independent pairs: the
effective n follows Bartlett (1946) as n / (1 + 2 sum of the two series' autocorrelations multiplied, lag by lag).
Interval and p come from Fisher's z with that n; q from Benjamini and Hochberg over every pair looked at.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from cofounder.business.derive.intervals import NOT_ENOUGH, benjamini_hochberg, t_tail
from cofounder.kit.odds import stated

FEWEST = 8  # independent pairs


class Correlation(BaseModel):
    """Two series over the same months or posts."""

    first: str
    second: str
    over: str = Field(description="months, posts or runs")
    status: Literal["ok", "not enough data", "never varies"]
    n: int
    effective_n: float | None = None
    needed: int = FEWEST
    pearson: float | None = None
    low: float | None = None
    high: float | None = None
    spearman: float | None = None
    p: float | None = None
    q: float | None = Field(default=None, description="p after correction for every pair looked at")
    constant: list[str] = Field(
        default=[], description="Of the two, those that never vary: nothing goes together with them"
    )
    sentence: str = ""


def correlate(
    pairs: Sequence[tuple[str, str]],
    series: Mapping[str, Mapping[Any, float]],
    over: Literal["months", "posts", "runs"],
) -> list[Correlation]:
    """Each pair over the keys that both have, in their order; months are corrected for autocorrelation."""
    found = [_one(a, b, series.get(a, {}), series.get(b, {}), over) for a, b in pairs]
    return corrected(found)


def corrected(found: Sequence[Correlation]) -> list[Correlation]:
    """The same with q over all that have a p, clearest first, and each in a sentence."""
    tested = [one for one in found if one.p is not None]
    by_place = dict(
        zip(map(id, tested), benjamini_hochberg([one.p for one in tested if one.p is not None]), strict=True)
    )
    told = [one.model_copy(update={"q": round(by_place[id(one)], 6) if id(one) in by_place else None}) for one in found]
    told = [one.model_copy(update={"sentence": _sentence(one)}) for one in told]
    return sorted(told, key=lambda one: (one.q is None, one.q or 0.0, -abs(one.pearson or 0.0), one.first, one.second))


def _one(a: str, b: str, first: Mapping[Any, float], second: Mapping[Any, float], over: str) -> Correlation:
    keys = [key for key in sorted(first) if key in second]
    xs, ys = [float(first[key]) for key in keys], [float(second[key]) for key in keys]
    n = len(keys)
    constant = [name for name, values in ((a, xs), (b, ys)) if n >= FEWEST and _never_varies(values)]
    held = Correlation(first=a, second=b, over=over, status=NOT_ENOUGH, n=n)
    if constant:
        return held.model_copy(update={"status": "never varies", "constant": constant})
    r = pearson(xs, ys)
    if n < 4 or r is None:
        return held
    worth = effective_n(xs, ys) if over == "months" else float(n)
    held = held.model_copy(update={"effective_n": round(worth, 1)})
    if worth < FEWEST:
        return held
    z, width = math.atanh(max(min(r, 0.999999), -0.999999)), 1.959964 / math.sqrt(worth - 3)
    t = r * math.sqrt((worth - 2) / max(1 - r * r, 1e-12))
    return held.model_copy(
        update={
            "status": "ok",
            "pearson": round(r, 4),
            "low": round(math.tanh(z - width), 4),
            "high": round(math.tanh(z + width), 4),
            "spearman": round(pearson(ranks(xs), ranks(ys)) or 0.0, 4),
            "p": t_tail(t, worth - 2),
        }
    )


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """The product-moment coefficient; None where one does not vary."""
    if len(xs) < 2:
        return None
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    below = math.sqrt(sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys))
    return None if below < 1e-12 else max(-1.0, min(1.0, over / below))


def _never_varies(values: Sequence[float]) -> bool:
    return max(values) - min(values) < 1e-12


def ranks(values: Sequence[float]) -> list[float]:
    """1 for the least; equal ones share the mean of their places."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    found, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for place in range(at, end + 1):
            found[order[place]] = (at + end) / 2 + 1
        at = end + 1
    return found


def effective_n(xs: Sequence[float], ys: Sequence[float]) -> float:
    """How many independent pairs n neighbouring ones are worth; never more than n."""
    n = len(xs)
    total = 0.0
    for lag in range(1, min(n // 3, 12) + 1):
        a, b = _autocorrelation(xs, lag), _autocorrelation(ys, lag)
        if a <= 0 or b <= 0:
            break
        total += (1 - lag / n) * a * b
    return min(float(n), n / (1 + 2 * total))


def _autocorrelation(values: Sequence[float], lag: int) -> float:
    mean = sum(values) / len(values)
    whole = sum((value - mean) ** 2 for value in values)
    if whole < 1e-12:
        return 0.0
    return sum((values[at] - mean) * (values[at + lag] - mean) for at in range(len(values) - lag)) / whole


def _sentence(one: Correlation) -> str:
    names = f"{_spoken(one.first)} and {_spoken(one.second)}"
    if one.constant:
        same = " and ".join(map(_spoken, one.constant))
        return f"{names}: {same} never varied over {one.n:,} {one.over}, so nothing can be said to go together."
    if one.status != "ok" or one.pearson is None:
        worth = "" if one.effective_n is None else f", worth {one.effective_n:g} independent ones"
        return f"{names}: {NOT_ENOUGH}, {one.n:,} {one.over}{worth}; {FEWEST} are needed."
    stands = "clear" if one.q is not None and one.q <= 0.1 else "not clear after correction"
    return (
        f"{names} go together with r = {one.pearson:.2f} ({one.low:.2f} to {one.high:.2f}) over {one.n} {one.over}"
        f"{f', worth {one.effective_n:g}' if one.over == 'months' else ''}; {stands} ({stated('q', one.q or 0.0)})."
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ")
