"""One durable step interprets the plan's graph over our own step rows.

Each turn is one transaction: what has finished is written (only while its fence holds) and what became ready is
claimed under a new fence. Tools are called outside of any transaction. A repeated run skips what is finished, so a
kill at any line costs at most the steps in flight.
"""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.tools import registry
from cofounder.flow.request.phases import FINAL, Result, done, ended, waiting
from cofounder.flow.run import calling, context, harvest, outside, queries, service
from cofounder.flow.run.graph import Claim, Graph, Outcome
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.models import service as models
from cofounder.ops import runtime

TOGETHER_SECONDS = 0.03  # results that end so close to each other are written together


class PlanStepFailed(CofounderError):
    """A step of the plan failed for good."""

    status = 502
    hint = "See what it says, then run again from there: cofounder task ID --rerun STEP"


async def execute(task_id: UUID) -> Result:
    """Run every step whose inputs are ready, at once up to the limit, until none is left, a person pauses, or one fails.

    Raises PlanStepFailed.
    """
    graph, limit = await _load(task_id)
    ended_calls: list[Outcome] = []
    try:
        while True:
            await _turn(graph, ended_calls, limit)
            if not graph.running:
                break
            ended_calls = await _ended(graph)
    finally:
        for job in graph.running:
            job.cancel()
        await asyncio.gather(*graph.running, return_exceptions=True)
    if durable.stopping() and graph.ready():
        raise asyncio.CancelledError  # what was under way is written; another worker goes on from there
    return _result(graph)


