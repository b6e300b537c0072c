"""Thompson sampling on the logarithm of followers gained.

z = log(1 + F) of a post is taken as N(θ of its persona + topic + block of the day + platform, s²); a post counts
0.5^(age / half-life). θ of the personas come from N(μ, τ²), so that one without posts starts in the middle. Every tick
q is the share of draws from the posterior in which a persona is the best; q to a power is what is drawn with.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cofounder.personas.policies.half_life import DAYS, USUAL, HalfLives
from cofounder.personas.policies.interface import Flags, Floats, Spec
from cofounder.personas.policies.normal import Fitted
from cofounder.personas.policies.reweighting import Reweighting

DRAWS, POWER, LEAST = 4_000, 5.0, 10


class LogThompson(Reweighting):
    """Personas by how likely each is to gain the most followers."""

    name = "log_thompson"

    def __init__(
        self,
        spec: Spec,
        now: Callable[[], float],
        half_lives: Sequence[float] = DAYS,
        usual: float = USUAL,
        draws: int = DRAWS,
        power: float = POWER,
    ) -> None:
        super().__init__(spec, now)
        self.memory = HalfLives(spec, half_lives, usual)
        self.draws, self.power = int(draws), power
        self._own = np.random.default_rng([spec.seed, 99])
        self.found: Fitted | None = None

    def fit(self, available: Flags) -> None:
        self.learn()
        self.found = self.memory.fitted(self.now()) if len(self.outcomes) >= LEAST else None
        if self.found is None:
            self.weights = self.start(available)
        else:
            self.weights = self.best(self.found.mean, self.found.sd, available)

    def learn(self) -> None:
        """Take in what became known since the last time, day by day."""
        for rows in self.outcomes.news():
            self.memory.learn(rows, logged(rows), float(rows[-1, 7]))

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
            **self.memory.told(),
        }


def logged(rows: Floats) -> Floats:
    """log(1 + F) of each post."""
    return np.asarray(np.log1p(np.maximum(rows[:, 2], 0.0)), float)
