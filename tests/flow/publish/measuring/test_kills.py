"""Whoever measures is killed while planning, while asking, while keeping: each age of each post is kept once."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import text

from cofounder.kit.clock import now
from cofounder.kit.db import reading
from cofounder.kit.testing import Database, Spawned, until
from tests.channels.readers.servers import X, running
from tests.flow.publish.measuring.world import published, readings

POSTS = 230  # three questions: X answers a hundred posts at a time
KILLS = 8


async def _left() -> int:
    """Ages that are due and not read; the posts are as old as the first of their ages."""
    async with reading() as session:
        planned = (await session.execute(text("SELECT count(DISTINCT publication_id) FROM measurements"))).scalar_one()
        open_ = await session.execute(
            text("SELECT count(*) FROM measurements WHERE state NOT IN ('done') AND due_at <= now()")
        )
        return int(POSTS - planned + open_.scalar_one())


async def test_a_kill_anywhere_loses_no_reading_and_keeps_none_twice(
    database: Database, spawn: Callable[..., Spawned]
) -> None:
    dice = random.Random(11)
    born = now() - timedelta(hours=2)
    ids = [await published(number, at=born) for number in range(POSTS)]
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures = {str(number): {"impressions": 100 + number} for number in range(POSTS)}
        child = spawn("tests.flow.publish.measuring.reads", server.url)
        dead = 0

        async def strike(_: list[str]) -> None:
            """Kill whoever asks: at once, so that no answer comes, or while it writes down what it was told."""
            nonlocal dead
            if dead >= KILLS or child.process.poll() is not None:
                return
            dead += 1
            if dead % 2:
                child.kill()
            else:
                victim = child
                asyncio.get_running_loop().call_later(dice.random() * 0.06, victim.kill)

        server.watch = strike
        while await _left():
            await until(partial(_over_or_dead, child))
            if child.process.poll() is not None:
                child = spawn("tests.flow.publish.measuring.reads", server.url)
        child.kill()
        asked = Counter(id for ids in server.asked_for for id in ids)
    assert dead == KILLS
    assert max(asked.values()) > 1  # what was asked and not kept was asked again
    kept = Counter(row["post_id"] for row in await readings())
    assert kept == Counter(ids)
    by_id = {row["post_id"]: row["impressions"] for row in await readings()}
    assert by_id == {id: 100 + number for number, id in enumerate(ids)}


async def _over_or_dead(child: Spawned) -> bool:
    return child.process.poll() is not None or not await _left()