async def _ended(graph: Graph) -> list[Outcome]:
    """What ended: as soon as a step waits for it or nothing else runs, else with what ends in the next moments."""
    outcomes: list[Outcome] = []
    until = asyncio.get_running_loop().time() + TOGETHER_SECONDS
    while True:
        left = max(until - asyncio.get_running_loop().time(), 0.0) if outcomes else None
        jobs, _ = await asyncio.wait(graph.running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        outcomes += [job.result() for job in jobs]
        for job in jobs:
            del graph.running[job]
        if not jobs or not graph.running or graph.frees({outcome.step.id for outcome in outcomes}):
            return outcomes


def _result(graph: Graph) -> Result:
    if graph.failure is not None:
        raise PlanStepFailed(graph.failure)
    if graph.stop == "paused":
        return waiting(note="Paused by a person.")
    if graph.stop == "superseded":
        return waiting(note="Another worker runs a step of this task.", seconds=1.0)
    if graph.stop == "cancelled":
        return ended("Cancelled by a person.")
    if graph.outside:
        names = ", ".join(sorted({graph.plan.step(node).tool for node in graph.outside}))
        return waiting(note=f"An agent outside does {names}.", rests=True)
    return done(note=f"{_counted(len(graph.plan.steps), 'step')} by {_counted(len(graph.plan.agents()), 'agent')}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


async def _load(task_id: UUID) -> tuple[Graph, int]:
    async with reading() as session:
        plan = await plans.current(session, task_id)
        rows = await queries.steps(session, task_id)
        task = await context.read(session, task_id)
        limit = int(await runtime.value(session, "parallel_steps"))
    if [row.node for row in rows] != [step.id for step in plan.steps]:  # delegation wrote them, as a rule
        async with transaction(durable=False) as session:
            await service.sync_steps(session, task_id, plan)
            rows = await queries.steps(session, task_id)
    graph = Graph(
        task_id=task_id,
        plan=plan,
        tools=await registry.find(step.tool for step in plan.steps),
        task=task,
        ids={row.node: row.id for row in rows},
        states={row.node: row.state for row in rows},
        attempts={row.node: row.attempt for row in rows},
        outputs={row.node: row.output for row in rows if row.state == "done"},
        begun={row.node: row.input for row in rows if row.state == "running" and row.input is not None},
    )
    await outside.take_up(graph, rows)
    failed = [node for node, state in graph.states.items() if state == "failed"]
    if failed:  # a run before a crash has seen it fail
        graph.stop, graph.failure = "failed", f"Step {failed[0]!r} failed."
    return graph, limit


async def _turn(graph: Graph, finished: list[Outcome], limit: int) -> None:
    """Write what has finished, claim what is ready, and set it going. A claim alone need not wait for the disk."""
    started: list[Claim] = []
    async with transaction(durable=bool(finished or graph.outside)) as session:
        finished = [*finished, *await outside.ended(session, graph)]
        await _write(session, graph, finished)
        room = 0 if durable.stopping() else max(limit - len(graph.running), 0)
        asked = [(step, new_id(), calling.prepared(graph, step)) for step in graph.ready()[:room]]
        if asked:
            started = await _claimed(session, graph, asked)
            started = await outside.hand_out(session, graph, started)
        if finished or started:
            live.changed(session, "steps", graph.task_id)
    for step, fence, call in started:
        graph.running[asyncio.create_task(calling.run(graph, step, fence, call))] = step.id


async def _claimed(session: AsyncSession, graph: Graph, asked: list[Claim]) -> list[Claim]:
    """Those of the steps that are ours now. Where one is not, nothing more may start."""
    claims = [
        {"id": str(graph.ids[step.id]), "fence": str(fence), "attempt": graph.attempts[step.id] + 1, "input": call}
        for step, fence, call in asked
    ]
    taken = await queries.claim(session, claims, at=now())
    ours = [claim for claim in asked if graph.ids[claim[0].id] in taken]
    if len(ours) < len(asked):
        graph.stop = await _why(session, graph)
    return ours


async def _why(session: AsyncSession, graph: Graph) -> str:
    """Why a step is not ours any more."""
    task = await records.get_task(session, graph.task_id)
    return "cancelled" if task.status in FINAL else "paused" if task.is_paused else "superseded"


async def _write(session: AsyncSession, graph: Graph, outcomes: list[Outcome]) -> None:
    """Write the outcomes and take them into the graph; another worker's stands where the fence is lost."""
    succeeded = [outcome for outcome in outcomes if outcome.output is not None]
    written: set[UUID] = set()
    if succeeded:
        rows = [await _row(session, graph, outcome) for outcome in succeeded]
        written = await queries.finish(session, rows, at=now())
    for outcome in outcomes:
        step = outcome.step
        if outcome.output is None:
            await _give_up(session, graph, outcome)
        elif graph.ids[step.id] not in written:
            graph.stop = graph.stop or "superseded"
        else:
            await harvest.keep(session, graph.task_id, step, outcome.call, outcome.output)
            graph.states[step.id] = "done"
            graph.outputs[step.id] = outcome.output


async def _row(session: AsyncSession, graph: Graph, outcome: Outcome) -> dict[str, Any]:
    """What a step that succeeded leaves in its row."""
    step = outcome.step
    asks_a_model = "scope" in graph.properties(step)
    cost = await models.spent_on(session, graph.task_id, f"step:{step.id}:") if asks_a_model else Decimal(0)
    return {
        "id": str(graph.ids[step.id]),
        "fence": str(outcome.fence),
        "output": outcome.output,
        "seconds": outcome.seconds,
        "cost": str(cost),
        "quality_score": outcome.score,
    }


async def _give_up(session: AsyncSession, graph: Graph, outcome: Outcome) -> None:
    step, problem = outcome.step, outcome.problem or {}
    state = "skipped" if step.optional else "failed"
    id, at = graph.ids[step.id], now()
    if not await queries.end(session, id, fence=outcome.fence, state=state, error=problem, at=at):
        graph.stop = graph.stop or await _why(session, graph)
        return
    graph.states[step.id] = state
    if not step.optional:
        graph.stop = "failed"
        graph.failure = graph.failure or f"Step {step.id!r} ({step.tool}): {problem.get('detail', '')}"
