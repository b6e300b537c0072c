"""Candidates are tested within channel and time, and on data without any effect few stand."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.flow.learn.patterns import mining, sentences
from cofounder.flow.learn.patterns.mining import RATE, SUPPORT, Unit, laid_out, mine, weigh
from tests.flow.learn.companies import START, units

QUESTION = (("has_question", "yes"),)


def of(given: list[Unit], **more: object) -> tuple[list[mining.Found], int]:
    return mine([laid_out("engagement", given)], seed=1, **more)  # type: ignore[arg-type]


def test_a_planted_effect_stands_with_an_interval_around_it() -> None:
    found, tested = of(units(3, 600, {QUESTION[0]: 0.6}))
    one = next(one for one in found if one.items == QUESTION)
    assert one.q <= RATE
    assert tested > 100
    assert one.low < 0.6 < one.high
    assert one.low < one.effect < one.high
    assert one.lift > 1


def test_companies_without_any_effect_seldom_have_a_pattern() -> None:
    """20 companies whose audiences drift; with false discoveries held at 10%, more than 6 would be a wonder (p < 0.003)."""
    fooled = sum(any(one.q <= RATE for one in of(units(seed, 250))[0]) for seed in range(100, 120))
    assert fooled <= 6


def test_the_same_units_and_seed_give_the_same_answer() -> None:
    given = units(5, 300, {QUESTION[0]: 0.5})
    first, again = of(given), of(list(reversed(given)))
    assert [(one.items, one.p, one.q, one.low) for one in first[0]] == [
        (one.items, one.p, one.q, one.low) for one in again[0]
    ]


def test_a_channel_that_does_better_is_no_pattern() -> None:
    """Questions are asked on the better channel only: compared within channel, they do nothing."""
    random = np.random.default_rng(8)
    given = []
    for number in range(400):
        channel = "email" if number % 2 else "x"
        asks = random.random() < (0.8 if channel == "email" else 0.1)
        engaged = float(random.poisson(np.exp((6 if channel == "email" else 2) + random.normal(0, 0.5))))
        features = {"channel": channel, **({"has_question": "yes"} if asks else {})}
        given.append(Unit(str(number), START + timedelta(hours=number), channel, features, engaged))
    found = weigh(laid_out("engagement", given), [QUESTION], seed=1)
    assert found[0].p > 0.001
    assert abs(found[0].effect) < 0.2


def test_an_audience_that_grows_is_no_pattern() -> None:
    """Questions came into fashion while the audience grew fiftyfold: compared with their own time, they do nothing."""
    random = np.random.default_rng(9)
    given = []
    for number in range(500):
        asks = random.random() < number / 500
        engaged = float(random.poisson(np.exp(2 + 4 * number / 500 + random.normal(0, 0.5))))
        features = {"channel": "x", **({"has_question": "yes"} if asks else {})}
        given.append(Unit(str(number), START + timedelta(hours=number), "x", features, engaged))
    naive = (
        np.log1p([u.metric for u in given if "has_question" in u.features]).mean()
        - np.log1p([u.metric for u in given if "has_question" not in u.features]).mean()
    )
    found = weigh(laid_out("engagement", given), [QUESTION], seed=1)
    assert naive > 0.8
    assert abs(found[0].effect) < 0.15


def test_what_lasts_for_months_needs_to_have_begun_often() -> None:
    """A state of the business that began twice is two observations, however many posts fall into it."""
    random = np.random.default_rng(10)
    given = []
    for number in range(400):
        state = "above 15%" if (number // 100) % 2 else "0 to 15%"
        engaged = float(random.poisson(np.exp(3 + random.normal(0, 0.5))))
        given.append(Unit(str(number), START + timedelta(days=number), "x", {"revenue_growth": state}, engaged))
    assert weigh(laid_out("engagement", given), [(("revenue_growth", "above 15%"),)], seed=1) == []


@pytest.mark.parametrize("matching", [0, SUPPORT - 1])
def test_few_matching_posts_are_not_enough_data(matching: int) -> None:
    given = [replace(one, features={"channel": one.channel}, channel="x") for one in units(4, 100)]
    given = [replace(one, features={"has_question": "yes"}) if at < matching else one for at, one in enumerate(given)]
    assert weigh(laid_out("engagement", given), [QUESTION], seed=1) == []


def test_a_pair_that_only_repeats_one_of_its_halves_is_said_to() -> None:
    found, _ = of(units(11, 1200, {QUESTION[0]: 0.7}))
    passing = [one for one in found if one.q <= RATE]
    pairs = [one for one in passing if len(one.items) == 2 and QUESTION[0] in one.items]
    assert pairs
    assert sum(one.explained_by == QUESTION for one in pairs) >= 0.8 * len(pairs)


def test_patterns_met_by_the_same_posts_are_one_cluster() -> None:
    found, _ = of(units(12, 300))
    same = [replace(found[0], matching=frozenset("abcd")), replace(found[1], matching=frozenset("abcde"))]
    other = replace(found[2], matching=frozenset("xyz"))
    numbers = mining.clusters([*same, other])
    assert numbers[0] == numbers[1] != numbers[2]


@given(st.lists(st.floats(0, 1e5), min_size=30, max_size=80), st.integers(0, 2**31))
@settings(deadline=None, max_examples=30)
def test_the_effect_is_the_weighted_difference_inside_stretches(metric: list[float], seed: int) -> None:
    """Against the plain sum by hand, for any numbers."""
    random = np.random.default_rng(seed)
    given = [
        Unit(
            f"{at:03}",
            START + timedelta(hours=at),
            "x",
            {"has_question": "yes"} if random.random() < 0.5 else {},
            value,
        )
        for at, value in enumerate(metric)
    ]
    table = laid_out("engagement", given)
    found = weigh(table, [QUESTION], seed=1)
    top = below = 0.0
    for stretch in set(table.stretch):
        rows = [at for at in range(len(given)) if table.stretch[at] == stretch]
        mine_ = [float(table.y[at]) for at in rows if "has_question" in table.units[at].features]
        rest = [float(table.y[at]) for at in rows if "has_question" not in table.units[at].features]
        if mine_ and rest:
            weight = len(mine_) * len(rest) / len(rows)
            top += weight * (sum(mine_) / len(mine_) - sum(rest) / len(rest))
            below += weight
    if found:
        assert math.isclose(found[0].effect, top / below, rel_tol=1e-9, abs_tol=1e-9)
        assert 0 <= found[0].p <= 1


def test_a_sentence_says_what_a_table_of_its_figures_says() -> None:
    found, _ = of(units(3, 600, {QUESTION[0]: 0.6}))
    one = replace(next(one for one in found if one.items == QUESTION), effect=0.7654321, low=0.649745, high=0.8796)
    assert f"{math.exp(0.649745):.2f}" == "1.92"
    assert f" ({math.exp(0.6497):.2f} to {math.exp(0.8796):.2f})" in sentences.sentence(one, 200)
    assert " (1.91 to 2.41)" in sentences.sentence(one, 200)
    assert " (" not in sentences.sentence(replace(one, low=math.nan, high=math.nan), 200)
