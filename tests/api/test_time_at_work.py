"""The time a task tells is its own: what it waited for a person is not counted, in a list as on its page."""

from sqlalchemy import text

from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from tests.api.conftest import House

HOUR = 3600


async def test_an_hour_of_waiting_for_a_person_is_no_work(working: House) -> None:
    task = await working.ask("Create a LinkedIn post about our 320 customers")
    await working.becomes(task, "pending_approval", within=60)
    async with transaction() as session:
        for told in (
            "UPDATE tasks SET started_at = started_at - interval '1 hour' WHERE id = :id",
            "UPDATE phases SET started_at = started_at - interval '1 hour' WHERE task_id = :id AND name = 'approval'",
        ):
            await session.execute(text(told), {"id": task})
    (row,) = (await working.viewer.get("/api/tasks")).json()["items"]
    assert 0 < row["seconds"] < HOUR
    assert 0 < (await working.status(task))["seconds"] < HOUR
    (kept,) = (await working.viewer.get("/api/orchestrator/history")).json()["items"]
    assert 0 < kept["seconds"] < HOUR


async def test_a_task_that_asks_or_rests_does_not_grow_older_by_it(working: House) -> None:
    task = await working.ask("Write something")
    await working.becomes(task, "needs_clarification", within=60)
    async with transaction() as session:
        earlier = "UPDATE phases SET started_at = started_at - interval '1 hour' WHERE task_id = :id"
        await session.execute(text(earlier), {"id": task})
    (row,) = (await working.viewer.get("/api/tasks")).json()["items"]
    assert (row["seconds"] or 0) < HOUR


async def test_what_a_person_takes_to_ask_for_changes_is_no_work(working: House) -> None:
    task = await working.ask("Create a LinkedIn post about our 320 customers")
    await working.becomes(task, "pending_approval", within=60)
    await _earlier(task)
    wish = {"task_id": task, "verdict": "changes", "feedback": "Make it shorter.", "round": 1}
    assert (await working.approver.post("/api/orchestrator/approve", json=wish)).is_success

    async def second() -> bool:
        found = (await working.viewer.get(f"/api/orchestrator/approval/{task}")).json()
        return bool(found["round"] == 2)

    await until(second)
    await _no_work_of_an_hour(working, task)


async def test_what_a_person_takes_to_answer_is_no_work(working: House) -> None:
    task = await working.ask("Write something")
    await working.becomes(task, "needs_clarification", within=60)
    await _earlier(task)
    questions = (await working.status(task))["questions"]
    answers = {one["field"]: "our 320 customers" if one["field"] == "topic" else "linkedin" for one in questions}
    assert (await working.operator.post(f"/api/orchestrator/clarify/{task}", json={"answers": answers})).is_success
    await working.becomes(task, "pending_approval", within=60)
    await _no_work_of_an_hour(working, task)


async def _earlier(task: str) -> None:
    """All that happened until now, an hour ago."""
    async with transaction() as session:
        for column in ("started_at", "finished_at"):
            moved = f"UPDATE phases SET {column} = {column} - interval '1 hour' WHERE task_id = :id"
            await session.execute(text(moved), {"id": task})


async def _no_work_of_an_hour(working: House, task: str) -> None:
    status = await working.status(task)
    assert 0 < status["seconds"] < HOUR
    phases = {one["name"]: one["seconds"] for one in status["phases"] if one["name"] != "approval"}
    assert all(seconds is None or 0 <= seconds < HOUR for seconds in phases.values()), phases


async def test_what_a_key_asks_for_is_a_programs_wish(working: House) -> None:
    await working.ask("Create a LinkedIn post about our 320 customers")
    (row,) = (await working.viewer.get("/api/tasks")).json()["items"]
    assert row["source"] == "api"
