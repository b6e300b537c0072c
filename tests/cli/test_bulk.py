"""One act on all the tasks that a filter finds, at the command line."""

import asyncio
import json
from uuid import UUID

import pytest

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.testing import Database


@pytest.fixture
def tasks(database: Database) -> list[UUID]:
    """One running, two completed, one imported."""

    async def make() -> list[UUID]:
        made = []
        async with db.transaction() as session:
            for status, legacy in (("running", False), ("completed", False), ("completed", False), ("completed", True)):
                row = await records.add_task(session, NewTask(request="Write a post about tea", is_legacy=legacy))
                await records.update_task(session, row.id, status=status)
                made.append(row.id)
        await db.dispose()
        return made

    return asyncio.run(make())


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> set[str]:
    capsys.readouterr()
    assert run(["tasks", "--json", *options]) == 0
    return {task["task_id"] for task in json.loads(capsys.readouterr().out)["items"]}


def test_an_act_takes_all_that_the_filters_find_and_nothing_else(
    tasks: list[UUID], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tasks", "--status", "completed", "--delete", "--yes"]) == 0
    assert "Deleted 2 tasks." in capsys.readouterr().out
    assert listed(capsys) == {str(tasks[0])}
    assert listed(capsys, "--legacy") == {str(tasks[0]), str(tasks[3])}


def test_tasks_that_refuse_are_told_and_the_rest_is_done(tasks: list[UUID], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "--pause", "--yes", "--json"]) == out.CONFLICT
    answer = json.loads(capsys.readouterr().out)
    assert (answer["succeeded"], answer["failed"]) == (1, 2)
    assert {row["code"] for row in answer["results"] if not row["ok"]} == {"task_is_final"}


def test_nothing_is_done_where_nobody_is_there_to_ask(tasks: list[UUID], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "--delete"]) == out.USAGE
    assert "Say --yes" in capsys.readouterr().err
    assert len(listed(capsys)) == 3


def test_a_person_who_says_no_keeps_the_tasks(
    tasks: list[UUID], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(out, "at_terminal", lambda: True)
    monkeypatch.setattr(out, "confirm", lambda question: asked.append(question))
    assert run(["tasks", "--status", "completed", "--delete"]) == 0
    assert asked == ["Delete 2 tasks? They leave every list; what was published and learned stays."]
    monkeypatch.undo()
    assert len(listed(capsys)) == 3


def test_an_export_is_json_of_all_that_is_found(tasks: list[UUID], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "--status", "completed", "--export"]) == 0
    assert {task["task_id"] for task in json.loads(capsys.readouterr().out)} == {str(tasks[1]), str(tasks[2])}


def test_where_nothing_is_found_nothing_is_asked(tasks: list[UUID], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "--search", "coffee", "--cancel"]) == 0
    assert "No such task" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--pause", "--cancel"], ["--pause", "--limit", "3"]])
def test_options_that_do_not_go_together_are_refused(
    options: list[str], tasks: list[UUID], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tasks", *options, "--yes"]) == out.USAGE
    assert "options" in capsys.readouterr().err
