"""Posts and what they came to, as columns that grow."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cofounder.personas.policies.interface import Floats, Outcome

Whole = NDArray[np.int64]
BLOCK = 6  # hours of a day that are told apart together


class Outcomes:
    """What has been observed: one entry a post."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, ...]] = []
        self._columns: Floats = np.empty((0, 7))

    def add(self, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            seen = one.context
            self._rows.append(
                (one.arm, one.impressions, one.followers, one.t_post, seen.topic, seen.hour // BLOCK, seen.platform)
            )

    def __len__(self) -> int:
        return len(self._columns) + len(self._rows)

    def columns(self) -> Floats:
        """(n, 7): arm, impressions, followers, hour of posting, topic, block of the day, platform."""
        if self._rows:
            self._columns = np.vstack([self._columns, np.array(self._rows, float)])
            self._rows = []
        return self._columns

    @property
    def arm(self) -> Whole:
        return self.columns()[:, 0].astype(np.int64)

    @property
    def impressions(self) -> Floats:
        return self.columns()[:, 1]

    @property
    def followers(self) -> Floats:
        return self.columns()[:, 2]

    @property
    def posted(self) -> Floats:
        return self.columns()[:, 3]

    @property
    def shared(self) -> Whole:
        """(n, 3): topic, block of the day, platform."""
        return self.columns()[:, 4:7].astype(np.int64)
