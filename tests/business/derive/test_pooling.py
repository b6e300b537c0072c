"""Best times carry their doubt: over worlds whose truth is known the intervals hold it as often as they say."""

import math
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from cofounder.business.derive.pooling import effects
from cofounder.business.derive.times import TOGETHER, times_of

HOURS = {7: 5, 9: 6, 12: 30, 15: 7, 18: 12, 21: 20}  # posts at each


def world(seed: int, differ: float) -> tuple[list[tuple[int, float, float]], list[float]]:
    """(sums of each hour, each hour's true effect against the mean of all posts)."""
    random = Random(seed)
    truth = [random.gauss(0, differ) for _ in HOURS]
    mean = sum(n * value for n, value in zip(HOURS.values(), truth, strict=True)) / sum(HOURS.values())
    groups = []
    for n, value in zip(HOURS.values(), truth, strict=True):
        scores = [random.gauss(value - 4, 0.7) for _ in range(n)]
        groups.append((n, math.fsum(scores), math.fsum(score * score for score in scores)))
    return groups, [value - mean for value in truth]


@pytest.mark.parametrize("differ", [0.0, 0.3, 0.8])
def test_intervals_hold_the_truth_as_often_as_they_say_whether_or_not_hours_differ(differ: float) -> None:
    held, claimed, narrowest = [], 0, math.inf
    for seed in range(150):
        groups, truth = world(seed, differ)
        found = effects(groups, 0.95)
        held += [one.low <= value <= one.high for one, value in zip(found, truth, strict=True)]
        claimed += any(one.low > 0 or one.high < 0 for one in found)
        narrowest = min(narrowest, *(one.high - one.low for one in found))
    share = sum(held) / len(held)
    assert share > 0.92, "900 intervals at 0.95"
    assert narrowest > 0.05
    if differ == 0:
        assert claimed / 150 <= 0.05, "some hour of six is claimed where none differs"
    else:
        assert share < 0.97
        assert claimed / 150 > differ / 2, "differences that are there are found"


def counted(seed: int, differ: float, growth: float) -> tuple[list[tuple[int, float, float]], list[float], int]:
    """The same of log(1 + engagement), less the mean of each stretch of posts in a row, of an audience that grows; and how
    many means were taken out. Counts come by chance of a reach that differs severalfold between posts."""
    import numpy as np

    random = np.random.default_rng(seed)
    posts = np.array(list(HOURS.values()))
    truth = random.normal(0, differ, len(posts))
    hour = random.permutation(np.repeat(np.arange(len(posts)), posts))
    n = len(hour)
    reach = 3.5 + truth[hour] + growth * np.arange(n) / n + random.normal(0, 0.8, n)
    scores = np.log1p(random.poisson(np.exp(reach)))
    parts = round(n / TOGETHER)
    stretch = np.arange(n) * parts // n
    for at in range(parts):
        scores[stretch == at] -= scores[stretch == at].mean()
    groups = [
        (int(many), float(scores[hour == at].sum()), float((scores[hour == at] ** 2).sum()))
        for at, many in enumerate(posts)
    ]
    usual = 3.5 + growth / 2 + random.normal(0, 0.8, 20_000)
    expected = np.array([np.log1p(random.poisson(np.exp(usual + value))).mean() for value in truth])
    return groups, list(expected - (posts * expected).sum() / n), parts


@pytest.mark.parametrize("growth", [0.0, 1.0])
@pytest.mark.parametrize("differ", [0.0, 0.3, 0.8])
def test_intervals_of_counts_hold_the_truth_as_often_as_they_say(differ: float, growth: float) -> None:
    held, claimed = [], 0
    for seed in range(150):
        groups, truth, means = counted(seed, differ, growth)
        found = effects(groups, 0.95, lost=means - 1)
        held += [one.low <= value <= one.high for one, value in zip(found, truth, strict=True)]
        claimed += any(one.low > 0 or one.high < 0 for one in found)
    share = sum(held) / len(held)
    assert share > 0.92, "900 intervals at 0.95"
    if differ == 0:
        assert claimed / 150 <= 0.05, "some hour of six is claimed where none differs"
    else:
        assert share < 0.97
        assert claimed / 150 > differ / 2, "differences that are there are found"


def test_no_interval_is_without_width_where_no_hour_seems_to_differ() -> None:
    scores = (-4.5, -4.2, -4.0, -3.8, -3.5)
    rows: list[Mapping[str, Any]] = [
        {
            "dated": True,
            "stretches": 1,
            "hour": hour,
            "weekday": 1 + hour % 7,
            "n": 5,
            "total": sum(scores),
            "squares": sum(score * score for score in scores),
        }
        for hour in range(7, 14)
    ]
    found = times_of("linkedin", rows, "UTC")
    for one in (*found.hours, *found.weekdays):
        assert one.ratio == 1
        assert one.low < 0.8 < 1.2 < one.high
        assert not one.clear


def test_an_effect_lies_nearer_to_none_the_fewer_posts_it_rests_on() -> None:
    def group(n: int, mean: float) -> tuple[int, float, float]:
        return n, n * mean, n * mean * mean + (n - 1) * 0.5

    others = [group(20, -4.0)] * 6
    few, many = (effects([*others, group(n, -3.0)], 0.95)[-1] for n in (5, 50))
    against = [-3.0 - (6 * 20 * -4.0 + n * -3.0) / (120 + n) for n in (5, 50)]
    assert 0 < few.value / against[0] < many.value / against[1] < 1
    assert few.high - few.low > many.high - many.low


def test_a_group_that_is_alone_is_the_mean_itself() -> None:
    assert effects([(40, -160.0, 660.0)], 0.95)[0].value == 0
