"""The SQL of plans."""

from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.tables import PlanRow


async def next_version(session: AsyncSession, task_id: UUID) -> int:
    query = select(func.coalesce(func.max(PlanRow.version), 0) + 1).where(PlanRow.task_id == task_id)
    return int((await session.execute(query)).scalar_one())


_NEWEST = select(PlanRow).where(PlanRow.task_id == bindparam("task")).order_by(PlanRow.version.desc()).limit(1)


async def newest(session: AsyncSession, task_id: UUID) -> PlanRow | None:
    return (await session.scalars(_NEWEST, {"task": task_id})).first()
