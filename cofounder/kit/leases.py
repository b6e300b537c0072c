"""Workers and their leases: whoever lives says so every few seconds; the work of whoever does not is taken over.

The engine itself leaves a dead worker's workflows pending for ever. A workflow that was taken over five times without
having finished anything new is set aside, for it is probably what kills the workers.
"""

import asyncio
import hashlib
import math
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Function, and_, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, durable
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.kit.tables import Lease
from cofounder.settings import settings

TAKEOVERS = 5
AT_ONCE = 10  # workflows of the dead that are weighed together
BEATS = 5  # to a lease: four may be missed
CHORES_SECONDS = 600.0  # that all chores of one beat may take before another worker does them too

log = logger(__name__)

Dead = Callable[[str], Awaitable[None]]
Count = Callable[[str], Awaitable[int]]
AtWork = Callable[[str, datetime], Awaitable[bool]]
Chore = Callable[[], Awaitable[object]]


@dataclass
class _Held:
    """This process's lease. `lost_at`: when a beat failed or came too late, by our own clock."""

    holder: str
    role: str
    seconds: float
    lost_at: float = -math.inf

    def steady(self) -> bool:
        """Beating for a whole lease: only then is another's silence its own, and not the database's."""
        return time.monotonic() - self.lost_at > self.seconds


@asynccontextmanager
async def held(
    *,
    role: str,
    dead: Dead | None = None,
    finished: Count | None = None,
    at_work: AtWork | None = None,
    chores: Sequence[Chore] = (),
    beat_seconds: float | None = None,
) -> AsyncIterator[str]:
    """Run workflows inside the block, as a worker with a lease; gives the worker's id.

    `dead` is told the id of a workflow that was set aside (it is cancelled then). `finished` counts what a workflow
    has finished besides the engine's own steps, such as nodes of a plan. `at_work` says whether a workflow was worked on
    since a moment: one that only waited for its turn did not kill its worker. One of all workers does the `chores` at
    every beat: one that fails or takes long holds up no other work, and no look for the dead.
    """
    seconds = settings().lease_seconds
    mine = _Held(f"{_machine()}-{os.getpid()}-{new_id().hex[-8:]}", role, seconds)
    # A database that restarts just now is waited for, as it is later.
    await db.patiently(lambda: _take(mine.holder, role, seconds))
    await db.patiently(lambda: durable.start(executor_id=mine.holder))
    pause = beat_seconds or seconds / BEATS
    jobs = [
        asyncio.create_task(_beat(mine, pause), name="lease"),
        asyncio.create_task(_look(mine, pause, dead, finished, at_work), name="takeover"),
        asyncio.create_task(_tidy(mine, pause, chores), name="chores"),
    ]
    try:
        yield mine.holder
    finally:
        for job in jobs[1:]:
            job.cancel()
        await durable.stop(drain_seconds=settings().drain_seconds)  # beating: what still ends is ours
        jobs[0].cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await _leave(mine.holder)
        await db.dispose()


@asynccontextmanager
async def alive(role: str) -> AsyncIterator[str]:
    """A lease inside the block for a process that runs no workflows; gives the holder's id, which `without` knows."""
    seconds = settings().lease_seconds
    mine = _Held(f"{_machine()}-{os.getpid()}-{new_id().hex[-8:]}", role, seconds)
    await _take(mine.holder, role, seconds)
    job = asyncio.create_task(_beat(mine, seconds / BEATS), name="lease")
    try:
        yield mine.holder
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        with suppress(Exception):  # the database may be away; the lease runs out by itself
            async with db.transaction() as session:
                await session.execute(delete(Lease).where(Lease.holder == mine.holder))


async def without(session: AsyncSession, holders: Collection[str]) -> set[str]:
    """Those of these holders that do not live any more: without a lease, with one that ran out, or gone from here."""
    up = func.pg_postmaster_start_time() + _interval(settings().lease_seconds) < func.now()
    found = select(Lease.holder, Lease.process_id, and_(Lease.expires_at <= func.now(), up))
    rows = (await session.execute(found.where(Lease.holder.in_(holders)))).all()
    living = {holder for holder, process_id, expired in rows if not expired and not _died_here(holder, process_id)}
    return set(holders) - living


async def holds(process_id: int) -> bool | None:
    """Whether this process of this machine holds a lease now. None: none could be renewed while the database was down."""
    holder = f"{_machine()}-{process_id}-"
    up = func.pg_postmaster_start_time() + _interval(settings().lease_seconds) < func.now()
    async with db.reading() as session:
        if not await session.scalar(select(up)):
            return None
        held = select(Lease.holder).where(Lease.holder.startswith(holder), Lease.expires_at > func.now())
        return await session.scalar(held.limit(1)) is not None


