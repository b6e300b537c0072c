"""How far a judge and people say the same: shares, ranks, and a change between two stretches of time. Pure.

Shares have Wilson's interval (1927). The AUC is the chance that an approved text got the higher score of two, ties one
half (Mann and Whitney 1947); its interval is Newcombe's method 5 (2006), a score interval on the variance of Hanley and
McNeil (1982), which stays honest at 1.0 of few. A change is a difference of two shares, Newcombe's hybrid (1998, method 10).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from cofounder.business.derive.intervals import LEVEL, Interval, of_share

ENOUGH = 20  # decisions on each side before a change is looked for
SURE = 0.99  # of a change: the worker looks again and again, and chance must not find one in the end
FEWEST_OF_EACH = 5  # approved and not, before ranks are told


@dataclass(frozen=True)
class Case:
    """One decision of a person, and what was said of the texts before: the lowest score of its channels."""

    at: datetime
    approved: bool
    predicted: bool  # the judge foresaw an approval
    overall: float  # the judge's own verdict
    passed: bool  # by the rules alone
    rules: float  # their score


@dataclass(frozen=True)
class Change:
    """A share now minus the share before, with its interval."""

    value: float
    low: float
    high: float
    n: int
    n_before: int

    @property
    def clear(self) -> bool:
        return self.low > 0 or self.high < 0


def agreement(cases: Sequence[Case], said: Callable[[Case], bool], level: float = LEVEL) -> Interval | None:
    """The share of decisions that `said` foresaw; None without any."""
    return of_share(sum(said(one) == one.approved for one in cases), len(cases), level)


def ranks(cases: Sequence[Case], score: Callable[[Case], float], level: float = LEVEL) -> Interval | None:
    """The AUC of a score against decisions; None under five of either kind."""
    good = [score(one) for one in cases if one.approved]
    bad = sorted(score(one) for one in cases if not one.approved)
    if min(len(good), len(bad)) < FEWEST_OF_EACH:
        return None
    above = sum((bisect_left(bad, one) + bisect_right(bad, one)) / 2 for one in good)
    value = above / (len(good) * len(bad))
    low, high = _auc_interval(value, len(good), len(bad), level)
    return Interval(value=value, low=low, high=high, level=level, n=len(cases))


def _auc_interval(value: float, m: int, n: int, level: float) -> tuple[float, float]:
    """Where the value would lie within z standard errors of the truth: each end by halving."""
    from scipy.special import ndtri

    z, pairs = float(ndtri(0.5 + level / 2)), (m + n) / 2 - 1

    def beyond(truth: float) -> bool:
        spread = truth * (1 - truth) * (1 + pairs * ((1 - truth) / (2 - truth) + truth / (1 + truth))) / (m * n)
        return abs(value - truth) > z * sqrt(max(spread, 0.0))

    return _edge(beyond, value, 0.0), _edge(beyond, value, 1.0)


def _edge(beyond: Callable[[float], bool], inside: float, outside: float) -> float:
    if not beyond(outside):
        return outside
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
    return inside


def change(recent: Sequence[Case], before: Sequence[Case], level: float = SURE) -> Change | None:
    """How the judge's agreement changed; None under 20 decisions on either side."""
    if min(len(recent), len(before)) < ENOUGH:
        return None
    now, then = (agreement(cases, lambda one: one.predicted, level) for cases in (recent, before))
    assert now is not None
    assert then is not None
    gap = now.value - then.value
    return Change(
        gap,
        gap - sqrt((now.value - now.low) ** 2 + (then.high - then.value) ** 2),
        gap + sqrt((now.high - now.value) ** 2 + (then.value - then.low) ** 2),
        len(recent),
        len(before),
    )
