"""The specified blend: followers per thousand impressions of the last seven days, moved towards by three tenths."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Flags, Spec
from cofounder.personas.policies.reweighting import Reweighting
from cofounder.personas.policies.simplex import projected

LOOK_BACK, LEAST = 7 * 24.0, 20  # hours; posts below which nothing changes
BLEND, POWER = 0.3, 1.5
VIRAL, VIRAL_POSTS, VIRAL_TIMES = 5.0, 5, 1.5  # F/1K
FAILING_POSTS = 10
NEW_POSTS, NEW_WEIGHT = 5, 0.08


class Blueprint(Reweighting):
    """F/1K normalised by the highest, to a power, blended in; then each special rule once, then the floor, exactly."""

    name = "blueprint"

    def __init__(self, spec: Spec, now: Callable[[], float], look_back: float = LOOK_BACK) -> None:
        super().__init__(spec, now)
        self.look_back = look_back
        self._rates: list[float] = []

    def fit(self, available: Flags) -> None:
        seen, arms = self.outcomes, len(self.spec.arms)
        recent = self.now() - seen.posted <= self.look_back
        if recent.sum() < LEAST:
            return
        arm = seen.arm[recent]
        posts = np.bincount(arm, minlength=arms)
        gained = np.bincount(arm, weights=seen.followers[recent], minlength=arms)
        shown = np.bincount(arm, weights=seen.impressions[recent], minlength=arms) / 1000
        rate = np.divide(gained, shown, out=np.zeros(arms), where=shown > 0)
        target = np.where(available, (np.maximum(rate, 0) / max(rate.max(), 1e-9)) ** POWER, 0.0)
        target = target / target.sum() if target.sum() > 0 else available / available.sum()
        weights = (1 - BLEND) * np.where(available, self.weights, 0.0) + BLEND * target
        weights = np.where((rate >= VIRAL) & (posts >= VIRAL_POSTS), weights * VIRAL_TIMES, weights)
        weights = np.where((gained <= 0) & (posts >= FAILING_POSTS), 0.0, weights)
        weights = np.where(np.bincount(seen.arm, minlength=arms) < NEW_POSTS, NEW_WEIGHT, weights)
        self.weights = projected(weights, self.spec.floor, available)
        self._rates = [round(float(one), 6) for one in rate]

    def shares(self, context: Any) -> Any:
        return projected(self.weights, self.spec.floor, context.available)

    def told(self) -> dict[str, Any]:
        return {"followers_per_1k": self._rates} if self._rates else {}
