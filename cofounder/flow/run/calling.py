"""One step's call: its input put together, tried again where that may help, an intermediate text judged."""

import asyncio
from time import perf_counter
from typing import Any
from uuid import UUID

from cofounder.flow.plan import references
from cofounder.flow.plan.schemas import PlanStep
from cofounder.flow.plan.tools import registry
from cofounder.flow.run import queries
from cofounder.flow.run.graph import Graph, Outcome
from cofounder.kit.db import DatabaseOutOfReach, statement
from cofounder.kit.errors import CofounderError
from cofounder.settings import settings

TEXTS = 3  # how often a text below its step's threshold is written before the best one counts


def prepared(graph: Graph, step: PlanStep) -> dict[str, Any]:
    """The step's input with every reference replaced and what the executor itself hands on.

    A step that is begun again has the input it had: what is known grows meanwhile, and other words to a model would be
    another call. It has a new one where its tool does not know the old one any more.
    """
    known = graph.properties(step)
    inputs = references.resolve(step.inputs, graph.task, graph.outputs)
    given = {name: value for name, value in inputs.items() if value is not None or name not in known}
    call = {**given, **_injected(graph, step, 0)}
    begun = graph.begun.get(step.id)
    return begun if begun is not None and begun.keys() <= {*known, *step.inputs} else call


def _injected(graph: Graph, step: PlanStep, turn: int) -> dict[str, Any]:
    """What tools may ask of the executor; `attempt` varies a text, so the seed stays the step's.

    The scope names the step and turn, not the attempt that a crash repeats: an answered model call is found again.
    """
    offered = {
        "task_id": str(graph.task_id),
        "scope": f"step:{step.id}:{turn}",
        "attempt": turn,
        "seed": f"{graph.task_id}:{step.id}",
    }
    tool = graph.tools.get(step.tool)
    if tool is None or tool.server is not None:
        return {}  # what another's tool calls so is its own, and ours is no business of it
    known = graph.properties(step)
    return {name: value for name, value in offered.items() if name in known and name not in step.inputs}


async def run(graph: Graph, step: PlanStep, fence: UUID, call: dict[str, Any]) -> Outcome:
    """Call the step's tool until it answers well enough or its attempts are used up. Never raises for a tool's error.

    Raises DatabaseOutOfReach: then nothing is wrong with the tool, and no attempt of it counts.
    """
    timeout = step.timeout_seconds or settings().step_timeout_seconds
    last: CofounderError | None = None
    best: Outcome | None = None
    for turn in range(step.retry.max_attempts):
        if turn:
            call = {**call, **_injected(graph, step, turn)}
            await _count(graph, step, fence)
        started = perf_counter()
        try:
            output = await registry.call(step.tool, call, timeout_seconds=timeout, key=str(graph.ids[step.id]))
        except DatabaseOutOfReach:
            raise
        except registry.ToolRefused as error:
            last = error
            break
        except CofounderError as error:
            last = error
            if turn + 1 < step.retry.max_attempts:
                await asyncio.sleep(step.retry.backoff_seconds * 2**turn)
            continue
        seconds = perf_counter() - started  # the tool's own, without its judge's
        made = Outcome(step, fence, call, seconds, output, await _judged(graph, step, output))
        best = made if best is None or (made.score or 0) > (best.score or 0) else best
        if not _too_weak(step, made.score) or turn + 1 >= TEXTS:
            return best
    if best is not None:
        return best
    problem = last.problem() if last else {"code": "step_stopped", "detail": "It did not run."}
    return Outcome(step, fence, call, 0.0, problem=problem)


def _too_weak(step: PlanStep, score: float | None) -> bool:
    return score is not None and step.quality_threshold is not None and score < step.quality_threshold


async def _count(graph: Graph, step: PlanStep, fence: UUID) -> None:
    """Another attempt under the same fence."""
    async with statement() as session:
        await queries.count_attempt(session, graph.ids[step.id], fence=fence)


async def _judged(graph: Graph, step: PlanStep, output: dict[str, Any]) -> float | None:
    """The score of an intermediate text, by the content agent's own `evaluate`; None where there is none to judge."""
    if step.quality_threshold is None or "draft" not in output or "content.evaluate" not in graph.tools:
        return None
    judged = {"draft": output["draft"], "brief": output.get("brief")}
    try:
        answer = await registry.call("content.evaluate", judged, timeout_seconds=settings().step_timeout_seconds)
    except CofounderError:
        return None  # the quality phase judges every variant anyway
    overall = answer.get("overall")
    return float(overall) if overall is not None else None
