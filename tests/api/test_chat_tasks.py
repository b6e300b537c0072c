"""What a conversation says of the tasks is told from the tasks, through the tool that the caller's role reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from cofounder.business import sample
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask, TaskFilter
from cofounder.flow.request.chat import queries, service
from cofounder.flow.request.chat.schemas import ChatIn
from cofounder.kit import db
from cofounder.kit.clock import now, today
from cofounder.people import Caller

from .conftest import House
from .test_chat import say

_ROWS = (
    ("Write a LinkedIn post about tea", "pending_approval"),
    ("Write a post about milk", "failed"),
    ("Write a post about cups", "pending_approval"),
    ("Compare Q3 and Q2", "completed"),
)


@pytest.fixture
async def busy(house: House) -> House:
    async with db.transaction() as session:
        for age, (words, status) in enumerate(_ROWS):
            task = await records.add_task(
                session, NewTask(request=words, status=status, created_at=now() - timedelta(hours=age + 1))
            )
            if status == "failed":
                await records.update_task(session, task.id, error={"detail": "The model gave no text."})
    return house


@pytest.mark.parametrize(
    ("message", "begins", "named"),
    [
        ("How many tasks are waiting for approval?", "2 tasks are waiting for approval.", ["tea", "cups"]),
        ("What is waiting for approval?", "2 tasks are waiting for approval.", ["tea", "cups"]),
        ("list the tasks that failed", "1 task failed.", ["milk", "The model gave no text."]),
        ("which tasks failed?", "1 task failed.", ["milk"]),
        ("Which tasks are running?", "No task is in the queue or running.", []),
        ("show my tasks", "4 tasks:", ["tea", "milk", "cups", "completed"]),
        ("what is the status of my last task?", "The last task, “Write a LinkedIn post about tea”", ["waiting"]),
        ("how did our last task go?", "The last task, “Write a LinkedIn post about tea”", ["waiting for approval"]),
    ],
)
async def test_tasks_are_told_from_the_tasks(busy: House, message: str, begins: str, named: list[str]) -> None:
    answer = (await say(busy.viewer, message))["answer"]
    assert answer["text"].startswith(begins)
    assert all(words in answer["text"] for words in named)
    assert [source["tool"] for source in answer["sources"]] == ["memory.tasks"]
    assert answer["mode"] == "conversation"


async def test_an_agent_without_the_tool_and_an_order_point_to_where_tasks_are(busy: House) -> None:
    for message, agent in (("show my tasks", "financial"), ("cancel my last task", "co-founder")):
        answer = (await say(busy.operator, message, agent=agent))["answer"]
        assert "under Tasks" in answer["text"]
        assert answer["sources"] == []
    async with db.reading() as session:
        assert (await records.tasks_by_status(session, TaskFilter()))["pending_approval"] == 2


async def test_every_row_that_a_ranking_rests_on_is_shown(house: House) -> None:
    async with db.transaction() as session:
        await sample.load(session, today=today())
    best = (await say(house.viewer, "What was our best month?"))["answer"]
    worst = (await say(house.viewer, "What was our worst month?"))["answer"]
    (source,) = best["sources"]
    assert f"of the {len(source['rows'])} finished months" in best["text"]
    assert source["rows"] == worst["sources"][0]["rows"]
    asked = datetime.now(UTC).date()
    told = (await say(house.viewer, "What was our revenue today?"))["answer"]["text"]
    assert f"on {asked.day} {asked:%B %Y}" in told
    assert f"in {asked.day} {asked:%B}" not in told


async def test_a_request_in_another_language_is_told_what_is_read(house: House) -> None:
    answer = (await say(house.operator, "Schreibe einen LinkedIn-Beitrag über Kaffee"))["answer"]
    assert answer["text"].startswith("This looks German.")
    assert "English only, and no task was started" in answer["text"]
    assert answer["task_id"] is None


@pytest.mark.parametrize(
    ("mode", "told"),
    [("orchestration", "No task was started"), (None, "No task was started"), ("learning", "What had come")],
)
async def test_an_answer_that_was_cut_off_says_whether_its_task_began(
    house: House, mode: str | None, told: str
) -> None:
    async with db.transaction() as session:
        body = ChatIn.model_validate({"message": "Write a post about tea"})
        caller = Caller(name="operator key", role="operator", kind="key")
        _, answer = await service.begin(session, caller, body, holder="nobody-1-2", agent="co-founder")
        await queries.change_message(session, answer.id, mode=mode)
        assert await service.cut_off_lost(session) == 1
        ended = await service.get_answer(session, caller, answer.id)
    assert told in (ended.error or "")
    assert ("task" in (ended.error or "")) == (mode != "learning")
