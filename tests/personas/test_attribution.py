"""Followers gained: divided among the posts that were seen, and the books balance whatever comes."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.personas.followers.attribution import Alive, divided, rates, seen_between

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
amounts = st.floats(0, 1e12, allow_nan=False)


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.tuples(amounts, st.floats(0, 1e4)), max_size=30),
    st.floats(0, 1e6),
)
def test_posts_and_background_add_up_to_what_was_counted(
    gain: int, seen: list[tuple[float, float]], by_itself: float
) -> None:
    credits, background = divided(gain, [Alive(at, shown, rate) for at, (shown, rate) in enumerate(seen)], by_itself)
    assert sum(credits.values(), background) == gain
    assert all(credit >= 0 for credit in credits.values())
    assert gain > 0 or not any(credits.values())


def test_rounding_never_gives_posts_more_than_was_gained() -> None:
    for posts in range(1, 60):
        credits, background = divided(7, [Alive(at, 1000.0 + at, 1.1) for at in range(posts)])
        assert 0 <= background < Decimal("0.000001") * posts
        assert sum(credits.values(), background) == 7


def test_a_gain_is_divided_by_impressions_and_rate() -> None:
    alive = [Alive("a", 1000, 2.0), Alive("b", 2000, 1.0), Alive("c", 4000, 1.0)]
    assert divided(80, alive)[0] == {"a": Decimal(20), "b": Decimal(20), "c": Decimal(40)}


def test_what_comes_anyway_is_nobodys() -> None:
    credits, background = divided(10, [Alive("a", 4000, 1.0)], background=1.0)
    assert credits == {"a": Decimal(8)}
    assert background == 2


def test_a_gain_that_no_post_was_seen_in_is_nobodys() -> None:
    assert divided(7, [Alive("a", 0, 1.0)]) == ({"a": Decimal(0)}, Decimal(7))


def test_impressions_lie_on_lines_between_readings() -> None:
    readings = [(BEGUN + timedelta(hours=10), 100.0), (BEGUN + timedelta(hours=20), 300.0)]
    hours = [BEGUN + timedelta(hours=at) for at in (0, 5, 10, 15, 40)]
    assert [seen_between(readings, BEGUN, a, b) for a, b in itertools.pairwise(hours)] == [50, 50, 100, 100]


def test_a_counter_that_goes_down_stood_still() -> None:
    readings = [
        (BEGUN + timedelta(hours=1), 50.0),
        (BEGUN + timedelta(hours=2), 20.0),
        (BEGUN + timedelta(hours=3), 60.0),
    ]
    assert seen_between(readings, BEGUN, BEGUN + timedelta(hours=1), BEGUN + timedelta(hours=2)) == 0
    assert seen_between(readings, BEGUN, BEGUN, BEGUN + timedelta(hours=9)) == 60


def test_nothing_is_seen_before_it_is_published_or_after_a_week() -> None:
    readings = [(BEGUN + timedelta(days=14), 1400.0)]
    assert seen_between(readings, BEGUN, BEGUN - timedelta(days=3), BEGUN) == 0
    assert seen_between(readings, BEGUN, BEGUN, BEGUN + timedelta(days=20)) == pytest.approx(700)
    assert seen_between(readings, BEGUN, BEGUN + timedelta(days=8), BEGUN + timedelta(days=9)) == 0


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1e9)), max_size=8),
    st.lists(st.integers(-50, 500), min_size=2, max_size=9),
)
def test_intervals_that_follow_one_another_see_what_the_whole_sees(
    counts: list[tuple[int, float]], cuts: list[int]
) -> None:
    readings = sorted((BEGUN + timedelta(hours=hour), count) for hour, count in counts)
    at = [BEGUN + timedelta(hours=hour) for hour in sorted(cuts)]
    parts = [seen_between(readings, BEGUN, a, b) for a, b in itertools.pairwise(at)]
    assert all(part >= 0 for part in parts)
    assert sum(parts) == pytest.approx(seen_between(readings, BEGUN, at[0], at[-1]), rel=1e-9, abs=1e-3)


def test_a_channel_of_which_little_is_known_has_the_rate_of_all() -> None:
    assert rates({"x": (0, 0), "linkedin": (500, 90_000)}) == {"x": 1.0, "linkedin": pytest.approx(5.1)}
