"""The work of a dead worker is taken over; what kills every worker is set aside."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from cofounder.kit import db, durable, leases
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.tables import Lease
from cofounder.kit.testing import Database, Spawned, until
from cofounder.settings import settings
from tests.kit.flows import notes


async def holders() -> list[str]:
    async with db.transaction() as session:
        return list(await session.scalars(select(Lease.holder)))


async def begin(workflow: str, *args: object) -> str:
    id = str(new_id())
    async with db.transaction() as session:
        await durable.enqueue(session, workflow, id, *args)
    return id


async def rests(id: str) -> bool:
    """It waits, its first step on record: before that a killed worker's step would be run again, as it should."""
    return await durable.progress(id) == durable.Progress(finished=1, waiting=True)


async def finished(id: str) -> bool:
    state = await durable.status(id)
    return state is not None and state.status == "SUCCESS"


async def test_a_worker_holds_a_lease_while_it_lives_and_gives_it_back(database: Database) -> None:
    async with leases.held(role="worker", beat_seconds=0.05) as me:
        assert await holders() == [me]
        async with db.transaction() as session:
            before = await session.scalar(select(Lease.expires_at))

        async def renewed() -> bool:
            async with db.transaction() as session:
                return bool(await session.scalar(select(Lease.expires_at > before)))

        await until(renewed)
    assert await holders() == []


async def test_a_killed_worker_is_taken_over_at_once_on_the_same_machine(
    database: Database, spawn: Callable[..., Spawned]
) -> None:
    first = spawn("tests.kit.flows", "leased")
    id = await begin("test.waits", "a")
    await until(lambda: rests(id), within=20)
    first.kill()
    async with db.transaction() as session:
        await durable.send(session, id, "go", "on", key="k")
    async with leases.held(role="worker", beat_seconds=0.1):
        await until(lambda: finished(id))
        assert len(await holders()) == 1
    assert await notes() == ["a before", "a after on"]


