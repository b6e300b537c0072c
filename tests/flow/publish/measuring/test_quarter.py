"""A quarter of posts, read by the schedule itself while the clock is set forward: each age once, and the books balance.

Sixty posts of a fortnight; with COFOUNDER_TEST_LONG five hundred of a quarter.
"""

import os
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business.context import predicting
from cofounder.business.context import queries as context
from cofounder.business.context.predicting import Expected, Prediction
from cofounder.flow.learn import queries as learning
from cofounder.flow.learn import renewing
from cofounder.flow.learn import service as examples
from cofounder.flow.publish.measuring import carrying
from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.personas.followers import service as followers_service
from tests.channels.readers.servers import X, connected, running
from tests.flow.publish.measuring.world import BEGUN, published, readings, use

LONG = bool(os.environ.get("COFOUNDER_TEST_LONG"))
POSTS, DAYS = (500, 90) if LONG else (60, 14)
GROWTH = ((1, 0.1), (6, 0.3), (24, 0.7), (72, 1.0), (168, 1.1))  # hours, share of what it has at three days


class World:
    """What posts will have at three days, what was foretold of it, and how that grows."""

    def __init__(self) -> None:
        draw = random.Random(20300107)
        self.seen = [draw.randrange(500, 5_000) for _ in range(POSTS)]
        self.rate = [draw.uniform(0.01, 0.05) for _ in range(POSTS)]
        self.right = [draw.random() < 0.8 for _ in range(POSTS)]

    def figures(self, number: int, hours: float) -> dict[str, int]:
        share = max((part for old, part in GROWTH if old <= hours), default=0.0)
        seen = int(self.seen[number] * share)
        return {"impressions": seen, "clicks": int(seen * self.rate[number]), "likes": seen // 100}

    def foretold(self, number: int) -> Prediction:
        after = self.figures(number, 72)
        rate = after["clicks"] / after["impressions"]
        low, high = (rate * 0.5, rate * 1.5) if self.right[number] else (rate * 2, rate * 3)
        one = Expected(outcome="engagement_rate", status="ok", n=30, value=rate, low=low, high=high, note="")
        outcomes: Any = {"engagement_rate": one}
        return Prediction(channel="x", as_of=BEGUN, outcomes=outcomes, sentence="")


async def test_every_age_of_every_post_is_read_once_and_what_follows_from_it_is_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, out = World(), {number: BEGUN + timedelta(days=number * DAYS // POSTS) for number in range(POSTS)}
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        ids: dict[int, UUID] = {}
        for day in range(DAYS + 8):
            for hours in (0.1, 1.1, 6.1):
                at = BEGUN + timedelta(days=day, hours=hours)
                with clock.frozen(at):
                    for number in [one for one, since in out.items() if since <= at and one not in ids]:
                        ids[number] = await _publish(world, number, out[number])
                    for number in ids:
                        age = (at - out[number]) / timedelta(hours=1)
                        server.figures[str(number)] = world.figures(number, age)
                    server.followers = 10_000 + day * 7
                    done = await carrying.round_of()
                    assert not done.problems
                    assert not done.missed
                    while await renewing.renew_some():
                        pass
        await _each_age_once(ids, world)
        await _examples_are_filled(ids)
        await _coverage_is_told(world)
        await _books_balance()


async def _publish(world: World, number: int, at: Any) -> UUID:
    id = await published(number, at=at, persona=("dataNerd", "coach", "storyteller")[number % 3])
    task = UUID(int=id.int ^ 1 << 100)
    with clock.frozen(at - timedelta(minutes=5)):
        async with transaction() as session:
            await predicting.keep(session, task, [("x", 1, world.foretold(number))])
    async with transaction() as session:
        await examples.upsert_example(session, task)
    return id


async def _each_age_once(ids: dict[int, UUID], world: World) -> None:
    async with transaction() as session:
        rows = await session.execute(text("SELECT state, count(*), count(reading_id) FROM measurements GROUP BY 1"))
        assert [tuple(row) for row in rows] == [("done", POSTS * 5, POSTS * 5)]
    found: dict[UUID, list[int]] = {}
    for row in await readings():
        found.setdefault(row["post_id"], []).append(row["impressions"])
    for number, id in ids.items():
        assert found[id] == [world.figures(number, hours)["impressions"] for hours, _ in GROWTH]


async def _examples_are_filled(ids: dict[int, UUID]) -> None:
    async with transaction() as session:
        for id in ids.values():
            example = await learning.one(session, UUID(int=id.int ^ 1 << 100))
            assert example is not None
            assert [one["age"] for one in example.labels if one["name"] == "reading"] == [
                "1h",
                "6h",
                "24h",
                "72h",
                "7d",
            ]
            assert example.post_publication_metrics
            assert example.post_publication_metrics["x"]["impressions"] > 0
        left = (await session.execute(text("SELECT count(*) FROM stale_examples"))).scalar_one()
        assert left == 0


async def _coverage_is_told(world: World) -> None:
    async with transaction() as session:
        held, asked = predicting.held_of(await context.kept(session, "x", BEGUN + timedelta(days=DAYS + 30)))
    assert (held, asked) == (sum(world.right), POSTS)


async def _books_balance() -> None:
    end = BEGUN + timedelta(days=DAYS + 7, hours=23)
    with clock.frozen(end):
        async with transaction() as session:
            await followers_service.counted(session, "x", 10_000 + (DAYS + 8) * 7, at=end, by="reader x 42")
            (book,) = await followers_service.balances(session)
            row = (
                await session.execute(
                    text("SELECT min(count), max(count), count(*) FROM follower_counts WHERE said_by = 'reader x 42'")
                )
            ).one()
    assert book.credited + book.background == book.counted == row[1] - row[0]
    assert book.credited > Decimal(0)
    assert row[2] >= DAYS
