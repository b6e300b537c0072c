"""What another way to draw would have gained, from draws whose probabilities were kept. Plain arithmetic, no I/O.

Each draw counts by w = probability under the other way / probability it was drawn with. The value is the weighted mean
(self-normalised, so that a log in which a voice happened to be rare says nothing of the level). An interval is the wider
one, at each end, of two that fail differently on skewed followers: bootstrap-t (the error of resamples in units of
their own standard error) and Student's t over the effective draws with each draw's pull taken out (HC3). Sources:
Swaminathan and Joachims 2015 (self-normalised), Efron 1981 (bootstrap-t), MacKinnon and White 1985 (HC3), Kong 1992
(effective sample size), Li et al. 2011 (replay).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

LEAST = 30.0  # effective draws, below which there is no estimate
CLIP = 50.0  # a draw counts as many at most: beyond the floor of 0.02 no weight can be honest
_DRAWS, _BLOCK = 499, 2_000_000
LEVEL = 0.95


class Drawn(NamedTuple):
    """One draw of the past and what came of it."""

    outcome: float
    drawn_with: float  # the probability of what was drawn, above 0
    other: float  # the probability that the other way gives it, 0 or more
    present: float  # that of the way used now


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value for each draw; an interval where enough draws stand behind it."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # draws in the log
    effective: float  # of how many equal draws it is worth
    clipped: int  # draws that counted less than they should


@dataclass(frozen=True, slots=True)
class Gain:
    """What another way gains beside the present one, for each draw."""

    other: Estimate
    present: Estimate
    difference: Estimate
    replay_n: int  # draws that stand for a replay of the other way
    replay: float | None  # what these came to


def weights(log: Sequence[Drawn], clip: float = CLIP) -> tuple[Any, Any, int]:
    """(weights of the other way, of the present one, how many were cut to `clip`), one for each draw."""
    import numpy as np

    rows = np.array([(one.drawn_with, one.other, one.present) for one in log], float).reshape(-1, 3)
    other, present = rows[:, 1] / rows[:, 0], rows[:, 2] / rows[:, 0]
    cut = int(((other > clip) | (present > clip)).sum())
    return np.minimum(other, clip), np.minimum(present, clip), cut


def effective(counts: Any) -> float:
    """(Σw)² / Σw²: the number of equal draws that say as much."""
    total, squares = float(counts.sum()), float((counts**2).sum())
    return total * total / squares if squares > 0 else 0.0


def ips(log: Sequence[Drawn], clip: float = CLIP) -> float | None:
    """Inverse propensity score: the mean of w × outcome. Unbiased where nothing is clipped, and restless."""
    import numpy as np

    if not log:
        return None
    other, _, _ = weights(log, clip)
    return float((other * np.array([one.outcome for one in log], float)).mean())


def estimated(log: Sequence[Drawn], *, seed: int = 0, clip: float = CLIP) -> Estimate:
    """The value of the other way for each draw: self-normalised, with its 95 % interval."""
    import numpy as np

    other, _, cut = weights(log, clip)
    outcome = np.array([one.outcome for one in log], float)
    return _estimate(outcome, other, np.zeros_like(other), cut, seed)


def gained(log: Sequence[Drawn], *, seed: int = 0, clip: float = CLIP) -> Gain:
    """What the other way gains beside the present one. The same seed gives the same interval and replay."""
    import numpy as np

    other, present, cut = weights(log, clip)
    outcome = np.array([one.outcome for one in log], float)
    nothing = np.zeros_like(other)
    kept = np.zeros(0)
    if len(log) and other.max() > 0:
        # Rejection: kept with a chance in proportion to its weight, what is left is a sample of the other way's draws.
        kept = outcome[np.random.default_rng([seed, 7]).random(len(log)) < other / other.max()]
    return Gain(
        other=_estimate(outcome, other, nothing, cut, seed),
        present=_estimate(outcome, present, nothing, cut, seed),
        difference=_estimate(outcome, other, present, cut, seed),
        replay_n=len(kept),
        replay=float(kept.mean()) if len(kept) else None,
    )


def apart(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> Estimate:
    """The difference of two means, first less second, with its 95 % interval."""
    log = [Drawn(one, 1.0, 1.0, 0.0) for one in first] + [Drawn(one, 1.0, 0.0, 1.0) for one in second]
    import numpy as np

    rows = np.array(log, float).reshape(-1, 4)
    found = _estimate(rows[:, 0], rows[:, 2], rows[:, 3], 0, seed, least=0.0)
    return found if len(first) > 1 and len(second) > 1 else Estimate(found.value, None, None, found.n, 0.0, 0)


def _estimate(outcome: Any, plus: Any, minus: Any, cut: int, seed: int, least: float = LEAST) -> Estimate:
    """Weighted mean by `plus` less that by `minus` (which counts only where it is not all nought)."""
    import numpy as np

    n = len(outcome)
    two = bool(n) and minus.sum() > 0
    # only their proportions count, and the very smallest numbers have no digits left to multiply with
    plus, minus = (one / one.max() if n and one.max() > 0 else one for one in (plus, minus))
    worth = min(effective(plus), effective(minus)) if two else effective(plus) if n else 0.0
    if not n or plus.sum() <= 0:
        return Estimate(None, None, None, n, 0.0, cut)
    value, error = (
        float(one[0]) for one in _weighed(outcome[None], plus[None], minus[None] if two else None, np.ones((1, n)))
    )
    if worth < least or n < 3:
        return Estimate(value, None, None, n, worth, cut)
    if error <= 0:  # every outcome is the same
        return Estimate(value, value, value, n, worth, cut)
    rng = np.random.default_rng([seed, n])
    ratios: list[Any] = []
    each = max(1, _BLOCK // n)
    for begin in range(0, _DRAWS, each):
        counts = rng.multinomial(n, np.full(n, 1 / n), size=min(each, _DRAWS - begin)).astype(float)
        values, errors = _weighed(outcome[None], plus[None], minus[None] if two else None, counts)
        fine = np.isfinite(values) & (errors > 1e-12 * max(abs(value), error))
        ratios.append((values[fine] - value) / errors[fine])
    found = np.concatenate(ratios)
    if len(found) < _DRAWS / 2:
        return Estimate(value, None, None, n, worth, cut)
    edge = 100 * (1 - LEVEL) / 2
    under, over = np.percentile(found, [edge, 100 - edge])
    reach = _reach(outcome, plus, minus if two else None, worth)
    low, high = min(value - over * error, value - reach), max(value - under * error, value + reach)
    return Estimate(value, float(low), float(high), n, worth, cut)


def _reach(outcome: Any, plus: Any, minus: Any | None, worth: float) -> float:
    """Half of a Student interval: residuals divided by 1 - the draw's part of the weight, `worth` - 1 degrees."""
    import numpy as np
    from scipy.stats import t

    def part(weight: Any) -> Any:
        share = weight / weight.sum()
        return share * (outcome - share @ outcome) / np.maximum(1 - share, 0.5)

    parts = part(plus) if minus is None else part(plus) - part(minus)
    return float(t.isf((1 - LEVEL) / 2, max(worth - 1, 2.0)) * np.sqrt((parts**2).sum()))


def _weighed(outcome: Any, plus: Any, minus: Any | None, counts: Any) -> tuple[Any, Any]:
    """(values, standard errors), one for each row of `counts` (how often each draw is taken).

    The error is that of a ratio of sums: √Σ(w·(y − value))² / Σw, with n/(n − 1).
    """
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        total = counts @ plus[0]
        first = (counts @ (plus[0] * outcome[0])) / total
        parts = plus * (outcome - first[:, None]) / total[:, None]
        value = first
        if minus is not None:
            below = counts @ minus[0]
            second = (counts @ (minus[0] * outcome[0])) / below
            parts = parts - minus * (outcome - second[:, None]) / below[:, None]
            value = first - second
        n = outcome.shape[1]
        error = np.sqrt((counts * parts**2).sum(1) * n / max(n - 1, 1))
    return value, error
