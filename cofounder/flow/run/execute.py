"""One durable step interprets the plan's graph over our own step rows.

A node is claimed under a fence, called outside any transaction, and its outcome written only while the fence holds.
A repeated run skips what is finished, so a kill at any line costs at most the nodes in flight.
"""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from time import perf_counter
from typing import Any
from uuid import UUID

from cofounder.business.records import service as records
from cofounder.flow.plan import references
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.schemas import Plan, PlanStep, Tool
from cofounder.flow.plan.tools import registry
from cofounder.flow.request.phases import FINAL, Result, done, ended, waiting
from cofounder.flow.run import context, harvest, queries, service
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.models import service as models
from cofounder.ops import runtime
from cofounder.settings import settings


class PlanStepFailed(CofounderError):
    """A step of the plan failed for good."""

    status = 502
    hint = "See what it says, then run again from there: cofounder task ID --rerun STEP"


@dataclass
class Graph:
    """The plan while it runs: what is finished, what it gave, what runs now."""

    task_id: UUID
    plan: Plan
    tools: dict[str, Tool]
    task: dict[str, Any]
    ids: dict[str, UUID]
    states: dict[str, str]
    attempts: dict[str, int]
    outputs: dict[str, Any] = field(default_factory=dict)
    running: dict[asyncio.Task[str], str] = field(default_factory=dict)
    stop: str | None = None  # paused, cancelled, failed, superseded

    def ready(self) -> list[PlanStep]:
        """Waiting steps all of whose upstream steps are done or were left out."""
        busy = set(self.running.values())
        return [
            step
            for step in self.plan.steps
            if self.states[step.id] in ("waiting", "running")
            and step.id not in busy
            and all(self.states[name] in ("done", "skipped") for name in step.depends_on)
        ]


async def execute(task_id: UUID) -> Result:
    """Run every step whose inputs are ready, at once up to the limit, until none is left, a person pauses, or one fails."""
    graph, limit = await _load(task_id)
    if "failed" in graph.states.values():  # a run before a crash has seen it fail
        node = next(node for node, state in graph.states.items() if state == "failed")
        raise PlanStepFailed(f"Step {node!r} failed.", field=node)
    failure: PlanStepFailed | None = None
    try:
        while True:
            for step in graph.ready() if graph.stop is None else []:
                if len(graph.running) >= limit:
                    break
                graph.running[asyncio.create_task(_run(graph, step))] = step.id
            if not graph.running:
                break
            finished, _ = await asyncio.wait(graph.running, return_when=asyncio.FIRST_COMPLETED)
            for job in finished:
                node = graph.running.pop(job)
                try:
                    graph.states[node] = await job
                except PlanStepFailed as error:
                    failure, graph.stop = failure or error, "failed"
                    graph.states[node] = "failed"
    finally:
        for job in graph.running:
            job.cancel()
        await asyncio.gather(*graph.running, return_exceptions=True)
    if failure is not None:
        raise failure
    if graph.stop == "paused":
        return waiting(note="Paused by a person.")
    if graph.stop == "superseded":
        return waiting(note="Another worker runs a step of this task.", seconds=1.0)
    if graph.stop == "cancelled":
        return ended("Cancelled by a person.")
    return done(note=f"{len(graph.plan.steps)} steps by {len(graph.plan.agents())} agents")


async def _load(task_id: UUID) -> tuple[Graph, int]:
    tools = await registry.discover()
    async with transaction() as session:
        plan = await plans.current(session, task_id)
        await service.sync_steps(session, task_id, plan)
        rows = await queries.steps(session, task_id)
        task = await context.read(session, task_id)
        limit = int(await runtime.value(session, "parallel_steps"))
    return (
        Graph(
            task_id=task_id,
            plan=plan,
            tools=tools,
            task=task,
            ids={row.node: row.id for row in rows},
            states={row.node: row.state for row in rows},
            attempts={row.node: row.attempt for row in rows},
            outputs={row.node: row.output for row in rows if row.state == "done"},
        ),
        limit,
    )


