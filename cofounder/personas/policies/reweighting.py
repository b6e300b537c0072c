"""What every policy here has in common: outcomes are kept, weights are made anew every six hours, arms are drawn."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Context, Flags, Floats, Outcome, Spec
from cofounder.personas.policies.outcomes import Outcomes
from cofounder.personas.policies.simplex import drawn, mixed

TICK = 6.0  # hours


class Reweighting:
    """Draws from weights that are made anew when the first draw of a tick comes. A policy fills in `fit`."""

    name = ""

    def __init__(self, spec: Spec, now: Callable[[], float]) -> None:
        self.spec, self.now = spec, now
        self.outcomes = Outcomes()
        self.weights: Floats = np.asarray(spec.initial_weights, float).copy()
        self._due = -np.inf

    def observe(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes.add(outcomes)

    def select(self, context: Context, rng: np.random.Generator) -> tuple[int, Floats]:
        self.refreshed(context)
        shares = self.shares(context)
        return drawn(shares, rng), shares

    def refreshed(self, context: Context) -> None:
        """Weights as of this tick."""
        if context.t >= self._due:
            self.fit(context.available)
            self._due = (context.t // TICK + 1) * TICK

    def fit(self, available: Flags) -> None:
        """Weights (K, any scale, before the floor) from what has been observed. Draws are seeded."""

    def shares(self, context: Context) -> Floats:
        """The probabilities (K) of one draw."""
        return mixed(self.weights, self.spec.floor, context.available)

    def told(self) -> dict[str, Any]:
        """What the last fit found, for the log: JSON with a number for each arm."""
        return {}

    def start(self, available: Flags) -> Floats:
        """Weights before anything was learnt; one without a weight of its own gets an even share."""
        even = 1 / len(self.spec.arms)
        return np.where(available, np.where(self.spec.initial_weights > 0, self.spec.initial_weights, even), 0.0)
