"""The SQL of steps, variants and deliverables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.tables import Deliverable, Step, Variant
from cofounder.kit import durable
from cofounder.kit.straight import kept

_STEP = cast(Table, Step.__table__)
_PLAIN = {"synchronize_session": False}  # nobody holds these rows as objects, so none need be looked for


_OF_TASK: Any = bindparam("task")
_STEPS = kept(
    select(Step).where(Step.task_id == _OF_TASK).order_by(Step.position).execution_options(populate_existing=True)
)
_VARIANTS = kept(select(Variant).where(Variant.task_id == _OF_TASK).order_by(Variant.channel, Variant.version))
_DELIVERABLES = kept(select(Deliverable).where(Deliverable.task_id == _OF_TASK).order_by(Deliverable.position))


_DROP_UNSTARTED = kept(text("DELETE FROM steps WHERE task_id = :task AND state = 'waiting' AND node <> ALL(:keep)"))
# Of the table and given its rows apart: the statement is then compiled once, and not anew for every plan.
_ADD_STEPS = insert(_STEP).on_conflict_do_nothing(index_elements=["task_id", "node"])


async def steps(session: AsyncSession, task_id: UUID) -> Sequence[Step]:
    return (await session.scalars(_STEPS, {"task": task_id})).all()


async def add_steps(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Add step rows; those that exist are left as they are."""
    if rows:
        await session.execute(_ADD_STEPS, rows)


async def drop_unstarted(session: AsyncSession, task_id: UUID, keep: list[str]) -> None:
    """Remove waiting steps that the plan no longer has."""
    await session.execute(_DROP_UNSTARTED, {"task": task_id, "keep": keep})


# One statement for all that start together. Whether the task may go on is looked at in the same moment.
_CLAIM: Any = text(
    "UPDATE steps SET state = 'running', fence = claim.fence, attempt = claim.attempt, input = claim.input, "
    "error = NULL, started_at = coalesce(steps.started_at, :at) "
    "FROM jsonb_to_recordset(:claims) AS claim(id uuid, fence uuid, attempt integer, input jsonb) "
    "WHERE steps.id = claim.id AND steps.state IN ('waiting', 'running') "
    "AND EXISTS (SELECT FROM tasks WHERE id = steps.task_id AND status = 'running' AND NOT is_paused) "
    "RETURNING steps.id"
).bindparams(bindparam("claims", type_=JSONB))
kept(_CLAIM)


async def claim(session: AsyncSession, claims: Sequence[dict[str, Any]], *, at: datetime) -> set[UUID]:
    """Take unfinished steps, each {id, fence, attempt, input}, under new fences; gives the ids of those taken.

    Not taken is what is finished, and everything when its task is to stand still.
    """
    return set((await session.scalars(_CLAIM, {"claims": claims, "at": at})).all())


async def count_attempt(session: AsyncSession, step_id: UUID, *, fence: UUID) -> None:
    await session.execute(
        update(Step)
        .where(Step.id == step_id, Step.fence == fence)
        .values(attempt=Step.attempt + 1)
        .execution_options(**_PLAIN)
    )


# Likewise one statement for all that ended together.
_FINISH: Any = text(
    "UPDATE steps SET state = 'done', output = ended.output, seconds = ended.seconds, cost = ended.cost, "
    "quality_score = ended.quality_score, finished_at = :at "
    "FROM jsonb_to_recordset(:ended) AS ended(id uuid, fence uuid, output jsonb, seconds double precision, "
    "cost numeric, quality_score numeric) "
    "WHERE steps.id = ended.id AND steps.fence = ended.fence RETURNING steps.id"
).bindparams(bindparam("ended", type_=JSONB))
kept(_FINISH)


async def finish(session: AsyncSession, ended: Sequence[dict[str, Any]], *, at: datetime) -> set[UUID]:
    """Write what steps gave, each {id, fence, output, seconds, cost, quality_score}; gives the ids of those written.

    Not written is what another holder took meanwhile.
    """
    return set((await session.scalars(_FINISH, {"ended": ended, "at": at})).all())


async def settle_waiting(session: AsyncSession, task_id: UUID, *, state: str) -> None:
    """Everything that has not started gets this state (after a cancel or a failure)."""
    await session.execute(
        update(Step).where(Step.task_id == task_id, Step.state.in_(("waiting", "running"))).values(state=state)
    )


