"""SQL over `approvals` and `decisions`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.approve.tables import Approval, DecisionRow


async def latest(session: AsyncSession, task_id: UUID, *, lock: bool = False) -> Approval | None:
    """The newest round of a task, locked until the transaction ends where asked."""
    found = select(Approval).where(Approval.task_id == task_id).order_by(Approval.round.desc()).limit(1)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def add(session: AsyncSession, row: Approval | DecisionRow) -> None:
    session.add(row)
    await session.flush()


async def decision(session: AsyncSession, decision_id: UUID) -> DecisionRow | None:
    return await session.get(DecisionRow, decision_id)


async def decisions(session: AsyncSession, task_id: UUID) -> Sequence[DecisionRow]:
    """Every decision about a task, first round first."""
    found = select(DecisionRow).where(DecisionRow.task_id == task_id).order_by(DecisionRow.round)
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


async def approval_of(session: AsyncSession, task_id: UUID, round: int) -> Approval | None:
    """The text a round was about, as it stood when it was decided."""
    return await session.scalar(select(Approval).where(Approval.task_id == task_id, Approval.round == round))


async def waiting(session: AsyncSession, limit: int) -> Sequence[Approval]:
    """Rounds that nobody has decided, oldest first."""
    found = select(Approval).where(Approval.decided_at.is_(None)).order_by(Approval.opened_at).limit(limit)
    return (await session.scalars(found)).all()


async def first_opened(session: AsyncSession, task_id: UUID) -> datetime | None:
    """When the first text of a task came up for approval."""
    return await session.scalar(
        select(func.min(Approval.opened_at)).where(Approval.task_id == task_id, Approval.kind == "content")
    )
