"""What a takeover asks about a dead worker's workflows, whatever they are."""

from cofounder import journey
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.flow.run.service import finished_nodes
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.kit.testing import until


async def test_a_workflow_that_is_no_journey_has_no_nodes_and_stops_no_takeover(database):
    async with transaction() as session:
        task = await records.add_task(session, NewTask(request="Say it"))
    assert await finished_nodes(str(task.id)) == 0
    assert await finished_nodes(f"example:{task.id}:published") == 0
    await journey.set_aside(f"example:{task.id}:published")  # nothing to fail, and no error


async def test_a_finished_phase_is_progress_as_a_finished_step_is(database):
    from sqlalchemy import text

    from cofounder.flow.request.schemas import ProcessIn
    from cofounder.flow.request.service import submit

    async with transaction() as session:
        task = await submit(session, ProcessIn(request="Write a LinkedIn post about our bakery"), by="test")
    assert await finished_nodes(str(task.id)) == 0
    async with transaction() as session:
        await session.execute(text("UPDATE phases SET state = 'done' WHERE name = 'planning'"))
    assert await finished_nodes(str(task.id)) == 1


async def test_a_dead_workers_example_and_journey_are_both_taken_over(database, spawn):
    """The worker dies with both kinds of workflow pending; another one finishes them."""
    from cofounder import app

    app.wire()
    async with transaction() as session:
        task = await records.add_task(session, NewTask(request="Say it", status="completed"))
        for name in (f"example:{task.id}:one", f"example:{task.id}:two"):
            await durable.enqueue(session, "example", name, str(task.id))
    async with transaction() as session:  # as a worker that died right after it had begun them
        from sqlalchemy import text

        await session.execute(text("UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = 'gone-1-abc'"))
    spawn("cofounder.cli", "worker")

    async def finished() -> bool:
        states = [await durable.status(f"example:{task.id}:{name}") for name in ("one", "two")]
        return all(state is not None and state.status == "SUCCESS" for state in states)

    await until(finished, within=40)
