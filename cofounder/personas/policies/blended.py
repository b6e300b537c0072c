"""Two views of the same posts: what a post gained, and the rate and the reach behind it. Neither is always the better one.

How likely each voice is the best is the mean of what both say, sharpened less than either would alone: where they do
not agree nobody should be sure.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofounder.personas.policies.hidden_rates import HiddenRates
from cofounder.personas.policies.interface import Flags, Floats, Spec
from cofounder.personas.policies.log_thompson import LogThompson
from cofounder.personas.policies.reweighting import Reweighting

POWER = 2.5


class Blended(Reweighting):
    """Voices by how likely each is to gain the most, as two models see it."""

    name = "blended"

    def __init__(self, spec: Spec, now: Callable[[], float], power: float = POWER) -> None:
        super().__init__(spec, now)
        self.power = power
        self.rates = HiddenRates(spec, now, power=1.0, context=False)
        self.gains = LogThompson(spec, now, power=1.0)

    def fit(self, available: Flags) -> None:
        for rows in self.outcomes.news():
            self.rates.outcomes.load(rows)
            self.gains.outcomes.load(rows)
        self.rates.fit(available)
        self.gains.fit(available)
        self.weights = np.asarray((_even(self.rates.weights) + _even(self.gains.weights)) ** self.power, float)

    def told(self) -> dict[str, Any]:
        return {**self.rates.told(), **self.gains.told()}


def _even(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum(), float)
