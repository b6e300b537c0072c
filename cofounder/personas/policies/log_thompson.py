"""Thompson sampling on the logarithm of followers gained: the policy that is used unless another is chosen.

z = log(1 + F) of a post is taken as N(θ of its persona + topic + block of the day + platform, s²); a post counts
0.5^(age / half-life). θ of the personas come from N(μ, τ²), so that one without posts starts in the middle. Every tick
q is the share of draws from the posterior in which a persona is the best; q to a power is what is drawn with.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Flags, Floats, Spec
from cofounder.personas.policies.normal import Fitted, fitted
from cofounder.personas.policies.reweighting import Reweighting

HALF_LIFE = 21 * 24.0  # hours
DRAWS, POWER, LEAST = 4_000, 5.0, 10


class LogThompson(Reweighting):
    """Personas by how likely each is to gain the most followers."""

    name = "log_thompson"

    def __init__(
        self,
        spec: Spec,
        now: Callable[[], float],
        half_life: float = HALF_LIFE,
        draws: int = DRAWS,
        power: float = POWER,
    ) -> None:
        super().__init__(spec, now)
        self.half_life, self.draws, self.power = half_life, int(draws), power
        self._own = np.random.default_rng([spec.seed, 99])
        self.found: Fitted | None = None

    def fit(self, available: Flags) -> None:
        if len(self.outcomes) < LEAST:
            self.weights = self.start(available)
            return
        self.found = self.posterior()
        self.weights = self.best(self.found.mean, self.found.sd, available)

    def posterior(self) -> Fitted:
        seen = self.outcomes
        weight = 0.5 ** (np.maximum(self.now() - seen.posted, 0.0) / self.half_life)
        return fitted(seen.arm, np.log1p(np.maximum(seen.followers, 0.0)), weight, seen.shared, len(self.spec.arms))

    def best(self, mean: Floats, sd: Floats, available: Flags) -> Floats:
        """How often each is the best of a draw, sharpened: K shares that add up to 1."""
        drawn = mean + sd * self._own.standard_normal((self.draws, len(mean)))
        drawn[:, ~available] = -np.inf
        wins = np.bincount(drawn.argmax(1), minlength=len(mean)) / self.draws
        sharp: Floats = np.asarray(wins, float) ** self.power
        return np.asarray(sharp / sharp.sum(), float)

    def told(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        rounded = {name: [round(float(x), 6) for x in column] for name, column in self.found.columns().items()}
        return {
            **rounded,
            "mu": round(self.found.mu, 6),
            "tau2": round(self.found.tau2, 6),
            "s2": round(self.found.s2, 6),
        }
