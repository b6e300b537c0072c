"""READ THIS FIRST. A task's journey: nine phases, in few durable steps, each phase visible as a row.

A kill at any line loses nothing: finished phases are not run again, an unfinished one starts over from its rows, and
a wait for a person holds no worker. Names of workflows and steps are durable history: never rename them.
"""

from typing import Any

from cofounder.business.imports import steps as imports
from cofounder.flow.approve.steps import approval, decided, formatting, plan_review
from cofounder.flow.learn.patterns import steps as patterns
from cofounder.flow.learn.steps import learning
from cofounder.flow.plan.steps import planning, tool_discovery
from cofounder.flow.publish import steps as publications
from cofounder.flow.quality.steps import quality_check, refinement
from cofounder.flow.request.phases import Ended, Onward, as_problem, at_work, fail, fail_now, together
from cofounder.flow.run.service import finished_nodes
from cofounder.flow.run.steps import delegation, execution
from cofounder.flow.train.benchmark import steps as benchmarks
from cofounder.flow.train.datasets import steps as datasets
from cofounder.flow.train.jobs import removing
from cofounder.flow.train.jobs import rules as tuning_rules
from cofounder.flow.train.jobs import steps as tuning
from cofounder.kit import durable
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger

__all__ = ["TAKEN_OVER", "finished_nodes", "journey", "publications", "set_aside"]

log = logger(__name__)

# An engine step costs two commits of its own, so phases between which nobody is asked share one.
MAKING = (execution, quality_check, refinement, formatting, approval)
planned = together(
    "journey.plan",
    *(planning, tool_discovery, delegation),
    onward=Onward(MAKING, given=(0,), unless=lambda delegated: delegated["outcome"] == "approve_first"),
)
made = together("journey.make", *MAKING)
changed = together("journey.change", refinement, formatting, approval)
learned = together("journey.learn", learning)


class KilledItsWorkers(CofounderError):
    """Five workers in a row died while they ran this task."""

    status = 500
    hint = "See the worker's log, then run it again with: cofounder task ID --rerun STEP"


@durable.workflow("journey")
async def journey(task_id: str) -> None:
    """Carry one task from request to training example."""
    try:
        delegated, after = await planned(task_id), 0
        if delegated.get("outcome") == "approve_first":
            after = (await plan_review(task_id))["round"]
        asked = delegated["asked"] if "asked" in delegated else await made(task_id, after)
        decision = await decided(task_id, asked, after)
        while decision["verdict"] == "changes":
            asked = await changed(task_id, decision["round"])
            decision = await decided(task_id, asked, decision["round"])
        await learned(task_id)
    except Ended:
        pass
    except Exception as error:
        log.exception("journey failed", task_id=task_id)
        await fail(task_id, as_problem(error))
        await learned(task_id)


async def set_aside(workflow_id: str) -> None:
    """What becomes of a workflow that killed its worker again and again: its task fails, or its publication, import or search ends."""
    await fail_now(workflow_id, as_problem(KilledItsWorkers()))
    await publications.set_aside(workflow_id)
    await imports.set_aside(workflow_id)
    await patterns.set_aside(workflow_id)
    await datasets.set_aside(workflow_id)
    await benchmarks.set_aside(workflow_id)
    await tuning.set_aside(workflow_id)
    await tuning_rules.set_aside(workflow_id)
    await removing.set_aside(workflow_id)


# What a worker must know of our workflows to take over those of a dead one.
TAKEN_OVER: dict[str, Any] = {"dead": set_aside, "finished": finished_nodes, "at_work": at_work}
