"""A normal model with personas that share a prior and effects that all personas share."""

from dataclasses import dataclass

import numpy as np

from cofounder.personas.policies.interface import Floats
from cofounder.personas.policies.outcomes import Whole

SHRINK = 10.0  # posts that say "no effect" beside those that were seen, for topic, block and platform
TAU2, S2 = 0.05, 0.2  # the least that personas differ, and that posts of one persona do


@dataclass(frozen=True)
class Fitted:
    """A posterior over personas."""

    mean: Floats  # K
    sd: Floats  # K
    count: Floats  # K, effective posts
    mu: float
    tau2: float
    s2: float
    left: Floats  # n, what the model leaves of each post
    shared: tuple[Floats, ...]  # the effect of each level, one array a column

    def at(self, arm: int, cell: tuple[int, int, int]) -> float:
        """What a post of this persona on this topic, at this block of the day, on this platform is expected at."""
        effects = (level[at] if at < len(level) else 0.0 for level, at in zip(self.shared, cell, strict=True))
        return float(self.mean[arm] + sum(effects))

    def columns(self) -> dict[str, Floats]:
        return {"mean": self.mean, "sd": self.sd, "effective_n": self.count}


def fitted(arm: Whole, z: Floats, weight: Floats, shared: Whole, arms: int) -> Fitted:
    """The posterior of each persona's mean of `z`, from n weighted posts.

    τ² is found by moments (at least 0.05), s² pooled over personas (at least 0.2), shared effects by one back-fit
    shrunken by ten posts.
    """
    total = weight.sum()
    mu = float((weight * z).sum() / total)
    effect, levels = _shared(z - mu, weight, shared)
    clean = z - effect
    count: Floats = np.bincount(arm, weights=weight, minlength=arms).astype(float)
    raw = np.divide(
        np.bincount(arm, weights=weight * clean, minlength=arms), count, out=np.full(arms, mu), where=count > 0
    )
    left = clean - raw[arm]
    s2 = float(max(S2, (weight * left**2).sum() / max(total - arms, 1.0)))
    mu = float((weight * clean).sum() / total)
    tau2 = _between(raw, count, mu, s2)
    precision = 1 / tau2 + count / s2
    mean = (mu / tau2 + count * raw / s2) / precision
    return Fitted(mean, np.sqrt(1 / precision), count, mu, tau2, s2, left, levels)


def _shared(z: Floats, weight: Floats, shared: Whole) -> tuple[Floats, tuple[Floats, ...]]:
    effect, levels = np.zeros_like(z), []
    for column in shared.T:
        count = np.bincount(column, weights=weight)
        level = np.bincount(column, weights=weight * (z - effect)) / (count + SHRINK)
        effect = effect + level[column]
        levels.append(level)
    return effect, tuple(levels)


def _between(raw: Floats, count: Floats, mu: float, s2: float) -> float:
    known = count > 1
    if known.sum() <= 2:
        return TAU2
    found = np.average((raw[known] - mu) ** 2 - s2 / count[known], weights=count[known])
    return float(max(TAU2, found))
