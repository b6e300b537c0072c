"""A saving is signed, and it is called one at equal quality only where the data say so."""

import random

import pytest

from cofounder.flow.learn.answers.savings import ENOUGH, Outcome, difference

KIND = ("write:post", "MEDIUM")


def _outcomes(others: float, strongest: float, n: int, seed: int = 1) -> list[Outcome]:
    draw = random.Random(seed)
    found = [Outcome(KIND, False, float(draw.random() < others)) for _ in range(n)]
    return found + [Outcome(KIND, True, float(draw.random() < strongest)) for _ in range(n)]


@pytest.mark.parametrize(
    ("others", "strongest", "n", "said"),
    [
        (0.90, 0.90, 2_000, "at equal quality"),
        (0.60, 0.90, 2_000, "paid for in quality"),
        (0.86, 0.90, 60, "not settled"),
        (0.90, 0.90, ENOUGH - 1, "Not enough data"),
    ],
)
def test_the_verdict_follows_the_interval(others: float, strongest: float, n: int, said: str) -> None:
    found = difference(_outcomes(others, strongest, n), margin=0.05)
    assert said in found.verdict
    if found.value is not None:
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high


def test_a_kind_that_only_one_side_did_is_not_compared() -> None:
    alone = [Outcome(("write:article", "COMPLEX"), True, 1.0) for _ in range(500)]
    easy = [Outcome(("write:headlines", "SIMPLE"), False, 1.0) for _ in range(500)]
    found = difference(alone + easy, margin=0.05)
    assert (found.n_others, found.n_strongest, found.value) == (0, 0, None)


def test_a_few_outcomes_that_are_all_alike_are_no_certainty() -> None:
    found = difference([Outcome(KIND, side, 1.0) for side in (True, False) for _ in range(ENOUGH)], margin=0.05)
    assert found.value == 0
    assert "not settled" in found.verdict
    one_each = [Outcome((f"kind {i}", "MEDIUM"), side, 0.9) for side in (True, False) for i in range(ENOUGH)]
    assert "not settled" in difference(one_each, margin=0.05).verdict


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(60):
        found = difference(_outcomes(0.80, 0.88, 150, seed), margin=0.05)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= -0.08 <= found.high
    assert covered >= 46  # 54 of 60 expected; 46 or fewer have a chance below one in a hundred
