"""The state of a task as a person reads it: phases, steps, progress, cost, seconds."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.schemas import Plan, Tool
from cofounder.flow.plan.tools import registry
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import PhaseOut
from cofounder.flow.run import queries
from cofounder.flow.run.commands import steps as commands
from cofounder.flow.run.schemas import AskedOut, DeliverableOut, Status, StepDetail, StepOut, TaskDetail
from cofounder.flow.run.tables import Step
from cofounder.models import service as models

_OVER = ("done", "skipped", "failed", "cancelled")


async def status(session: AsyncSession, task_id: UUID) -> Status:
    """Where the task is. Raises TaskMissing."""
    task = await records.get_task(session, task_id)
    phases = await requests.phases_of(session, task_id)
    steps = await queries.steps(session, task_id)
    plan = await plans.current_row(session, task_id)
    listed = await requests.as_listed(session, task)
    waits = await commands.waited_for(session, [row.id for row in steps if row.state == "running"])
    return Status(
        task_id=task.id,
        status=task.status,
        phase=task.phase,
        progress=_progress(task.status, phases, steps),
        phases=phases,
        steps=[StepOut(**_fields(row), waits_for=waits.get(row.id)) for row in steps],
        cost=listed.cost,
        seconds=listed.seconds,
        estimated_cost=float(task.estimated_cost or 0),
        estimated_seconds=float(task.estimated_seconds or 0),
        outcome=plan.outcome if plan else ("clarify" if task.status == "needs_clarification" else None),
        reason=plan.reason if plan else None,
        waits_for=_resting(task.status, phases) if waits else None,
        questions=list(task.questions or []),
        error=task.error,
    )


def _resting(status: str, phases: list[PhaseOut]) -> str | None:
    """The note of the phase that waits while the task runs, if one does."""
    if status != "running":
        return None
    return next((one.note for one in phases if one.state == "waiting" and one.seconds is not None), None)


def _progress(status: str, phases: list[PhaseOut], steps: Any) -> float:
    """Phases and steps weigh the same; a finished task is 1 whatever it left out."""
    if status in ("completed", "approved", "publishing"):
        return 1.0
    over = sum(phase.state in _OVER for phase in phases) + sum(step.state in _OVER for step in steps)
    return round(over / max(len(phases) + len(steps), 1), 3)


def _fields(row: Step) -> dict[str, Any]:
    return {
        "id": row.node,
        "tool": row.tool,
        "agent": row.agent,
        "state": row.state,
        "attempt": row.attempt,
        "seconds": round(row.seconds, 4),
        "cost": float(row.cost or 0),
        "depends_on": list(row.depends_on),
        "quality_score": None if row.quality_score is None else float(row.quality_score),
        "error": row.error,
    }


async def calls(session: AsyncSession, task_id: UUID) -> list[AskedOut]:
    """Every call of a model for a task, in order; none where only the built-in one worked. Raises TaskMissing."""
    await records.get_task(session, task_id)
    return [AskedOut.model_validate(one) for one in await models.task_calls(session, task_id)]


async def detail(session: AsyncSession, task_id: UUID) -> TaskDetail:
    """Everything about a task: its plan, each step's input and output, what it produced. Raises TaskMissing."""
    task = await records.get_task(session, task_id)
    plan = await plans.current_row(session, task_id)
    at = await status(session, task_id)
    waits = {step.id: step.waits_for for step in at.steps}
    return TaskDetail(
        **(await requests.as_listed(session, task)).model_dump(),
        status_now=at,
        intent_read=task.intent,
        business_metrics=task.business_metrics,
        preferences={name: value for name, value in task.preferences.items() if name != "spelling"},
        parent_task_id=task.parent_task_id,
        rerun_from=task.rerun_from,
        plan=Plan.model_validate(plan.document) if plan else None,
        steps=[
            StepDetail(
                **_fields(row),
                waits_for=waits.get(row.node),
                input=row.input,
                output=row.output,
                started_at=row.started_at,
                finished_at=row.finished_at,
                copied_from=row.copied_from,
            )
            for row in await queries.steps(session, task_id)
        ],
        deliverables=[
            DeliverableOut(kind=row.kind, title=row.title, content=row.content, notes=row.notes, data=row.data)
            for row in await queries.deliverables(session, task_id)
        ],
        refinements=task.refinements,
        tags=list(task.tags),
    )


async def tools_available(session: AsyncSession) -> list[Tool]:
    """Every discovered tool, with its success and its times as measured over the last 30 days."""
    measured = await queries.runs_by_tool(session)
    found = []
    for tool in (await registry.find()).values():
        if tool.server is not None:  # measured call by call
            found.append(tool)
            continue
        found.append(tool.model_copy(update=_measured(measured.get(tool.tool_id))))
    return found


def _measured(runs: queries.ToolRuns | None) -> dict[str, Any]:
    if runs is None:
        return {"success_rate": None, "runs": 0}
    return {
        "success_rate": round(runs.succeeded / runs.ended, 4),
        "runs": runs.ended,
        "seconds_p50": None if runs.seconds_p50 is None else round(runs.seconds_p50, 4),
        "seconds_p95": None if runs.seconds_p95 is None else round(runs.seconds_p95, 4),
        "timed_runs": runs.succeeded,
    }
