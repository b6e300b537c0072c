"""Headlines of real tests as voices: what drawing by what was learnt gains over drawing alike and over a leader.

Run: python -m bench.upworthy_replay [--tests 0] [--lives 3] [--data FOLDER]. Reads upworthy_tests.csv.gz (Upworthy
Research Archive, CC BY 4.0): in each test several headlines of one story were shown to readers at random, so how often
each is clicked is known, whoever draws. A test is lived through in rounds; a post shows one headline to as many readers
as the test gave a headline on average over the rounds, and its clicks are drawn from what was really clicked. The
policies are the product's, clicks stand for followers; `leader` tries each headline in turn for a tenth of the posts
and shows the best of these ever after. Figures stand in docs/reference/personas.md.
"""

import argparse
import csv
import gzip
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from cofounder.personas import arena
from cofounder.personas.drawing import floor_for
from cofounder.personas.policies.interface import Context, Outcome, Spec

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ROUNDS, TRIED, DRAWS = 100, 0.1, 2_000
EVERY = 6.0  # hours from a post to the next; clicks are known at the next one
POLICIES = {"default": arena.Default, "log_thompson": arena.LogThompson, "blueprint": arena.Blueprint}


def read(data: Path) -> list[Any]:
    """(headlines, 2) impressions and clicks of each test that was not at risk of bad randomisation."""
    tests: dict[str, list[tuple[int, int]]] = defaultdict(list)
    with gzip.open(data / "upworthy_tests.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["randomization_risk"] != "1" and int(row["impressions"]) > 0:
                tests[row["clickability_test_id"]].append((int(row["impressions"]), int(row["clicks"])))
    return [np.array(tests[name], float) for name in sorted(tests) if len(tests[name]) > 1]


def learnt(kind: Any, chances: Any, shown: float, seed: int) -> float:
    """Clicks that the headlines drawn by a policy get on average, a round."""
    arms, clock = len(chances), [0.0]
    draw, luck = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    spec = Spec([str(at) for at in range(arms)], np.full(arms, 1 / arms), floor_for(arms), 1, 1, seed)
    policy, everyone, gained = kind(spec, now=lambda: clock[0]), np.ones(arms, bool), 0.0
    for number in range(ROUNDS):
        clock[0] = number * EVERY
        here = Context(clock[0], int(clock[0]) % 24, int(clock[0] // 24) % 7, 0, 0, everyone)
        arm, shares = policy.select(here, draw)
        clicks = luck.binomial(round(shown), chances)  # of every headline, so that policies meet the same luck
        gained += shown * chances[arm]
        seen = Outcome(number, arm, here, clock[0], clock[0] + EVERY, shown, float(clicks[arm]), float(shares[arm]))
        policy.observe([seen])
    return gained / ROUNDS


def leader(chances: Any, shown: float, seed: int) -> float:
    """Clicks a round where each headline is tried in turn and the best of these is shown from then on."""
    arms, luck = len(chances), np.random.default_rng([seed, 2])
    tried = max(arms, round(ROUNDS * TRIED))
    clicks, gained = np.zeros(arms), 0.0
    posts = np.bincount(np.arange(tried) % arms, minlength=arms)
    for number in range(tried):
        clicks[number % arms] += luck.binomial(round(shown), chances)[number % arms]
        gained += shown * chances[number % arms]
    best = int((clicks / posts).argmax())
    return float(gained + (ROUNDS - tried) * shown * chances[best]) / ROUNDS


def lived(tests: list[Any], lives: int) -> dict[str, Any]:
    """name -> clicks a round of each test, mean over lives."""
    found: dict[str, list[float]] = defaultdict(list)
    for number, test in enumerate(tests):
        chances, shown = test[:, 1] / test[:, 0], max(float(test[:, 0].sum() / ROUNDS), 1.0)
        found["uniform"].append(shown * float(chances.mean()))
        found["clairvoyant"].append(shown * float(chances.max()))
        for name, kind in POLICIES.items():
            found[name].append(float(np.mean([learnt(kind, chances, shown, number * 97 + at) for at in range(lives)])))
        found["leader"].append(float(np.mean([leader(chances, shown, number * 97 + at) for at in range(lives)])))
    return {name: np.array(values) for name, values in found.items()}


def over(first: Any, second: Any) -> tuple[float, float, float]:
    """(gain of all clicks of the first over the second, its 95 % interval by bootstrap over tests)."""
    draws = np.random.default_rng(1).integers(len(first), size=(DRAWS, len(first)))
    ratios = first[draws].sum(1) / second[draws].sum(1) - 1
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(first.sum() / second.sum() - 1), float(low), float(high)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tests", type=int, default=0, help="The first so many; 0 is all.")
    asked.add_argument("--lives", type=int, default=3)
    asked.add_argument("--data", type=Path, default=DATA)
    given = asked.parse_args()
    if not (given.data / "upworthy_tests.csv.gz").is_file():
        print(f"upworthy_tests.csv.gz does not lie in {given.data}: nothing measured", flush=True)
        return
    every = read(given.data)
    tests = (
        every
        if not given.tests
        else [every[at] for at in np.random.default_rng(0).permutation(len(every))[: given.tests]]
    )
    begun = time.process_time()
    found = lived(tests, given.lives)
    print(
        f"{len(tests)} tests of {len(every)}, {given.lives} lives each, {ROUNDS} posts; {time.process_time() - begun:.0f} s"
    )
    for name in (*POLICIES, "leader", "clairvoyant"):
        beside = {other: over(found[name], found[other]) for other in ("uniform", "leader") if other != name}
        told = "; ".join(
            f"over {other} {g:+.1%} ({low:+.1%} to {high:+.1%})" for other, (g, low, high) in beside.items()
        )
        print(f"{name}: {told}; of the clairvoyant {found[name].sum() / found['clairvoyant'].sum():.3f}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
