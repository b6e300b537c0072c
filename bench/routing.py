"""The router on public outcomes of a strong and a weak model, and what one decision takes.

    python -m bench.routing            # prints docs/reference/routing.md's tables
    python -m bench.routing --write    # and writes them there

A score says for each prompt how much the strong model is expected to gain; prompts go to it in that order. Area under
the recovered gap (APGR): the mean share of the gap between always weak and always strong that is recovered, over all
shares of strong calls; random has 0.5. Scores are learned on four folds and judged on the fifth: random folds, where
each kind of job is known, and grouped folds, where a kind was never seen.
"""

import csv
import gzip
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from cofounder.models.chain import OFFLINE, Target
from cofounder.models.routing import foretell
from cofounder.models.routing.choose import Candidate, Measured, belief, choose
from cofounder.models.routing.complexity import Complexity, Seen, judge
from cofounder.models.routing.tiers import Tier, blended, tier

DATA = Path(__file__).parents[2] / "shared/data/router_outcomes.csv.gz"
PAGE = Path(__file__).parents[1] / "docs/reference/routing.md"
BEGINS, ENDS = "<!-- measured: begins -->", "<!-- measured: ends -->"
FOLDS, DRAWS = 5, 400
WEAK, STRONG = Tier.BUDGET, Tier.FLAGSHIP
PRICED = (Target("openai", "gpt-5-mini"), Target("anthropic", "claude-opus-4-1"))


class Set:
    """One benchmark's prompts with what the weak and the strong model made of them."""

    def __init__(self, name: str, rows: list[dict[str, str]]) -> None:
        self.name = name
        self.prompts = [row["prompt"] for row in rows]
        self.kinds = np.array([row["subject"] for row in rows])
        self.weak = np.array([float(row["weak_ok"]) for row in rows])
        self.strong = np.array([float(row["strong_ok"]) for row in rows])
        self.gain = self.strong - self.weak


def sets() -> list[Set]:
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Set(name, [row for row in rows if row["benchmark"] == name]) for name in ("mmlu", "gsm8k")]


def folds(data: Set, grouped: bool, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(seed)
    fold = draw.integers(0, FOLDS, len(data.prompts))
    if grouped:
        kinds = draw.permutation(np.unique(data.kinds))
        place = {kind: number % FOLDS for number, kind in enumerate(kinds)}
        fold = np.array([place[kind] for kind in data.kinds])
    for k in range(FOLDS):
        yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)


def quality(data: Set, outcome: np.ndarray, tier: Tier, train: np.ndarray, test: np.ndarray, words: bool) -> np.ndarray:
    """What the product believes of one model's quality on each test prompt."""
    seen: dict[str, Measured] = {}
    for kind in np.unique(data.kinds[train]):
        mine = outcome[train][data.kinds[train] == kind]
        seen[kind] = Measured(len(mine), float(mine.sum()))
    learned = foretell.NOTHING
    if words:
        learned = foretell.learn(
            [(data.kinds[i], data.prompts[i], outcome[i] - seen[data.kinds[i]].mean) for i in train]
        )
    shapes = {i: foretell.shape(data.prompts[i]) for i in test}
    found = []
    for i in test:
        known = seen.get(data.kinds[i], Measured(0, 0.0))
        found.append(belief(tier, Measured(known.n, known.total, learned.shift(shapes[i])))[0])
    return np.array(found)