async def variants(session: AsyncSession, task_id: UUID) -> Sequence[Variant]:
    return (await session.scalars(_VARIANTS, {"task": task_id})).all()


_NEXT_VERSION = kept(
    text("SELECT coalesce(max(version), 0) + 1 FROM variants WHERE task_id = :task AND channel = :channel")
)


async def next_version(session: AsyncSession, task_id: UUID, channel: str) -> int:
    return int((await session.scalars(_NEXT_VERSION, {"task": task_id, "channel": channel})).one())


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
    return (await session.scalars(_DELIVERABLES, {"task": task_id})).all()


class ToolRuns(NamedTuple):
    """What the steps of a tool came to. A step that failed has no time of its own: it may have been tried often."""

    succeeded: int
    ended: int
    seconds_p50: float | None
    seconds_p95: float | None


async def runs_by_tool(session: AsyncSession) -> dict[str, ToolRuns]:
    """Tool -> what its steps came to in the last 30 days, those that a re-run took over left out."""
    done = Step.state == "done"

    def percentile(share: float) -> ColumnElement[float]:
        return func.percentile_cont(share).within_group(Step.seconds).filter(done)

    query = (
        select(Step.tool, func.count().filter(done), func.count(), percentile(0.5), percentile(0.95))
        .where(
            Step.state.in_(("done", "failed")),
            Step.copied_from.is_(None),
            Step.finished_at > func.now() - func.make_interval(0, 0, 0, 30),
        )
        .group_by(Step.tool)
    )
    rows = (await session.execute(query)).all()
    return {tool: ToolRuns(succeeded, ended, p50, p95) for tool, succeeded, ended, p50, p95 in rows}


async def end(
    session: AsyncSession, step_id: UUID, *, fence: UUID, state: str, error: dict[str, Any], at: datetime
) -> bool:
    """Close a step that will not give an output; false when another holder took it meanwhile, or it is over."""
    closed = (
        update(Step)
        .where(Step.id == step_id, Step.fence == fence, Step.state == "running")
        .values(state=state, error=error, finished_at=at)
        .returning(Step.id)
        .execution_options(**_PLAIN)
    )
    return (await session.execute(closed)).first() is not None


async def count_done(session: AsyncSession, task_id: UUID) -> int:
    """Finished steps of the plan and finished phases together."""
    found = text(
        "SELECT (SELECT count(*) FROM steps WHERE task_id = :id AND state = 'done')"
        " + (SELECT count(*) FROM phases WHERE task_id = :id AND state IN ('done', 'skipped'))"
    )
    return int((await session.execute(found, {"id": task_id})).scalar_one())


async def still_since(session: AsyncSession, before: datetime) -> list[tuple[UUID, str | None, datetime, float]]:
    """(task, phase, when it last moved, longest time-out of a step that runs) of tasks that run and did not move since.

    Moving is: a phase, a step or a model call that began or ended, or a step that the engine put on record.
    """
    found = text(
        f"""
        SELECT t.id, t.phase, m.moved_at, coalesce(m.timeout, 0)
        FROM tasks AS t CROSS JOIN LATERAL (
          SELECT GREATEST(
            t.created_at, t.started_at,
            (SELECT max(GREATEST(started_at, finished_at)) FROM phases WHERE task_id = t.id),
            (SELECT max(GREATEST(started_at, finished_at)) FROM steps WHERE task_id = t.id),
            (SELECT max(GREATEST(started_at, finished_at)) FROM model_calls WHERE task_id = t.id),
            (SELECT to_timestamp(max(completed_at_epoch_ms) / 1000.0)
             FROM {durable.schema()}.operation_outputs WHERE workflow_uuid = CAST(t.id AS text))
          ) AS moved_at,
          (SELECT max(CAST(one ->> 'timeout_seconds' AS float))
           FROM plans AS p, jsonb_array_elements(p.document -> 'steps') AS one, steps AS s
           WHERE p.task_id = t.id AND s.task_id = t.id AND s.node = one ->> 'id' AND s.state = 'running') AS timeout
        ) AS m
        WHERE t.status IN ('queued', 'running') AND NOT t.is_paused
          AND (t.not_before IS NULL OR t.not_before < :before) AND m.moved_at < :before
        ORDER BY m.moved_at
        """
    )
    rows = await session.execute(found, {"before": before})
    return [(id, phase, moved_at, float(timeout)) for id, phase, moved_at, timeout in rows]
