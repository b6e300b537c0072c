"""The gate: better with evidence, or as good and cheaper; no slice worse; enough lines."""

import random
from typing import Any

import pytest

from cofounder.flow.train.benchmark import report
from cofounder.flow.train.promotion import gate

Lines = dict[int, dict[str, Any]]


def lines(scores: list[float], cost: float = 0.0) -> Lines:
    return {
        number: {
            "scores": {"score": score, "valid": 1.0}, "error": None, "cost_usd": cost, "seconds": 0.1,
            "tokens_in": 10, "tokens_out": 5,
        }
        for number, score in enumerate(scores)
    }  # fmt: skip


def decided(mine: Lines, theirs: Lines, labels: list[str] | None = None, **more: Any) -> dict[str, Any]:
    named = {n: {"intent": "post", "channel": (labels or ["x"] * len(mine))[n]} for n in mine}
    return gate.decide(
        {
            "candidate": {**report.summary(list(mine.values())), "priced": more.pop("priced", True)},
            "against": {**report.summary(list(theirs.values())), "priced": True},
            "against_name": "small@1",
            "difference": report.compared(mine, theirs, 0),
            "slices": report.slices(mine, theirs, named, 0),
        },
        **more,
    )


def drawn(share: float, n: int, seed: int) -> list[float]:
    dice = random.Random(seed)
    return [float(dice.random() < share) for _ in range(n)]


def test_clearly_better_passes_and_says_by_how_much() -> None:
    found = decided(lines(drawn(0.9, 100, 1)), lines(drawn(0.6, 100, 2)))
    assert (found["passed"], found["rule"]) == (True, "better")
    assert found["low"] > 0
    assert "better than small@1" in found["words"]


def test_the_same_is_not_better() -> None:
    scores = drawn(0.7, 100, 1)
    found = decided(lines(scores), lines(scores))
    assert (found["passed"], found["rule"]) == (False, "not_shown")


def test_the_same_for_less_passes_and_not_where_nobody_knows_the_price() -> None:
    scores = drawn(0.7, 100, 1)
    cheaper = decided(lines(scores, 0.001), lines(scores, 0.01))
    assert (cheaper["passed"], cheaper["rule"]) == (True, "cheaper")
    assert not decided(lines(scores, 0.0), lines(scores, 0.01), priced=False)["passed"]
    worse = [max(0.0, score - 0.05) for score in scores]
    assert not decided(lines(worse, 0.001), lines(scores, 0.01))["passed"]


def test_what_no_provider_counted_makes_nobody_cheaper() -> None:
    scores = drawn(0.7, 100, 1)
    guessed = {n: {**one, "uncounted_usd": 0.01} for n, one in lines(scores, 0.01).items()}
    assert not decided(lines(scores, 0.001), guessed)["passed"]
    assert not decided(guessed, lines(scores, 0.001))["passed"]
    assert decided({**guessed}, lines(scores, 0.02))["rule"] == "cheaper"  # even at the most that it may have cost


def test_better_overall_and_worse_in_a_slice_does_not_pass() -> None:
    labels = ["x"] * 80 + ["email"] * 20
    mine, theirs = [1.0] * 80 + [0.0] * 20, [0.2] * 80 + [1.0] * 20
    found = decided(lines(mine), lines(theirs), labels)
    assert (found["passed"], found["rule"]) == (False, "slice_worse")
    assert "channel email" in found["words"]


def test_few_lines_show_nothing() -> None:
    found = decided(lines([1.0] * 20), lines([0.0] * 20))
    assert (found["passed"], found["rule"]) == (False, "too_few")


def test_a_model_that_is_no_better_seldom_passes() -> None:
    """At a true difference of 0 at most about 2.5 % may pass; of 200 seeded trials no more than 5 %."""
    passed = 0
    for seed in range(200):
        mine, theirs = drawn(0.7, 60, seed), drawn(0.7, 60, 10_000 + seed)
        low = report.paired([a - b for a, b in zip(mine, theirs, strict=True)], seed)[1]
        passed += low > 0
    assert passed <= 10


@pytest.mark.parametrize("values", [[], [0.3], [0.5] * 40])
def test_an_interval_of_nothing_of_one_and_of_the_same_is_a_point(values: list[float]) -> None:
    mean, low, high = report.paired(values, 0)
    assert mean == low == high
