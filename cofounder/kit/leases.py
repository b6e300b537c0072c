"""Workers and their leases: whoever lives says so every few seconds; the work of whoever does not is taken over.

The engine itself leaves a dead worker's workflows pending for ever. A workflow that was taken over five times without
having finished anything new is set aside, for it is probably what kills the workers.
"""

import asyncio
import hashlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, durable
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.kit.tables import Lease

BEAT_SECONDS = 3.0
LEASE_SECONDS = 15.0
TAKEOVERS = 5

log = logger(__name__)

Dead = Callable[[str], Awaitable[None]]
Count = Callable[[str], Awaitable[int]]


@asynccontextmanager
async def held(
    *, role: str, dead: Dead | None = None, finished: Count | None = None, beat_seconds: float = BEAT_SECONDS
) -> AsyncIterator[str]:
    """Run workflows inside the block, as a worker with a lease; gives the worker's id.

    `dead` is told the id of a workflow that was set aside (it is cancelled then). `finished` counts what a workflow
    has finished besides the engine's own steps, such as nodes of a plan.
    """
    holder = f"{_machine()}-{os.getpid()}-{new_id().hex[-8:]}"
    await _take(holder, role)
    await durable.start(executor_id=holder)
    beating = asyncio.create_task(_beat(holder, role, beat_seconds, dead, finished), name="lease")
    try:
        yield holder
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await durable.stop()
        await _leave(holder)
        await db.dispose()


async def take_over(
    *, role: str, me: str, dead: Dead | None = None, finished: Count | None = None, strays: bool = False
) -> list[str]:
    """Resume what the dead workers of a role left pending; gives the workflows' ids.

    A worker is dead when its lease ran out, or when its process is gone from this very machine. `strays`: also what
    belongs to workers without any lease.
    """
    taken: list[str] = []
    for holder in await _gone(role, me, strays=strays):
        for workflow_id in await durable.list_pending(holder):
            if await _worth_it(workflow_id, finished):
                await durable.resume(workflow_id)
                taken.append(workflow_id)
            else:
                await _set_aside(workflow_id, dead)
        async with db.transaction() as session:
            await session.execute(delete(Lease).where(Lease.holder == holder))
    if taken:
        log.warning("took over workflows of a dead worker", workflows=len(taken), worker=me)
    return taken


async def _beat(holder: str, role: str, seconds: float, dead: Dead | None, finished: Count | None) -> None:
    strays = True
    while True:
        try:
            await _renew(holder, role, seconds)
            async with _one_at_a_time() as mine:
                if mine:
                    await take_over(role=role, me=holder, dead=dead, finished=finished, strays=strays)
                    strays = False
        except Exception as error:  # the database may be away for a while; the next beat tries again
            log.warning("heartbeat failed", worker=holder, error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(seconds)


async def _take(holder: str, role: str, seconds: float = LEASE_SECONDS) -> None:
    values = {"holder": holder, "role": role, "process_id": os.getpid(), "fence": new_id()}
    until = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, max(seconds, LEASE_SECONDS))
    times = {"started_at": func.now(), "beat_at": func.now(), "expires_at": until}
    async with db.transaction() as session:
        made = insert(Lease).values(**values, **times)
        await session.execute(made.on_conflict_do_update(index_elements=["holder"], set_={**times, "role": role}))


async def _renew(holder: str, role: str, seconds: float) -> None:
    """By the database's clock, so that machines need not agree on the time."""
    until = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, max(LEASE_SECONDS, 5 * seconds))
    async with db.transaction(durable=False) as session:
        renewed = await session.execute(
            update(Lease)
            .where(Lease.holder == holder)
            .values(beat_at=func.now(), expires_at=until)
            .returning(Lease.holder)
        )
        lost = renewed.first() is None
    if lost:  # we slept too long and were taken for dead; the engine keeps us off what others resumed
        await _take(holder, role)


async def _leave(holder: str) -> None:
    """Give the lease back; where work was let go unfinished, let it run out now, so that others take it over."""
    pending = await durable.list_pending(holder)
    async with db.transaction() as session:
        if pending:
            await session.execute(update(Lease).where(Lease.holder == holder).values(expires_at=func.now()))
        else:
            await session.execute(delete(Lease).where(Lease.holder == holder))
    await durable.close()


async def _gone(role: str, me: str, *, strays: bool) -> list[str]:
    async with db.transaction(durable=False) as session:
        found = await _leases(session, role, me)
        known = set((await session.scalars(select(Lease.holder))).all())
    gone = [holder for holder, process_id, expired in found if expired or _died_here(holder, process_id)]
    if strays:
        gone += sorted(await durable.executors() - known - {me})
    return gone


async def _leases(session: AsyncSession, role: str, me: str) -> list[tuple[str, int, bool]]:
    statement = select(Lease.holder, Lease.process_id, Lease.expires_at <= func.now())
    rows = await session.execute(statement.where(Lease.role == role, Lease.holder != me))
    return [(holder, process_id, expired) for holder, process_id, expired in rows]


def _died_here(holder: str, process_id: int) -> bool:
    if not holder.startswith(f"{_machine()}-"):
        return False
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def _worth_it(workflow_id: str, finished: Count | None) -> bool:
    """Count this takeover; no more than five in a row that brought nothing, not counting those of a waiting one."""
    state, now = await durable.status(workflow_id), await durable.progress(workflow_id)
    if state is None or now.waiting:
        return state is not None
    done = now.finished + (await finished(workflow_id) if finished else 0)
    known = state.notes
    count = 1 + (int(known.get("takeovers", 0)) if known.get("finished") == done else 0)
    if count > TAKEOVERS:
        return False
    await durable.annotate(workflow_id, {"takeovers": count, "finished": done})
    return True


async def _set_aside(workflow_id: str, dead: Dead | None) -> None:
    log.error("workflow set aside: it finished nothing in five takeovers", workflow=workflow_id)
    await durable.cancel(workflow_id)
    if dead is not None:
        await dead(workflow_id)


@asynccontextmanager
async def _one_at_a_time() -> AsyncIterator[bool]:
    """Whether this worker is the one that looks for the dead now. Held without a transaction."""
    async with db.engine().connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended('takeover', 0))")))
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended('takeover', 0))"))


def _machine() -> str:
    """Names this machine's set of processes: the same only where a process id means the same."""
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    except OSError:
        parts.append(str(uuid.getnode()))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
