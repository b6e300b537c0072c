"""What another way would have gained: as an independent library has it, and true as often as it says."""

import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.personas.off_policy import LEAST, Drawn, apart, effective, estimated, gained, ips, weights

LOG = Path(__file__).resolve().parents[3] / "shared" / "data" / "bandit_log.csv.gz"
VOICES = 12
FLOOR = 0.02

draws = st.lists(
    st.builds(
        Drawn,
        outcome=st.floats(-50, 1e4),
        drawn_with=st.floats(0.02, 1),
        other=st.floats(0, 1),
        present=st.floats(0, 1),
    ),
    max_size=60,
)


@given(draws)
def test_an_estimate_lies_among_the_outcomes_and_within_its_interval(log: list[Drawn]) -> None:
    found = gained(log)
    for one in (found.other, found.present):
        if one.value is None:
            continue
        slack = 1e-6 * max(1.0, *(abs(each.outcome) for each in log))
        assert min(each.outcome for each in log) - slack <= one.value <= max(each.outcome for each in log) + slack
        assert one.effective <= len(log) + 1e-6
        assert (one.low is None) == (one.high is None)
        if one.low is not None and one.high is not None:
            assert one.effective >= LEAST
            assert one.low <= one.high
    assert found.replay_n <= len(log)
    assert gained(log) == found  # the same log gives the same numbers


def test_a_way_that_is_the_present_one_gains_nothing() -> None:
    log = [Drawn(float(at % 7), 0.1, 0.3, 0.3) for at in range(200)]
    found = gained(log).difference
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_few_draws_make_no_interval() -> None:
    log = [Drawn(1.0 + at % 3, 0.5, 0.02 if at else 1.0, 0.5) for at in range(100)]
    found = estimated(log)
    assert found.effective < LEAST
    assert (found.low, found.high) == (None, None)
    assert gained([]).difference.value is None


def test_a_difference_of_means_is_that_of_the_means() -> None:
    found = apart([3.0, 5.0, 4.0] * 20, [1.0, 2.0, 3.0] * 20)
    assert found.value == pytest.approx(2)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 2 < found.high
    assert apart([1.0], [2.0, 3.0]).low is None


def logged(campaign: str = "all") -> list[tuple[float, float, float]]:
    """(click, probability it was shown with, that of a way that prefers some items), as shown at random."""
    if not LOG.exists():
        pytest.skip("shared/data/bandit_log.csv.gz is not here")
    found = []
    with gzip.open(LOG, "rt") as file:
        for row in csv.DictReader(file):
            if row["policy"] == "random" and row["campaign"] == campaign:
                p = float(row["propensity_score"])
                # A way that shows items by turns: the first ones four times as often as the last ones.
                wanted = p * (1.6 if int(row["item_id"]) < round(1 / p) / 2 else 0.4)
                found.append((float(row["click"]), p, wanted))
    return found


def test_the_estimates_agree_with_an_independent_library_on_real_logs() -> None:
    from estimators.bandits import gaussian, snips
    from estimators.bandits import ips as plain

    rows = logged()
    log = [Drawn(click, p, wanted, p) for click, p, wanted in rows]
    theirs, theirs_snips, interval = plain.Estimator(), snips.Estimator(), gaussian.Interval()
    for click, p, wanted in rows:
        for one in (theirs, theirs_snips, interval):
            one.add_example(p, click, wanted)
    assert len(rows) > 5_000
    assert ips(log) == pytest.approx(theirs.get(), rel=1e-9)
    mine = estimated(log)
    assert mine.value == pytest.approx(theirs_snips.get(), rel=1e-9)
    assert mine.clipped == 0
    low, high = interval.get(0.05)
    assert mine.low is not None
    assert mine.high is not None
    # Theirs is a plain normal interval of the other estimate; on so many draws both say nearly the same.
    assert abs(mine.low - low) < 0.25 * (high - low)
    assert abs(mine.high - high) < 0.25 * (high - low)


def test_the_number_of_effective_draws_is_kongs() -> None:
    other, _, _ = weights([Drawn(0, 0.5, 1.0, 0.5), Drawn(0, 0.5, 0.5, 0.5)])
    assert effective(other) == pytest.approx((2 + 1) ** 2 / (4 + 1))


def simulated(rng: Any, posts: int) -> tuple[list[Drawn], float, float]:
    """(a log with late-tailed followers, the true value of the other way, its true gain)."""
    taste = rng.normal(1.0, 0.6, VOICES)
    mean = np.exp(taste + 0.32)
    logging, other = (_shares(rng, spread) for spread in (2.0, 1.0))
    arm = rng.choice(VOICES, posts, p=logging)
    outcome = np.exp(taste[arm] + rng.normal(0, 0.8, posts))
    rows = zip(outcome, logging[arm], other[arm], logging[arm], strict=True)
    return [Drawn(*map(float, row)) for row in rows], float(other @ mean), float((other - logging) @ mean)


def _shares(rng: Any, spread: float) -> Any:
    return FLOOR + (1 - VOICES * FLOOR) * rng.dirichlet(np.full(VOICES, spread))


@pytest.mark.parametrize("posts", [150, 500])
def test_the_interval_covers_the_truth_as_often_as_it_says(posts: int) -> None:
    rng = np.random.default_rng(posts)
    value, gain, made = 0, 0, 0
    for seed in range(200):
        log, true_value, true_gain = simulated(rng, posts)
        found = gained(log, seed=seed)
        if found.difference.low is None or found.difference.high is None:
            continue
        assert found.other.low is not None
        assert found.other.high is not None
        made += 1
        value += found.other.low <= true_value <= found.other.high
        gain += found.difference.low <= true_gain <= found.difference.high
    assert made > 150
    # 95 % is promised; three standard errors of as many logs lie below it.
    least = 0.95 - 3 * (0.95 * 0.05 / made) ** 0.5
    assert value / made >= least
    assert gain / made >= least


def test_the_smallest_of_weights_still_weighs_its_outcome() -> None:
    found = gained([Drawn(outcome=1.5, drawn_with=1.0, other=5e-324, present=1.0)])
    assert found.other.value == 1.5
