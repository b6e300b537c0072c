"""The SQL of phases."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request.tables import Phase
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.straight import kept


async def take_turn(session: AsyncSession, key: str) -> None:
    """Let requests with the same key pass one after the other, until their transactions end."""
    wait = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    await session.execute(wait, {"key": f"process:{key}"})


async def add_phases(session: AsyncSession, task_id: UUID, names: Sequence[str]) -> None:
    rows = [
        {"id": new_id(), "task_id": task_id, "name": name, "position": position, "state": "waiting"}
        for position, name in enumerate(names)
    ]
    await session.execute(insert(Phase), rows)


_PHASES = kept(
    select(Phase)
    .where(Phase.task_id == bindparam("task"))
    .order_by(Phase.position)
    .execution_options(populate_existing=True)
)


async def phases(session: AsyncSession, task_id: UUID) -> Sequence[Phase]:
    return (await session.scalars(_PHASES, {"task": task_id})).all()


_WORKED = text("""
SELECT phases.task_id, sum(extract(epoch FROM coalesce(phases.finished_at, tasks.completed_at, :at) - phases.started_at))
FROM phases JOIN tasks ON tasks.id = phases.task_id
WHERE phases.task_id = ANY(:tasks) AND phases.started_at IS NOT NULL AND phases.name NOT IN ('approval', 'learning')
    AND (phases.state = 'done' OR tasks.status NOT IN ('needs_clarification', 'paused'))
