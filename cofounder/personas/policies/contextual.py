"""The same as log_thompson, with what a persona gains on a topic, at a time of day and on a platform of its own.

Worse than the plain one where no such thing exists: `Default` asks for evidence first.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Context, Flags, Floats, Spec
from cofounder.personas.policies.joint import ALONE, NOISE, Joint, joint
from cofounder.personas.policies.log_thompson import LogThompson
from cofounder.personas.policies.simplex import mixed

HALF_LIFE = 24.0  # days
Cell = tuple[int, int, int]


class ContextualLogThompson(LogThompson):
    """Personas by how likely each is to gain the most followers here and now."""

    name = "contextual_log_thompson"

    def __init__(self, spec: Spec, now: Callable[[], float], half_life: float = HALF_LIFE, **settings: Any) -> None:
        super().__init__(spec, now, half_lives=(half_life,), usual=half_life, **settings)
        self.by_place: Joint | None = None
        self._cells: dict[tuple[Cell, bytes], Floats] = {}
        self._noise: Floats = np.empty((0, 0))
        self._moved: Floats = np.empty((0, 0))  # what is shared, in each draw, from its mean

    def placed(self, now: float, own: tuple[float, ...] = ALONE) -> Joint | None:
        """What is known by place as of now; None before anything is."""
        memory = self.memory.memories[0]
        found = memory.fitted(now)
        if found is None:
            return None
        return joint(found.cells, memory.sizes, self.by_place.s2 if self.by_place else NOISE, own)

    def fit(self, available: Flags) -> None:
        super().fit(available)
        self._cells.clear()
        if self.found is None:
            return
        self.by_place = self.placed(self.now())
        assert self.by_place is not None
        self._noise = self._own.standard_normal((self.draws, len(self.spec.arms)))
        spread = np.linalg.cholesky(self.by_place.doubt)
        self._moved = self._own.standard_normal((self.draws, len(spread))) @ spread.T

    def shares(self, context: Context) -> Floats:
        cell = (context.topic, context.hour // 6, context.platform)
        return mixed(self.cell(cell, context.available), self.spec.floor, context.available)

    def cell(self, cell: Cell, available: Flags) -> Floats:
        """Weights (K) for one topic, block of the day and platform, before the floor."""
        if self.found is None or self.by_place is None:
            return self.weights
        key = (cell, available.tobytes())
        if key not in self._cells:
            mean, sd, moves = self.by_place.here(cell)
            drawn = mean + sd * self._noise + self._moved @ moves.T
            drawn[:, ~available] = -np.inf
            wins = np.bincount(drawn.argmax(1), minlength=len(mean)) / self.draws
            self._cells[key] = np.asarray(wins, float) ** self.power
        return self._cells[key]
