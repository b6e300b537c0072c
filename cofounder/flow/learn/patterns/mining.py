"""From units with features to tested candidates. Pure; the same units and seed give the same answer.

A unit is compared with the others of its channel that came out around the same time: a channel is cut into stretches of
about 25 units, and the effect is the mean difference of log(1 + metric) inside the stretches, weighted as a regression
with one constant a stretch would (n1 n0 / n). So neither a channel nor a drift of the audience is taken for a pattern.

p comes from the permutation distribution inside the stretches: its exact variance and the normal tail, and for what
looks like something and matches few units, random permutations. A condition that lasts for weeks (a state of the
business) counts as often as it began: its p is Student's over the spells. The interval is a Bayesian bootstrap
(Rubin, 1981). q is Benjamini and Hochberg's over every candidate tested, of all metrics together.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from cofounder.business.derive.intervals import t_tail
from cofounder.flow.learn.patterns.vocabulary import FEATURES, Item

SUPPORT = 10  # units that match, at least
EACH_SIDE = 5  # in a channel, and spells of what lasts
STRETCH = 25  # units
LEVEL = 0.95
RATE = 0.10  # of false discoveries
_LOOKED_AT = 0.05  # p up to which permutations are drawn
_FEW = 200  # matching units from which on the normal tail is good enough
_DRAWS = 1_000  # of the bootstrap
_CELLS = 8_000_000  # numbers in memory at once
_ROUNDS = 3  # of looking again at what passes once repetitions do not count

Array = Any  # numpy is imported where it is used
Name = tuple[str, tuple[Item, ...]]  # metric and conditions


@dataclass(frozen=True)
class Unit:
    """A post or a run: when, where, what it is like, what came of it. `metric` is not negative."""

    id: str
    at: datetime
    channel: str
    features: Mapping[str, str]
    metric: float


@dataclass(frozen=True)
class Found:
    """A tested candidate. Effects are differences of mean log(1 + metric); means are of the metric itself."""

    metric: str
    items: tuple[Item, ...]
    n: int  # units of the metric
    support: int
    compared: int  # matching units that had others beside them
    effect: float
    p: float
    confidence: float  # share of matching units above the median of their stretch
    lift: float  # against the share of all
    mean_with: float
    mean_without: float
    channels: tuple[str, ...]
    low: float = math.nan
    high: float = math.nan
    q: float = 1.0
    explained_by: tuple[Item, ...] | None = None
    matching: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Table:
    """Units laid out for arithmetic: in order of channel and time, each in its stretch."""

    metric: str
    units: list[Unit]
    y: Array  # log(1 + metric)
    stretch: Array  # number of each unit's stretch
    channel: list[str]  # of each stretch


def laid_out(metric: str, units: Sequence[Unit]) -> Table:
    """Cut each channel's units, in the order of time, into stretches of about 25."""
    import numpy as np

    by_channel: dict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda one: (one.at, one.id)):
        by_channel[unit.channel].append(unit)
    ordered: list[Unit] = []
    stretch: list[int] = []
    channels: list[str] = []
    for name in sorted(by_channel):
        mine = by_channel[name]
        parts = max(1, round(len(mine) / STRETCH))
        for place in range(len(mine)):
            stretch.append(len(channels) + place * parts // len(mine))
        channels += [name] * parts
        ordered += mine
    y = np.log1p(np.array([unit.metric for unit in ordered], dtype=float))
    return Table(metric, ordered, y, np.array(stretch, dtype=int), channels)


def candidates(units: Sequence[Unit], *, support: int = SUPPORT, pairs: bool = True) -> list[tuple[Item, ...]]:
    """Conditions that enough units meet, one or two at a time, by frequent-itemset mining (Agrawal and Srikant, 1994).

    A channel alone is none: there is nothing to compare it with inside itself.
    """
    from efficient_apriori import itemsets_from_transactions  # type: ignore[import-untyped]

    baskets = [tuple(unit.features.items()) for unit in units]
    if len(baskets) < support:
        return []
    sets, _ = itemsets_from_transactions(
        baskets, min_support=(support - 0.5) / len(baskets), max_length=2 if pairs else 1
    )
    found = {tuple(sorted(items)) for size in sets.values() for items in size}
    return sorted(items for items in found if items[0][0] != "channel" or len(items) > 1)


def weigh(table: Table, items: Sequence[tuple[Item, ...]], *, seed: int, few_spells: bool = False) -> list[Found]:
    """Every candidate that has enough on both sides, with effect and p. Order as given; the others are left out.

    `few_spells` keeps what lasts and began too rarely for a p, with p = 1.
    """
    import numpy as np

    if not table.units or not items:
        return []
    frame = _Frame(table)
    held = _matches(table, items)
    counts = held.astype(float) @ frame.members  # candidates x stretches: matching units
    allowed = frame.comparable(counts)
    informative = allowed & (counts > 0) & (counts < frame.sizes)
    compared = (counts * informative).sum(1)
    keep = [
        at
        for at in range(len(items))
        if compared[at] >= SUPPORT and ((frame.sizes - counts[at]) * informative[at]).sum() >= EACH_SIDE
    ]
    if not keep:
        return []
    held, counts, informative = held[keep], counts[keep], informative[keep]
    kept = [items[at] for at in keep]
    sums = (held * frame.residual) @ frame.members * informative
    weight = counts * (frame.sizes - counts) / frame.sizes * informative
    effects = sums.sum(1) / weight.sum(1)
    variance = (weight * frame.variance).sum(1)
    z = np.abs(sums.sum(1)) / np.sqrt(np.maximum(variance, 1e-300))
    p = np.where(variance > 1e-12, _normal_tail(z), 1.0)
    p = _permuted(frame, held, informative, sums.sum(1), p, seed=seed)
    found = []
    for at, items_ in enumerate(kept):
        if any(FEATURES[name].lasting for name, _ in items_ if name in FEATURES):
            by_spell = _over_spells(table, frame, held[at], informative[at], items_, float(effects[at]))
            if by_spell is None and not few_spells:
                continue  # it began too rarely: no more is known than that
            p[at] = 1.0 if by_spell is None else max(by_spell, p[at])
        found.append(_told(table, frame, items_, held[at], informative[at], float(effects[at]), float(p[at])))
    return found


def corrected(found: Sequence[Found], repeats: Collection[Name] = ()) -> list[Found]:
    """The same with q over all of them, clearest first. What only repeats another counts as tested, not as found.

    Else one strong effect, found again in a dozen pairs that are then left out, would let in what is by chance.
    """
    ordered = sorted(found, key=lambda one: (one.p, -abs(one.effect), one.metric, one.items))
    rank, ranks = 0, []
    for one in ordered:
        own = (one.metric, one.items) not in repeats
        rank += own
        ranks.append(rank if own else rank + 1)
    least, told = 1.0, []
    for one, place in zip(reversed(ordered), reversed(ranks), strict=True):
        least = min(least, one.p * len(ordered) / place)
        told.append(replace(one, q=least))
    return told[::-1]


def explained(table: Table, found: Sequence[Found], *, clear: float, seed: int) -> list[Found]:
    """Of pairs that pass: whether one of their halves, which passes too, says it all already.

    The pair is then compared with the other units that meet that half; where that is not clear (p above `clear`, or
    an effect the other way) the half explains it.
    """
    import numpy as np

    passing = {one.items: one for one in found if one.q <= RATE}
    told = []
    for one in found:
        because: tuple[Item, ...] | None = None
        if one.q <= RATE and len(one.items) == 2 and one.items[0][0] != "channel":
            for half in ((one.items[0],), (one.items[1],)):
                if half not in passing or passing[half].effect * one.effect < 0:
                    continue
                inside = _matches(table, [half])[0]
                part = laid_out(table.metric, [unit for unit, mine in zip(table.units, inside, strict=True) if mine])
                again = weigh(part, [one.items], seed=seed)
                if not again or again[0].p > clear or np.sign(again[0].effect) != np.sign(one.effect):
                    because = half
                    break
        told.append(replace(one, explained_by=because))
    return told


def interval(table: Table, one: Found, *, seed: int, level: float = LEVEL) -> Found:
    """The candidate with a bootstrap interval of its effect: weights Exp(1) a unit, or a spell of what lasts."""
    import numpy as np

    frame = _Frame(table)
    held = _matches(table, [one.items])
    counts = held.astype(float) @ frame.members
    informative = (frame.comparable(counts) & (counts > 0) & (counts < frame.sizes))[0]
    rows = np.flatnonzero(informative[table.stretch])
    if len(rows) == 0:
        return one
    mine, y, stretch = held[0][rows], table.y[rows], table.stretch[rows]
    lasting = [name for name, _ in one.items if name in FEATURES and FEATURES[name].lasting]
    groups = _spells(table, one.items, lasting)[rows] if lasting else None
    random = np.random.default_rng([seed, len(rows), *map(ord, str(one.items)[:40])])
    edges = np.flatnonzero(np.r_[True, stretch[1:] != stretch[:-1]])
    drawn = []
    for start in range(0, _DRAWS, step := max(1, _CELLS // (4 * len(rows)))):
        size = min(step, _DRAWS - start)
        if groups is None:
            weights = random.standard_exponential((size, len(rows)))
        else:
            names, place = np.unique(groups, return_inverse=True)
            weights = random.standard_exponential((size, len(names)))[:, place]
        inside, outside = weights * mine, weights * ~mine
        a, b = np.add.reduceat(inside, edges, 1), np.add.reduceat(outside, edges, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            gap = np.add.reduceat(inside * y, edges, 1) / a - np.add.reduceat(outside * y, edges, 1) / b
            weight = np.where((a > 0) & (b > 0), a * b / (a + b), 0.0)
        drawn.append((np.where(weight > 0, gap, 0.0) * weight).sum(1) / weight.sum(1))
    low, high = np.quantile(np.concatenate(drawn), [(1 - level) / 2, (1 + level) / 2])
    return replace(one, low=float(low), high=float(high))


def mine(tables: Sequence[Table], *, seed: int, pairs: bool = True, intervals: int = 60) -> tuple[list[Found], int]:
    """(candidates of all metrics, clearest first; how many were tested). The first `intervals` carry intervals."""
    tested: list[Found] = []
    for table in tables:
        tested += weigh(table, candidates(table.units, pairs=pairs), seed=seed)
    by_metric = {table.metric: table for table in tables}
    repeats: set[Name] = set()
    for _ in range(_ROUNDS):
        told = _told_apart(tables, corrected(tested, repeats), seed=seed)
        found = {(one.metric, one.items) for one in told if one.explained_by is not None}
        if found <= repeats:
            break
        repeats |= found
    shown = [
        interval(by_metric[one.metric], one, seed=seed) if at < intervals and math.isnan(one.low) else one
        for at, one in enumerate(told)
    ]
    return shown, len(tested)


def _told_apart(tables: Sequence[Table], ordered: Sequence[Found], *, seed: int) -> list[Found]:
    """The candidates with what explains each that passes; those that pass carry intervals."""
    by_metric = {table.metric: table for table in tables}
    # what a pair adds to its half is held to what any candidate is held to: the line of Benjamini and Hochberg.
    # At 0.05 each, one strong half brought pairs along that were chance.
    clear = min(0.05, RATE * sum(one.q <= RATE for one in ordered) / max(1, len(ordered)))
    told = []
    for table in tables:
        told += explained(table, [one for one in ordered if one.metric == table.metric], clear=clear, seed=seed)
    told = [interval(by_metric[one.metric], one, seed=seed) if one.q <= RATE else one for one in told]
    told.sort(key=lambda one: (one.p, -abs(one.effect), one.metric, one.items))
    return _no_channel_of_its_own(told)


def _no_channel_of_its_own(found: Sequence[Found]) -> list[Found]:
    """A condition on one channel is explained by the condition everywhere, unless its interval leaves that effect out."""
    whole = {(one.metric, one.items): one for one in found if one.q <= RATE}
    told = []
    for one in found:
        half = tuple(item for item in one.items if item[0] != "channel")
        everywhere = whole.get((one.metric, half)) if len(half) < len(one.items) else None
        if everywhere is not None and one.low <= everywhere.effect <= one.high:
            one = replace(one, explained_by=half)
        told.append(one)
    return told


def estimate(units: Sequence[Unit], metric: str, items: tuple[Item, ...], *, seed: int) -> Found | None:
    """One pattern's effect on these units alone; None where there are not enough on both sides."""
    table = laid_out(metric, units)
    found = weigh(table, [items], seed=seed, few_spells=True)
    return interval(table, found[0], seed=seed) if found else None


def clusters(found: Sequence[Found], *, alike: float = 0.5) -> list[int]:
    """A number for each: those whose matching units overlap by half or more (Jaccard), chained, share one."""
    number = list(range(len(found)))

    def root(at: int) -> int:
        while number[at] != at:
            at = number[at]
        return at

    for a, b in combinations(range(len(found)), 2):
        one, other = found[a].matching, found[b].matching
        if one and other and len(one & other) >= alike * len(one | other):
            number[root(b)] = root(a)
    names: dict[int, int] = {}
    return [names.setdefault(root(at), len(names) + 1) for at in range(len(found))]


class _Frame:
    """What every candidate of a table shares: stretches, residuals inside them, and their variance."""

    def __init__(self, table: Table) -> None:
        import numpy as np

        count = len(table.channel)
        self.members = np.zeros((len(table.units), count))
        self.members[np.arange(len(table.units)), table.stretch] = 1.0
        self.sizes = self.members.sum(0)
        means = (table.y @ self.members) / self.sizes
        self.residual = table.y - means[table.stretch]
        squares = (self.residual**2) @ self.members
        self.variance = np.where(self.sizes > 1, squares / np.maximum(self.sizes - 1, 1), 0.0)
        names = sorted(set(table.channel))
        self.channels = np.array([[1.0 if name == mine else 0.0 for mine in table.channel] for name in names])
        if len(np.unique(table.y)) <= 2:  # yes or no
            self.above = table.y == table.y.max()
        else:
            median = np.array([np.median(table.y[table.stretch == at]) for at in range(count)])
            self.above = table.y > median[table.stretch]
        self.stretch = table.stretch

    def comparable(self, counts: Array) -> Array:
        """candidates x stretches: whether the stretch's channel has at least 5 units on each side."""
        inside = counts @ self.channels.T
        outside = self.sizes @ self.channels.T - inside
        good = (inside >= EACH_SIDE) & (outside >= EACH_SIDE)
        return (good.astype(float) @ self.channels) > 0


def _matches(table: Table, items: Sequence[tuple[Item, ...]]) -> Array:
    """candidates x units: who meets all conditions."""
    import numpy as np

    single: dict[Item, Any] = {}
    for item in {one for each in items for one in each}:
        name, value = item
        single[item] = np.array([unit.features.get(name) == value for unit in table.units], dtype=bool)
    return np.array([np.logical_and.reduce([single[item] for item in each]) for each in items], dtype=bool)


def _normal_tail(z: Array) -> Array:
    from scipy.special import ndtr

    return 2 * ndtr(-z)


def _permuted(frame: _Frame, held: Array, informative: Array, sums: Array, p: Array, *, seed: int) -> Array:
    """p anew, by permutations inside stretches, for candidates that look like something and match few units."""
    import numpy as np

    chosen = np.flatnonzero((p <= _LOOKED_AT) & (held.sum(1) < _FEW))
    if len(chosen) == 0:
        return p
    rows = informative[chosen][:, frame.stretch] & held[chosen]
    picks = rows.astype(np.float32)
    draws = max(5_000, 20 * len(p))
    random = np.random.default_rng([seed, len(p)])
    order = np.argsort(frame.stretch, kind="stable")
    offset = frame.stretch[order].astype(np.float32) * 2
    wanted = np.abs(sums[chosen]) * (1 - 1e-5) - 1e-9
    reached = np.zeros(len(chosen))
    done = 0
    while done < draws:
        size = min(draws - done, max(1, _CELLS // max(len(order), 1)))
        keys = random.random((size, len(order)), dtype=np.float32) + offset
        shuffled = np.empty((size, len(order)), dtype=np.float32)
        shuffled[:, order] = frame.residual[order][np.argsort(keys, 1)]
        reached += (np.abs(shuffled @ picks.T) >= wanted).sum(0)
        done += size
    found = p.copy()
    found[chosen] = (reached + 1) / (draws + 1)
    return found


def _spells(table: Table, items: Sequence[Item], lasting: Sequence[str]) -> Array:
    """A number for each unit: those of one unbroken run of the lasting conditions, over all channels, share one."""
    import numpy as np

    wanted = {name: value for name, value in items if name in lasting}
    order = sorted(range(len(table.units)), key=lambda at: (table.units[at].at, table.units[at].id))
    found, number, before = np.zeros(len(order), dtype=int), 0, None
    for at in order:
        now = all(table.units[at].features.get(name) == value for name, value in wanted.items())
        number += before is not None and now != before
        found[at], before = number, now
    return found


def _over_spells(
    table: Table, frame: _Frame, held: Array, informative: Array, items: tuple[Item, ...], effect: float
) -> float | None:
    """p over spells (cluster-robust variance, t with the rarer side's spells less one); None under 5 on a side."""
    import numpy as np

    rows = np.flatnonzero(informative[table.stretch])
    lasting = [name for name, _ in items if name in FEATURES and FEATURES[name].lasting]
    spells = _spells(table, items, lasting)[rows]
    mine = held[rows]
    inside, outside = len(set(spells[mine])), len(set(spells[~mine]))
    if min(inside, outside) < EACH_SIDE:
        return None
    share = (held.astype(float) @ frame.members) / frame.sizes
    x = mine - share[table.stretch[rows]]
    error = frame.residual[rows] - effect * x
    sums = np.bincount(spells, weights=x * error)
    groups = len(set(spells))
    variance = (sums**2).sum() * groups / (groups - 1) / (x**2).sum() ** 2
    return t_tail(effect / math.sqrt(max(variance, 1e-300)), min(inside, outside) - 1)


def _told(
    table: Table, frame: _Frame, items: tuple[Item, ...], held: Array, informative: Array, effect: float, p: float
) -> Found:
    import numpy as np

    rows = informative[table.stretch]
    mine, others = held & rows, ~held & rows
    metric = np.expm1(table.y)
    confidence, base = float(frame.above[mine].mean()), float(frame.above[rows].mean())
    return Found(
        metric=table.metric,
        items=items,
        n=len(table.units),
        support=int(held.sum()),
        compared=int(mine.sum()),
        effect=effect,
        p=min(max(p, 0.0), 1.0),
        confidence=confidence,
        lift=confidence / base if base else 1.0,
        mean_with=float(metric[mine].mean()),
        mean_without=float(metric[others].mean()),
        channels=tuple(sorted({table.channel[at] for at in np.flatnonzero(informative)})),
        matching=frozenset(table.units[at].id for at in np.flatnonzero(held)),
    )
