"""Many tasks at once: each answers for itself, and what a person did not see is not acted on."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.server import signed_in


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("viewer", "operator") as made:
        yield made


async def tasks(*statuses: str, request: str = "Write a post") -> list[UUID]:
    async with transaction() as session:
        made = []
        for status in statuses:
            row = await records.add_task(session, NewTask(request=request))
            await records.update_task(session, row.id, status=status)
            made.append(row.id)
        return made


async def status_of(id: UUID) -> str:
    async with transaction() as session:
        return (await records.get_task(session, id)).status


async def test_each_task_answers_for_itself(clients: list[httpx.AsyncClient]) -> None:
    _, operator = clients
    running, over = await tasks("running", "completed")
    gone = new_id()
    body = {"action": "pause", "task_ids": [str(running), str(over), str(gone)]}
    answer = (await operator.post("/api/tasks/bulk", json=body)).json()
    assert (answer["succeeded"], answer["failed"]) == (1, 2)
    assert [(row["ok"], row["code"]) for row in answer["results"]] == [
        (True, None),
        (False, "task_is_final"),
        (False, "task_missing"),
    ]
    assert (await status_of(running), await status_of(over)) == ("paused", "completed")


async def test_deleted_tasks_leave_the_lists_and_their_rows_stay(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator = clients
    done, going = await tasks("completed", "running")
    body = {"action": "delete", "task_ids": [str(done), str(going)]}
    first = (await operator.post("/api/tasks/bulk", json=body)).json()
    assert [row["code"] for row in first["results"]] == [None, "still_runs"]
    again = (await operator.post("/api/tasks/bulk", json=body)).json()
    assert again["results"] == first["results"]
    listed = (await viewer.get("/api/tasks")).json()
    assert [item["task_id"] for item in listed["items"]] == [str(going)]
    assert (await viewer.get(f"/api/tasks/{done}")).status_code == 200


async def test_all_of_a_query_are_the_ones_a_person_saw(clients: list[httpx.AsyncClient]) -> None:
    _, operator = clients
    found = await tasks("failed", "failed", "completed")
    body = {"action": "export", "filter": {"status": ["failed"]}, "expected": 1}
    assert (await operator.post("/api/tasks/bulk", json=body)).json()["code"] == "selection_changed"
    answer = (await operator.post("/api/tasks/bulk", json={**body, "expected": 2})).json()
    assert {task["task_id"] for task in answer["tasks"]} == {str(found[0]), str(found[1])}


async def test_a_filter_knows_the_words_that_the_list_knows(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator = clients
    going, over = await tasks("running", "completed")
    for word, id in (("executing", going), ("complete", over)):
        body = {"action": "export", "filter": {"status": [word]}}
        found = (await operator.post("/api/tasks/bulk", json=body)).json()["tasks"]
        listed = (await viewer.get("/api/tasks", params={"status": word})).json()["items"]
        assert [one["task_id"] for one in found] == [one["task_id"] for one in listed] == [str(id)]


async def test_two_who_act_on_the_same_tasks_in_opposite_orders_both_succeed(clients: list[httpx.AsyncClient]) -> None:
    _, operator = clients
    ids = [str(id) for id in await tasks(*["running"] * 60)]
    bodies = [{"action": "pause", "task_ids": ids}, {"action": "pause", "task_ids": ids[::-1]}]
    answers = await asyncio.gather(*(operator.post("/api/tasks/bulk", json=body) for body in bodies * 3))
    assert [answer.status_code for answer in answers] == [200] * 6, [answer.text[:300] for answer in answers]
    assert all(answer.json()["succeeded"] == 60 for answer in answers)
    assert [row["task_id"] for row in answers[1].json()["results"]] == ids[::-1]


async def test_hundreds_of_tasks_are_cancelled_in_one_call(clients: list[httpx.AsyncClient]) -> None:
    _, operator = clients
    for _ in range(3):
        async with transaction() as session:
            for _ in range(100):
                await requests.submit(session, ProcessIn(request="Write a LinkedIn post about tea"), by="test")
    answer = (await operator.post("/api/tasks/bulk", json={"action": "cancel", "filter": {}, "expected": 300})).json()
    assert (answer["succeeded"], answer["failed"]) == (300, 0)
    assert {row["status"] for row in answer["results"]} == {"cancelled"}
    assert len({row["task_id"] for row in answer["results"]}) == 300


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "pause"}, "task_ids"),
        ({"action": "pause", "task_ids": [], "filter": None}, "task_ids"),
        ({"action": "pause", "task_ids": [str(new_id())], "filter": {}}, "task_ids"),
        ({"action": "approve", "filter": {}}, "action"),
        ({"action": "pause", "filter": {"colour": "red"}}, "filter.colour"),
        ({"action": "pause", "filter": {"status": ["running", "faild"]}}, "filter.status.1"),
        ({"action": "pause", "filter": {"source": "nowhere"}}, "filter.source"),
        ({"action": "pause", "filter": {}, "expected": -1}, "expected"),
        ({"action": "pause", "task_ids": ["x"]}, "task_ids.0"),
    ],
)
async def test_an_unclear_selection_is_refused(
    clients: list[httpx.AsyncClient], body: dict[str, object], field: str
) -> None:
    _, operator = clients
    answer = await operator.post("/api/tasks/bulk", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_a_viewer_may_not(clients: list[httpx.AsyncClient]) -> None:
    viewer, _ = clients
    assert (await viewer.post("/api/tasks/bulk", json={"action": "pause", "filter": {}})).status_code == 403