async def take_over(
    *,
    role: str,
    me: str,
    dead: Dead | None = None,
    finished: Count | None = None,
    at_work: AtWork | None = None,
    strays: bool = False,
    steady: bool = True,
) -> list[str]:
    """Resume what the dead workers of a role left pending; gives the workflows' ids.

    A worker is dead when its lease ran out, or when its process is gone from this very machine. `strays`: also what
    belongs to workers without any lease. Not `steady`: leases that ran out say nothing, the database was away.
    """
    taken: list[str] = []
    # One dead worker after the other: what a taker that dies itself has handed on by then stays handed on.
    for holder, since in (await _gone(role, me, strays=strays, steady=steady)).items():
        left = await durable.list_pending(holder)
        for start in range(0, len(left), AT_ONCE):
            taken += await _hand_on(left[start : start + AT_ONCE], since, dead, finished, at_work)
        async with db.transaction() as session:
            await session.execute(delete(Lease).where(Lease.holder == holder))
    if taken:
        log.warning("took over workflows of a dead worker", workflows=len(taken), worker=me)
    return taken


async def _hand_on(
    some: Sequence[str], since: datetime | None, dead: Dead | None, finished: Count | None, at_work: AtWork | None
) -> list[str]:
    """Put a dead worker's workflows into the queue, those set aside left out; gives those that were put there."""
    # Together: on a busy loop each turn is waited for, and one after the other they would take minutes.
    weighed = await asyncio.gather(*(_weighed(one, since, finished, at_work) for one in some))
    suspects = sum(1 for found in weighed if found)
    notes = {one: _blamed(found, suspects) for one, found in zip(some, weighed, strict=True) if found is not None}
    notes = {one: note for one, note in notes.items() if note.get("takeovers", 0) <= TAKEOVERS}
    await durable.hand_on(list(notes))  # counted after: who dies in between has taken nothing over
    await asyncio.gather(*(durable.annotate(one, note) for one, note in notes.items() if note))
    for one in some:
        if one not in notes:
            await _set_aside(one, dead)
    return list(notes)


