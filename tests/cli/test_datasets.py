"""cofounder datasets: versions are made, told, written to files and deleted at the command line."""

import asyncio
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.testing import Database
from tests.flow.train.datasets.making import example, store_examples

ANSWERS = [
    {"messages": [{"role": "user", "content": f"What of {word}?"}, {"role": "assistant", "content": f"{word} grows."}]}
    for word in ("coffee", "bread", "tea")
]


@pytest.fixture
def stored(database: Database) -> None:
    async def put() -> None:
        await store_examples([example(number) for number in range(8)])
        await db.dispose()

    asyncio.run(put())


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["datasets", *arguments, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["datasets", *arguments]) in (out.USAGE, out.MISSING, out.CONFLICT)
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    return told.err


def test_a_version_is_made_shown_and_written_the_same_each_time(
    stored: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = said(capsys, "create", "plans", "--split-by", "none")
    assert (made["version"], made["example_count"]) == (1, 8)
    assert "plans" in refused(capsys, "create", "plans")
    assert said(capsys, "create", "plans", "--new-version", "--max-quality", "0.72")["version"] == 2
    assert said(capsys, "show", "plans@1")["content_hash"] == made["content_hash"]
    assert [one["version"] for one in said(capsys, "list", "--name", "plans")["items"]] == [2, 1]
    for name in ("first.jsonl", "again.jsonl"):
        assert run(["datasets", "download", "plans@1", "--format", "openai", "--out", str(tmp_path / name)]) == 0
    lines = (tmp_path / "first.jsonl").read_bytes()
    assert len(lines.splitlines()) == 8
    assert (tmp_path / "again.jsonl").read_bytes() == lines
    assert list(tmp_path.glob(".*.part")) == []
    assert run(["datasets", "download", "plans@1", "--format", "csv"]) == 0
    assert capsys.readouterr().out.count("\n") == 9
    assert "no pairs" in refused(capsys, "download", "plans@1", "--format", "dpo")
    assert "xml" in refused(capsys, "download", "plans@1", "--format", "xml")
    assert "plans@7" in refused(capsys, "download", "plans@7")


def test_what_a_filter_lets_through_is_written_without_a_version(
    stored: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    into = tmp_path / "some.parquet"
    assert run(["datasets", "export", "--format", "parquet", "--limit", "3", "--out", str(into)]) == 0
    assert pl.read_parquet(into).height == 3
    assert run(["datasets", "export", "--format", "chatml", "--min-quality", "0.75"]) == 0
    assert [set(json.loads(one)) for one in capsys.readouterr().out.splitlines()] == [{"text"}] * 3
    assert "role" in refused(capsys, "export", "--format", "dpo")
    assert "quality_max" in refused(capsys, "export", "--min-quality", "0.9", "--max-quality", "0.1")
    gone = tmp_path / "nowhere" / "file.jsonl"
    assert run(["datasets", "export", "--out", str(gone)]) != 0
    assert capsys.readouterr().err.startswith("error: ")
    assert said(capsys, "list")["items"] == []


def test_lines_without_a_test_part_are_said_to_be_no_good_for_the_gate(
    database: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(map(json.dumps, ANSWERS)))
    for split, told in (([], True), (["--split-by", "none"], True), (["--split-by", "group"], False)):
        name = f"answers-{len(split)}-{told}"
        assert run(["datasets", "upload", str(file), "--name", name, *split]) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert ("Nothing is held out" in out and "--split-by group" in out) == told


def test_lines_of_ones_own_are_taken_and_each_refused_one_is_named(
    database: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join([*map(json.dumps, ANSWERS), "no line"]))
    told = refused(capsys, "upload", str(file), "--name", "answers")
    assert "Line 4" in told
    taken = said(capsys, "upload", str(file), "--name", "answers", "--skip-refused")
    assert (taken["dataset"]["example_count"], taken["refused_count"], taken["refused"][0]["line"]) == (3, 1, 4)
    assert "answers" in refused(capsys, "upload", str(file), "--name", "answers", "--skip-refused")
    assert run(["datasets", "download", "answers"]) == 0
    back = [json.loads(one)["messages"] for one in capsys.readouterr().out.splitlines()]
    assert sorted(back, key=str) == sorted((one["messages"] for one in ANSWERS), key=str)
    assert "yes" in refused(capsys, "delete", "answers", "--reason", "a trial")
    assert said(capsys, "delete", "answers", "--reason", "a trial", "--yes")["state"] == "deleted"
    assert "deleted" in refused(capsys, "download", "answers@1")


def test_a_run_is_withdrawn_and_let_in_again(stored: None, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "create", "plans", "--split-by", "none")
    run_of = str(example(3)["execution_id"])
    held = said(capsys, "withdraw", run_of, "--reason", "the customer asked")
    assert held["withdrawn"] is True
    assert [one["name"] for one in held["datasets"]] == ["plans"]
    assert said(capsys, "create", "plans", "--new-version", "--split-by", "none")["example_count"] == 7
    compared = said(capsys, "compare", "plans@1", "plans@2")
    assert (compared["removed"], compared["added"]) == (1, 0)
    assert said(capsys, "withdraw", run_of, "--reason", "they agreed", "--back")["withdrawn"] is False
    assert said(capsys, "rollback", "plans@1")["is_current"] is True
