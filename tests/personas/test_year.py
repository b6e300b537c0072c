"""A life of a company, through the product's own draws, readings, books, looks and weights. The clock is set, not waited for.

Here a season of 100 days with a look a day; COFOUNDER_TEST_LONG=1 lives a whole year. `bench/personas_year.py`
measures several years.
"""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cofounder.kit import clock, db
from cofounder.kit.testing import Database
from cofounder.personas import NAMES, ROSTER, flags, learning, queries
from cofounder.personas.performance import performance
from tests.personas.year import BEGUN, World, books, lived

LONG = bool(os.environ.get("COFOUNDER_TEST_LONG"))
DAYS = 365 if LONG else 100
CLEAN = "TRUNCATE posts, follower_counts, follower_intervals, optimisation_runs, persona_choices, personas CASCADE"


async def clean() -> None:
    async with db.transaction() as session:
        await session.execute(text(CLEAN))


async def test_weights_move_to_the_better_voices_and_gain_more_than_fixed_ones(database: Database) -> None:
    world = World(seed=3, days=DAYS)
    learnt = await lived(world, "default")
    with clock.frozen(BEGUN + timedelta(days=DAYS)):
        (told,) = await books()
    assert told["counted"] == told["credited"] + told["background"]  # to the last follower, over the whole life
    assert told["credited"] > 0
    await clean()
    fixed = await lived(world, "fixed")
    assert learnt.followers >= 1.25 * fixed.followers
    assert learnt.late >= 1.25 * fixed.late
    last, begun = learnt.weights[-1], {one.id: one.weight for one in ROSTER}
    rates = world.rates[-1] * world.shown[-60:].mean(0)
    better = [NAMES[at] for at in rates.argsort()[-4:]]
    assert sum(last[name] for name in better) > sum(begun[name] for name in better) + 0.1
    assert sum(last.values()) == pytest.approx(1)
    assert min(last.values()) >= 0.02 - 1e-9
    assert fixed.weights == []


async def test_flags_rise_when_they_are_planted_and_not_before(database: Database) -> None:
    """A quiet month; then a channel that shows posts to few, voices that gain nobody, and one that was set to rule."""
    world = World(seed=11, days=75, posts_a_day=4, drifting=False)
    world.shown[45 * 4 :] = (world.shown[45 * 4 :] * 0.25).round()  # the channel shows everything to a quarter
    seen: dict[int, set[str]] = {}
    changed: list[Any] = []

    async def look(session: Any, day: int, at: datetime) -> None:
        if day in (40, 74):
            found = await learning.flagged(session)
            seen[day] = {one.kind for one in found}
            changed.extend(one for one in found if one.kind == "channel changed")

    await lived(world, "default", each_day=look)
    assert "channel changed" not in seen[40]
    assert "channel changed" in seen[74]
    one = next(one for one in changed if "are seen" in one.told)
    assert one.since is not None
    assert abs(one.since - (BEGUN + timedelta(days=45))) < timedelta(days=5)
    async with db.transaction() as session:
        end = BEGUN + timedelta(days=75)
        posts = await queries.outcomes(session, since=BEGUN, as_of=end, hours=72)
        rules = [(end - timedelta(days=back), {"coach": 0.75, "dataNerd": 0.25}) for back in (9, 6, 4, 2, 1, 0)]
        kinds = {one["kind"] for one in flags.found(rules, performance(posts), posts, [], end)}
        assert {"weights never change", "one dominates"} <= kinds
