"""cofounder training: what a person chooses, tags and takes back at the command line."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text

from cofounder import api
from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.flow.train.data import saving
from cofounder.flow.train.data.schemas import SaveFilterIn
from cofounder.kit import db
from cofounder.kit.testing import Database
from tests.flow.train.data.test_api import GIVEN


@pytest.fixture
def stored(database: Database) -> str:
    """The id of the better of two examples."""

    async def put() -> str:
        best = await api.save_training_example(GIVEN)
        await api.save_training_example({**GIVEN, "quality_score": 0.6, "user_approval": False, "platforms": ["email"]})
        await db.dispose()
        return str(best["execution_id"])

    return asyncio.run(put())


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["training", *arguments, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_examples_are_chosen_tagged_counted_and_taken_back(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "list", "--min-quality", "0.85")
    assert [one["execution_id"] for one in found["items"]] == [stored]
    assert (found["filtered_count"], found["total_count"]) == (1, 2)
    assert said(capsys, "tag", "gold", "best", "--platform", "twitter")["count"] == 1
    assert said(capsys, "stats", "--tagged", "gold")["filtered_count"] == 1
    assert said(capsys, "undo", "last")["count"] == 1
    assert said(capsys, "stats", "--tagged", "gold")["filtered_count"] == 0
    assert said(capsys, "tag-by-quality", "exclude", "--below", "0.7")["count"] == 1
    assert said(capsys, "tag-by-date", "development", "--until", "2026-01-31")["count"] == 2
    assert said(capsys, "tag", "development", "--id", stored, "--remove")["count"] == 1
    assert said(capsys, "archive", "--id", stored)["count"] == 1
    assert said(capsys, "list")["items"] == []
    assert said(capsys, "restore")["count"] == 1
    assert len(said(capsys, "preview")["lines"]) == 1
    assert [one["action"] for one in said(capsys, "changes", "--limit", "2")["items"]] == ["restore", "archive"]
    assert run(["training", "list"]) == 0
    assert "1 of 2 examples." in capsys.readouterr().out


def test_only_what_failed_is_found_and_nothing_is_both(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed = said(capsys, "stats", "--failed-only")["filtered_count"]
    assert failed + said(capsys, "stats", "--success-only")["filtered_count"] == 2
    assert run(["training", "stats", "--failed-only", "--success-only"]) == out.USAGE
    assert "failed_only" in capsys.readouterr().err


def test_an_export_takes_whole_days_and_what_failed_as_every_other_choice_does(
    stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows(*arguments: str) -> int:
        code, told = run(["examples", "export", "--format", "csv", *arguments]), capsys.readouterr()
        assert code == 0 or "No example fits the filter." in told.err, told.err
        return len(told.out.splitlines()) - 1 if code == 0 else 0

    day = str(GIVEN["timestamp"])[:10]
    assert (
        rows("--since", day, "--until", day)
        == said(capsys, "stats", "--since", day, "--until", day)["filtered_count"]
        == 2
    )
    failed = said(capsys, "stats", "--failed-only")["filtered_count"]
    assert (rows("--failed-only"), rows("--success-only")) == (failed, 2 - failed)
    for arguments, field in ((["--failed-only", "--success-only"], "failed_only"), (["--until", "gestern"], "until")):
        assert run(["examples", "export", *arguments]) == out.USAGE
        assert field in capsys.readouterr().err


def test_counts_that_were_lost_are_made_anew(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def lose() -> None:
        async with db.transaction() as session:
            await session.execute(text("TRUNCATE training_facts, training_counts, training_words"))
        await db.dispose()

    asyncio.run(lose())
    assert said(capsys, "stats")["filtered_count"] == 0
    assert said(capsys, "rebuild") == {"examples": 2}
    assert said(capsys, "stats")["filtered_count"] == 2


def test_a_saved_filter_is_where_a_choice_begins(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "save-filter", "the best", "--min-quality", "0.85")["filter"] == {"quality_min": 0.85}
    assert [one["name"] for one in said(capsys, "filters")] == ["the best"]
    assert said(capsys, "stats", "--saved", "the best")["filtered_count"] == 1
    assert said(capsys, "stats", "--saved", "the best", "--max-quality", "0.86")["filtered_count"] == 0
    assert said(capsys, "delete-filter", "the best")["name"] == "the best"
    assert run(["training", "stats", "--saved", "the best"]) == out.USAGE
    assert "the best" in capsys.readouterr().err


def test_what_a_name_keeps_is_changed_by_who_says_so(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys, "save-filter", "the best", "--min-quality", "0.85", "--description", "To learn from")
    assert run(["training", "save-filter", "THE\u00a0best", "--min-quality", "0.9"]) == out.CONFLICT
    assert "--replace" in capsys.readouterr().err
    again = said(capsys, "save-filter", "THE best", "--newest", "1", "--replace")
    assert (again["id"], again["name"], again["description"]) == (first["id"], "the best", "To learn from")
    assert again["filter"] == {"limit": 1}
    assert said(capsys, "stats", "--saved", "the best")["filtered_count"] == 1
    other = said(capsys, "save-filter", "others", "--max-quality", "0.7", "--replace")
    assert other["filter"] == {"quality_max": 0.7}


def test_everything_is_what_nobody_would_see_unasked(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tag", "test", "exclude", "--id", stored)
    assert said(capsys, "stats")["filtered_count"] == 1
    assert said(capsys, "stats", "--include-hidden")["filtered_count"] == 2
    said(capsys, "archive", "--id", stored)
    assert said(capsys, "stats", "--include-hidden")["filtered_count"] == 1
    assert said(capsys, "stats", "--include-hidden", "--with-archived")["filtered_count"] == 2
    assert said(capsys, "stats", "--everything")["filtered_count"] == 2
    assert said(capsys, "list", "--everything", "--newest", "1")["filtered_count"] == 1
    assert run(["training", "stats", "--everything", "--archived"]) == out.USAGE
    assert "archived" in capsys.readouterr().err


def test_a_saved_filter_with_a_limit_is_the_newest_for_every_command(
    stored: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def save() -> None:
        async with db.transaction() as session:
            asked = SaveFilterIn.model_validate({"name": "one", "filter": {"limit": 1}})
            await saving.save(session, asked, by="key:ann")
        newer = {**GIVEN, "timestamp": "2026-03-01T09:00:00Z", "user_request": "Write the newest"}
        await api.save_training_example(newer)
        await db.dispose()

    asyncio.run(save())
    assert said(capsys, "stats", "--saved", "one")["filtered_count"] == 1
    found = said(capsys, "list", "--saved", "one")
    assert (found["filtered_count"], found["total_count"]) == (1, 3)
    assert [one["user_request"] for one in found["items"]] == ["Write the newest"]
    (line,) = said(capsys, "preview", "--saved", "one")["lines"]
    assert "Write the newest" in line
    assert said(capsys, "tag", "zz9", "--saved", "one")["count"] == 1
    assert said(capsys, "list", "--tagged", "zz9")["items"][0]["user_request"] == "Write the newest"


def test_erasing_asks_and_leaves_a_tombstone(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["training", "erase", stored, "--reason", "asked for"]) == out.USAGE
    assert said(capsys, "erase", stored, "--reason", "asked for", "--yes")["held_by"] == []
    assert said(capsys, "show", stored)["erased"]["reason"] == "asked for"
    assert run(["training", "erase", stored, "--reason", "asked for", "--yes"]) == out.CONFLICT


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tag", "x", "--min-quality", "0.9", "--max-quality", "0.1"], "quality_max"),
        (["tag", "training_ready"], "tags"),
        (["tag", "x", "--decision", "maybe"], "decision"),
        (["tag", "x", "--id", "nonsense"], "execution_ids"),
        (["tag-by-date", "x"], "date_before"),
        (["tag-by-date", "x", "--since", "2026-09-09", "--until", "2026-01-01"], "date_before"),
        (["undo", "nonsense"], "token"),
        (["undo", "last"], "token"),
        (["show", "nonsense"], "example"),
        (["preview", "--format", "xml"], "format"),
    ],
)
def test_what_does_not_fit_is_named(
    database: Database, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["training", *arguments]) == out.USAGE
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert words in told.err
