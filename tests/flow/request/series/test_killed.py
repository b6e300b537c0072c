"""Every slot is made once: over workers that are killed at any line, and over several at once."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from cofounder.flow.request.series import service
from cofounder.flow.request.series.schemas import SeriesIn
from cofounder.kit.clock import frozen
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from tests.flow.waiting import OPERATOR

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
SERIES, AHEAD = 12, 14  # each a slot a day, and a lead of two weeks
LATER = START + timedelta(days=3)
WORKER = "tests.flow.request.series.worker"


async def rows(said: str) -> list[Any]:
    async with transaction() as session:
        return list(await session.execute(text(said)))


async def test_killed_and_several_at_once_they_make_every_slot_once(database: Database, spawn: Any) -> None:
    with frozen(START):
        for number in range(SERIES):
            said = SeriesIn(
                name=f"Series {number}",
                request="Write a post about last week's numbers",
                channels=["linkedin"],
                every="day",
                at="09:00",
                zone="Europe/Berlin",
                lead_minutes=AHEAD * 1_440,
            )
            async with transaction() as session:
                await service.create(session, said, by=OPERATOR)
    chance = random.Random(20260302)
    made_before_a_kill = 0
    for kill in range(8):
        worker = spawn(WORKER, LATER.isoformat())
        worker.wait_for("ready", within=120)
        await asyncio.sleep(chance.random() * 0.4 * (kill + 1))  # the later ones reach its work on a slow machine too
        worker.kill()
        made_before_a_kill += (await rows("SELECT count(*) FROM tasks"))[0][0]
    together = [spawn(WORKER, LATER.isoformat()) for _ in range(3)]
    await until(lambda: all("idle" in one.output for one in together), within=120)
    for one in together:
        one.kill()

    assert made_before_a_kill > 0  # else nobody was killed at work
    # Three slots had passed when the first worker looked, and the latest is made late; fourteen lie ahead.
    expected = SERIES * (AHEAD + 1)
    states = dict(await rows("SELECT state, count(*) FROM schedule_occurrences GROUP BY 1"))
    assert states == {"made": expected, "missed": SERIES * 2}
    assert (await rows("SELECT count(*), count(DISTINCT id) FROM tasks"))[0] == (expected, expected)
    twice = "SELECT 1 FROM tasks WHERE publish_at IS NOT NULL GROUP BY requested_by, publish_at HAVING count(*) > 1"
    assert await rows(twice) == []
    lost = "SELECT 1 FROM schedule_occurrences o LEFT JOIN tasks t ON t.id = o.task_id WHERE o.state = 'made' AND t.id IS NULL"
    assert await rows(lost) == []
    journeys = "SELECT count(*) FROM dbos.workflow_status w JOIN tasks t ON t.id::text = w.workflow_uuid"
    assert (await rows(journeys))[0][0] == expected
    assert {row[0] for row in await rows("SELECT made FROM schedules")} == {AHEAD + 1}
