"""What a proposal says of its gain: nothing where there is nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from cofounder.personas import NAMES, off_policy, optimising
from cofounder.personas.experiments.queries import Decided
from cofounder.personas.proposing import Used, judged
from cofounder.personas.queries import Scored, Standing

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOBODY = Standing({}, {}, None, None, None)
EVEN = dict.fromkeys(NAMES, 1 / len(NAMES))


def alike(seed: int, posts: int) -> tuple[list[Scored], list[Decided]]:
    """Voices that all gain the same, drawn evenly."""
    random, scored, decided = np.random.default_rng(seed), [], []
    for number in range(posts):
        at = NOON - timedelta(days=4, hours=6 * (posts - number))
        id, name = UUID(int=seed * 10_000 + number), NAMES[random.integers(len(NAMES))]
        gained = float(random.poisson(3 * random.gamma(0.7, 1 / 0.7)))
        scored.append(
            Scored(id, name, "x", "growth", at, 1000, 1, gained, at + timedelta(days=3), 1 / len(NAMES), "")  # type: ignore[arg-type]
        )
        decided.append(Decided(id, None, "control", name, EVEN, {}, at, False, 1, 1, gained, [id]))
    return scored, decided


def test_weights_in_use_are_not_praised_by_the_posts_that_made_them() -> None:
    """Of eight logs without any difference at most two tell one; weights judged by their own posts told a loss."""
    told, gains = 0, []
    for seed in range(8):
        posts, decided = alike(seed, 200)
        ran_at = NOON - timedelta(days=10)
        before = [one for one in posts if one.seen_at is not None and one.seen_at <= ran_at]
        standing = NOBODY._replace(weights=optimising.learn(before, "log_thompson", ran_at, NOBODY).weights)
        log = judged(decided, posts, "log_thompson", NOON, standing, Used("log_thompson", ran_at))
        found = off_policy.gained(log).difference
        assert found.value is not None
        gains.append(found.value)
        told += found.low is not None and found.high is not None and not found.low <= 0 <= found.high
    assert told <= 2
    assert abs(float(np.mean(gains))) < 0.3


def test_weights_that_nobody_learnt_stay_as_they_are() -> None:
    posts, decided = alike(1, 60)
    log = judged(decided, posts, "log_thompson", NOON, NOBODY, None)
    initial = optimising.chances(NOBODY)
    by_id = {one.id: one for one in posts}
    assert sorted(one.present for one in log) == sorted(initial[by_id[one.id].persona] for one in decided)
    gone = judged(decided, posts, "log_thompson", NOON, NOBODY, Used("uninstalled", NOON))
    assert gone == log