GROUP BY phases.task_id""")


async def worked(session: AsyncSession, tasks: Sequence[UUID], at: datetime) -> dict[UUID, float]:
    """Seconds of work by task, without those in which it waited for a person, an agent outside or its time; none for what
    never had phases. Learning is left out, which writes this very figure down."""
    rows = await session.execute(_WORKED, {"tasks": list(tasks), "at": at})
    return {id: float(seconds) for id, seconds in rows}


# One statement, so that nothing can come between looking and writing, and a phase costs one round trip to begin.
_ENTERED = """
WITH {gone} entered AS (
    UPDATE tasks SET phase = {phase} {status} WHERE id = :task {only} {after} RETURNING id
), marked AS (
    UPDATE phases SET state = 'running', note = NULL, started_at = {began}, finished_at = NULL, entered_at = now()
    FROM entered WHERE task_id = entered.id AND name = :name {unless} RETURNING entered_at
)
SELECT (SELECT coalesce((SELECT entered_at FROM marked),
    (SELECT entered_at FROM phases WHERE task_id = entered.id AND name = :name), now()) FROM entered), {left}"""
# The phase before it, left as `leave_phase` does: between two phases nobody is asked, so that they share the round trip.
# The task is locked before its phase, in the order of whoever cancels it, or the two would wait for each other.
_GONE = """held AS (SELECT id FROM tasks WHERE id = :task FOR NO KEY UPDATE), gone AS (
    UPDATE phases SET state = :left_state, note = :left_note, finished_at = :left_finished_at
    FROM held WHERE task_id = held.id AND name = :left_name AND entered_at = :left_entered
    AND NOT (CAST(:left_state AS varchar) = 'waiting' AND state = 'done') RETURNING phases.id
),"""
# What a person took is no work: one that begins anew keeps the time that it had worked, one that asked or rested begins now.
_BEGAN = """CASE WHEN started_at IS NULL THEN :at WHEN finished_at IS NOT NULL THEN CAST(:at AS timestamptz) - (finished_at - started_at)
    WHEN state = 'waiting' AND (SELECT status FROM tasks WHERE id = :task) IN ('queued', 'needs_clarification', 'paused')
    THEN :at ELSE started_at END"""
_STARTS = """, status = CASE WHEN status IN ('queued', 'paused', 'needs_clarification')
    THEN 'running' ELSE status END, started_at = coalesce(started_at, :at)"""
# One that waits for a person, or was decided, has got further: whoever would enter then was taken for dead long ago.
_GOES_ON = """AND NOT is_paused AND status NOT IN ('completed', 'rejected', 'failed', 'cancelled', 'expired',
    'pending_approval', 'approved', 'publishing')"""
# Likewise a phase that is done: only that of a task which runs, for changes were asked for, begins anew.
_DONE = """EXISTS (SELECT FROM phases AS p JOIN tasks AS t ON t.id = p.task_id
    WHERE t.id = :task AND p.name = :name AND p.state = 'done' AND t.status <> 'running')"""
_AS_IT_WAS = f"CASE WHEN {_DONE} THEN phase ELSE :name END"
_HOW = {
    False: {"began": _BEGAN, "phase": ":name", "status": _STARTS, "only": _GOES_ON, "unless": ""},
    True: {"began": _BEGAN, "phase": _AS_IT_WAS, "status": "", "only": "", "unless": f"AND NOT {_DONE}"},
}
_LEFT = "EXISTS (SELECT FROM gone)"
_ENTER = {
    whatever: kept(text(_ENTERED.format(**how, gone="", left="true", after=""))) for whatever, how in _HOW.items()
}
_GO_ON = {
    whatever: kept(text(_ENTERED.format(**how, gone=_GONE, left=_LEFT, after=f"AND {_LEFT}")))
    for whatever, how in _HOW.items()
}


class Leaving(NamedTuple):
    """A phase that ended, by the entry that it was worked in, and what its row says from now on."""

    name: str
    entered: datetime
    state: str
    note: str | None
    finished_at: datetime | None


async def enter_phase(
    session: AsyncSession, task_id: UUID, name: str, *, whatever: bool, at: datetime, leaving: Leaving | None = None
) -> tuple[datetime | None, bool]:
    """Note that a task is in a phase now; it runs then. Gives what `is_in` knows this entry by, and whether the other
    was left, as `leave_phase` tells.

    None, and nothing of it is written, when the task is over, paused, or with a person, or the other was not left. `whatever`: also then, and its
    status stays as it is, and so does a phase that is done. A phase that is entered again keeps the time that it has worked.
    """
    given = {"task": task_id, "name": name, "at": at}
    if leaving is not None:
        given |= {f"left_{column}": value for column, value in leaving._asdict().items()}
    found = await session.execute((_ENTER if leaving is None else _GO_ON)[whatever], given)
    entered, left = found.one()
    return entered, left


_IS_IN = kept(
    text(
        "SELECT true FROM tasks AS t JOIN phases AS p ON p.task_id = t.id AND p.name = t.phase"
        " WHERE t.id = :task AND t.phase = :name AND p.entered_at = :entered"
    )
)


async def is_in(session: AsyncSession, task_id: UUID, name: str, entered: datetime) -> bool:
    """Whether a task, whose row is locked, is in a phase by this very entry: nobody entered it, or another, since."""
    return bool(await session.scalar(_IS_IN, {"task": task_id, "name": name, "entered": entered}))


_LEAVE = kept(text(f"WITH {_GONE.removesuffix(',')} SELECT EXISTS (SELECT FROM gone)"))


async def leave_phase(session: AsyncSession, task_id: UUID, leaving: Leaving) -> bool:
    """Write how a phase ended; false, and nothing is written, when another worker entered it since, or ended it."""
    given = {f"left_{column}": value for column, value in leaving._asdict().items()}
    return bool(await session.scalar(_LEAVE, {"task": task_id, **given}))


async def at_work(session: AsyncSession, task_id: UUID, since: datetime) -> bool:
    """Whether a phase of the task was entered since then, by the database's clock, and has not ended."""
    begun = (Phase.task_id == task_id, Phase.state == "running", Phase.entered_at >= since)
    return bool(await session.scalar(select(exists().where(*begun))))


async def mark_phase(session: AsyncSession, task_id: UUID, name: str, **values: Any) -> None:
    """Set columns of a phase's row."""
    given = {f"to_{column}": value for column, value in values.items()}
    await session.execute(_marking(tuple(values)), {"of": task_id, "called": name, **given})


@lru_cache
def _marking(columns: tuple[str, ...]) -> Any:
    table = cast(Table, Phase.__table__)
    values = {column: bindparam(f"to_{column}", type_=table.c[column].type) for column in columns}
    one = (table.c.task_id == bindparam("of"), table.c.name == bindparam("called"))
    return table.update().where(*one).values(values)


async def settle_phases(session: AsyncSession, task_id: UUID, *, detail: str) -> None:
    """The running phase failed; those after it will not come."""
    await session.execute(
        update(Phase)
        .where(Phase.task_id == task_id, Phase.state.in_(("running", "waiting")), Phase.started_at.is_not(None))
        .values(state="failed", note=detail, finished_at=func.coalesce(Phase.finished_at, now()))
    )
    await session.execute(
        update(Phase).where(Phase.task_id == task_id, Phase.state == "waiting").values(state="skipped")
    )
