"""What the product runs unless a person chose a policy: the plain one, until the contextual one has proved better."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofounder.personas.policies.contextual import ContextualLogThompson
from cofounder.personas.policies.interface import Context, Flags, Floats, Spec
from cofounder.personas.policies.joint import ANYWHERE
from cofounder.personas.policies.log_thompson import LogThompson, logged
from cofounder.personas.policies.reweighting import Reweighting

PROOF = 300  # posts that both foretold
SURE = 1.0  # standard errors by which the mean of the differences must lie above nought


class Default(Reweighting):
    """Plain and contextual side by side; each post scores both before they learn from it."""

    name = "default"

    def __init__(self, spec: Spec, now: Callable[[], float], proof: int = PROOF, sure: float = SURE) -> None:
        super().__init__(spec, now)
        self.plain, self.contextual = LogThompson(spec, now), ContextualLogThompson(spec, now)
        self.plain.outcomes = self.contextual.outcomes = self.outcomes
        self.proof, self.sure = int(proof), sure
        self._gains = np.zeros(3)  # posts, sum and squares of what the contextual one foretold better

    @property
    def used(self) -> LogThompson:
        """The one that is drawn with."""
        return self.contextual if self.stands() else self.plain

    def stands(self) -> bool:
        """Whether the contextual one has foretold posts better, by more than chance would often give."""
        n, total, squares = self._gains
        if n < self.proof:
            return False
        mean = total / n
        return bool(mean > self.sure * np.sqrt(max(squares / n - mean**2, 0.0) / (n - 1)))

    def fit(self, available: Flags) -> None:
        for rows in self.outcomes.news():
            self.learn(rows)
        self.plain.fit(available)
        self.contextual.fit(available)
        self.weights = self.used.weights

    def learn(self, rows: Floats) -> None:
        moment, z = float(rows[-1, 7]), logged(rows)
        placed, anywhere = self.contextual.placed(moment), self.contextual.placed(moment, ANYWHERE)
        if placed is not None and anywhere is not None:  # the same model in all else, so that only place is weighed
            arm, shared = self.contextual.memory.memories[0].place(rows)
            gain = placed.log_density(z, arm, shared) - anywhere.log_density(z, arm, shared)
            self._gains += [len(z), gain.sum(), (gain**2).sum()]
        self.plain.memory.learn(rows, z, moment)
        self.contextual.memory.learn(rows, z, moment)

    def shares(self, context: Context) -> Floats:
        return self.used.shares(context)

    def told(self) -> dict[str, Any]:
        n, total, _ = self._gains
        return {
            **self.used.told(),
            "used": self.used.name,
            "foretold": int(n),
            "contextual_gain": round(float(total / n), 6) if n else None,
        }
