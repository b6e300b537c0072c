"""The SQL of phases."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Boolean, Table, and_, bindparam, exists, func, insert, not_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request.tables import Phase
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id


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


async def phases(session: AsyncSession, task_id: UUID) -> Sequence[Phase]:
    query = select(Phase).where(Phase.task_id == task_id).order_by(Phase.position)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


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
WITH entered AS (
    UPDATE tasks SET phase = {phase} {status} WHERE id = :task {only} RETURNING id
), marked AS (
    UPDATE phases SET state = 'running', note = NULL, started_at = {began}, finished_at = NULL, entered_at = now()
    FROM entered WHERE task_id = entered.id AND name = :name {unless} RETURNING entered_at
)
SELECT coalesce((SELECT entered_at FROM marked),
    (SELECT entered_at FROM phases WHERE task_id = entered.id AND name = :name), now()) FROM entered"""
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
_ENTER = text(_ENTERED.format(began=_BEGAN, phase=":name", status=_STARTS, only=_GOES_ON, unless=""))
_ENTER_WHATEVER = text(_ENTERED.format(began=_BEGAN, phase=_AS_IT_WAS, status="", only="", unless=f"AND NOT {_DONE}"))


async def enter_phase(
    session: AsyncSession, task_id: UUID, name: str, *, whatever: bool, at: datetime
) -> datetime | None:
    """Note that a task is in a phase now; it runs then. Gives what `is_in` knows this entry by.

    None, and nothing is written, when the task is over, paused, or with a person. `whatever`: also then, and its status
    stays as it is, and so does a phase that is done. A phase that is entered again keeps the time that it has worked.
    """
    given = {"task": task_id, "name": name, "at": at}
    entered: datetime | None = await session.scalar(_ENTER_WHATEVER if whatever else _ENTER, given)
    return entered


async def is_in(session: AsyncSession, task_id: UUID, name: str, entered: datetime) -> bool:
    """Whether a task, whose row is locked, is in a phase by this very entry: nobody entered it, or another, since."""
    found = text(
        "SELECT true FROM tasks AS t JOIN phases AS p ON p.task_id = t.id AND p.name = t.phase"
        " WHERE t.id = :task AND t.phase = :name AND p.entered_at = :entered"
    )
    return bool(await session.scalar(found, {"task": task_id, "name": name, "entered": entered}))


async def leave_phase(session: AsyncSession, task_id: UUID, name: str, entered: datetime, **values: Any) -> bool:
    """Set columns of a phase's row; false, and nothing is written, when another worker entered it since, or ended it."""
    given = {f"to_{column}": value for column, value in values.items()}
    of = {"of": task_id, "called": name, "entry": entered, "over": values.get("state") == "waiting"}
    found = await session.execute(_marking(tuple(values), fenced=True), {**of, **given})
    return found.first() is not None


async def at_work(session: AsyncSession, task_id: UUID, since: datetime) -> bool:
    """Whether a phase of the task was entered since then, by the database's clock, and has not ended."""
    begun = (Phase.task_id == task_id, Phase.state == "running", Phase.entered_at >= since)
    return bool(await session.scalar(select(exists().where(*begun))))


async def mark_phase(session: AsyncSession, task_id: UUID, name: str, **values: Any) -> None:
    """Set columns of a phase's row."""
    given = {f"to_{column}": value for column, value in values.items()}
    await session.execute(_marking(tuple(values)), {"of": task_id, "called": name, **given})


@lru_cache
def _marking(columns: tuple[str, ...], *, fenced: bool = False) -> Any:
    table = cast(Table, Phase.__table__)
    values = {column: bindparam(f"to_{column}", type_=table.c[column].type) for column in columns}
    one = (table.c.task_id == bindparam("of"), table.c.name == bindparam("called"))
    marking = table.update().where(*one).values(values)
    if not fenced:
        return marking
    ended = and_(bindparam("over", type_=Boolean), table.c.state == "done")
    return marking.where(table.c.entered_at == bindparam("entry"), not_(ended)).returning(table.c.id)


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
