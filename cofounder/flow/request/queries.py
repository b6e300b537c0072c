"""The SQL of phases."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, exists, insert, select, text, update
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


# One statement, so that nothing can come between looking and writing, and a phase costs one round trip to begin.
_ENTERED = """
WITH entered AS (
    UPDATE tasks SET phase = :name {status} WHERE id = :task {only} RETURNING id
), marked AS (
    UPDATE phases SET state = 'running', note = NULL, started_at = coalesce(started_at, :at), entered_at = now()
    FROM entered WHERE task_id = entered.id AND name = :name
)
SELECT id FROM entered"""
_STARTS = """, status = CASE WHEN status IN ('queued', 'paused', 'needs_clarification', 'pending_approval')
    THEN 'running' ELSE status END, started_at = coalesce(started_at, :at)"""
_GOES_ON = "AND NOT is_paused AND status NOT IN ('completed', 'rejected', 'failed', 'cancelled', 'expired')"
_ENTER = text(_ENTERED.format(status=_STARTS, only=_GOES_ON))
_ENTER_WHATEVER = text(_ENTERED.format(status="", only=""))


async def enter_phase(session: AsyncSession, task_id: UUID, name: str, *, whatever: bool, at: datetime) -> bool:
    """Note that a task is in a phase now; it runs then. False, and nothing is written, when it is over or paused.

    `whatever`: also then, and its status stays as it is. A phase that is entered again keeps its first start.
    """
    entered = await session.execute(_ENTER_WHATEVER if whatever else _ENTER, {"task": task_id, "name": name, "at": at})
    return entered.first() is not None


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
        .values(state="failed", note=detail, finished_at=now())
    )
    await session.execute(
        update(Phase).where(Phase.task_id == task_id, Phase.state == "waiting").values(state="skipped")
    )
