"""How fast to forget, chosen by evidence: the half-life that foretells posts best, where it clearly does."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Floats, Spec
from cofounder.personas.policies.normal import TAU2, Fitted, Memory

DAYS = (7.0, 21.0, 60.0)
USUAL = 21.0  # days, in use unless another one is clearly better
PROOF = 150  # posts that all of them foretold
SURE = 2.0  # standard errors by which the mean of the differences must lie above nought


class HalfLives:
    """Models of the same posts that forget at different speeds; each post scores all before they learn from it."""

    def __init__(self, spec: Spec, days: Sequence[float] = DAYS, usual: float = USUAL, least: float = TAU2) -> None:
        self.days = tuple(days)
        self.memories = [Memory(spec, one * 24.0, least) for one in self.days]
        self._usual = self.days.index(usual)
        self.foretold = 0
        self._gains = np.zeros((2, len(self.days)))  # sums and squares of what each foretold better than the usual one

    def learn(self, rows: Floats, z: Floats, now: float) -> None:
        """What became known of n posts (rows of `Outcomes.columns`) and the figure that is modelled."""
        if len(self.days) > 1:
            found = [memory.fitted(now) for memory in self.memories]
            arm, shared = self.memories[0].place(rows)
            scores = [one.log_density(z, arm, shared) for one in found if one is not None]
            if len(scores) == len(self.days):
                gain = np.array(scores) - scores[self._usual]
                self._gains += [gain.sum(1), (gain**2).sum(1)]
                self.foretold += len(z)
        for memory in self.memories:
            memory.add(rows, z, now)

    def chosen(self) -> int:
        """Which of `days`: the best of those that are clearly better than the usual one, else that."""
        if self.foretold < PROOF:
            return self._usual
        mean, error = self.gains()
        clear = np.where(mean > SURE * error, mean, 0.0)
        return int(clear.argmax()) if clear.max() > 0 else self._usual

    def gains(self) -> tuple[Floats, Floats]:
        """(mean, standard error) of what each foretold better than the usual one: log density a post."""
        n = max(self.foretold, 1)
        mean = self._gains[0] / n
        spread = np.maximum(self._gains[1] / n - mean**2, 0.0)
        return mean, np.sqrt(spread / max(n - 1, 1))

    def fitted(self, now: float) -> Fitted | None:
        return self.memories[self.chosen()].fitted(now)

    def told(self) -> dict[str, Any]:
        mean, error = self.gains()
        tried = [
            {"days": days, "gain": round(float(gain), 6), "standard_error": round(float(doubt), 6)}
            for days, gain, doubt in zip(self.days, mean, error, strict=True)
        ]
        return {"half_life_days": self.days[self.chosen()], "half_lives": tried, "half_lives_foretold": self.foretold}
