"""Policies: probabilities that add up and keep the floor, and a voice that gains more being drawn more."""

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cofounder.personas import arena
from cofounder.personas.drawing import FLOOR, floor_for
from cofounder.personas.policies.interface import Context, Outcome, Policy, Spec
from cofounder.personas.policies.simplex import drawn, mixed, projected

ARENA = Path(__file__).parents[3] / "shared" / "tools" / "arena"
KINDS = ("Fixed", "Blueprint", "LogThompson", "ContextualLogThompson", "Default", "Blended", "HiddenRates")
ALL: list[Any] = [getattr(arena, name) for name in KINDS]
numbers = st.floats(-1e300, 1e300) | st.sampled_from([float("nan"), float("inf"), float("-inf"), 0.0])


@st.composite
def weights_and_who(draw: st.DrawFn) -> tuple[Any, Any]:
    count = draw(st.integers(1, 200))
    who = draw(arrays.arrays(bool, count).filter(lambda some: bool(some.any())))
    return draw(arrays.arrays(float, count, elements=numbers)), who


@given(weights_and_who(), st.sampled_from([mixed, projected]))
def test_whatever_the_weights_the_shares_add_up_and_keep_the_floor_exactly(given: tuple[Any, Any], way: Any) -> None:
    weights, who = given
    floor = floor_for(int(who.sum()))
    shares = way(weights, floor, who)
    assert shares.sum() == pytest.approx(1, abs=1e-9)
    assert (shares[who] >= floor - 1e-12).all()
    assert (shares[~who] == 0).all()


def test_a_projection_leaves_what_lies_above_the_floor_in_proportion() -> None:
    shares = projected([0.6, 0.3, 0.001], 0.02, np.ones(3, bool))
    assert shares == pytest.approx([0.98 * 2 / 3, 0.98 / 3, 0.02])


def test_nobody_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="no persona"):
        mixed([1.0], FLOOR, np.zeros(1, bool))


def test_the_floor_of_many_leaves_half_to_learning() -> None:
    assert floor_for(12) == 0.02
    assert floor_for(200) == 0.0025


def test_a_draw_never_falls_on_a_share_of_nought() -> None:
    rng = np.random.default_rng(1)
    shares = np.array([0.0, 0.5, 0.5, 0.0])
    assert {drawn(shares, rng) for _ in range(500)} == {1, 2}


def lived(kind: Any, gains: tuple[float, ...], posts: int = 400, seed: int = 1) -> tuple[Policy, Any]:
    """A policy after `posts`, of which each gained about what its persona gains; the last shares that it drew from."""
    clock, rng = [0.0], np.random.default_rng(seed)
    spec = Spec([str(at) for at in range(len(gains))], np.full(len(gains), 1 / len(gains)), 0.02, 3, 2, seed)
    policy, shares = kind(spec, now=lambda: clock[0]), None
    for number in range(posts):
        clock[0] = number * 3.0
        here = Context(clock[0], int(clock[0]) % 24, 0, number % 3, number % 2, np.ones(len(gains), bool))
        arm, shares = policy.select(here, rng)
        gained = float(rng.poisson(gains[arm]))
        policy.observe([Outcome(number, arm, here, clock[0], clock[0] + 1, 1000.0, gained, float(shares[arm]))])
    return policy, shares


@pytest.mark.parametrize("kind", ALL[1:])
def test_the_voice_that_gains_most_is_drawn_most(kind: Any) -> None:
    _, shares = lived(kind, (1.0, 1.0, 8.0, 1.0))
    assert shares.argmax() == 2
    assert shares[2] > 0.6
    assert shares.min() >= 0.02 - 1e-12


def test_fixed_weights_stay() -> None:
    _, shares = lived(arena.Fixed, (1.0, 9.0))
    assert shares == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("kind", ALL)
def test_the_same_life_gives_the_same_shares(kind: Any) -> None:
    assert lived(kind, (1.0, 3.0, 2.0), 120)[1] == pytest.approx(lived(kind, (1.0, 3.0, 2.0), 120)[1], abs=0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1e9), st.floats(-50, 1e9)), max_size=60))
def test_no_outcome_makes_the_shares_improper(outcomes: list[tuple[int, float, float]]) -> None:
    here = Context(100.0, 4, 0, 0, 0, np.ones(4, bool))
    for kind in ALL:
        policy = kind(Spec(list("abcd"), np.full(4, 0.25), 0.02, 1, 1, 1), now=lambda: 100.0)
        policy.observe([Outcome(0, arm, here, 0.0, 90.0, shown, gained, 0.25) for arm, shown, gained in outcomes])
        _, shares = policy.select(here, np.random.default_rng(1))
        assert shares.sum() == pytest.approx(1)
        assert shares.min() >= 0.02 - 1e-12


def test_a_special_rule_of_the_blueprint_counts_once_and_failing_goes_to_the_floor() -> None:
    here = Context(24.0, 0, 0, 0, 0, np.ones(3, bool))
    policy = arena.Blueprint(Spec(list("abc"), np.array([0.4, 0.3, 0.3]), 0.02, 1, 1, 1), now=lambda: 24.0)
    gains = {0: 10.0, 1: 0.0, 2: 2.0}
    policy.observe([Outcome(0, arm, here, 1.0, 2.0, 1000.0, gains[arm], 0.3) for arm in gains for _ in range(10)])
    policy.fit(here.available)
    target = 1 / (1 + 0.2**1.5)
    viral, other = (0.7 * 0.4 + 0.3 * target) * 1.5, 0.7 * 0.3 + 0.3 * (1 - target)
    assert policy.weights == pytest.approx([0.98 * viral / (viral + other), 0.02, 0.98 * other / (viral + other)])


def test_context_is_used_where_it_matters_and_only_then() -> None:
    def taught(kind: Any, gains: Any) -> Any:
        clock, rng = [0.0], np.random.default_rng(3)
        policy = kind(Spec(["a", "b"], np.array([0.5, 0.5]), 0.02, 2, 1, 1), now=lambda: clock[0])
        for number in range(900):
            clock[0] = float(number)
            here = Context(clock[0], number % 24, 0, int(rng.integers(2)), 0, np.ones(2, bool))
            arm, shares = policy.select(here, rng)
            gained = float(rng.poisson(gains[arm][here.topic]))
            policy.observe([Outcome(number, arm, here, clock[0], clock[0], 1000.0, gained, float(shares[arm]))])
        return policy

    assert taught(arena.Default, ((6.0, 1.0), (1.0, 6.0))).stands()
    assert not taught(arena.Default, ((6.0, 6.0), (1.0, 1.0))).stands()


@pytest.mark.skipif(not ARENA.is_dir(), reason="the simulator does not lie beside this checkout")
@pytest.mark.parametrize("kind", ALL)
def test_the_simulator_finds_nothing_improper(kind: Any) -> None:
    sys.path.insert(0, str(ARENA))
    try:
        simulator = importlib.import_module("arena")
    finally:
        sys.path.remove(str(ARENA))
    world = simulator.World(simulator.world_cfg("drift", days=25), 5)
    lived = simulator.run(world, kind, 5)
    assert lived["bad"] == 0
    assert lived["min_p"] >= 0.02 - 1e-12
    assert np.abs(lived["z"] / np.sqrt(lived["zv"] + 1)).max() < 5
