"""Voices whose rates nobody sees and that may change: a filter for each, and a draw by how likely each is the best.

A post seen M thousand times gains F ~ NegBin(b + M·λ, k). λ, the followers for a thousand impressions of its voice, is
a chain on a grid of log λ that creeps a little every day and seldom jumps to anywhere (a hidden Markov model; see
Rabiner 1989 for the recursion). How much of both is not set but found: several speeds run side by side, and each counts
as it foretold the posts. What a post reaches is a model of its own, since what it gains is reach × rate; seeing the
two apart leaves the luck of reach, which is most of the noise, out of the rate.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cofounder.personas.policies.contextual import Cell
from cofounder.personas.policies.half_life import HalfLives
from cofounder.personas.policies.interacting import Own, interactions
from cofounder.personas.policies.interface import Context, Flags, Floats, Spec
from cofounder.personas.policies.normal import Fitted, Memory
from cofounder.personas.policies.outcomes import Whole
from cofounder.personas.policies.reweighting import Reweighting
from cofounder.personas.policies.simplex import mixed as floored

STEP = 0.2
GRID = np.arange(np.log(0.01), np.log(40.0), STEP)  # log of followers for 1,000 impressions
RATES = np.exp(GRID)
# (jumps, creep of log λ) a day: from a world that stands still to a new one every month
SPEEDS = ((0.0005, 0.0), (0.002, 0.03), (0.01, 0.03), (0.01, 0.08), (0.03, 0.05), (0.03, 0.12))
DAY = 24.0
EFFECTS_HALF_LIFE = 60 * DAY
REACH_TAU2 = 0.1  # the least that voices differ in log reach: by moments one that is drawn most hides the others
POWER, LEAST = 5.0, 10
RETUNE, TUNED_ON = 50, 800  # posts
BACKGROUNDS = (0.02, 0.05, 0.1, 0.2, 0.35)  # of what a post gains on average: followers that are no doing of its own
SHAPES = (0.3, 0.5, 0.8, 1.2, 2.0, 4.0, 10.0, 40.0)
PROOF, SURE = 300, 2.0  # posts foretold, and standard errors, from which on context counts


class HiddenRates(Reweighting):
    """Voices by how likely each is to gain the most followers, their rates taken as things that change."""

    name = "hidden_rates"

    def __init__(
        self,
        spec: Spec,
        now: Callable[[], float],
        power: float = POWER,
        speeds: Sequence[tuple[float, float]] = SPEEDS,
        tails: bool = True,
        context: bool = True,
    ) -> None:
        super().__init__(spec, now)
        self.power, self.tails, self.context = power, tails, context
        self.jumps, self.creeps = np.array(speeds, float).T
        self.scores = np.zeros(len(self.jumps))
        self.prior = _prior(0.0, 0.8)
        self.chances = np.tile(self.prior, (len(self.jumps), len(spec.arms), 1))
        self.background, self.shape = 0.1, 1.5
        self.reach = HalfLives(spec, usual=60.0, least=REACH_TAU2)
        self.reached: Fitted | None = None
        self.effects = Memory(spec, EFFECTS_HALF_LIFE)
        self.shared: tuple[Floats, ...] = ()
        self.own: Own = []
        self._gains = np.zeros(3)  # posts, sum and squares of what they were foretold better by with context
        self._told: list[Floats] = []  # (followers, expected) of posts
        self._at: float | None = None
        self._tuned = 0
        self._effects_due = 0.0
        self._cells: dict[tuple[Cell, bytes], Floats] = {}
        self._mean = self._sd = np.zeros(len(spec.arms))

    # ── learning ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def fit(self, available: Flags) -> None:
        for rows in self.outcomes.news():
            self.learn(rows)
        self._cells.clear()
        if len(self.outcomes) < LEAST:
            self.weights = self.start(available)
            return
        self.forward(self.now())
        self.reached = self.reach.fitted(self.now())
        if self.reached is not None:
            self._mean, self._sd = expected_reach(self.reached, self.tails)
        self.weights = self.sharp(self._mean, self._sd, available)

    def learn(self, rows: Floats) -> None:
        """What became known of n posts."""
        moment = float(rows[-1, 7])
        self.forward(moment)
        arm, shared = self.effects.place(rows)
        shown, gained = rows[:, 1] / 1000, np.maximum(rows[:, 2], 0.0)
        rate = self.rates()[arm]
        common, own = self._common(shared), self._of_own(arm, shared)
        self._prove(
            gained, self.background + shown * rate * np.exp(common), shown * rate * np.exp(common) * np.expm1(own)
        )
        self._told.append(np.column_stack([gained, shown * rate * np.exp(common)]))
        worth = shown * np.exp(common + own) if self.contextual else shown * np.exp(common)
        self._weigh(arm, gained, worth)
        bare = self.background + shown * rate
        trust = 1 / (1 / self.shape + 1 / bare)
        self.effects.add(
            rows,
            np.minimum(gained / bare, 20.0) - 1,
            moment,
            trust * (1 / self.shape + 1 / max(float(bare.mean()), 0.1)),
        )
        self.reach.learn(rows, np.log(np.maximum(rows[:, 1], 1.0)), moment)
        self._tune(moment)

    def _weigh(self, arm: Whole, gained: Floats, worth: Floats) -> None:
        """Bayes' rule on the grid, for every speed; each speed is scored by how likely it held what came."""
        mean = self.background + worth[:, None] * RATES
        logs = gained[:, None] * np.log(mean / (mean + self.shape)) - self.shape * np.log1p(mean / self.shape)
        total = np.zeros(self.chances.shape[1:])
        np.add.at(total, arm, logs)
        joint = self.chances * np.exp(total - total.max(1, keepdims=True))
        norm = joint.sum(2, keepdims=True)
        self.scores += np.log(norm[..., 0]).sum(1)
        self.chances = joint / norm

    def forward(self, at: float) -> None:
        """Let the rates change as much as they may have until then."""
        days = (at - self._at) / DAY if self._at is not None else 0.0
        self._at = at if self._at is None else max(at, self._at)
        if days <= 0:
            return
        move = np.minimum(self.creeps**2 * days / (2 * STEP**2), 0.3)[:, None, None]
        here = self.chances
        above = np.concatenate([here[..., 1:], here[..., -1:]], 2)
        below = np.concatenate([here[..., :1], here[..., :-1]], 2)
        here = (1 - 2 * move) * here + move * (above + below)
        jump = -np.expm1(-self.jumps * days)[:, None, None]
        self.chances = (1 - jump) * here + jump * self.prior

    def _tune(self, moment: float) -> None:
        """Prior and shared effects anew; now and then also the background and the shape."""
        chances = self.mixed()
        mean = chances @ GRID
        seen = np.bincount(self.outcomes.arm, minlength=len(mean)) > 0
        if seen.sum() > 2:
            spread = chances @ GRID**2 - mean**2
            mu = float(mean[seen].mean())
            self.prior = _prior(mu, float(np.clip(np.mean((mean[seen] - mu) ** 2 + spread[seen]), 0.1, 2.0)) ** 0.5)
        if sum(map(len, self._told)) >= self._tuned + RETUNE:
            self._tuned = sum(map(len, self._told))
            recent = np.vstack(self._told[-TUNED_ON:])[-TUNED_ON:]
            self.background, self.shape = noise(recent[:, 0], recent[:, 1])
        if moment < self._effects_due or len(self.outcomes) < LEAST:
            return
        self._effects_due = moment + DAY
        left = self.effects.fitted(moment)
        if left is not None:
            self.shared = tuple(np.clip(level, -0.7, 2.0) for level in left.shared)
            self.own = interactions(left, self.effects.sizes) if self.context else []

    def _prove(self, gained: Floats, plain: Floats, more: Floats) -> None:
        if len(self.own):
            gain = _log_chance(gained, np.maximum(plain + more, 0.01), self.shape) - _log_chance(
                gained, plain, self.shape
            )
            self._gains += [len(gain), gain.sum(), (gain**2).sum()]

    @property
    def contextual(self) -> bool:
        """Whether effects of a voice's own have foretold posts clearly better."""
        n, total, squares = self._gains
        if n < PROOF:
            return False
        mean = total / n
        return bool(mean > SURE * np.sqrt(max(squares / n - mean**2, 0.0) / n))

    def _common(self, shared: Whole) -> Floats:
        return np.asarray(
            sum(
                (np.log1p(level[column]) for level, column in zip(self.shared, shared.T, strict=False)),
                np.zeros(len(shared)),
            ),
            float,
        )

    def _of_own(self, arm: Whole, shared: Whole) -> Floats:
        found = np.zeros(len(arm))
        for (effect, _), column in zip(self.own, shared.T, strict=False):
            found = found + np.log1p(np.clip(effect[arm, column], -0.7, 2.0))
        return found

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def mixed(self) -> Floats:
        """(K, G) chances of each rate, every speed counting as it foretold."""
        return np.asarray(np.tensordot(self.trusted(), self.chances, 1), float)

    def trusted(self) -> Floats:
        """How likely each of the speeds is, as all began alike."""
        share = np.exp(self.scores - self.scores.max())
        return np.asarray(share / share.sum(), float)

    def rates(self) -> Floats:
        """Expected followers for 1,000 impressions (K)."""
        return np.asarray(self.mixed() @ RATES, float)

    def sharp(self, mean: Floats, sd: Floats, available: Flags) -> Floats:
        return np.asarray(chance_of_best(self.mixed(), mean, sd, available) ** self.power, float)

    def shares(self, context: Context) -> Floats:
        if not self.contextual or self.reached is None:
            return super().shares(context)
        cell = (context.topic, context.hour // 6, context.platform)
        return floored(self.cell(cell, context.available), self.spec.floor, context.available)

    def cell(self, cell: Cell, available: Flags) -> Floats:
        """Weights (K) for one topic, block of the day and platform, before the floor."""
        key = (cell, available.tobytes())
        if key not in self._cells:
            mean, variance = self._mean, self._sd**2
            for (effect, spread), level in zip(self.own, cell, strict=True):
                if level < effect.shape[1]:
                    mean = mean + np.log1p(np.clip(effect[:, level], -0.7, 2.0))
                    variance = variance + spread[:, level]
            self._cells[key] = self.sharp(mean, np.sqrt(variance), available)
        return self._cells[key]

    def told(self) -> dict[str, Any]:
        if self.reached is None:
            return {}
        chances = self.mixed()
        mean = chances @ GRID
        sd = np.sqrt(np.maximum(chances @ GRID**2 - mean**2, 0.0))
        columns = {"mean": mean, "sd": sd, "reach": self._mean, "effective_n": self.reached.count}
        speeds = zip(self.jumps, self.creeps, self.trusted(), strict=True)
        return {
            **{name: [round(float(x), 6) for x in column] for name, column in columns.items()},
            "speeds": [
                {"jumps_a_month": round(30 * a, 3), "creep_a_day": b, "trusted": round(float(c), 4)}
                for a, b, c in speeds
            ],
            "background": round(self.background, 4),
            "shape": self.shape,
            "contextual": self.contextual,
            **self.reach.told(),
        }


def chance_of_best(chances: Floats, mean: Floats, sd: Floats, available: Flags) -> Floats:
    """How likely each voice gains the most (K): rate as in `chances` (K, G), reach as N(mean, sd²), both logs."""
    where = np.flatnonzero(available)
    fine = np.arange(GRID[0] + mean[where].min() - 1, GRID[-1] + mean[where].max() + 1, STEP)
    spread = np.sqrt(sd[where] ** 2 + STEP**2 / 12)[:, None, None]
    away = (fine[None, None, :] - GRID[None, :, None] - mean[where][:, None, None]) / spread
    density = np.einsum("kg,kgj->kj", chances[where], np.exp(-0.5 * away**2) / spread)
    density /= density.sum(1, keepdims=True)
    below = np.log(np.maximum(np.cumsum(density, 1) - density / 2, 1e-300))
    best = (density * np.exp(below.sum(0) - below)).sum(1)
    found = np.zeros(len(available))
    found[where] = best / best.sum()
    return found


def expected_reach(found: Fitted, tails: bool) -> tuple[Floats, Floats]:
    """Log of what a post of each voice reaches on average, and its doubt (K): the mean of a log-normal is e^(m + s²/2).

    The spread of each voice is drawn towards that of all, by how much spreads differ beyond chance.
    """
    mean, sd = found.mean - found.mu, found.sd
    if not tails:
        return mean, sd
    cells, arms = found.cells, len(mean)
    squares = np.bincount(cells.arm, weights=cells.weight * found.left**2 + cells.within, minlength=arms)
    known = found.count > 5
    if known.sum() <= 3:
        return mean, sd
    n = np.maximum(found.count - 1, 1.0)
    log = np.where(known, np.log(np.maximum(squares / n, 1e-3) / found.s2), 0.0)
    doubt = 3.0 / n  # 2/n of normal posts, and half of that again, as tails are heavier
    between = max(0.0, float(np.average(log[known] ** 2 - doubt[known], weights=n[known])))
    share = np.where(known, between / (between + doubt), 0.0)
    half = found.s2 / 2
    return mean + half * np.expm1(share * log), np.sqrt(sd**2 + (half**2) * (1 - share) * between)


def noise(gained: Floats, expected: Floats) -> tuple[float, float]:
    """(background, shape) under which posts gained what they did, where this much was expected of them."""
    from scipy.special import gammaln

    level, best, found = max(float(gained.mean()), 0.05), -np.inf, (0.1, 1.5)
    for part in BACKGROUNDS:
        mean = part * level + (1 - part) * expected
        for shape in SHAPES:
            score = float((_log_chance(gained, mean, shape) + gammaln(gained + shape) - gammaln(shape)).sum())
            if score > best:
                best, found = score, (part * level, shape)
    return found


def _log_chance(gained: Floats, mean: Floats, shape: float) -> Floats:
    """Log of the negative binomial, without what does not depend on the mean."""
    return np.asarray(gained * np.log(mean / (mean + shape)) - shape * np.log1p(mean / shape), float)


def _prior(mu: float, sd: float) -> Floats:
    """Chances of rates of a voice that nobody has seen; a tenth of them anywhere, since some never gain anybody."""
    shape = np.exp(-0.5 * ((GRID - mu) / sd) ** 2)
    return np.asarray(0.9 * shape / shape.sum() + 0.1 / len(GRID), float)
