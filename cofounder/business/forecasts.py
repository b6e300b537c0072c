"""A forecast with an interval: several methods are tried on the past, the one that missed least is used. Pure.

An interval is point x exp(+-t x s x sqrt(h)): s is the root mean square of the chosen method's one-step misses (log
scale) in the backtest, t the Student quantile with as many degrees of freedom as there were tests, h the steps ahead.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cofounder.models.brief import Unit

FEWEST = 8
LEVEL = 0.8
_TESTS = 8  # rolling origins, at most
_TRAIN = 6  # values a method needs at least
_FARTHEST = 24
_SEASON_KNOWN = 15  # a year, and three months whose growth over it is known

Method = Callable[[Sequence[float], int], list[float]]


@dataclass(frozen=True)
class Step:
    """One period ahead: the value and the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Forecast:
    """`error` and `errors` are mean absolute misses one period ahead, as shares of the true value."""

    steps: list[Step]
    method: str
    level: float
    error: float
    tests: int
    errors: dict[str, float] = field(default_factory=dict)


def forecast(values: Sequence[float], horizon: int, *, unit: Unit = "usd") -> Forecast | None:
    """The next `horizon` (1 to 24) values of an evenly spaced series, oldest first; None under 8 positive values."""
    if len(values) < FEWEST or min(values) <= 0 or not 1 <= horizon <= _FARTHEST:
        return None
    methods: dict[str, Method] = {"last value": _last, "damped trend": _damped}
    if len(values) >= _SEASON_KNOWN + _TESTS:
        methods["last year's value with this year's growth"] = _seasonal
    misses = {name: _backtest(method, values) for name, method in methods.items()}
    misses = {name: found for name, found in misses.items() if found}
    if not misses:
        return None
    error = {name: sum(abs(math.exp(-miss) - 1) for miss in found) / len(found) for name, found in misses.items()}
    best = min(error, key=lambda name: error[name])
    ahead = methods[best](values, horizon)
    return Forecast(_with_interval(ahead, misses[best], unit), best, LEVEL, error[best], len(misses[best]), error)


def _backtest(method: Method, values: Sequence[float]) -> list[float]:
    """log(true / forecast) one step ahead from each of the last origins; each sees only what came before it."""
    found = []
    for origin in range(max(_TRAIN, len(values) - _TESTS), len(values)):
        ahead = method(values[:origin], 1)
        if ahead and ahead[0] > 0:
            found.append(math.log(values[origin] / ahead[0]))
    return found


def _with_interval(ahead: Sequence[float], misses: Sequence[float], unit: Unit) -> list[Step]:
    from scipy.stats import t

    spread = math.sqrt(sum(miss * miss for miss in misses) / len(misses))
    reach = float(t.ppf(0.5 + LEVEL / 2, len(misses))) * spread
    steps = []
    for at, value in enumerate(ahead, start=1):
        width = reach * math.sqrt(at)
        low, high = value * math.exp(-width), value * math.exp(width)
        if unit == "rate":
            value, high = min(value, 1.0), min(high, 1.0)
        steps.append(Step(significant(value), significant(low), significant(high)))
    return steps


def significant(value: float, digits: int = 3) -> float:
    """Rounded to three significant digits, so that a text states no more than is known."""
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _last(values: Sequence[float], horizon: int) -> list[float]:
    return [values[-1]] * horizon


def _seasonal(values: Sequence[float], horizon: int) -> list[float]:
    """The value twelve periods before x the growth of the last months over the same months a year before."""
    known = min(12, len(values) - 12)
    growth = sum(values[-known:]) / sum(values[-known - 12 : len(values) - 12])
    ahead: list[float] = []
    for at in range(horizon):
        ahead.append(growth * (values[at - 12] if at < 12 else ahead[at - 12]))
    return ahead


def _damped(values: Sequence[float], horizon: int) -> list[float]:
    """Exponential smoothing with a damped trend, on logs (statsmodels)."""
    import numpy as np
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = ExponentialSmoothing(np.log(values), trend="add", damped_trend=True).fit()
        return [float(each) for each in np.exp(fitted.forecast(horizon))]
