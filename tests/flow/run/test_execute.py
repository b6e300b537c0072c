"""The plan's graph over our own rows: parallel, resumable, pausable; a finished step never runs again."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from pydantic import BaseModel
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.tools import registry
from cofounder.flow.run import queries
from cofounder.flow.run.execute import PlanStepFailed, execute
from cofounder.kit import db
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import until


class Word(BaseModel):
    word: str


class Toy:
    """Tools that count their calls, wait for each other and fail as told."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.at_once = 0
        self.fail: Counter[str] = Counter()
        self.database_away: Counter[str] = Counter()
        self.gate: asyncio.Event | None = None
        self.server = FastMCP("toy")
        self.server.tool(self.say)

    async def say(self, word: str, after: str = "") -> Word:
        self.calls[word] += 1
        self.at_once += 1
        try:
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(0.01)
            if self.database_away[word]:
                self.database_away[word] -= 1
                raise db.NobodyAnswers("The database does not answer.")
            if self.fail[word]:
                self.fail[word] -= 1
                raise ToolError("not now")
            if word == "breaks":
                raise ValueError("the password is hunter2")
            return Word(word=after + word)
        finally:
            self.at_once -= 1


@pytest.fixture
async def toy(database):
    made = Toy()
    before, later = dict(registry._servers), list(registry._later)
    registry._servers.clear()
    registry._later.clear()
    registry.register({"toy": made.server})
    yield made
    await registry.close()
    registry._servers.clear()
    registry._later.extend(later)
    registry.register(before)


def step(id: str, *, after: str | None = None, **more) -> dict:
    inputs: dict[str, object] = {"word": id}
    if after:
        inputs["after"] = {"$ref": f"steps.{after}.word"}
    return {"id": id, "tool": "toy.say", "inputs": inputs, "retry": {"backoff_seconds": 0.01}, **more}


async def planned(*steps: dict) -> UUID:
    async with transaction() as session:
        task = await records.add_task(session, NewTask(request="Say it", status="running"))
        await plans.store(session, task.id, await plans.check({"steps": list(steps)}), source="supplied")
        return task.id


async def states(task_id: UUID) -> dict[str, str]:
    async with transaction() as session:
        return {row.node: row.state for row in await queries.steps(session, task_id)}


async def outputs(task_id: UUID) -> dict[str, str]:
    async with transaction() as session:
        return {row.node: row.output["word"] for row in await queries.steps(session, task_id) if row.output}


async def test_steps_whose_inputs_are_ready_run_at_once_and_keep_their_own_results(toy):
    toy.gate = asyncio.Event()
    task = await planned(step("a"), step("b"), step("c"), step("ab", after="a"))
    run = asyncio.create_task(execute(task))
    await until(lambda: toy.at_once == 3)
    toy.gate.set()
    assert (await run)["state"] == "done"
    assert await outputs(task) == {"a": "a", "b": "b", "c": "c", "ab": "aab"}


async def test_a_repeated_run_skips_what_is_finished(toy):
    task = await planned(step("a"), step("ab", after="a"))
    await execute(task)
    await execute(task)
    assert toy.calls == {"a": 1, "ab": 1}


async def test_a_tool_that_finds_the_database_away_has_not_failed(toy):
    toy.database_away["a"] = 1
    task = await planned(step("a"), step("ab", after="a"))
    with pytest.raises(db.DatabaseOutOfReach):  # the durable step around it waits, and begins anew
        await execute(task)
    assert await states(task) == {"a": "running", "ab": "waiting"}
    assert (await execute(task))["state"] == "done"
    assert toy.calls == {"a": 2, "ab": 1}


async def test_a_step_that_is_begun_again_has_the_input_it_had_whatever_is_known_by_now(toy):
    """Else a model that answered it would be paid for other words."""
    toy.database_away["professional"] = 1
    of_task = {"word": {"$ref": "task.tone"}}
    task = await planned(step("a", inputs=of_task), step("b", inputs=of_task, depends_on=["a"]))
    with pytest.raises(db.DatabaseOutOfReach):
        await execute(task)
    async with transaction() as session:
        await session.execute(text('UPDATE tasks SET preferences = \'{"tone": "bold"}\''))
    await execute(task)
    assert await outputs(task) == {"a": "professional", "b": "bold"}


