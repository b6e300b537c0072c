"""The port to durable workflows: in our own transaction, at least once, and the same when replayed."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy.exc
from dbos._utils import retriable_postgres_exception
from sqlalchemy import URL

from cofounder.kit import clock, db, durable, engine_links
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, Spawned, until
from tests.kit import flows
from tests.kit.flows import notes


async def finished(workflow_id: object) -> bool:
    found = await durable.status(workflow_id)
    return found is not None and found.status in ("SUCCESS", "ERROR", "CANCELLED")


async def rests(workflow_id: object) -> bool:
    return (await durable.progress(workflow_id)).waiting


async def has(*words: str) -> bool:
    return await notes() == list(words)


async def test_a_workflow_runs_on_our_loop_and_a_message_wakes_it(engine_running: Database) -> None:
    id = new_id()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.waits", id, "a")
    await until(lambda: has("a before"))
    async with db.transaction() as session:
        await durable.send(session, id, "go", {"n": 1}, key=f"{id}:1")
        await durable.send(session, id, "go", {"n": 2}, key=f"{id}:1")  # the same key: the same message
    await until(lambda: finished(id))
    assert await notes() == ["a before", "a after {'n': 1}"]
    state = await durable.status(id)
    assert state is not None
    assert (state.status, state.name, state.executor_id) == ("SUCCESS", "test.waits", "test")


async def test_what_is_rolled_back_was_never_enqueued_or_sent(engine_running: Database) -> None:
    id, waiting = new_id(), new_id()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.waits", waiting, "w")
    await until(lambda: has("w before"))
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with db.transaction() as session:
            await durable.enqueue(session, "test.waits", id, "never")
            await durable.send(session, waiting, "go", "never", key="k")
            raise RuntimeError
    async with db.transaction() as session:
        await durable.send(session, waiting, "go", "now", key="k")
    await until(lambda: finished(waiting))
    assert await durable.status(id) is None
    assert await notes() == ["w before", "w after now"]


async def test_a_message_to_no_workflow_is_refused_and_the_transaction_lives_on(database: Database) -> None:
    async with db.transaction() as session:
        with pytest.raises(durable.UnknownWorkflow):
            await durable.send(session, new_id(), "go", None, key="k")
        await durable.enqueue(session, "test.waits", id := new_id(), "a")
        await durable.wakeup(session, id, key="early")  # known in the same transaction
    found = await durable.status(id)
    assert found is not None
    assert found.status == "ENQUEUED"
    with pytest.raises(durable.UnknownWorkflow):
        await durable.cancel(new_id())
    await durable.cancel(id)
    assert await finished(id)
    await durable.stop()


async def test_the_same_id_twice_is_one_run(engine_running: Database) -> None:
    id = new_id()
    for _ in range(2):
        async with db.transaction() as session:
            await durable.enqueue(session, "test.working", id, 0.0)
    await until(lambda: finished(id))
    assert await notes() == ["began", "ended"]


async def test_it_does_not_start_before_its_time(engine_running: Database) -> None:
    id = new_id()
    due = clock.now() + timedelta(seconds=4)
    async with db.transaction() as session:
        await durable.enqueue(session, "test.working", id, 0.0, at=due)
    found = await durable.status(id)
    assert found is not None
    assert found.status == "DELAYED"
    await until(lambda: finished(id))
    assert clock.now() >= due


async def test_a_failing_step_is_tried_four_times_and_a_refusal_once(engine_running: Database) -> None:
    flows.seen.clear()
    good, bad, refused = new_id(), new_id(), new_id()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.stumbles", good, 4)
    await until(lambda: finished(good))
    assert flows.seen == ["stumble"] * 4
    flows.seen.clear()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.stumbles", bad, 99)
    await until(lambda: finished(bad))
    assert flows.seen == ["stumble"] * 4
    state = await durable.status(bad)
    assert state is not None
    assert state.status == "ERROR"
    assert "attempt 4" in (state.error or "")
    flows.seen.clear()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.gives-up", refused, "r")
    await until(lambda: has("Conflict this"))
    assert flows.seen == ["refuse"]


async def test_a_step_waits_for_the_database_however_long_it_is_away(
    engine_running: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "AWAY_SECONDS", 0.0)  # of what may be lost in the end; a step may not
    flows.seen.clear()
    id = new_id()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.endures", id, 12)
    await until(lambda: finished(id))
    state = await durable.status(id)
    assert state is not None
    assert (state.status, flows.seen) == ("SUCCESS", ["away"] * 12)


async def test_a_restart_meets_the_same_failure_and_repeats_nothing(database: Database) -> None:
    flows.seen.clear()
    id = new_id()
    await durable.start(executor_id="test")
    async with db.transaction() as session:
        await durable.enqueue(session, "test.gives-up", id, "r")
    await until(lambda: rests(id))
    began = time.monotonic()
    await durable.stop()
    assert time.monotonic() - began < 30  # a retry that sleeps is not waited for
    assert await durable.list_pending("test") == [str(id)]
    await durable.start(executor_id="test")
    async with db.transaction() as session:
        await durable.send(session, id, "go", None, key="k")
    await until(lambda: finished(id))
    await durable.stop()
    assert flows.seen == ["refuse"]
    assert await notes() == ["Conflict this", "TimeoutError"]


async def test_a_killed_worker_is_taken_over_and_no_finished_step_is_repeated(
    database: Database, spawn: Callable[..., Spawned]
) -> None:
    id = new_id()
    async with db.transaction() as session:
        await durable.enqueue(session, "test.waits", id, "a")
    first = spawn("tests.kit.flows", "first")
    await until(lambda: rests(id), within=20)
    first.kill()
    assert await durable.list_pending("first") == [str(id)]
    async with db.transaction() as session:
        await durable.send(session, id, "go", "on", key="k")
    await durable.start(executor_id="second")  # another worker, in this process
    try:
        for pending in await durable.list_pending("first"):
            await durable.resume(pending)
        await until(lambda: finished(id))
    finally:
        await durable.stop()
    assert await notes() == ["a before", "a after on"]


def test_the_engine_knows_that_a_socket_nobody_serves_is_an_outage(tmp_path: Path) -> None:
    """It waits for a database that is away, and fails a workflow for whatever else goes wrong."""
    nowhere = URL.create("postgresql+psycopg", "x", database="x", query={"host": str(tmp_path)})
    engine = engine_links.pool(nowhere)
    try:
        with pytest.raises(sqlalchemy.exc.OperationalError) as refused, engine.connect():
            pass
    finally:
        engine_links._pools.remove(engine)
        engine.dispose()
    assert retriable_postgres_exception(refused.value)
    assert db.is_out_of_reach(refused.value)
