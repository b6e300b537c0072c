"""The workflow "benchmark": ask each contender for each line, through restarts."""

from typing import Any
from uuid import UUID

from cofounder.flow.train.benchmark import queries, running
from cofounder.flow.train.benchmark.errors import BenchmarkBroke
from cofounder.flow.train.benchmark.service import WORKFLOW
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction


@durable.workflow(WORKFLOW)
async def benchmark(benchmark_id: str) -> None:
    """Carry one benchmark out."""
    try:
        await answer(benchmark_id)
    except durable.StepFailed as broken:
        await fail(benchmark_id, broken.cause or BenchmarkBroke.of(broken.error, broken.detail).problem())


@durable.step("benchmark.answer", attempts=3, interval_seconds=1.0)
async def answer(benchmark_id: str) -> None:
    await running.carry_out(UUID(benchmark_id))


@durable.step("benchmark.fail", attempts=20, interval_seconds=0.5)
async def fail(benchmark_id: str, problem: dict[str, Any] | None) -> None:
    """Write down why there are no figures."""
    async with transaction() as session:
        row = await queries.one(session, UUID(benchmark_id), lock=True)
        if row is not None and row.state == "running":
            row.state, row.finished_at = "failed", now()
            row.problem = problem or BenchmarkBroke().problem()
            live.changed(session, running.TOPIC, row.id)


async def set_aside(workflow_id: str) -> None:
    """End a benchmark whose workflow is not tried any more; a workflow of another kind is let be."""
    kind, _, id = workflow_id.partition(":")
    if kind == WORKFLOW:
        await fail(id, BenchmarkBroke("Five workers in a row died while they ran it.").problem())