async def _beat(mine: _Held, pause: float) -> None:
    """Renew the lease, whatever else takes long."""
    while True:
        try:
            if await _renew(mine):
                mine.lost_at = time.monotonic()
        except Exception as error:  # the database may be away for a while; the next beat tries again
            mine.lost_at = time.monotonic()
            log.warning("heartbeat failed", worker=mine.holder, error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(pause)


async def _look(mine: _Held, pause: float, dead: Dead | None, finished: Count | None, at_work: AtWork | None) -> None:
    """Look for the dead, and hand on what they left."""
    strays = True
    while True:
        try:
            async with _one_at_a_time("takeover", idle_seconds=mine.seconds) as chosen:
                if chosen:
                    steady = mine.steady()
                    await take_over(
                        role=mine.role,
                        me=mine.holder,
                        dead=dead,
                        finished=finished,
                        at_work=at_work,
                        strays=strays,
                        steady=steady,
                    )
                    strays = False
        except Exception as error:
            log.warning("looking after others failed", worker=mine.holder, error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(pause)


async def _tidy(mine: _Held, pause: float, chores: Sequence[Chore]) -> None:
    """See to what one worker does for all."""
    while chores:
        try:
            async with _one_at_a_time("chores", idle_seconds=CHORES_SECONDS) as chosen:
                for chore in chores if chosen else ():
                    await _done(mine, chore)
        except Exception as error:
            log.warning("looking after others failed", worker=mine.holder, error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(pause)


async def _done(mine: _Held, chore: Chore) -> None:
    """Do one; what it raises is put into the log, and the others are done all the same."""
    try:
        await chore()
    except Exception as error:
        name = getattr(chore, "__qualname__", "") or type(chore).__name__
        where = getattr(chore, "__module__", "")
        told = f"{type(error).__name__}: {error}"
        log.warning("a chore was not done", chore=f"{where}.{name}", worker=mine.holder, error=told)


async def _take(holder: str, role: str, seconds: float) -> None:
    values = {"holder": holder, "role": role, "process_id": os.getpid(), "fence": new_id()}
    times = {"started_at": func.now(), "beat_at": func.now(), "expires_at": func.now() + _interval(seconds)}
    async with db.transaction() as session:
        made = insert(Lease).values(**values, **times)
        await session.execute(made.on_conflict_do_update(index_elements=["holder"], set_={**times, "role": role}))


async def _renew(mine: _Held) -> bool:
    """By the database's clock, so that machines need not agree on the time. True: it came too late, or was gone."""
    late = select(Lease.expires_at < func.now()).where(Lease.holder == mine.holder)
    renewal = update(Lease).where(Lease.holder == mine.holder)
    async with db.transaction(durable=False) as session:
        was_late = await session.scalar(late)
        await session.execute(renewal.values(beat_at=func.now(), expires_at=func.now() + _interval(mine.seconds)))
    if was_late is None:  # we slept too long and were taken for dead; the engine keeps us off what others resumed
        await _take(mine.holder, mine.role, mine.seconds)
    return was_late is not False


def _interval(seconds: float) -> Function[Any]:
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds)


async def _leave(holder: str) -> None:
    """Put what was let go back into the queue, where others find it at once, and give the lease back."""
    try:
        await durable.hand_on(await durable.list_pending(holder))
        async with db.transaction() as session:
            await session.execute(delete(Lease).where(Lease.holder == holder))
    except Exception as error:
        if not db.is_out_of_reach(error):
            raise
        log.warning("left without a word: the database is away; others take over when the lease has run out")
    finally:
        await durable.close()


async def _gone(role: str, me: str, *, strays: bool, steady: bool) -> dict[str, datetime | None]:
    """Dead worker -> since when it lived, None where that is not known."""
    # Before the leases: who is born in between has one before it begins anything, and is no stray.
    busy = await durable.executors() if strays else set()
    async with db.transaction(durable=False) as session:
        ours = await session.scalar(select(Lease.expires_at > func.now()).where(Lease.holder == me))
        steady = steady and ours is not False  # ours ran out as well: it is the database's clock that jumped
        found = await _leases(session, role, me)
        known = set((await session.scalars(select(Lease.holder))).all())
    gone: dict[str, datetime | None] = {
        holder: since
        for holder, process_id, since, expired in found
        if (expired and steady) or _died_here(holder, process_id)
    }
    return gone | dict.fromkeys(sorted(busy - known - {me}))


async def _leases(session: AsyncSession, role: str, me: str) -> list[tuple[str, int, datetime, bool]]:
    """(holder, process, since when, whether its lease ran out) of the others.

    While the database was down nobody could renew: for one lease after its start no lease has run out.
    """
    up = func.pg_postmaster_start_time() + _interval(settings().lease_seconds) < func.now()
    statement = select(Lease.holder, Lease.process_id, Lease.started_at, and_(Lease.expires_at <= func.now(), up))
    rows = await session.execute(statement.where(Lease.role == role, Lease.holder != me))
    return [(holder, process_id, since, expired) for holder, process_id, since, expired in rows]


def _died_here(holder: str, process_id: int) -> bool:
    if not holder.startswith(f"{_machine()}-"):
        return False
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def _weighed(
    workflow_id: str, since: datetime | None, finished: Count | None, at_work: AtWork | None
) -> dict[str, Any] | None:
    """What is noted of takeovers so far, nothing where this one does not count; None: there is no such workflow.

    No more than five in a row that brought nothing, not counting those of one that waited, or waited for its turn.
    """
    state, now = await durable.status(workflow_id), await durable.progress(workflow_id)
    if state is None:
        return None
    if now.waiting or (since is not None and at_work is not None and not await at_work(workflow_id, since)):
        return {}
    done = now.finished + (await finished(workflow_id) if finished else 0)
    known = state.notes
    return {"takeovers": float(known.get("takeovers", 0)) if known.get("finished") == done else 0.0, "finished": done}


def _blamed(note: dict[str, Any], suspects: int) -> dict[str, Any]:
    """The note with this death in it. Of several workflows that were at work when it died, each bears a share."""
    return {**note, "takeovers": note["takeovers"] + 1 / suspects} if note else note


async def _set_aside(workflow_id: str, dead: Dead | None) -> None:
    log.error("workflow set aside: it finished nothing in five takeovers", workflow=workflow_id)
    if dead is not None:
        await dead(workflow_id)  # before the engine forgets it: a taker killed in between leaves it to the next one
    await durable.cancel(workflow_id)


@asynccontextmanager
async def _one_at_a_time(what: str, *, idle_seconds: float) -> AsyncIterator[bool]:
    """Whether this worker is the one of its installation that does this now. Held without a transaction.

    A process that freezes keeps its line, and the lock with it: the database ends a line that said nothing for so long.
    """
    key = {"key": f"{db.schema()}:{what}"}
    async with db.engine().connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key))
        if not mine:
            yield False
            return
        await connection.execute(text(f"SET idle_session_timeout = {max(int(idle_seconds * 1000), 1)}"))
        try:
            yield True
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)
            await connection.execute(text("RESET idle_session_timeout"))


def _machine() -> str:
    """Names this machine's set of processes: the same only where a process id means the same."""
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    except OSError:
        parts.append(str(uuid.getnode()))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
