"""The same as log_thompson, with what a persona gains on a topic, at a time of day and on a platform of its own.

Each of these is drawn towards nought by how much personas differ in it at all (a variance by moments), so that a cell
with few posts says little. Worse than the plain one where no such thing exists: `Default` asks for evidence first.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Context, Flags, Floats, Spec
from cofounder.personas.policies.log_thompson import LogThompson
from cofounder.personas.policies.normal import Fitted, log_normal
from cofounder.personas.policies.outcomes import Whole
from cofounder.personas.policies.simplex import mixed

HALF_LIFE = 28.0  # days
Cell = tuple[int, int, int]
Own = list[tuple[Floats, Floats]]


class ContextualLogThompson(LogThompson):
    """Personas by how likely each is to gain the most followers here and now."""

    name = "contextual_log_thompson"

    def __init__(self, spec: Spec, now: Callable[[], float], half_life: float = HALF_LIFE, **settings: Any) -> None:
        super().__init__(spec, now, half_lives=(half_life,), usual=half_life, **settings)
        self._cells: dict[tuple[Cell, bytes], Floats] = {}
        self._own_effects: Own = []
        self._noise: Floats = np.empty((0, 0))

    def fit(self, available: Flags) -> None:
        super().fit(available)
        self._cells.clear()
        if self.found is not None:
            self._own_effects = interactions(self.found, self.memory.memories[0].sizes)
            self._noise = self._own.standard_normal((self.draws, len(self.spec.arms)))

    def shares(self, context: Context) -> Floats:
        cell = (context.topic, context.hour // 6, context.platform)
        return mixed(self.cell(cell, context.available), self.spec.floor, context.available)

    def cell(self, cell: Cell, available: Flags) -> Floats:
        """Weights (K) for one topic, block of the day and platform, before the floor."""
        if self.found is None:
            return self.weights
        key = (cell, available.tobytes())
        if key not in self._cells:
            mean, sd = self.expected(cell)
            drawn = mean + sd * self._noise
            drawn[:, ~available] = -np.inf
            wins = np.bincount(drawn.argmax(1), minlength=len(mean)) / self.draws
            self._cells[key] = np.asarray(wins, float) ** self.power
        return self._cells[key]

    def expected(self, cell: Cell) -> tuple[Floats, Floats]:
        """Posterior mean and standard deviation (K) of each persona in a cell; shared effects, alike for all, left out."""
        assert self.found is not None
        mean, variance = self.found.mean, self.found.sd**2
        for (effect, spread), level in zip(self._own_effects, cell, strict=True):
            if level < effect.shape[1]:
                mean, variance = mean + effect[:, level], variance + spread[:, level]
        return mean, np.sqrt(variance)


def log_density(found: Fitted, own: Own, z: Floats, arm: Whole, shared: Whole) -> Floats:
    """How well each of n posts was foretold by personas with effects of their own."""
    mean, variance = found.at(arm, shared), found.s2 + found.sd[arm] ** 2
    for (effect, spread), column in zip(own, shared.T, strict=True):
        mean, variance = mean + effect[arm, column], variance + spread[arm, column]
    return log_normal(z, mean, variance)


def interactions(found: Fitted, sizes: tuple[int, ...]) -> Own:
    """For topic, block and platform: (K, levels) posterior means and variances of what a persona has there alone."""
    cells, left, result = found.cells, found.left, []
    for column, levels in zip(cells.shared.T, sizes[1:], strict=True):
        at = cells.arm * levels + column
        size = sizes[0] * levels
        count = np.bincount(at, weights=cells.weight, minlength=size)
        summed = np.bincount(at, weights=cells.weight * left, minlength=size)
        raw = np.divide(summed, count, out=np.zeros(size), where=count > 0)
        known = count > 1
        variance = 0.0
        if known.sum() > 2:
            worth = count[known]
            variance = float(max(0.0, ((raw[known] ** 2 - found.s2 / worth) * worth).sum() / worth.sum()))
        share = count / (count + found.s2 / variance) if variance > 0 else np.zeros_like(count)
        effect: Floats = np.asarray(share * raw, float)
        left = left - effect[at]
        doubt: Floats = np.asarray((1 - share) * variance, float)
        result.append((effect.reshape(sizes[0], levels), doubt.reshape(sizes[0], levels)))
    return result
