"""Shares and their intervals, of 95 % where nothing else is said. Pure.

Wilson's score interval (1927) for one share; Newcombe's hybrid of two of them (1998, method 10) for a difference.
"""

from math import sqrt

Z = 1.959964
Z99 = 2.575829  # of 99 %, for what is looked at again and again


def wilson(hits: int, n: int, z: float = Z) -> tuple[float, float]:
    """(low, high) of a share; nothing seen says nothing."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def difference(hits: int, n: int, before: int, n_before: int, z: float = Z) -> tuple[float, float, float]:
    """(first share minus second, low, high)."""
    one, other = (hits / n if n else 0.0), (before / n_before if n_before else 0.0)
    low, high = wilson(hits, n, z)
    low_before, high_before = wilson(before, n_before, z)
    gap = one - other
    return (
        gap,
        gap - sqrt((one - low) ** 2 + (high_before - other) ** 2),
        gap + sqrt((high - one) ** 2 + (other - low_before) ** 2),
    )