async def test_a_step_that_was_begun_with_what_its_tool_knows_no_more_has_a_new_input(toy):
    toy.database_away["a"] = 1
    task = await planned(step("a"))
    with pytest.raises(db.DatabaseOutOfReach):
        await execute(task)
    async with transaction() as session:
        await session.execute(text("""UPDATE steps SET input = '{"word": "old", "gone": 1}'"""))
    await execute(task)
    assert await outputs(task) == {"a": "a"}


async def test_who_fails_late_leaves_a_step_alone_that_another_worker_has_taken_over(toy):
    toy.gate, toy.fail["a"] = asyncio.Event(), 9
    task = await planned(step("a"))
    run = asyncio.create_task(execute(task))
    await until(lambda: toy.at_once == 1, within=60)
    async with transaction() as session:
        await session.execute(text("UPDATE steps SET fence = :other"), {"other": new_id()})
    toy.gate.set()
    assert (await run)["state"] == "waiting"
    async with transaction() as session:
        (row,) = await queries.steps(session, task)
    assert (row.state, row.error, row.finished_at) == ("running", None, None)


async def test_a_step_is_tried_again_and_its_attempts_are_counted(toy):
    toy.fail["a"] = 2
    task = await planned(step("a"))
    await execute(task)
    async with transaction() as session:
        [row] = await queries.steps(session, task)
    assert (row.state, row.attempt, toy.calls["a"]) == ("done", 3, 3)


async def test_a_step_that_keeps_failing_ends_the_run_and_says_which(toy):
    toy.fail["a"] = 99
    task = await planned(step("a", retry={"max_attempts": 2, "backoff_seconds": 0}), step("ab", after="a"))
    with pytest.raises(PlanStepFailed, match="'a'"):
        await execute(task)
    assert await states(task) == {"a": "failed", "ab": "waiting"}
    with pytest.raises(PlanStepFailed):  # also after a restart
        await execute(task)


async def test_what_breaks_inside_a_tool_is_told_without_its_details_and_a_wrong_input_is_refused(toy):
    given: dict[str, Any] = {"timeout_seconds": 5}
    with pytest.raises(registry.ToolFailed, match="Error calling tool 'say'") as broken:
        await registry.call("toy.say", {"word": "breaks"}, **given)
    assert "hunter2" not in str(broken.value)
    with pytest.raises(registry.ToolRefused, match="validation error"):
        await registry.call("toy.say", {"word": 7}, **given)
    with pytest.raises(registry.ToolRefused, match="validation error"):
        await registry.call("toy.say", {}, **given)
    toy.fail["a"] = 1
    with pytest.raises(registry.ToolFailed, match="not now"):
        await registry.call("toy.say", {"word": "a"}, **given)
    assert await registry.call("toy.say", {"word": "a"}, **given) == {"word": "a"}


async def test_an_optional_step_may_fail_without_the_rest(toy):
    toy.fail["a"] = 99
    task = await planned(step("a", optional=True, retry={"max_attempts": 1}), step("b", depends_on=["a"]))
    await execute(task)
    assert await states(task) == {"a": "skipped", "b": "done"}


async def test_a_paused_task_lets_running_steps_finish_and_starts_no_more(toy):
    toy.gate = asyncio.Event()
    task = await planned(step("a"), step("ab", after="a"))
    run = asyncio.create_task(execute(task))
    await until(lambda: toy.calls)
    async with transaction() as session:
        await records.update_task(session, task, is_paused=True)
    toy.gate.set()
    assert (await run)["state"] == "waiting"
    assert await states(task) == {"a": "done", "ab": "waiting"}
    async with transaction() as session:
        await records.update_task(session, task, is_paused=False)
    assert (await execute(task))["state"] == "done"
    assert toy.calls == {"a": 1, "ab": 1}


async def test_a_step_over_its_time_is_a_failure_not_a_hang(toy):
    toy.gate = asyncio.Event()
    task = await planned(step("a", timeout_seconds=0.05, retry={"max_attempts": 2, "backoff_seconds": 0}))
    with pytest.raises(PlanStepFailed, match="did not answer within"):
        await execute(task)
    toy.gate.set()


async def test_two_workers_on_one_task_write_each_step_once(toy):
    task = await planned(step("a"), step("b"), step("ab", after="a"))
    await asyncio.gather(execute(task), execute(task), return_exceptions=True)
    result = await execute(task)
    while result["state"] == "waiting":
        result = await execute(task)
    assert await outputs(task) == {"a": "a", "b": "b", "ab": "aab"}
