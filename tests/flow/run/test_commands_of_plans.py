"""A plan's step that an agent outside does: queued with its claim, waited for without a slot, woken by its end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from cofounder import app as product
from cofounder.flow.run.commands import queries
from cofounder.kit.db import reading
from cofounder.kit.testing import until
from cofounder.settings import settings
from tests.api.conftest import House, house, working

__all__ = ["house", "working"]

SCHEMA = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
GIVES = {"type": "object", "properties": {"words": {"type": "integer"}}}
ACTIONS = {
    "actions": [{"action": "count_words", "description": "Counts.", "input_schema": SCHEMA, "output_schema": GIVES}]
}
PLAN = {
    "steps": [
        {"id": "count", "tool": "counter.count_words", "inputs": {"text": "one two three"}},
        {"id": "again", "tool": "counter.count_words", "inputs": {"text": "four"}, "depends_on": ["count"]},
    ]
}


async def asked(house: House) -> str:
    assert (await house.operator.put("/api/commands/types/counter", json=ACTIONS)).status_code == 200
    tools = (await house.viewer.get("/api/orchestrator/tools/available")).json()["items"]
    assert [tool["by_queue"] for tool in tools if tool["tool_id"] == "counter.count_words"] == [True]
    return await house.ask("Count the words of our motto", plan=PLAN)


async def take(house: House) -> dict:
    body = {"agent_type": "counter", "wait_seconds": 20}
    answer = await house.operator.post("/api/commands/claim", json=body, timeout=30)
    (held,) = answer.json()["items"]
    return dict(held)


async def answer(house: House, held: dict, **body) -> None:
    path = "error" if "error" in body else "result"
    sent = {**body, "fencing_token": held["fencing_token"]}
    said = await house.operator.patch(f"/api/commands/{held['command_id']}/{path}", json=sent)
    assert said.status_code == 200, said.text


async def steps(house: House, task: str) -> dict[str, str]:
    return {step["id"]: step["state"] for step in (await house.status(task))["steps"]}


async def test_what_an_agent_answers_is_shown_however_deep_and_large(working: House) -> None:
    deep: list = []
    for _ in range(30):
        deep = [deep]
    anything = {"actions": [{**ACTIONS["actions"][0], "output_schema": None}]}
    task = await working.ask("Count", plan={"steps": PLAN["steps"][:1]}) if await asked(working) else ""
    assert (await working.operator.put("/api/commands/types/counter", json=anything)).status_code == 200
    for _ in range(2):  # that of the task before comes first
        held = await take(working)
        await answer(working, held, result=deep)
    await working.becomes(task, "completed", "failed")
    detail = await working.viewer.get(f"/api/tasks/{task}")
    assert detail.status_code == 200, detail.text
    assert detail.json()["steps"][0]["output"] == {"result": deep}


async def test_a_task_waits_for_an_outside_agent_and_goes_on_with_its_answer(working: House) -> None:
    task = await asked(working)
    held = await take(working)
    assert (held["action"], held["payload"], held["task_id"]) == ("count_words", {"text": "one two three"}, task)
    assert await steps(working, task) == {"count": "running", "again": "waiting"}
    await answer(working, held, result={"words": 3})
    held = await take(working)
    assert held["payload"] == {"text": "four"}
    await answer(working, held, result={"words": 1})
    await working.becomes(task, "completed", "pending_approval")
    detail = (await working.viewer.get(f"/api/tasks/{task}")).json()
    assert [step["output"] for step in detail["steps"]] == [{"words": 3}, {"words": 1}]


async def test_a_task_says_who_it_waits_for_and_that_time_is_no_work(working: House) -> None:
    task = await asked(working)

    async def rests() -> bool:
        return (await working.status(task))["waits_for"] is not None

    await until(rests)
    status = await working.status(task)
    assert (status["status"], status["waits_for"]) == ("running", "An agent outside does counter.count_words.")
    assert status["steps"][0]["waits_for"] == "waits for an agent of type counter"
    await asyncio.sleep(2)
    assert (await working.status(task))["seconds"] == status["seconds"]
    held = await take(working)
    assert (await working.status(task))["steps"][0]["waits_for"].endswith(" works on it")
    await answer(working, held, result={"words": 3})
    await answer(working, await take(working), result={"words": 1})
    await working.becomes(task, "completed", "pending_approval")
    status = await working.status(task)
    assert status["waits_for"] is None
    assert {step["waits_for"] for step in status["steps"]} == {None}
    row = (await working.viewer.get(f"/api/tasks/{task}")).json()
    whole = datetime.fromisoformat(row["completed_at"]) - datetime.fromisoformat(row["created_at"])
    assert row["seconds"] < whole.total_seconds() - 2

    async def summed() -> bool:
        found = (await working.viewer.get("/api/orchestrator/metrics/summary")).json()
        return bool(found["total_executions"]) and abs(found["total_seconds"] - row["seconds"]) < 0.01

    await until(summed)  # the example says the same


async def test_the_wait_for_its_time_is_no_work_and_a_task_called_off_meanwhile_failed_at_nothing(
    working: House,
) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    said = {"request": "Create a LinkedIn post about our Q3 revenue", "not_before": later}
    task = (await working.operator.post("/api/orchestrator/process", json=said)).json()["task_id"]

    async def put_off() -> bool:
        phases = (await working.status(task))["phases"]
        return any((phase["note"] or "").startswith("Asked to run not before") for phase in phases)

    await until(put_off)
    seconds = (await working.status(task))["seconds"]
    await asyncio.sleep(1.5)
    assert (await working.status(task))["seconds"] == seconds
    assert (await working.operator.post(f"/api/tasks/{task}/cancel")).status_code == 200
    assert (await working.status(task))["seconds"] == seconds

    async def summed() -> bool:
        found = (await working.viewer.get("/api/orchestrator/metrics/summary")).json()
        return (found["total_executions"], found["called_off"], found["success_rate"]) == (1, 1, None)

    await until(summed)
    deleted = await working.operator.post("/api/tasks/bulk", json={"action": "delete", "task_ids": [task]})
    assert deleted.status_code == 200, deleted.text
    assert (await working.viewer.get("/api/orchestrator/metrics/summary")).json()["total_executions"] == 0


async def test_a_result_that_is_not_what_the_action_gives_is_refused_and_the_lease_holds(working: House) -> None:
    await asked(working)
    held = await take(working)
    sent = {"result": {"words": "three"}, "fencing_token": held["fencing_token"]}
    refused = await working.operator.patch(f"/api/commands/{held['command_id']}/result", json=sent)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == "result.words"
    found = (await working.viewer.get(f"/api/commands/{held['command_id']}")).json()
    assert (found["status"], found["history"][-1]["what"]) == ("processing", "refused")
    await answer(working, held, result={"words": 3})


async def test_an_answer_counts_though_the_agent_does_such_work_no_longer(working: House) -> None:
    task = await asked(working)
    held = await take(working)
    other = {"actions": [{"action": "count_lines", "description": "Counts.", "input_schema": SCHEMA}]}
    assert (await working.operator.put("/api/commands/types/counter", json=other)).status_code == 200
    await answer(working, held, result={"words": 3})
    await working.becomes(task, "failed")
    detail = (await working.viewer.get(f"/api/tasks/{task}")).json()
    assert [step["state"] for step in detail["steps"]] == ["done", "failed"]
    assert detail["steps"][0]["output"] == {"words": 3}
    assert "counter.count_words" in str(detail["steps"][1]["error"])
    assert "KeyError" not in str(detail)


async def test_what_a_task_has_not_read_yet_is_not_deleted(working: House) -> None:
    task = await asked(working)
    held = await take(working)
    assert (await working.operator.post(f"/api/tasks/{task}/pause")).status_code < 300
    await answer(working, held, result={"words": 3})
    refused = await working.operator.delete(f"/api/commands/{held['command_id']}")
    assert refused.status_code == 409, refused.text
    assert "not over" in refused.json()["detail"]
    assert (await working.operator.post(f"/api/tasks/{task}/resume")).status_code < 300
    await answer(working, await take(working), result={"words": 1})
    await working.becomes(task, "completed", "pending_approval")
    made = (await working.operator.get("/api/commands")).json()["items"]
    assert len(made) == 2
    over = (await working.status(task))["status"] == "completed"
    again = await working.operator.delete(f"/api/commands/{held['command_id']}")
    assert again.status_code == (200 if over else 409), again.text


async def test_a_request_that_names_an_agents_action_has_it_done(working: House) -> None:
    assert (await working.operator.put("/api/commands/types/counter", json=ACTIONS)).status_code == 200
    task = await working.ask("Call counter.count_words with text=one two three")
    held = await take(working)
    assert (held["action"], held["payload"], held["task_id"]) == ("count_words", {"text": "one two three"}, task)
    await answer(working, held, result={"words": 3})
    await working.becomes(task, "completed")
    plan = (await working.viewer.get(f"/api/tasks/{task}")).json()["plan"]
    assert 'counter.count_words was chosen; it gets text "one two three".' in str(plan)


async def test_an_agent_that_waits_is_not_kept_looking_by_the_command_of_a_paused_task(
    working: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_COMMAND_RETRY_SECONDS", "0.5")
    settings.cache_clear()
    task = await asked(working)
    held = await take(working)
    assert (await working.operator.post(f"/api/tasks/{task}/pause")).status_code < 300
    await answer(working, held, error="The dictionary is being printed.")

    async def due() -> float | None:
        async with reading() as session:
            return await queries.next_due(session, "counter")

    async def over() -> bool:
        async with reading() as session:
            waits = "SELECT bool_and(not_before < clock_timestamp()) FROM commands WHERE status = 'pending'"
            return bool((await session.execute(text(waits))).scalar())

    await until(over, within=60)
    assert await due() is None, "nothing can be handed out before the task goes on"
    assert (await working.operator.post(f"/api/tasks/{task}/resume")).status_code < 300
    assert (await take(working))["command_id"] == held["command_id"]


async def test_an_answer_while_no_worker_lives_is_found_by_the_next(house: House) -> None:
    async with product.working():
        task = await asked(house)
        held = await take(house)
    await answer(house, held, result={"words": 3})
    assert await steps(house, task) == {"count": "running", "again": "waiting"}
    async with product.working():
        await answer(house, await take(house), result={"words": 1})
        await house.becomes(task, "completed", "pending_approval")
    made = (await house.viewer.get("/api/commands", params={"task_id": task})).json()
    assert (made["total"], {one["attempts"] for one in made["items"]}) == (2, {1}), "nothing was asked twice"


async def test_an_agents_last_error_ends_the_task_and_a_cancelled_task_ends_its_commands(working: House) -> None:
    task = await asked(working)
    await answer(working, await take(working), error="No dictionary.", retry=False)
    await working.becomes(task, "failed")
    detail = (await working.viewer.get(f"/api/tasks/{task}")).json()
    assert "No dictionary." in str(detail["steps"][0]["error"])
    numbers = (await working.viewer.get("/api/commands/statistics")).json()
    assert (numbers["by_status"]["failed"], numbers["dead_letters"]) == (1, 0), "its task failed, and waits for nobody"
    other = await asked(working)

    async def queued() -> bool:
        found = (await working.viewer.get("/api/commands", params={"task_id": other})).json()["items"]
        return bool(found)

    await until(queued, within=20)
    assert (await working.operator.post(f"/api/tasks/{other}/cancel")).status_code < 300
    (over,) = (await working.viewer.get("/api/commands", params={"task_id": other})).json()["items"]
    assert (over["status"], over["error"]["code"]) == ("cancelled", "task_over")
    claimed = await working.operator.post("/api/commands/claim", json={"agent_type": "counter"})
    assert claimed.json()["items"] == []


@pytest.mark.parametrize("plan_input", [{}, {"text": 5}])
async def test_a_plan_is_held_against_what_the_agent_takes(house: House, plan_input: dict) -> None:
    await house.operator.put("/api/commands/types/counter", json=ACTIONS)
    plan = {"steps": [{"id": "count", "tool": "counter.count_words", "inputs": plan_input}]}
    body = {"request": "Count the words of our motto", "plan": plan}
    answer = await house.operator.post("/api/orchestrator/process", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] in ("missing_input", "wrong_type")
