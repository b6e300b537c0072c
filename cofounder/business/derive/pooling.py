"""Groups of scores against the mean of all, each drawn towards it by how little it rests on. Pure.

score ~ N(mean of its group, σ²), mean of a group ~ N(μ, τ²), μ flat, τ half normal of scale 1, which on the log leaves
room for groups that differ severalfold (Röver et al., Research Synthesis Methods, 2021). τ is not estimated but summed
over on a grid (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.4): an estimate of 0 would claim that no group differs,
and with no doubt at all. σ² is the variance within groups, whose own doubt Student's t carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Group = tuple[int, float, float]  # n, sum, sum of squares

_STEPS = 60
_MOST = 4.0  # of τ: the prior leaves less than 1 in 10,000 above it
_HALVINGS = 28
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Effect:
    """A group's mean less the mean of all, with its interval, on the scale of the scores."""

    value: float
    low: float
    high: float


def effects(groups: Sequence[Group], level: float, *, lost: int = 0) -> list[Effect]:
    """Each group's effect at the confidence level, 0-1. A group that is alone is the mean itself: 0, without doubt.

    `lost`: degrees of freedom that taking means of other things out of the scores has cost.
    """
    import numpy as np

    counts, sums, squares = (np.array(column, dtype=float) for column in zip(*groups, strict=True))
    if len(groups) == 1:
        return [Effect(0.0, 0.0, 0.0)]
    freedom = max(counts.sum() - len(counts) - lost, 1.0)
    variance = max(float(np.sum(squares - sums * sums / counts)) / freedom, _LEAST_VARIANCE)
    weights, means, spreads = _of_each_tau(sums / counts, variance / counts, counts / counts.sum())
    tail = (1 - level) / 2
    low, high = (_quantile(at, weights, means, spreads, freedom) for at in (tail, 1 - tail))
    return [Effect(*map(float, found)) for found in zip(weights @ means, low, high, strict=True)]


def _of_each_tau(seen: "Floats", errors: "Floats", shares: "Floats") -> "tuple[Floats, Floats, Floats]":
    """(weight of each τ, effects, their spreads), the latter two τ by group. `shares` make up the mean of all."""
    import numpy as np

    place = (np.arange(_STEPS) + 0.5) / _STEPS
    tau = _MOST * place**2  # closer steps near 0, where few posts leave τ
    total = tau[:, None] ** 2 + errors
    known = 1 / np.sum(1 / total, axis=1)  # variance of μ given τ
    mu = known * np.sum(seen / total, axis=1)
    off = np.sum((seen - mu[:, None]) ** 2 / total, axis=1)
    log = 0.5 * (np.log(known) - np.sum(np.log(total), axis=1) - off - tau**2) + np.log(place)  # place: width of a step
    weights = np.exp(log - log.max())
    kept = tau[:, None] ** 2 / total
    posterior = kept * seen + (1 - kept) * mu[:, None]
    against = np.eye(len(seen)) - shares  # a row for each effect: the group less the mean of all
    drawn = (1 - kept) @ against.T
    variances = (kept * errors) @ (against.T**2) + known[:, None] * drawn**2
    return weights / weights.sum(), posterior @ against.T, np.sqrt(variances)


def _quantile(probability: float, weights: "Floats", means: "Floats", spreads: "Floats", freedom: float) -> "Floats":
    """Of each group's mixture over τ, by halving."""
    import numpy as np
    from scipy.special import stdtr, stdtrit

    width = abs(float(stdtrit(freedom, probability))) * spreads
    low, high = (means - width).min(axis=0), (means + width).max(axis=0)
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        below = weights @ stdtr(freedom, (half - means) / spreads) < probability
        low, high = np.where(below, half, low), np.where(below, high, half)
    middle: Floats = (low + high) / 2
    return middle
