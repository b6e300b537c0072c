"""Posts and what they came to, as columns that grow."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cofounder.personas.policies.interface import Floats, Outcome

Whole = NDArray[np.int64]
BLOCK = 6  # hours of a day that are told apart together
DAY = 24.0
WIDTH = 8


class Outcomes:
    """What has been observed: one entry a post."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, ...]] = []
        self._columns: Floats = np.empty((0, WIDTH))
        self._read = 0

    def add(self, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            seen = one.context
            post = (one.arm, one.impressions, one.followers, one.t_post)
            self._rows.append((*post, seen.topic, seen.hour // BLOCK, seen.platform, one.t_seen))

    def load(self, table: Floats) -> None:
        """Many at once, as `columns` has them."""
        self._columns = np.vstack([self.columns(), table])

    def __len__(self) -> int:
        return len(self._columns) + len(self._rows)

    def columns(self) -> Floats:
        """(n, 8): arm, impressions, followers, hour of posting, topic, block of the day, platform, hour it was known."""
        if self._rows:
            self._columns = np.vstack([self._columns, np.array(self._rows, float)])
            self._rows = []
        return self._columns

    def news(self) -> list[Floats]:
        """Rows since the last call, one table for each day on which posts became known, in the order of time."""
        fresh = self.columns()[self._read :]
        self._read += len(fresh)
        if not len(fresh):
            return []
        fresh = fresh[np.argsort(fresh[:, 7], kind="stable")]
        return np.split(fresh, np.flatnonzero(np.diff(fresh[:, 7] // DAY)) + 1)

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
