"""How fast to forget is chosen by evidence; changes of a channel are found, and seldom where there are none."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.kit.ids import new_id
from cofounder.personas.breaks import LEAST, RATE, breaks, change_point
from cofounder.personas.policies.half_life import PROOF, USUAL, HalfLives
from cofounder.personas.policies.interface import Spec
from cofounder.personas.policies.normal import Memory
from cofounder.personas.queries import Scored

ARMS = 4
SPEC = Spec(list("abcd"), np.full(ARMS, 0.25), 0.02, 2, 1, 1)
NOW = datetime(2030, 6, 1, tzinfo=UTC)


def rows(draw: Any, days: range, each: int = 4) -> Any:
    """Posts of these days (rows of `Outcomes.columns`), known a day later."""
    n = len(days) * each
    made = np.zeros((n, 8))
    made[:, 0] = draw.integers(ARMS, size=n)
    made[:, 3] = np.repeat(np.array(days) * 24.0, each) + draw.random(n) * 20
    made[:, 4] = draw.integers(2, size=n)
    made[:, 5] = draw.integers(4, size=n)
    made[:, 7] = made[:, 3] + 24.0
    return made


def lived(level: Any, seed: int = 1, days: int = 240) -> HalfLives:
    """Half-lives after so many days of a world in which the voices stand at `level(day)`."""
    draw, memory = np.random.default_rng(seed), HalfLives(SPEC)
    for day in range(days):
        these = rows(draw, range(day, day + 1))
        z = level(day)[these[:, 0].astype(int)] + 0.5 * draw.standard_normal(len(these))
        memory.learn(these, z, float(these[-1, 7]))
    return memory


def test_where_nothing_changes_a_long_memory_is_chosen() -> None:
    memory = lived(lambda day: np.array([0.0, 0.3, 0.6, 0.9]), days=600)
    assert memory.days[memory.chosen()] == 60


def test_where_voices_change_places_every_two_weeks_a_short_memory_is_chosen() -> None:
    memory = lived(lambda day: np.roll([0.0, 0.0, 0.0, 3.0], day // 14))
    assert memory.days[memory.chosen()] == 7
    told = memory.told()
    assert (told["half_life_days"], told["half_lives_foretold"]) == (7, memory.foretold)


def test_too_few_posts_choose_nothing() -> None:
    memory = lived(lambda day: np.roll([0.0, 0.0, 0.0, 3.0], day // 14), days=PROOF // 4)
    assert memory.days[memory.chosen()] == USUAL


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(-1e6, 1e6), st.floats(0, 1e3))
def test_a_choice_is_always_one_that_foretold_no_worse_than_the_usual_one(
    seed: int, level: float, spread: float
) -> None:
    draw, memory = np.random.default_rng(seed), HalfLives(SPEC)
    for day in range(0, 60, 3):
        these = rows(draw, range(day, day + 3))
        memory.learn(these, level + spread * draw.standard_normal(len(these)), float(these[:, 7].max()))
    mean, _ = memory.gains()
    assert mean[memory.chosen()] >= 0
    assert np.isfinite(mean).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 30), min_size=1, max_size=5), st.floats(24.0, 2000.0))
def test_sums_that_fade_are_the_posts_weighted_by_age(seed: int, parts: list[int], half_life: float) -> None:
    draw, memory = np.random.default_rng(seed), Memory(SPEC, half_life)
    kept, day = [], 0
    for count in parts:
        these = rows(draw, range(day, day + count), each=1)
        z = draw.standard_normal(len(these))
        day += count
        memory.add(these, z, day * 24.0)
        kept.append(np.column_stack([these[:, 0], z, these[:, 3]]))
    arm, z, posted = np.vstack(kept).T
    found = memory.fitted(day * 24.0 + 100)
    weight = 0.5 ** ((day * 24.0 + 100 - posted) / half_life)
    if found is None:  # what has faded to next to nothing is let go
        assert weight.sum() < 1e-6
        return
    assert found.count == pytest.approx(np.bincount(arm.astype(int), weights=weight, minlength=ARMS), abs=1e-6)
    cells = found.cells
    assert (cells.weight * cells.mean).sum() == pytest.approx((weight * z).sum(), abs=1e-6)
    squares = (cells.weight * cells.mean**2 + cells.within).sum()
    assert squares == pytest.approx((weight * z * z).sum(), abs=1e-6)


def scored(values: Any, begun: datetime, *, platform: str = "x") -> list[Scored]:
    """Four posts a day, each with so many impressions and a follower for every fifty."""
    found = []
    for number, value in enumerate(values):
        at = begun + timedelta(hours=6 * number)
        seen = max(round(float(value)), 0)
        gained = Decimal(round(seen / 50, 3))
        voice = ("coach", "dataNerd", "explorer")[number % 3]
        found.append(
            Scored(new_id(), voice, platform, "growth", at, seen, 1, gained, at + timedelta(days=3), 0.3, "control")
        )
    return found


def test_a_channel_that_shows_less_from_one_day_on_is_found_with_day_and_size() -> None:
    draw = np.random.default_rng(3)
    reach = np.exp(np.log(np.repeat([1000.0, 500.0], 120)) + 0.6 * draw.standard_normal(240))
    posts = scored(reach, NOW - timedelta(days=60))
    found = {one.figure: one for one in breaks(posts, NOW)}
    one = found["impressions"]
    assert abs(one.at - (NOW - timedelta(days=30))) < timedelta(days=4)
    assert one.low <= 0.5 <= one.high
    assert one.p_value <= RATE


@pytest.mark.parametrize("alike", [0.0, 0.4])
def test_alarms_where_nothing_changed_are_as_rare_as_is_told(alike: float) -> None:
    """At one in twenty, since one in a thousand could not be counted here."""
    draw, alarms, worlds = np.random.default_rng(8), 0, 400
    for _ in range(worlds):
        noise = draw.standard_normal(300)
        for at in range(1, len(noise)):
            noise[at] += alike * noise[at - 1]
        alarms += change_point(noise)[1] <= 0.05
    assert alarms / worlds <= 0.09


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), max_size=90))
def test_any_series_has_a_chance_and_a_place_that_leaves_enough_on_both_sides(values: list[float]) -> None:
    at, p = change_point(values)
    assert 0 <= p <= 1
    assert p == 1 or LEAST <= at <= len(values) - LEAST


def test_few_posts_announce_nothing() -> None:
    assert breaks(scored([10.0] * 10 + [9000.0] * 10, NOW - timedelta(days=9)), NOW) == []
