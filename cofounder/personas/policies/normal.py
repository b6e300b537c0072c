"""A normal model with personas that share a prior and effects that all personas share.

It is fitted to cells and not to posts: how many there were of a persona on a topic, at a block of the day and on a
platform, their sum and their sum of squares say all that the model needs, and they can be let fade as time passes.
"""

from dataclasses import dataclass

import numpy as np

from cofounder.personas.policies.interface import Floats, Spec
from cofounder.personas.policies.outcomes import Whole

SHRINK = 10.0  # posts that say "no effect" beside those that were seen, for topic, block and platform
TAU2, S2 = 0.05, 0.2  # the least that personas differ, and that posts of one persona do
BLOCKS = 4
_FADED = 1e-9


@dataclass(frozen=True)
class Cells:
    """C cells that hold posts."""

    arm: Whole  # C
    shared: Whole  # (C, 3): topic, block, platform
    weight: Floats  # C, posts as they still count
    mean: Floats  # C
    within: Floats  # C, weighted squares about the means


@dataclass(frozen=True)
class Fitted:
    """A posterior over personas."""

    mean: Floats  # K
    sd: Floats  # K
    count: Floats  # K, effective posts
    mu: float
    tau2: float
    s2: float
    shared: tuple[Floats, ...]  # the effect of each level, one array a column
    cells: Cells
    left: Floats  # C, what the model leaves of each cell

    def at(self, arm: Whole, shared: Whole) -> Floats:
        """What posts (n) of these personas are expected at, on these topics, at these blocks, on these platforms."""
        found = self.mean[arm]
        for level, column in zip(self.shared, shared.T, strict=True):
            found = found + level[column]
        return np.asarray(found, float)

    def log_density(self, z: Floats, arm: Whole, shared: Whole) -> Floats:
        """How well each of n posts was foretold."""
        return log_normal(z, self.at(arm, shared), self.s2 + self.sd[arm] ** 2)

    def columns(self) -> dict[str, Floats]:
        return {"mean": self.mean, "sd": self.sd, "effective_n": self.count}


class Memory:
    """Sums over posts by cell. A post counts 0.5^(age / half-life)."""

    def __init__(self, spec: Spec, half_life: float, least: float = TAU2) -> None:
        self.half_life, self.least = half_life, least
        self.sizes = (len(spec.arms), max(spec.n_topics, 1), BLOCKS, max(spec.n_platforms, 1))
        self._sums = np.zeros((3, int(np.prod(self.sizes))))  # posts, z, z²
        self._at: float | None = None
        self._found: tuple[float, Fitted | None] | None = None  # as of then: the same day asks more than once

    def place(self, rows: Floats) -> tuple[Whole, Whole]:
        """(arm, (n, 3) topic, block and platform) of rows of `Outcomes.columns`."""
        most = np.array(self.sizes[1:]) - 1
        return rows[:, 0].astype(np.int64), np.clip(rows[:, 4:7].astype(np.int64), 0, most)

    def add(self, rows: Floats, z: Floats, now: float, worth: Floats | float = 1.0) -> None:
        """Take in `z` of posts (rows of `Outcomes.columns`); `worth` is what each counts while it is new."""
        self._fade(now)
        self._found = None
        arm, shared = self.place(rows)
        cell = np.ravel_multi_index((arm, *shared.T), self.sizes)
        weight = worth * 0.5 ** (np.maximum(now - rows[:, 3], 0.0) / self.half_life)
        size = self._sums.shape[1]
        for at, values in enumerate((weight, weight * z, weight * z * z)):
            self._sums[at] += np.bincount(cell, weights=values, minlength=size)

    def fitted(self, now: float) -> Fitted | None:
        """The posterior now; None where nothing counts any more."""
        if self._found is None or self._found[0] != now:
            self._found = now, self._fit(now)
        return self._found[1]

    def _fit(self, now: float) -> Fitted | None:
        self._fade(now)
        held = np.flatnonzero(self._sums[0] > _FADED)
        if not len(held):
            return None
        weight, total, squares = self._sums[:, held]
        place = np.unravel_index(held, self.sizes)
        mean = total / weight
        within = np.maximum(squares - total * mean, 0.0)
        cells = Cells(np.asarray(place[0]), np.column_stack(place[1:]), weight, mean, within)
        return fitted(cells, self.sizes, self.least)

    def _fade(self, now: float) -> None:
        if self._at is not None and now > self._at:
            self._sums *= 0.5 ** ((now - self._at) / self.half_life)
        self._at = now if self._at is None else max(now, self._at)


def fitted(cells: Cells, sizes: tuple[int, ...], least: float = TAU2) -> Fitted:
    """The posterior of each persona's mean.

    τ² is found by moments (at least `least`), s² pooled over personas (at least 0.2), shared effects by one back-fit
    shrunken by ten posts.
    """
    arms, weight, z = sizes[0], cells.weight, cells.mean
    total = weight.sum()
    mu = float((weight * z).sum() / total)
    effect, levels = _shared(z - mu, weight, cells.shared, sizes[1:])
    clean = z - effect
    count: Floats = np.bincount(cells.arm, weights=weight, minlength=arms).astype(float)
    summed = np.bincount(cells.arm, weights=weight * clean, minlength=arms)
    raw = np.divide(summed, count, out=np.full(arms, mu), where=count > 0)
    left = clean - raw[cells.arm]
    s2 = float(max(S2, (weight * left**2 + cells.within).sum() / max(total - arms, 1.0)))
    mu = float((weight * clean).sum() / total)
    tau2 = _between(raw, count, mu, s2, least)
    precision = 1 / tau2 + count / s2
    mean = (mu / tau2 + count * raw / s2) / precision
    return Fitted(mean, np.sqrt(1 / precision), count, mu, tau2, s2, levels, cells, left)


def log_normal(z: Floats, mean: Floats, variance: Floats) -> Floats:
    return np.asarray(-0.5 * (np.log(2 * np.pi * variance) + (z - mean) ** 2 / variance), float)


def _shared(z: Floats, weight: Floats, shared: Whole, sizes: tuple[int, ...]) -> tuple[Floats, tuple[Floats, ...]]:
    effect, levels = np.zeros_like(z), []
    for column, size in zip(shared.T, sizes, strict=True):
        count = np.bincount(column, weights=weight, minlength=size)
        level = np.bincount(column, weights=weight * (z - effect), minlength=size) / (count + SHRINK)
        effect = effect + level[column]
        levels.append(level)
    return effect, tuple(levels)


def _between(raw: Floats, count: Floats, mu: float, s2: float, least: float) -> float:
    known = count > 1
    if known.sum() <= 2:
        return least
    worth = count[known]
    found = (((raw[known] - mu) ** 2 - s2 / worth) * worth).sum() / worth.sum()
    return float(max(least, found))
