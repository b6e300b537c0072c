"""What the product runs unless a person chose a policy: the plain one, until the contextual one has proved better."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cofounder.personas.policies.contextual import ContextualLogThompson
from cofounder.personas.policies.interface import Context, Flags, Floats, Outcome, Spec
from cofounder.personas.policies.log_thompson import LogThompson

PROOF = 300  # posts that both foretold
SURE = 1.0  # standard errors by which the mean of the differences must lie above nought


class Default:
    """Plain and contextual side by side; each post scores both before they learn from it."""

    name = "default"

    def __init__(self, spec: Spec, now: Callable[[], float], proof: int = PROOF, sure: float = SURE) -> None:
        self.plain, self.contextual = LogThompson(spec, now), ContextualLogThompson(spec, now)
        self.spec, self.proof, self.sure = spec, int(proof), sure
        self._gains: list[float] = []

    @property
    def used(self) -> LogThompson:
        """The one that is drawn with."""
        return self.contextual if self.stands() else self.plain

    @property
    def weights(self) -> Floats:
        return self.used.weights

    def stands(self) -> bool:
        """Whether the contextual one has foretold posts better, by more than chance would often give."""
        gains = np.asarray(self._gains)
        if len(gains) < self.proof:
            return False
        return bool(gains.mean() > self.sure * gains.std(ddof=1) / np.sqrt(len(gains)))

    def observe(self, outcomes: Sequence[Outcome]) -> None:
        if self.plain.found is not None and self.contextual.found is not None:
            self._gains += [self._gain(one) for one in outcomes]
        self.plain.observe(outcomes)
        self.contextual.observe(outcomes)

    def select(self, context: Context, rng: np.random.Generator) -> tuple[int, Floats]:
        chosen = self.used
        other = self.plain if chosen is self.contextual else self.contextual
        other.refreshed(context)
        return chosen.select(context, rng)

    def fit(self, available: Flags) -> None:
        self.plain.fit(available)
        self.contextual.fit(available)

    def shares(self, context: Context) -> Floats:
        return self.used.shares(context)

    def told(self) -> dict[str, Any]:
        gains = np.asarray(self._gains)
        return {
            **self.used.told(),
            "used": self.used.name,
            "foretold": len(gains),
            "contextual_gain": round(float(gains.mean()), 6) if len(gains) else None,
        }

    def _gain(self, one: Outcome) -> float:
        """By how much the contextual one foretold a post better: the difference of log densities."""
        z = float(np.log1p(max(one.followers, 0.0)))
        cell = (one.context.topic, one.context.hour // 6, one.context.platform)
        plain, contextual = self.plain.found, self.contextual.found
        assert plain is not None
        assert contextual is not None
        mean, sd = self.contextual.expected(cell)
        first = _density(z, plain.at(one.arm, cell), plain.s2 + plain.sd[one.arm] ** 2)
        shared = contextual.at(one.arm, cell) - contextual.mean[one.arm]
        second = _density(z, mean[one.arm] + shared, contextual.s2 + sd[one.arm] ** 2)
        return float(second - first)


def _density(z: float, mean: float, variance: float) -> float:
    return float(-0.5 * (np.log(variance) + (z - mean) ** 2 / variance))
