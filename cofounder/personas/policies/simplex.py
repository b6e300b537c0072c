"""Probabilities that add up to one and keep a floor exactly."""

from typing import Any

import numpy as np

from cofounder.personas.policies.interface import Flags, Floats


def mixed(shares: Any, floor: float, available: Flags) -> Floats:
    """`shares` (K, any scale) among those available, each lifted by the floor: p = floor + (1 - n·floor)·q.

    All alike where none of them has a share. Not available is 0. Raises ValueError when nobody is available.
    """
    q = _among(shares, available)
    count = int(available.sum())
    least = min(floor, 1 / count)
    return np.where(available, least + (1 - count * least) * q, 0.0)


def projected(weights: Any, floor: float, available: Flags) -> Floats:
    """The point of the simplex nearest in ratio to `weights` (K) with none available below the floor.

    Those under the floor are set onto it, the rest share what remains in proportion; repeated until none is under
    it, at most K times. Raises ValueError when nobody is available.
    """
    q = _among(weights, available)
    least = min(floor, 1 / int(available.sum()))
    low = np.zeros_like(available)
    for _ in range(len(q)):
        free = available & ~low
        left, total = 1 - least * low.sum(), q[free].sum()
        spread = q * (left / total) if total > 0 else np.where(free, left / max(free.sum(), 1), 0.0)
        under = free & (spread < least)
        if not under.any():
            break
        low |= under
    return np.where(low, least, np.where(available, spread, 0.0))


def drawn(shares: Floats, rng: np.random.Generator) -> int:
    """An index drawn with these shares; never one of share 0."""
    reached = np.cumsum(shares)
    at = int(np.searchsorted(reached, rng.random() * reached[-1], side="right"))
    return min(at, int(np.flatnonzero(shares > 0)[-1]))


def _among(shares: Any, available: Flags) -> Floats:
    count = int(available.sum())
    if count == 0:
        raise ValueError("no persona can be drawn")
    q = np.where(available, np.nan_to_num(np.asarray(shares, float), nan=0.0, posinf=0.0, neginf=0.0), 0.0)
    q = np.maximum(q, 0.0)
    largest = q.max()
    if largest <= 0:
        return np.where(available, 1 / count, 0.0)
    q = q / largest  # sums of huge weights would leave the range
    return np.asarray(q / q.sum(), float)
