"""A worker killed at any time: the task finishes after a restart, nothing is done twice."""

from pathlib import Path

from cofounder import app
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import showing
from cofounder.flow.run import service as runs
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.people import LOCAL_OWNER

from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST, ask, rest


async def steps_done(task_id) -> dict[str, int]:
    async with transaction() as session:
        return {row.node: row.attempt for row in await runs.steps(session, task_id) if row.state == "done"}


async def test_a_task_killed_in_execution_and_while_waiting_finishes_with_one_publication(database, spawn):
    app.wire()
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, preferences=MAIN_PREFERENCES)
    worker = spawn("cofounder.cli", "worker")

    async def some_are_done() -> bool:
        return bool(await steps_done(task_id))

    await until(some_are_done, within=120)
    worker.kill()
    before = await steps_done(task_id)

    worker = spawn("cofounder.cli", "worker")
    await rest(task_id, "pending_approval", within=120)
    after = await steps_done(task_id)
    assert {node: after[node] for node in before} == before  # what was finished did not run again
    worker.kill()

    async with transaction() as session:
        await approvals.decide(session, Decision(task_id=task_id, approved=True), by=LOCAL_OWNER)
    spawn("cofounder.cli", "worker")
    await rest(task_id, "completed", within=120)
    async with transaction() as session:
        found = await showing.publications(session, task_id)
    assert sorted(one.channel for one in found) == ["email", "linkedin", "x"]
    assert {one.state for one in found} == {"published"}
    outbox = Path(database.home) / "outbox"
    assert len([path for path in outbox.iterdir() if path.suffix != ".json"]) == 3