@contextmanager
def line(port: int, behind: str) -> Iterator[None]:
    """Passes on what comes to a port to a socket file, on a loop of its own: the engine's start blocks ours."""

    async def on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(behind)
        await asyncio.gather(through(reader, ours), through(theirs, writer), return_exceptions=True)

    async def through(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while words := await source.read(65_536):
            target.write(words)
        target.close()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(asyncio.start_server(on, "127.0.0.1", port), loop).result(60)
    yield
    loop.call_soon_threadsafe(loop.stop)
    thread.join(60)


async def test_a_worker_that_is_born_while_the_database_is_away_waits_for_it(database: Database) -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    await db.dispose()
    db.connect(database.url.set(host="127.0.0.1", port=port, query={}))
    try:

        async def lives() -> list[str]:
            async with leases.held(role="worker"):
                return await holders()

        born = asyncio.create_task(lives())
        await asyncio.sleep(1)
        assert not born.done()
        with line(port, f"{database.url.query['host']}/.s.PGSQL.{database.url.port or 5432}"):
            assert len(await asyncio.wait_for(born, 60)) == 1
    finally:
        await db.dispose()
        db.connect(database.url)


async def test_a_worker_that_stops_leaves_its_work_to_the_next(database: Database) -> None:
    async with leases.held(role="worker"):
        id = await begin("test.waits", "a")
        await until(lambda: rests(id))
    async with db.transaction() as session:
        await durable.send(session, id, "go", "on", key="k")
    async with leases.held(role="worker", beat_seconds=0.1):
        await until(lambda: finished(id))
    assert await notes() == ["a before", "a after on"]
    assert await holders() == []


async def test_work_without_any_lease_is_found_too(database: Database) -> None:
    await durable.start(executor_id="forgotten")
    id = await begin("test.waits", "a")
    await until(lambda: rests(id))
    await durable.stop()
    async with db.transaction() as session:
        await durable.send(session, id, "go", "on", key="k")
    async with leases.held(role="worker", beat_seconds=0.1):
        await until(lambda: finished(id))


async def test_who_is_born_while_strays_are_looked_for_is_none(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes its lease and begins its first workflow between any two questions of whoever looks."""
    ask = durable.executors

    async def born_meanwhile() -> set[str]:
        lease = {"holder": "newborn", "role": "worker", "process_id": 1, "fence": new_id()}
        times = {"started_at": now(), "beat_at": now(), "expires_at": now() + timedelta(hours=1)}
        async with db.transaction() as session:
            await session.execute(insert(Lease).values(**lease, **times))
        return await ask() | {"newborn"}

    await durable.start(executor_id="looking")
    monkeypatch.setattr(durable, "executors", born_meanwhile)
    await leases.take_over(role="worker", me="looking", strays=True)
    await durable.stop()
    assert "newborn" in await holders()


async def test_five_takeovers_without_progress_set_a_workflow_aside_but_not_one_that_waits(database: Database) -> None:
    told: list[str] = []

    async def dead(id: str) -> None:
        told.append(id)
        if len(told) == 1:
            raise ConnectionError("the taker ended here")

    await durable.start(executor_id="w0")
    stuck, waiting = await begin("test.working", 60.0), await begin("test.waits", "w")

    async def both() -> bool:
        return len(await notes()) == 2

    await until(both)
    await until(lambda: rests(waiting))
    assert not (await durable.progress(stuck)).waiting
    await durable.stop()
    for number in range(1, leases.TAKEOVERS + 1):
        await durable.start(executor_id=f"w{number}")
        taken = await leases.take_over(role="worker", me=f"w{number}", dead=dead, strays=True)
        assert set(taken) == {stuck, waiting}

        async def running(mine: str = f"w{number}", taken: list[str] = taken) -> bool:
            return set(await durable.list_pending(mine)) == set(taken)

        await until(running)
        await durable.stop()
    with pytest.raises(ConnectionError):
        await leases.take_over(role="worker", me="last", dead=dead, strays=True)
    assert await leases.take_over(role="worker", me="last", dead=dead, strays=True) == []
    assert told == [stuck, stuck]
    state = await durable.status(stuck)
    assert state is not None
    assert state.status == "CANCELLED"
    await durable.close()


@pytest.mark.usefixtures("short")
async def test_a_workflow_that_only_waited_for_its_turn_did_not_kill_its_worker(database: Database) -> None:
    told: list[str] = []
    works = [False]

    async def dead(id: str) -> None:
        told.append(id)

    async def at_work(id: str, since: datetime) -> bool:
        return works[0]

    await durable.start(executor_id="w0")
    stuck = await begin("test.working", 60.0)

    async def begun() -> bool:
        return len(await notes()) == 1

    await until(begun)
    await durable.stop()
    for number in range(1, 15):
        works[0] = number > 8
        async with db.transaction() as session:
            gone = {"holder": f"w{number - 1}", "role": "worker", "process_id": 1, "fence": new_id()}
            past = now() - timedelta(seconds=60)
            await session.execute(
                insert(Lease).values(**gone, started_at=past, beat_at=past, expires_at=now() - timedelta(seconds=1))
            )
        await durable.start(executor_id=f"w{number}")
        taken = await leases.take_over(role="worker", me=f"w{number}", dead=dead, at_work=at_work)
        assert (stuck in taken) == (number <= 8 + leases.TAKEOVERS), number

        async def running(mine: str = f"w{number}", taken: list[str] = taken) -> bool:
            return set(await durable.list_pending(mine)) == set(taken)

        await until(running)
        await durable.stop()
    assert told == [stuck]
    await durable.close()


@pytest.fixture
def short(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of half a second."""
    monkeypatch.setenv("COFOUNDER_LEASE_SECONDS", "0.5")
    settings.cache_clear()


async def test_a_lease_that_ran_out_on_another_machine_is_taken_over(database: Database, short: None) -> None:
    await durable.start(executor_id="elsewhere-1")
    id = await begin("test.waits", "a")
    await until(lambda: rests(id))
    await durable.stop()
    await leases._take("elsewhere-1", "worker", 60)
    async with leases.held(role="worker", beat_seconds=0.05) as me:
        assert await leases.take_over(role="worker", me=me) == []  # it lives as far as anyone can tell
        async with db.transaction() as session:
            await session.execute(update(Lease).where(Lease.holder == "elsewhere-1").values(expires_at=func.now()))
            await durable.send(session, id, "go", "on", key="k")
        await until(lambda: finished(id))


async def test_when_the_clock_jumps_nobody_is_taken_for_dead(database: Database) -> None:
    """Every lease runs out at once, one's own too; those who live renew theirs, and who does not then is dead."""
    await leases._take("here", "worker", 60)
    await leases._take("elsewhere-1", "worker", 60)

    async def dead() -> set[str]:
        return set(await leases._gone("worker", "here", strays=False, steady=True))

    async with db.transaction() as session:
        jump = timedelta(hours=2)
        await session.execute(
            update(Lease).values(expires_at=Lease.expires_at - jump, started_at=Lease.started_at - jump)
        )
    await up_for_a_lease()
    assert await dead() == set()
    await leases._renew(leases._Held("here", "worker", 60))
    assert await dead() == {"elsewhere-1"}


async def up_for_a_lease() -> None:
    """Wait until the database is up for longer than a lease: before that no lease has run out."""

    async def so() -> bool:
        since = func.pg_postmaster_start_time() + leases._interval(settings().lease_seconds)
        async with db.transaction() as session:
            return bool(await session.scalar(select(since < func.now())))

    await until(so, within=60)


async def test_a_chore_that_fails_or_takes_long_holds_up_neither_the_others_nor_a_takeover(
    database: Database, spawn: Callable[..., Spawned]
) -> None:
    done: list[str] = []
    first = spawn("tests.kit.flows", "leased")
    id = await begin("test.waits", "a")
    await until(lambda: rests(id))

    async def fails() -> None:
        raise ValueError("a table is broken")

    async def works() -> None:
        done.append("works")

    async def endless() -> None:
        done.append("endless")
        await asyncio.Event().wait()

    async with leases.held(role="worker", chores=[fails, works, endless], beat_seconds=0.1):
        await until(lambda: "endless" in done)
        first.kill()
        async with db.transaction() as session:
            await durable.send(session, id, "go", "on", key="k")
        await until(lambda: finished(id))
    assert done == ["works", "endless"]


async def test_a_worker_that_freezes_while_it_looks_for_the_dead_lets_another_look(database: Database) -> None:
    async def another() -> bool:
        async with leases._one_at_a_time("takeover", idle_seconds=60) as chosen:
            return chosen

    async def freezes() -> None:
        async with leases._one_at_a_time("takeover", idle_seconds=0.5) as chosen:
            assert chosen
            await until(another)

    with pytest.raises(DBAPIError):  # when it goes on it finds its line ended
        await freezes()
    assert await another()
