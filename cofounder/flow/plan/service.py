"""Plans of a task: made, supplied, edited, copied; kept one row a version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan import queries
from cofounder.flow.plan.estimate import estimate
from cofounder.flow.plan.schemas import Outcome, Plan, Tool
from cofounder.flow.plan.tables import PlanRow
from cofounder.flow.plan.tools import outside, registry
from cofounder.flow.plan.tools.errors import ToolUnapproved
from cofounder.flow.plan.validate import (
    DoubleStep,
    MissingInput,
    PlanHasCycle,
    UnexpectedInput,
    UnknownReference,
    UnknownTool,
    WrongType,
    validate,
)
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid, NotFound
from cofounder.kit.forms import complaint

__all__ = ["PlanRow"]


class PlanUnreadable(InputInvalid):
    """This is not a plan."""

    hint = 'A plan is {"steps": [{"id", "tool", "inputs", "depends_on"}]}.'


# what a plan from outside can have wrong
ERRORS: tuple[type[InputInvalid], ...] = (
    PlanUnreadable,
    UnknownTool,
    MissingInput,
    UnexpectedInput,
    WrongType,
    PlanHasCycle,
    UnknownReference,
    DoubleStep,
    ToolUnapproved,
)


class PlanMissing(NotFound):
    """The task has no plan yet."""

    hint = "See where the task stands: cofounder task ID"


def read(document: dict[str, Any]) -> Plan:
    """The plan in a document from outside. Raises PlanUnreadable, naming every field at fault."""
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        problems = [
            {"field": ".".join(["plan", *map(str, found["loc"])]), "message": complaint(found)}
            for found in error.errors()
        ]
        raise PlanUnreadable(f"{problems[0]['field']}: {problems[0]['message']}", errors=problems) from None
    return plan.model_copy(
        update={"steps": [step.model_copy(update={"tool": registry.canonical(step.tool)}) for step in plan.steps]}
    )


async def check(document: dict[str, Any]) -> Plan:
    """A supplied or edited plan, read, validated against the tools that are there, and estimated."""
    plan = read(document)
    tools = await registry.find(step.tool for step in plan.steps)
    await refuse_unapproved(plan, tools)
    for index, step in enumerate(plan.steps):
        if step.tool in tools and tools[step.tool].server is not None and (step.produces or "").startswith("variant:"):
            raise WrongType(
                "What an outside tool answers is no text for a channel.",
                field=f"plan.steps.{index}.produces",
                hint="Give it to content.edit or content.draft, and let that step produce the text.",
            )
    return estimate(validate(plan, tools), tools)


async def refuse_unapproved(plan: Plan, tools: Mapping[str, Tool]) -> None:
    """Raise ToolUnapproved for a tool that a server has, and that may not be used (yet, or any more)."""
    unknown = {step.tool: index for index, step in reversed(list(enumerate(plan.steps))) if step.tool not in tools}
    if not unknown:
        return
    reasons = await outside.why_not(list(unknown))
    for tool, index in sorted(unknown.items(), key=lambda one: one[1]):
        if tool in reasons:
            raise ToolUnapproved(f"{tool}: {reasons[tool]}.", field=f"plan.steps.{index}.tool")


async def check_supplied(document: dict[str, Any]) -> None:
    """For the moment a request comes in: refuse a plan that is not sound before anything is stored."""
    await check(document)


async def check_told(document: dict[str, Any]) -> dict[str, Any]:
    """A model's plan, read, held against the tools that are there, and estimated. Raises one of ERRORS."""
    return (await check(document)).model_dump(mode="json")


async def store(
    session: AsyncSession,
    task_id: UUID,
    plan: Plan,
    *,
    source: str,
    outcome: Outcome = "execute",
    reason: str | None = None,
) -> PlanRow:
    """Keep a new version of the task's plan."""
    row = PlanRow(
        task_id=task_id,
        version=await queries.next_version(session, task_id),
        source=source,
        document=plan.model_dump(mode="json"),
        outcome=outcome,
        reason=reason,
        estimated_cost=plan.estimated_cost,
        estimated_seconds=plan.critical_path_seconds,
        tools=[],
        made_at=now(),
    )
    session.add(row)
    await session.flush()
    live.changed(session, "plans", task_id)
    return row


async def current_row(session: AsyncSession, task_id: UUID) -> PlanRow | None:
    """The newest version, or None."""
    return await queries.newest(session, task_id)


async def current(session: AsyncSession, task_id: UUID) -> Plan:
    """The task's plan as it stands. Raises PlanMissing."""
    row = await queries.newest(session, task_id)
    if row is None:
        raise PlanMissing()
    return Plan.model_validate(row.document)
