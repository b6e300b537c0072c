"""The engine looks for work because it was told of some, not because it happened to look."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from cofounder.kit import db, durable, wake
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from tests.kit import flows
from tests.kit.flows import notes
from tests.kit.test_durable import finished

__all__ = ["flows"]


@pytest.fixture
async def rarely_looking(database: Database) -> AsyncIterator[None]:
    """An engine that looks by itself only every hour."""
    await durable.start(executor_id="test")
    async with db.transaction() as session:
        await session.execute(text("UPDATE dbos.queues SET polling_interval_sec = 3600"))
    await begin()  # it reads that between two looks
    yield
    await durable.stop()


async def begin() -> None:
    id = new_id()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.working", id, 0.0)
    await until(lambda: finished(id), within=60)


@pytest.mark.usefixtures("rarely_looking")
async def test_work_begins_when_it_is_committed(database: Database) -> None:
    for _ in range(3):
        await begin()
    assert len(await notes()) == 8


@pytest.mark.usefixtures("rarely_looking")
async def test_work_that_came_while_nobody_could_hear_is_found_when_the_line_is_mended(database: Database) -> None:
    async with db.transaction() as session:
        listens = "application_name = 'cofounder-live' AND pid <> pg_backend_pid() AND datname = current_database()"
        ended = await session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listens}"))
        assert ended.rowcount == 1  # type: ignore[attr-defined]
    await begin()


async def test_no_worker_takes_all_that_waits_at_one_look(database: Database) -> None:
    ids = [new_id() for _ in range(2 * wake.AT_ONE_LOOK + 1)]
    async with db.transaction() as session:
        for id in ids:
            await durable.enqueue(session, "test.working", id, 0.0)
    await durable.start(executor_id="test")
    try:
        await until(lambda: finished(ids[-1]), within=120)
        async with db.transaction() as session:
            looks = await session.execute(
                text("SELECT started_at_epoch_ms, count(*) AS n FROM dbos.workflow_status GROUP BY 1")
            )
            taken = sorted(row.n for row in looks)
    finally:
        await durable.stop()
    assert sum(taken) == len(ids)
    assert taken[-1] <= wake.AT_ONE_LOOK
