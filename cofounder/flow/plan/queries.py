"""The SQL of plans."""

from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.tables import PlanRow
from cofounder.kit.straight import kept

_NEXT_VERSION = kept(text("SELECT coalesce(max(version), 0) + 1 FROM plans WHERE task_id = :task"))


async def next_version(session: AsyncSession, task_id: UUID) -> int:
    return int((await session.scalars(_NEXT_VERSION, {"task": task_id})).one())


_NEWEST = kept(select(PlanRow).where(PlanRow.task_id == bindparam("task")).order_by(PlanRow.version.desc()).limit(1))


async def newest(session: AsyncSession, task_id: UUID) -> PlanRow | None:
    return (await session.scalars(_NEWEST, {"task": task_id})).first()
