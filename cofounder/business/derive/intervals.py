"""Intervals from sums, so that one pass of SQL over any number of rows is enough. Pure."""

import math
from collections.abc import Sequence

from pydantic import BaseModel, Field

LEVEL = 0.95
FEWEST = 5  # below it no interval is told
NOT_ENOUGH = "not enough data"


class Interval(BaseModel):
    """A value between two bounds at a confidence level, and the n behind it."""

    value: float
    low: float
    high: float
    level: float = Field(default=LEVEL, description="0-1")
    n: int


def t_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t. scipy.special alone: the whole of scipy.stats costs ten times its memory."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def t_tail(t: float, freedom: float) -> float:
    """Two-sided p-value of a t statistic."""
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(t)))


def of_ratio(
    n: int, tops: float, belows: float, tops2: float, belows2: float, products: float, level: float = LEVEL
) -> Interval | None:
    """sum(top) / sum(below) over n posts with its interval; None under 5 posts or without a base.

    Linearised variance of a ratio of sums (Cochran, Sampling Techniques, 1977, 6.3): posts, not views, are what was
    sampled. The interval is taken on the log, so that it stays above 0. `tops2` is the sum of squares.
    """
    if n < FEWEST or belows <= 0 or tops <= 0:
        return None
    rate = tops / belows
    spread = max(tops2 - 2 * rate * products + rate * rate * belows2, 0.0)
    error = math.sqrt(spread * n / (n - 1)) / belows
    width = t_quantile(0.5 + level / 2, n - 1) * error / rate
    return Interval(value=rate, low=rate * math.exp(-width), high=rate * math.exp(width), level=level, n=n)


def of_mean(n: int, total: float, squares: float, level: float = LEVEL) -> Interval | None:
    """A mean with Student's interval; None under 5."""
    if n < FEWEST:
        return None
    mean = total / n
    variance = max(squares - n * mean * mean, 0.0) / (n - 1)
    width = t_quantile(0.5 + level / 2, n - 1) * math.sqrt(variance / n)
    return Interval(value=mean, low=mean - width, high=mean + width, level=level, n=n)


def of_share(hits: float, n: float, level: float = LEVEL) -> Interval | None:
    """hits / n with Wilson's interval (1927); None without n or where more hits than n were counted."""
    if n <= 0 or hits < 0 or hits > n:
        return None
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    width = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(value=share, low=max(middle - width, 0.0), high=min(middle + width, 1.0), level=level, n=int(n))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """q-values (Benjamini and Hochberg, 1995), in the order given."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    found, least = [1.0] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        at = order[rank - 1]
        least = min(least, p_values[at] * len(order) / rank)
        found[at] = least
    return found
