"""Run again from a step: a new task with the plan and the finished upstream rows copied, never the old one changed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.schemas import Plan
from cofounder.flow.plan.tools import outside, registry
from cofounder.flow.plan.tools.errors import ToolUnapproved
from cofounder.flow.plan.validate import validate
from cofounder.flow.request import service as requests
from cofounder.flow.run import queries, service
from cofounder.flow.run.harvest import keep
from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict, InputInvalid
from cofounder.kit.ids import new_id
from cofounder.people.service import audit

_NOBODY = "no server and no agent offers it any more"


class NotRerunnable(Conflict):
    """The task has no plan to run again."""

    hint = "Ask again with the same request."


class ToolUnfit(InputInvalid):
    """The plan needs a tool that is gone, or that takes other inputs now."""

    hint = "Connect its server, or let its agent offer it, again; else ask again with the same request."


async def rerun(session: AsyncSession, task_id: UUID, step: str, *, by: str) -> records.TaskRow:
    """A new task that takes over what `step` needs and does the rest anew.

    Raises StepMissing, NotRerunnable, ToolUnfit; then nothing is made.
    """
    old = await records.get_task(session, task_id)
    row = await plans.current_row(session, task_id)
    if row is None:
        raise NotRerunnable("Planning did not get as far as a plan.", hint="Ask again with the same request.")
    plan = Plan.model_validate(row.document)
    if step not in {known.id for known in plan.steps}:
        names = ", ".join(known.id for known in plan.steps)
        raise service.StepMissing(f"The plan has no step {step!r}.", field="step", hint=f"Its steps: {names}")
    await _refuse_unfit(plan)
    new = await records.add_task(
        session,
        NewTask(
            id=new_id(),
            request=old.request,
            source=old.source,
            priority=old.priority,
            as_of=old.as_of,
            business_metrics=old.business_metrics,
            preferences=old.preferences,
            answers=old.answers,
            intent=old.intent,
            topic=old.topic,
            category=old.category,
            title=old.title,
            is_sample=old.is_sample,
            publish_at=old.publish_at,
            expires_at=old.expires_at if old.expires_at is None or old.expires_at > now() else None,
            parent_task_id=old.id,
            rerun_from=step,
            requested_by=by,
        ),
    )
    await plans.store(session, new.id, plan, source="copied")
    await service.sync_steps(session, new.id, plan)
    await _copy_finished(session, old.id, new.id, plan, again=_downstream(plan, step))
    await audit(session, by, "task.rerun", "task", str(new.id), {"parent": str(task_id), "step": step})
    await requests.begin(session, new.id, priority=new.priority)
    return new


async def _refuse_unfit(plan: Plan) -> None:
    """Hold the plan against the tools that are there now, as the new task's own search for them will."""
    tools = await registry.find(step.tool for step in plan.steps)
    gone = {step.tool: step.id for step in reversed(plan.steps) if step.tool not in tools}
    if gone:
        reasons = await outside.why_not(list(gone))
        said = (f"Step {gone[id]!r} needs {id}: {reasons.get(id) or _NOBODY}." for id in sorted(gone))
        unapproved = ToolUnapproved.hint if any("approved" in why for why in reasons.values()) else None
        raise ToolUnfit(" ".join(said), field="step", hint=unapproved)
    try:
        validate(plan, tools)
    except InputInvalid as error:
        raise ToolUnfit(error.detail, field="step", hint="Ask again with the same request.") from error


def _downstream(plan: Plan, step: str) -> set[str]:
    """The step and all that need it, directly or not (the plan is in order)."""
    found = {step}
    for known in plan.steps:
        if found & set(known.depends_on):
            found.add(known.id)
    return found


async def _copy_finished(session: AsyncSession, old: UUID, new: UUID, plan: Plan, *, again: set[str]) -> None:
    before = {row.node: row for row in await queries.steps(session, old)}
    for row in await queries.steps(session, new):
        source = before.get(row.node)
        if row.node in again or source is None or source.state not in ("done", "skipped"):
            continue
        row.state, row.attempt, row.input, row.output = source.state, source.attempt, source.input, source.output
        row.quality_score, row.error, row.copied_from = source.quality_score, source.error, source.id
        row.started_at, row.finished_at = source.started_at, source.finished_at
        if row.output is not None and row.state == "done":
            await keep(session, new, plan.step(row.node), row.input or {}, row.output)
    await session.flush()
