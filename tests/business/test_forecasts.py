"""Forecasts: an interval at a stated level, a method chosen by what it missed, or no forecast."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.business import forecasts


def growing(months: int, growth: float = 1.02, noise: float = 0.02, seed: int = 1) -> list[float]:
    random = Random(seed)
    return [100_000 * growth**at * random.lognormvariate(0, noise) for at in range(months)]


@pytest.mark.parametrize("values", [[], [1.0] * 7, [*growing(10), 0.0], [*growing(10), -5.0]])
def test_too_little_or_not_above_zero_is_no_forecast(values: list[float]) -> None:
    assert forecasts.forecast(values, 3) is None


def test_a_trend_is_followed_and_the_interval_widens() -> None:
    made = forecasts.forecast(growing(22), 3)
    assert made is not None
    assert made.method == "damped trend"
    assert made.steps[0].value > 145_000
    widths = [math.log(step.high / step.low) for step in made.steps]
    assert widths == sorted(widths)
    assert all(step.low <= step.value <= step.high for step in made.steps)


def test_the_method_that_missed_least_is_used_and_all_misses_are_shown() -> None:
    made = forecasts.forecast(growing(30), 2)
    assert made is not None
    assert made.errors[made.method] == min(made.errors.values()) == made.error
    assert set(made.errors) == {"last value", "damped trend", "last year's value with this year's growth"}
    assert made.tests == 8


def test_a_season_is_found_by_the_method_that_looks_a_year_back() -> None:
    season = [1.0, 0.7, 1.3, 0.8, 1.2, 0.9, 1.4, 0.6, 1.1, 1.0, 1.5, 0.5]
    values = [1000 * season[at % 12] * 1.01**at for at in range(36)]
    made = forecasts.forecast(values, 3)
    assert made is not None
    assert made.method.startswith("last year")
    for at, step in enumerate(made.steps):
        assert step.value == pytest.approx(1000 * season[at] * 1.01 ** (36 + at), rel=0.02)


def test_no_forecast_looks_at_the_value_it_forecasts() -> None:
    values = growing(20)
    changed = [*values[:-1], values[-1] * 50]
    before = forecasts._backtest(forecasts._last, values)
    after = forecasts._backtest(forecasts._last, changed)
    assert before[:-1] == after[:-1]
    assert before[-1] != after[-1]


def test_the_interval_holds_about_as_often_as_it_says() -> None:
    held, total = 0, 80
    for seed in range(total):
        random, level, values = Random(seed), 1000.0, []
        for _ in range(17):
            level *= random.lognormvariate(0, 0.05)
            values.append(level)
        made = forecasts.forecast(values[:16], 1)
        assert made is not None
        held += made.steps[0].low <= values[16] <= made.steps[0].high
    assert 0.65 <= held / total <= 0.93, held / total


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(1e-3, 1e9), min_size=8, max_size=12))
def test_any_positive_series_gives_finite_ordered_intervals(values: list[float]) -> None:
    made = forecasts.forecast(values, 2)
    if made is not None:
        for step in made.steps:
            assert math.isfinite(step.value)
            assert step.low <= step.value <= step.high


def test_a_rate_never_passes_one() -> None:
    made = forecasts.forecast([0.9, 0.95, 0.8, 0.99, 0.85, 0.97, 0.9, 0.99], 3, unit="rate")
    assert made is not None
    assert all(step.high <= 1 for step in made.steps)


@given(st.floats(1e-6, 1e12))
def test_three_digits_are_kept(value: float) -> None:
    assert forecasts.significant(value) == pytest.approx(value, rel=0.005)
