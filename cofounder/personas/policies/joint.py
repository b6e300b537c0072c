"""What personas gain by place, fitted together: what all of them share and what each has alone.

z = log(1 + F) ~ N(f·s + f·u of its persona, s²), where f marks the topic, the block of the day and the platform of a
post and a constant. s and u are normal about nought, with variances that are set and not found: cells are few and small,
so that what moments say of them is mostly chance. Given s personas are apart, so the posterior is that of an arrow-shaped
matrix: one small system each and one for what they share (a Schur complement), whatever their number.
"""

from dataclasses import dataclass

import numpy as np

from cofounder.personas.policies.interface import Floats
from cofounder.personas.policies.normal import S2, Cells, log_normal
from cofounder.personas.policies.outcomes import Whole

ALONE = (0.25, 0.04, 0.02, 0.017)  # variance of a persona's own: anywhere, on a topic, at a block, on a platform
ANYWHERE = (0.25, 1e-6, 1e-6, 1e-6)  # the same of personas who are alike everywhere
SHARED = (1e4, 0.1, 0.1, 0.1)  # the same of what all share; where they all stand is not known at all
NOISE = 0.7  # s² before anything was seen
ROUNDS = 2  # s² is found from what the model leaves, and the model with it


@dataclass(frozen=True)
class Joint:
    """A posterior. m is one for the constant and one for each topic, block and platform; K personas."""

    shared: Floats  # m
    doubt: Floats  # (m, m), covariance of `shared`
    own: Floats  # (K, m), given that `shared` is as it is
    inner: Floats  # (K, m, m), covariance of `own` given `shared`
    follows: Floats  # (K, m, m): `own` moves by minus this with `shared`
    s2: float
    starts: tuple[int, ...]  # where topics, blocks and platforms begin among the m

    def marks(self, shared: Whole) -> Floats:
        """(n, m) of n places (n, 3); a level that was never declared marks nothing."""
        found = np.zeros((len(shared), len(self.shared)))
        found[:, 0] = 1.0
        ends = (*self.starts[1:], len(self.shared))
        for start, end, column in zip(self.starts, ends, shared.T, strict=True):
            known = np.flatnonzero(column < end - start)
            found[known, start + column[known]] = 1.0
        return found

    def here(self, place: tuple[int, int, int]) -> tuple[Floats, Floats, Floats]:
        """(mean (K), standard deviation (K), (K, m) how it moves with what is shared) of personas at one place.

        What is alike for all of them is left out. The deviation is that of a persona alone.
        """
        (mark,) = self.marks(np.array([place]))
        known = mark.sum() - 1
        strange = sum(ALONE[1:]) * (1 - known / 3)  # somewhere nobody has been: a doubt more
        variance = np.einsum("i,kij,j->k", mark, self.inner, mark) + strange
        return self.own @ mark, np.sqrt(variance), -np.einsum("i,kij->kj", mark, self.follows)

    def log_density(self, z: Floats, arm: Whole, shared: Whole) -> Floats:
        """How well each of n posts was foretold."""
        marks = self.marks(shared)
        mean = marks @ self.shared + np.einsum("ni,ni->n", marks, self.own[arm])
        inner = np.einsum("ni,nij,nj->n", marks, self.inner[arm], marks)
        moved = marks - np.einsum("ni,nij->nj", marks, self.follows[arm])
        variance = self.s2 + inner + np.einsum("ni,ij,nj->n", moved, self.doubt, moved)
        return log_normal(z, mean, variance)


def joint(
    cells: Cells, sizes: tuple[int, ...], noise: float = NOISE, own: tuple[float, ...] = ALONE, rounds: int = ROUNDS
) -> Joint:
    """The posterior of these cells. `sizes`: personas, topics, blocks, platforms. `noise`: s² to begin with."""
    starts = tuple(int(one) for one in np.cumsum((1, *sizes[1:-1])))
    size = starts[-1] + sizes[-1]
    seen, summed = _sums(cells, sizes[0], size, starts)
    alone, common = (np.repeat(1 / np.array(of), (1, *sizes[1:])) for of in (own, SHARED))
    found = Joint(*_posterior(seen, summed, alone, common, noise), noise, starts)
    for _ in range(rounds - 1):
        left = cells.mean - found.marks(cells.shared) @ found.shared
        left -= np.einsum("ni,ni->n", found.marks(cells.shared), found.own[cells.arm])
        held = np.einsum("kii->", seen @ found.inner) / found.s2  # effective parameters, those of `shared` left out
        freedom = max(float(cells.weight.sum() - held), 5.0)
        s2 = float(max(S2, (cells.weight * left**2 + cells.within).sum() / freedom))
        found = Joint(*_posterior(seen, summed, alone, common, s2), s2, starts)
    return found


def _sums(cells: Cells, arms: int, size: int, starts: tuple[int, ...]) -> tuple[Floats, Floats]:
    """For each persona Σ w f fᵀ (K, m, m) and Σ w f z (K, m)."""
    columns = np.column_stack([np.zeros(len(cells.arm), np.int64), cells.shared + np.array(starts)])
    pairs = cells.arm[:, None, None] * size * size + columns[:, :, None] * size + columns[:, None, :]
    each = columns.shape[1]
    weights = np.repeat(cells.weight, each * each)
    seen = np.bincount(pairs.ravel(), weights=weights, minlength=arms * size * size).reshape(arms, size, size)
    at = cells.arm[:, None] * size + columns
    summed = np.bincount(at.ravel(), weights=np.repeat(cells.weight * cells.mean, each), minlength=arms * size)
    return np.asarray(seen, float), np.asarray(summed.reshape(arms, size), float)


def _posterior(
    seen: Floats, summed: Floats, alone: Floats, common: Floats, s2: float
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    seen, summed = seen / s2, summed / s2
    inner = np.asarray(np.linalg.inv(seen + np.diag(alone)), float)
    follows = np.asarray(inner @ seen, float)
    told = np.einsum("kij,kj->ki", inner, summed)
    doubt = np.asarray(np.linalg.inv(seen.sum(0) - (seen @ follows).sum(0) + np.diag(common)), float)
    shared = np.asarray(doubt @ (summed.sum(0) - np.einsum("kij,kj->i", seen, told)), float)
    return shared, doubt, np.asarray(told - follows @ shared, float), inner, follows
