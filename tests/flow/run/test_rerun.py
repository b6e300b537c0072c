"""A task is run again only where all that its plan needs is still there: else it is refused before anything is made."""

import asyncio
import re
from typing import Any
from uuid import UUID

import pytest

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.schemas import Plan
from cofounder.flow.plan.tools import service as servers
from cofounder.flow.plan.tools.schemas import ServerChange
from cofounder.flow.run import rerun
from cofounder.kit import db
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from tests.api.conftest import House, house, problem, rows
from tests.flow.plan.test_servers import Toy, toy
from tests.flow.run.test_commands_of_plans import ACTIONS

__all__ = ["house", "toy"]


async def planned(tool: str, **inputs: Any) -> UUID:
    """A task that failed with a plan of one step, `it`."""
    async with transaction() as session:
        task = await records.add_task(session, NewTask(request="Count the words of our motto", status="failed"))
        plan = Plan.model_validate({"steps": [{"id": "it", "tool": tool, "inputs": inputs}]})
        await plans.store(session, task.id, plan, source="supplied")
    return task.id


async def test_a_rerun_whose_agent_does_it_no_longer_is_refused_and_nothing_is_made(house: House) -> None:
    assert (await house.operator.put("/api/commands/types/counter", json=ACTIONS)).status_code == 200
    path = f"/api/tasks/{await planned('counter.count_words', text='one two')}/rerun"
    other = {"actions": [{**ACTIONS["actions"][0], "action": "count_lines"}]}
    assert (await house.operator.put("/api/commands/types/counter", json=other)).status_code == 200
    before = await rows()
    said = problem(await house.operator.post(path, json={"step": "it"}), 422, "tool_unfit", "step")
    assert said["detail"] == "Step 'it' needs counter.count_words: no server and no agent offers it any more."
    assert "again" in said["hint"]
    assert await rows() == before
    more = {"type": "object", "required": ["text", "words"], "properties": {}}
    changed = {"actions": [{**ACTIONS["actions"][0], "input_schema": more}]}
    assert (await house.operator.put("/api/commands/types/counter", json=changed)).status_code == 200
    said = problem(await house.operator.post(path, json={"step": "it"}), 422, "tool_unfit", "step")
    assert "'words', which counter.count_words requires" in said["detail"]
    assert (await house.operator.put("/api/commands/types/counter", json=ACTIONS)).status_code == 200
    assert (await house.operator.post(path, json={"step": "it"})).status_code == 202


async def test_a_rerun_with_a_server_that_is_switched_off_says_so(toy: Toy) -> None:
    await toy.add()
    await toy.approve()
    id = await planned("toy.say", text="hi")

    async def again() -> None:
        async with transaction() as session:
            await rerun.rerun(session, id, "it", by="ann")

    async def switch(*, disabled: bool) -> None:
        async with transaction() as session:
            await servers.change(session, toy.id, ServerChange(disabled=disabled), by=LOCAL_OWNER)

    await switch(disabled=True)
    with pytest.raises(rerun.ToolUnfit, match=r"needs toy\.say: its server is switched off"):
        await again()
    await switch(disabled=False)
    await again()


def test_the_command_line_refuses_it_in_one_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    async def made() -> UUID:
        try:
            return await planned("weather.forecast", place="Bremen")
        finally:
            await db.dispose()

    id = asyncio.run(made())
    assert run(["task", str(id), "--rerun", "it"]) == out.USAGE
    said = capsys.readouterr().err
    assert re.fullmatch(r"error: step: Step 'it' needs weather\.forecast: .+\n", said), said
