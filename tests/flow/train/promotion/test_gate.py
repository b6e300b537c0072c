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
            "not_asked": more.pop("not_asked", {}),
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
    assert (found["low"], found["high"]) == (None, None)
    assert "20 lines were compared; the gate wants 30: too few lines for an interval." in found["words"]


def test_who_wants_fewer_lines_gets_no_interval_of_them() -> None:
    found = decided(lines([1.0] * 9), lines([0.0] * 9), minimum=5)
    assert (found["passed"], found["rule"]) == (False, "too_few")


def test_who_wants_more_lines_than_there_are_has_looked_all_the_same() -> None:
    """Its figures were seen: were it not counted, one could look after 30 lines, 45 and so on, and then ask in earnest."""
    bad = decided(lines(drawn(0.6, 60, 1)), lines(drawn(0.6, 60, 2)), minimum=61)
    assert (bad["passed"], bad["rule"], bad["minimum"]) == (False, "not_shown", 61)
    good = decided(lines(drawn(0.9, 80, 1)), lines(drawn(0.6, 80, 2)))
    assert gate.counted(good, AS_IT_WANTS, [bad])["rule"] == "earlier_failed"
    fewer = decided(lines(drawn(0.9, 80, 1)), lines(drawn(0.6, 80, 2)), minimum=81)
    assert (fewer["passed"], fewer["rule"]) == (False, "asked_more")
    assert fewer["words"].startswith("Asked for was 81 lines, so it does not count. It is better than")
    assert gate.counted(good, AS_IT_WANTS, [fewer])["passed"]
    assert gate.deciding([fewer, good]) is good


def test_a_narrower_margin_keeps_out_what_would_pass_and_closes_nothing() -> None:
    mine, theirs = [0.5] * 100, [0.5] * 99 + [1.0]
    asked = decided(lines(mine, 0.001), lines(theirs, 0.01), margin=0.0)
    assert (asked["passed"], asked["rule"], asked["margin"]) == (False, "asked_more", 0.0)
    assert decided(lines(mine, 0.001), lines(theirs, 0.01))["rule"] == "cheaper"
    bad = decided(lines([0.4] * 100, 0.001), lines(theirs, 0.01), margin=0.0)
    assert bad["rule"] in ("worse", "slice_worse")


AS_IT_WANTS = {"margin": gate.MARGIN, "minimum": gate.MINIMUM, "seed": gate.SEED, "most": 200}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"margin": 0.2}, "its margin of 0.2 is wider than the gate's 0.02"),
        ({"minimum": 5}, "it wants 5 lines, the gate 30"),
        ({"seed": 7}, "drawn with seed 7"),
    ],
)
def test_what_was_asked_for_more_loosely_is_a_look_and_no_gate(changed: dict[str, Any], why: str) -> None:
    passing = decided(lines(drawn(0.9, 100, 1)), lines(drawn(0.6, 100, 2)))
    assert gate.counted(passing, AS_IT_WANTS)["passed"]
    found = gate.counted(passing, {**AS_IT_WANTS, **changed})
    assert (found["passed"], found["rule"]) == (False, "look")
    assert found["words"].startswith("Looked, not a gate: ")
    assert why in found["words"]
    assert gate.counted(found, {**AS_IT_WANTS, **changed}) == found
    assert gate.counted(passing, {**AS_IT_WANTS, "margin": 0.0, "minimum": 50})["passed"]  # stricter is no look


def of(n: int, rule: str, hold_out: str = "one", *, whole: bool = False) -> dict[str, Any]:
    passed = rule in ("better", "cheaper")
    return {"n": n, "rule": rule, "passed": passed, "words": rule, "dataset_hash": hold_out, "whole": whole}


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        (of(100, "better"), False),  # the same again
        (of(60, "better"), False),
        (of(120, "better"), False),  # another draw
        (of(120, "cheaper", "other", whole=True), False),  # another hold-out
        (of(120, "better", whole=True), True),  # there is no more to draw
        (of(200, "better"), True),
        (of(200, "better", "other"), True),
    ],
)
def test_what_did_not_pass_is_outdone_by_many_more_lines_alone(record: dict[str, Any], passes: bool) -> None:
    before = [of(50, "not_shown"), of(100, "worse"), of(900, "look"), of(900, "too_few"), of(900, "no_answer")]
    found = gate.counted(record, AS_IT_WANTS, before)
    assert found["passed"] is passes
    if not passes:
        assert found["rule"] == "earlier_failed"
        assert "outdone only by 200 lines" in found["words"]


def test_the_newest_that_says_anything_decides() -> None:
    look, few, bad, good = of(99, "look"), of(9, "too_few"), of(99, "worse"), of(99, "better")
    assert gate.deciding([look, few, good, bad]) is good
    assert gate.deciding([bad, good]) is bad
    assert gate.deciding([of(99, "away"), good]) == of(99, "away")  # it has gone since
    assert gate.deciding([look, few]) is look
    assert gate.deciding([]) is None


def test_a_server_that_was_away_says_nothing_of_the_answers() -> None:
    found = decided(lines([1.0] * 60), lines([0.5] * 60), not_asked={"candidate": 0, "active": 12})
    assert (found["passed"], found["rule"]) == (False, "away")
    assert "12 of small@1" in found["words"]


def test_whoever_draws_again_until_it_passes_seldom_gets_there() -> None:
    """A model that is no better, on a hold-out of 480 lines, looked at after 30, 45 and so on; 100 seeded trials.

    Were each look to count, 17 of them would pass.
    """
    opened = 0
    for seed in range(100):
        gaps = [a - b for a, b in zip(drawn(0.7, 480, seed), drawn(0.7, 480, 10_000 + seed), strict=True)]
        records: list[dict[str, Any]] = []
        for n in range(30, 481, 15):
            low = report.paired(gaps[:n], 0)[1]
            made = of(n, "better" if low > 0 else "not_shown", whole=n == 480)
            records.append(gate.counted(made, AS_IT_WANTS, records))
        opened += any(one["passed"] for one in records)
    assert opened <= 10


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
