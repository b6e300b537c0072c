"""What personas have on a topic, at a block of the day and on a platform alone, one after the other by back-fitting."""

import numpy as np

from cofounder.personas.policies.interface import Floats
from cofounder.personas.policies.normal import Fitted

Own = list[tuple[Floats, Floats]]


def interactions(found: Fitted, sizes: tuple[int, ...]) -> Own:
    """For topic, block and platform: (K, levels) posterior means and variances of what a persona has there alone."""
    cells, left, result = found.cells, found.left, []
    for column, levels in zip(cells.shared.T, sizes[1:], strict=True):
        at = cells.arm * levels + column
        size = sizes[0] * levels
        count = np.bincount(at, weights=cells.weight, minlength=size)
        summed = np.bincount(at, weights=cells.weight * left, minlength=size)
        raw = np.divide(summed, count, out=np.zeros(size), where=count > 0)
        known = count > 1
        variance = 0.0
        if known.sum() > 2:
            worth = count[known]
            variance = float(max(0.0, ((raw[known] ** 2 - found.s2 / worth) * worth).sum() / worth.sum()))
        share = count / (count + found.s2 / variance) if variance > 0 else np.zeros_like(count)
        effect: Floats = np.asarray(share * raw, float)
        left = left - effect[at]
        doubt: Floats = np.asarray((1 - share) * variance, float)
        result.append((effect.reshape(sizes[0], levels), doubt.reshape(sizes[0], levels)))
    return result