async def _run(graph: Graph, step: PlanStep) -> str:
    """One step to its end: done, or skipped where it is optional. Raises PlanStepFailed."""
    inputs = references.resolve(step.inputs, graph.task, graph.outputs)
    known = graph.tools[step.tool].input_schema.get("properties", {})
    inputs = {name: value for name, value in inputs.items() if value is not None or name not in known}
    attempt = graph.attempts[step.id]
    last: CofounderError | None = None
    best: tuple[float, dict[str, Any], float] | None = None
    for turn in range(step.retry.max_attempts):
        attempt += 1
        fence = new_id()
        call = {**inputs, **_injected(graph, step, known, turn)}
        if not await _claim(graph, step, fence, attempt, call):
            return graph.states[step.id]
        started = perf_counter()
        try:
            output = await registry.call(
                step.tool, call, timeout_seconds=step.timeout_seconds or settings().step_timeout_seconds
            )
        except registry.ToolRefused as error:
            last = error
            break
        except CofounderError as error:
            last = error
            await asyncio.sleep(step.retry.backoff_seconds * 2**turn if turn + 1 < step.retry.max_attempts else 0)
            continue
        seconds = perf_counter() - started
        score = await _judged(graph, step, output)
        if score is not None and step.quality_threshold is not None and score < step.quality_threshold:
            best = max(best, (score, output, seconds), key=lambda kept: kept[0]) if best else (score, output, seconds)
            if turn + 1 < min(step.retry.max_attempts, 3):
                continue
            score, output, seconds = best
        return await _finish(graph, step, fence, output, seconds, score)
    return await _give_up(graph, step, last)


def _injected(graph: Graph, step: PlanStep, known: dict[str, Any], turn: int) -> dict[str, Any]:
    """What the executor hands to tools that ask for it; `attempt` varies a text, so the seed stays the task's.

    The scope names the step and turn, not the attempt that a crash repeats: an answered model call is found again.
    """
    offered = {
        "task_id": str(graph.task_id),
        "scope": f"step:{step.id}:{turn}",
        "attempt": turn,
        "seed": f"{graph.task_id}:{step.id}",
    }
    return {name: value for name, value in offered.items() if name in known and name not in step.inputs}


async def _claim(graph: Graph, step: PlanStep, fence: UUID, attempt: int, call: dict[str, Any]) -> bool:
    async with transaction(durable=False) as session:
        if await queries.claim(session, graph.ids[step.id], fence=fence, attempt=attempt, input=call, at=now()):
            live.changed(session, "steps", graph.task_id)
            return True
        task = await records.get_task(session, graph.task_id)
        graph.stop = "cancelled" if task.status in FINAL else "paused" if task.is_paused else "superseded"
        return False


async def _judged(graph: Graph, step: PlanStep, output: dict[str, Any]) -> float | None:
    """The score of an intermediate text, by the content agent's own `evaluate`; None where there is none to judge."""
    if step.quality_threshold is None or "draft" not in output or "content.evaluate" not in graph.tools:
        return None
    if not {"draft", "brief"} <= set(graph.tools["content.evaluate"].input_schema.get("properties", {})):
        return None
    try:
        answer = await registry.call(
            "content.evaluate",
            {"draft": output["draft"], "brief": output.get("brief")},
            timeout_seconds=settings().step_timeout_seconds,
        )
    except CofounderError:
        return None  # the quality phase judges every variant anyway
    overall = answer.get("overall", answer.get("quality_score"))
    return float(overall) if overall is not None else None


async def _finish(
    graph: Graph, step: PlanStep, fence: UUID, output: dict[str, Any], seconds: float, score: float | None
) -> str:
    async with transaction() as session:
        asks_a_model = "scope" in graph.tools[step.tool].input_schema.get("properties", {})
        cost = await models.spent_on(session, graph.task_id, f"step:{step.id}:") if asks_a_model else Decimal(0)
        written = await queries.finish(
            session,
            graph.ids[step.id],
            fence=fence,
            state="done",
            output=output,
            seconds=seconds,
            cost=cost,
            quality_score=score,
            finished_at=now(),
        )
        if not written:  # another worker took this step; its outcome counts
            graph.stop = "superseded"
            return "running"
        await harvest.keep(session, graph.task_id, step, output)
        await records.add_cost(session, graph.task_id, cost)
        live.changed(session, "steps", graph.task_id)
    graph.outputs[step.id] = output
    return "done"


async def _give_up(graph: Graph, step: PlanStep, error: CofounderError | None) -> str:
    problem = error.problem() if error else {"code": "step_stopped", "detail": "It did not run."}
    state = "skipped" if step.optional else "failed"
    async with transaction() as session:
        await queries.end(session, graph.ids[step.id], state=state, error=problem, at=now())
        live.changed(session, "steps", graph.task_id)
    if step.optional:
        return "skipped"
    raise PlanStepFailed(f"Step {step.id!r} ({step.tool}): {problem['detail']}", field=step.id)
