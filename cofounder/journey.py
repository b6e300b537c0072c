"""READ THIS FIRST. A task's journey: nine phases, each awaited, each durable, each visible as a row.

A kill at any line loses nothing: finished phases are not run again, an unfinished one starts over from its rows, and
a wait for a person holds no worker. Names of workflows and steps are durable history: never rename them.
"""

from cofounder.flow.approve.steps import approval, formatting, plan_review
from cofounder.flow.learn.steps import learning
from cofounder.flow.plan.steps import planning, tool_discovery
from cofounder.flow.publish import steps as publications
from cofounder.flow.quality.steps import quality_check, refinement
from cofounder.flow.request.phases import Ended, as_problem, fail, fail_now
from cofounder.flow.run.service import finished_nodes
from cofounder.flow.run.steps import delegation, execution
from cofounder.kit import durable
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger

__all__ = ["finished_nodes", "journey", "publications", "set_aside"]  # publications registers its own workflow

log = logger(__name__)


class KilledItsWorkers(CofounderError):
    """Five workers in a row died while they ran this task."""

    status = 500
    hint = "See the worker's log, then run it again with: cofounder task ID --rerun STEP"


@durable.workflow("journey")
async def journey(task_id: str) -> None:
    """Carry one task from request to training example."""
    try:
        await planning(task_id)
        await tool_discovery(task_id)
        delegated = await delegation(task_id)
        reviewed = await plan_review(task_id) if delegated["outcome"] == "approve_first" else {"round": 0}
        await execution(task_id)
        await quality_check(task_id)
        await refinement(task_id)
        await formatting(task_id)
        decision = await approval(task_id, reviewed["round"])
        while decision["verdict"] == "changes":
            await refinement(task_id)
            await formatting(task_id)
            decision = await approval(task_id, decision["round"])
        await learning(task_id)
    except Ended:
        pass
    except Exception as error:
        log.exception("journey failed", task_id=task_id)
        await fail(task_id, as_problem(error))
        await learning(task_id)


async def set_aside(workflow_id: str) -> None:
    """What becomes of a task whose journey killed its worker again and again: it fails, and says so."""
    await fail_now(workflow_id, as_problem(KilledItsWorkers()))
