"""The SQL of steps, variants and deliverables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.tables import Deliverable, Step, Variant

_PLAIN = {"synchronize_session": False}  # nobody holds these rows as objects, so none need be looked for


async def steps(session: AsyncSession, task_id: UUID) -> Sequence[Step]:
    query = select(Step).where(Step.task_id == task_id).order_by(Step.position)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def add_steps(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Add step rows; those that exist are left as they are."""
    if rows:
        await session.execute(insert(Step).values(rows).on_conflict_do_nothing(index_elements=["task_id", "node"]))


async def drop_unstarted(session: AsyncSession, task_id: UUID, keep: list[str]) -> None:
    """Remove waiting steps that the plan no longer has."""
    await session.execute(delete(Step).where(Step.task_id == task_id, Step.state == "waiting", Step.node.not_in(keep)))


async def claim(
    session: AsyncSession, step_id: UUID, *, fence: UUID, attempt: int, input: dict[str, Any], at: datetime
) -> bool:
    """Take an unfinished step under a new fence; false when it is finished, or its task is to stand still."""
    may_run = text("EXISTS (SELECT FROM tasks WHERE id = steps.task_id AND status = 'running' AND NOT is_paused)")
    found = await session.execute(
        update(Step)
        .where(Step.id == step_id, Step.state.in_(("waiting", "running")), may_run)
        .values(
            state="running",
            fence=fence,
            attempt=attempt,
            input=input,
            error=None,
            started_at=func.coalesce(Step.started_at, at),
        )
        .returning(Step.id)
        .execution_options(**_PLAIN)
    )
    return found.scalar_one_or_none() is not None


async def count_attempt(session: AsyncSession, step_id: UUID, *, fence: UUID) -> None:
    await session.execute(
        update(Step)
        .where(Step.id == step_id, Step.fence == fence)
        .values(attempt=Step.attempt + 1)
        .execution_options(**_PLAIN)
    )


async def finish(session: AsyncSession, step_id: UUID, *, fence: UUID, **values: Any) -> bool:
    """Write a step's outcome; false when another holder took it meanwhile."""
    found = await session.execute(
        update(Step)
        .where(Step.id == step_id, Step.fence == fence)
        .values(**values)
        .returning(Step.id)
        .execution_options(**_PLAIN)
        .execution_options(**_PLAIN)
    )
    return found.scalar_one_or_none() is not None


async def settle_waiting(session: AsyncSession, task_id: UUID, *, state: str) -> None:
    """Everything that has not started gets this state (after a cancel or a failure)."""
    await session.execute(
        update(Step).where(Step.task_id == task_id, Step.state.in_(("waiting", "running"))).values(state=state)
    )


async def variants(session: AsyncSession, task_id: UUID) -> Sequence[Variant]:
    query = select(Variant).where(Variant.task_id == task_id).order_by(Variant.channel, Variant.version)
    return (await session.scalars(query)).all()


async def next_version(session: AsyncSession, task_id: UUID, channel: str) -> int:
    query = select(func.coalesce(func.max(Variant.version), 0) + 1).where(
        Variant.task_id == task_id, Variant.channel == channel
    )
    return int((await session.execute(query)).scalar_one())


async def unmark_best(session: AsyncSession, task_id: UUID, channel: str) -> None:
    await session.execute(
        update(Variant).where(Variant.task_id == task_id, Variant.channel == channel).values(is_best=False)
    )


async def put_deliverable(session: AsyncSession, values: dict[str, Any]) -> None:
    statement = insert(Deliverable).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["task_id", "kind", "position"],
            set_={name: statement.excluded[name] for name in ("title", "content", "data", "notes")},
        )
    )


async def deliverables(session: AsyncSession, task_id: UUID) -> Sequence[Deliverable]:
    query = select(Deliverable).where(Deliverable.task_id == task_id).order_by(Deliverable.position)
    return (await session.scalars(query)).all()


async def success_by_tool(session: AsyncSession) -> dict[str, tuple[int, int]]:
    """tool -> (runs that succeeded, runs that ended)."""
    query = (
        select(Step.tool, func.count().filter(Step.state == "done"), func.count())
        .where(Step.state.in_(("done", "failed")), Step.copied_from.is_(None))
        .group_by(Step.tool)
    )
    return {tool: (done, ended) for tool, done, ended in (await session.execute(query)).all()}


async def end(session: AsyncSession, step_id: UUID, *, state: str, error: dict[str, Any], at: datetime) -> None:
    """Close a step that will not give an output."""
    await session.execute(
        update(Step)
        .where(Step.id == step_id, Step.state.in_(("waiting", "running")))
        .values(state=state, error=error, finished_at=at)
    )


async def count_done(session: AsyncSession, task_id: UUID) -> int:
    query = select(func.count()).select_from(Step).where(Step.task_id == task_id, Step.state == "done")
    return int((await session.execute(query)).scalar_one())
