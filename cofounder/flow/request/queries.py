"""The SQL of phases."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
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


async def mark_phase(session: AsyncSession, task_id: UUID, name: str, **values: Any) -> None:
    """A phase that is entered again keeps the time of its first start."""
    if values.get("started_at") is not None:
        from sqlalchemy import func

        values["started_at"] = func.coalesce(Phase.started_at, values["started_at"])
    marked = update(Phase).where(Phase.task_id == task_id, Phase.name == name).values(**values)
    await session.execute(marked.execution_options(synchronize_session=False))


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