def scores(data: Set, train: np.ndarray, test: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    learned = {
        words: quality(data, data.strong, STRONG, train, test, words)
        - quality(data, data.weak, WEAK, train, test, words)
        for words in (False, True)
    }
    level = [
        judge(Seen("write:post", data.prompts[i], Complexity.SIMPLE, length=len(data.prompts[i].split()))) for i in test
    ]
    return {
        "random": np.random.default_rng(seed).random(len(test)),
        "prompt length": np.array([float(len(data.prompts[i])) for i in test]),
        "complexity alone": np.array([float(one.level) for one in level]),
        "measured, by kind": learned[False],
        "measured, by kind and words": learned[True],
        "oracle": data.gain[test],
    }


def area(score: np.ndarray, gain: np.ndarray) -> float:
    """APGR. Equal scores go in random order, so that no order of the file helps."""
    order = np.lexsort((np.random.default_rng(7).random(len(score)), -score))
    recovered = np.concatenate([[0.0], np.cumsum(gain[order])]) / gain.sum()
    return float(np.trapezoid(recovered, dx=1 / len(gain)))


def saved(score: np.ndarray, weak: np.ndarray, strong: np.ndarray, below: float) -> float:
    """Share of strong calls that is not needed to stay `below` under the strong model's accuracy."""
    order = np.lexsort((np.random.default_rng(7).random(len(score)), -score))
    accuracy = (weak.sum() + np.concatenate([[0.0], np.cumsum((strong - weak)[order])])) / len(weak)
    enough = np.flatnonzero(accuracy >= strong.mean() - below)
    return 1 - float(enough[0]) / len(weak)


def redrawn(score: np.ndarray, weak: np.ndarray, strong: np.ndarray, below: float, pick: np.ndarray) -> float:
    return saved(score[pick], weak[pick], strong[pick], below)


def interval(draw: Callable[[np.ndarray], float], n: int) -> tuple[float, float]:
    chance = np.random.default_rng(3)
    found = [draw(chance.integers(0, n, n)) for _ in range(DRAWS)]
    return float(np.quantile(found, 0.05)), float(np.quantile(found, 0.95))


def table(data: Set, grouped: bool) -> list[str]:
    pooled: dict[str, list[np.ndarray]] = {}
    areas: dict[str, list[float]] = {}
    tests = []
    for number, (train, test) in enumerate(folds(data, grouped, 11)):
        tests.append(test)
        for name, score in scores(data, train, test, number).items():
            areas.setdefault(name, []).append(area(score, data.gain[test]))
            rank = np.argsort(np.argsort(score, kind="stable"), kind="stable") / len(score)  # folds are judged apart
            pooled.setdefault(name, []).append(rank)
    at = np.concatenate(tests)
    weak, strong = data.weak[at], data.strong[at]
    lines = ["| score | APGR | strong calls saved, 1 point below | 5 points below |", "|---|---|---|---|"]
    for name, parts in pooled.items():
        score = np.concatenate(parts)
        cells = []
        for below in (0.01, 0.05):
            low, high = interval(partial(redrawn, score, weak, strong, below), len(at))
            cells.append(f"{saved(score, weak, strong, below):.0%} ({low:.0%} to {high:.0%})")
        lines.append(f"| {name} | {np.mean(areas[name]):.3f} | {' | '.join(cells)} |")
    return lines


def decision_seconds(models: int = 8, rounds: int = 2_000) -> tuple[float, float]:
    """(median, 99th percentile) of one choice: its words looked at, its prices looked up."""
    targets = [*(Target("openai", f"m{i}") for i in range(models - 2)), *PRICED, OFFLINE]
    measured = {target: Measured(200, 150.0 + i) for i, target in enumerate(targets)}
    seen = Seen("write:post", "Write a post about our growth for investors. " * 40, demands=8)
    learned = foretell.Foretelling(tuple(range(12)), (0.1,) * 12, (0.01,) * 12, 500, 0.1)
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        form = foretell.shape(seen.words)
        shifted = {target: Measured(one.n, one.total, learned.shift(form)) for target, one in measured.items()}
        choose(judge(seen), [Candidate(target, tier(target), blended(target)) for target in targets], shifted)
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)), float(np.quantile(taken, 0.99))


def report() -> str:
    lines = []
    for data in sets():
        weak, strong = data.weak.mean(), data.strong.mean()
        for grouped in (False, True):
            if grouped and len(np.unique(data.kinds)) == 1:
                lines.append(f"**{data.name}** has one kind of job, so grouped folds have nothing to learn from.\n")
                continue
            how = "kinds never seen" if grouped else "kinds known"
            head = f"**{data.name}, {how}**: {len(data.prompts)} prompts, always weak {weak:.1%}, always strong {strong:.1%}."
            lines += [head, "", *table(data, grouped), ""]
    median, late = decision_seconds()
    lines.append(f"One decision among nine models: {median * 1e3:.2f} ms median, {late * 1e3:.2f} ms 99th percentile.")
    return "\n".join(lines)


def main() -> None:
    found = report()
    sys.stdout.write(found + "\n")
    if "--write" in sys.argv:
        before, _, rest = PAGE.read_text().partition(BEGINS)
        PAGE.write_text(f"{before}{BEGINS}\n{found}\n{ENDS}{rest.partition(ENDS)[2]}")


if __name__ == "__main__":
    main()
