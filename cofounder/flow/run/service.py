"""What other stages may ask of a run: its steps' outputs, its variants, its deliverables."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.schemas import Plan
from cofounder.flow.run import queries
from cofounder.flow.run.tables import Deliverable, Step, Variant
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import NotFound
from cofounder.kit.ids import new_id
from cofounder.models.brief import Brief, Draft

__all__ = ["Deliverable", "Step", "Variant"]


class StepMissing(NotFound):
    """The task's plan has no such step."""

    hint = "See the plan and its steps: cofounder task ID"


async def steps(session: AsyncSession, task_id: UUID) -> Sequence[Step]:
    """The task's steps in the order of its plan."""
    return await queries.steps(session, task_id)


async def step_outputs(session: AsyncSession, task_id: UUID) -> dict[str, dict[str, Any]]:
    """node -> output, of the steps that are done."""
    found = await queries.steps(session, task_id)
    return {step.node: step.output for step in found if step.state == "done" and step.output is not None}


async def outputs_by_tool(session: AsyncSession, task_id: UUID) -> dict[str, dict[str, Any]]:
    """tool id -> output of its last finished step."""
    found = await queries.steps(session, task_id)
    return {step.tool: step.output for step in found if step.state == "done" and step.output is not None}


async def agents_involved(session: AsyncSession, task_id: UUID) -> list[str]:
    """The agents whose steps ran, in order of first use."""
    found = await queries.steps(session, task_id)
    return list(dict.fromkeys(step.agent for step in found if step.state == "done"))


async def sync_steps(session: AsyncSession, task_id: UUID, plan: Plan) -> None:
    """Make the step rows agree with the plan; what has started stays."""
    await queries.drop_unstarted(session, task_id, [step.id for step in plan.steps])
    await queries.add_steps(
        session,
        [
            {
                "id": new_id(),
                "task_id": task_id,
                "node": step.id,
                "position": position,
                "tool": step.tool,
                "agent": step.tool.split(".")[0],
                "state": "waiting",
                "attempt": 0,
                "depends_on": step.depends_on,
                "inputs": step.inputs,
                "cost": 0,
                "seconds": 0.0,
            }
            for position, step in enumerate(plan.steps)
        ],
    )
    live.changed(session, "steps", task_id)


async def add_variant(
    session: AsyncSession,
    task_id: UUID,
    channel: str,
    *,
    draft: Draft,
    brief: Brief,
    origin: str,
    by: str,
    rendered: dict[str, Any] | None = None,
    stands: bool = True,
) -> Variant:
    """A new version of a channel's variant, and the current one from now on where it `stands`.

    `origin`: draft, refinement, edit, given, alternative.
    """
    version = await queries.next_version(session, task_id, channel)
    if stands and version > 1:
        await queries.unmark_best(session, task_id, channel)
    row = Variant(
        task_id=task_id,
        channel=channel,
        version=version,
        origin=origin,
        draft=draft.model_dump(mode="json"),
        brief=brief.model_dump(mode="json"),
        rendered=rendered,
        persona=brief.persona if origin != "given" else None,
        is_best=stands,
        made_by=by,
        made_at=now(),
    )
    session.add(row)
    await session.flush()
    live.changed(session, "variants", task_id)
    return row


async def variants(session: AsyncSession, task_id: UUID) -> Sequence[Variant]:
    """Every version of every channel."""
    return await queries.variants(session, task_id)


async def current_variants(session: AsyncSession, task_id: UUID) -> dict[str, Variant]:
    """channel -> the version that stands: the best so far, else the newest."""
    current: dict[str, Variant] = {}
    for row in await queries.variants(session, task_id):
        if row.channel not in current or row.is_best or not current[row.channel].is_best:
            current[row.channel] = row
    return current


async def mark_best(session: AsyncSession, variant: Variant) -> None:
    """Make this version the one that stands."""
    await queries.unmark_best(session, variant.task_id, variant.channel)
    variant.is_best = True
    await session.flush()


async def put_deliverable(
    session: AsyncSession,
    task_id: UUID,
    kind: str,
    *,
    title: str,
    content: str,
    data: dict[str, Any],
    notes: list[str],
    position: int = 0,
) -> None:
    """Write a deliverable that is no channel text; a repeat overwrites it."""
    values = {
        "id": new_id(),
        "task_id": task_id,
        "kind": kind,
        "title": title,
        "content": content,
        "data": data,
        "notes": notes,
        "position": position,
        "made_at": now(),
    }
    await queries.put_deliverable(session, values)
    live.changed(session, "deliverables", task_id)


async def deliverables(session: AsyncSession, task_id: UUID) -> Sequence[Deliverable]:
    """What the task produced besides channel texts, in order."""
    return await queries.deliverables(session, task_id)


async def finished_nodes(workflow_id: str) -> int:
    """How many steps of a task's plan, and phases, are done: a takeover that finds more of them has got somewhere.

    Zero for a workflow that is no task's journey; its id need not even be one.
    """
    try:
        task_id = UUID(workflow_id)
    except ValueError:
        return 0
    async with transaction() as session:
        return await queries.count_done(session, task_id)
