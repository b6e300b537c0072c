"""Delegation and execution: who does what, and doing it."""

from uuid import UUID

from cofounder.flow.plan.steps import decide_outcome
from cofounder.flow.request.phases import Result, phase
from cofounder.flow.run import execute as graph
from cofounder.flow.run import service
from cofounder.kit.db import transaction


@phase("delegation")
async def delegation(task_id: UUID) -> Result:
    """Decide whether to go on, and give every step of the plan to its agent."""
    async with transaction(durable=False) as session:
        result, plan = await decide_outcome(session, task_id)
        if result["state"] == "done":
            await service.sync_steps(session, task_id, plan)
    return result


@phase("execution")
async def execution(task_id: UUID) -> Result:
    """Run the plan's graph; done, or waiting where a person paused."""
    return await graph.execute(task_id)
