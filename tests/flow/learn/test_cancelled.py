"""A run that a person stopped is an example too: of what was not wanted."""

from sqlalchemy import text

from cofounder.flow.learn import service as learning
from cofounder.flow.learn import steps
from cofounder.flow.request import service as requests
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from tests.flow.waiting import APPROVER, ready

del steps  # imported for the workflow it registers


async def test_a_cancelled_run_leaves_one_example_without_success(engine_running: Database) -> None:
    async with transaction() as session:
        id = await ready(session, "linkedin")
    for _ in range(2):
        async with transaction() as session:
            await requests.cancel(session, id, by=APPROVER.who)

    async def stored() -> bool:
        async with transaction() as session:
            return await learning.get(session, id) is not None

    await until(stored, within=30)
    async with transaction() as session:
        example = await learning.get(session, id)
        assert await session.scalar(text("SELECT count(*) FROM orchestrator_training_data")) == 1
    assert example is not None
    assert (example.success, example.training_ready, example.user_approval) == (False, False, None)
    assert example.execution_result["status"] == "cancelled"
    assert example.execution_result["successful"] is False
