"""Parallel steps of a plan, killed between every two ends in every order, keep their own results."""

import asyncio
from collections.abc import AsyncIterator
from itertools import permutations
from uuid import UUID

import pytest

from cofounder import app
from cofounder.flow.plan.tools import registry
from cofounder.flow.run import service as runs
from cofounder.kit.db import transaction
from cofounder.kit.testing import until

from . import gates
from .conftest import ask, rest

NAMES = ("a", "b", "c")
PLAN = {
    "steps": [
        *({"id": name, "tool": "gates.hold", "inputs": {"name": name}} for name in NAMES),
        {
            "id": "last",
            "tool": "gates.hold",
            "inputs": {"name": "last", "after": [{"$ref": f"steps.{name}.word"} for name in NAMES]},
        },
    ]
}


@pytest.fixture
async def gated(database) -> AsyncIterator[None]:
    """The tools of the product, and the one that waits for a file."""
    before = dict(registry._servers)
    app.wire()
    registry.register({"gates": gates.SERVER})
    (database.home / "gates").mkdir()
    yield
    await registry.close()
    registry._servers.clear()
    registry.register(before)


async def steps(task_id: UUID) -> dict[str, runs.Step]:
    async with transaction() as session:
        return {row.node: row for row in await runs.steps(session, task_id)}


async def test_parallel_steps_killed_between_any_two_ends_in_any_order_keep_their_own_results(gated, spawn):
    orders = {await ask("Hold on", plan=PLAN): order for order in permutations(NAMES)}
    kept: dict[UUID, dict[str, tuple[int, dict]]] = {task_id: {} for task_id in orders}
    for turn in range(len(NAMES)):
        worker = spawn("tests.journey.gates")
        for task_id, order in orders.items():
            gates.gate(task_id, order[turn]).touch()

        async def ended(turn: int = turn) -> bool:
            states = [await steps(task_id) for task_id in orders]
            mine = list(orders.values())
            return all(
                found and found[order[turn]].state == "done" and all(found[n].attempt > turn for n in order[turn + 1 :])
                for found, order in zip(states, mine, strict=True)
            )

        await until(ended, within=90)
        worker.kill()
        for task_id in orders:
            for node, row in (await steps(task_id)).items():
                if row.state != "done":
                    continue
                assert kept[task_id].setdefault(node, (row.attempt, row.output or {})) == (row.attempt, row.output)
    worker = spawn("tests.journey.gates")
    for task_id in orders:
        gates.gate(task_id, "last").touch()
    await asyncio.gather(*(rest(task_id, "completed", "failed", within=60) for task_id in orders))
    for task_id in orders:
        found = await steps(task_id)
        assert {node: (row.output or {})["word"] for node, row in found.items()} == {
            node: f"{node} of {task_id}" for node in (*NAMES, "last")
        }
        assert (found["last"].output or {})["after"] == [f"{name} of {task_id}" for name in NAMES]
        assert {node: (found[node].attempt, found[node].output) for node in kept[task_id]} == kept[task_id]
