"""The command queue at the command line: made, listed, shown, cancelled, retried, deleted; bad input is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit.testing import Database


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["commands", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_command_is_made_listed_cancelled_retried_and_deleted(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    made = said(capsys, "create", "financial", "analyze_q4_metrics", '{"date_range": "2024-Q4"}', "--priority", "5")
    id = made["command_id"]
    assert (made["status"], made["priority"]) == ("pending", 5)
    assert said(capsys, "list", "--status", "pending")["total"] == 1
    assert run(["commands", "cancel", id]) == out.USAGE
    assert "--yes" in capsys.readouterr().err
    assert said(capsys, "cancel", id, "--yes")["status"] == "cancelled"
    assert said(capsys, "retry", id)["status"] == "pending"
    assert [one["what"] for one in said(capsys, "show", id)["history"]] == ["created", "cancelled", "retried"]
    assert run(["commands", "list"]) == 0
    assert id[-8:] in capsys.readouterr().out
    assert said(capsys, "show", id[-8:])["command_id"] == id
    assert said(capsys, "delete", id, "--yes")["command_id"] == id
    assert said(capsys, "list")["total"] == 0


def test_a_command_is_named_by_its_last_letters_and_found_by_words(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    first = said(capsys, "create", "financial", "sum")["command_id"]
    then = said(capsys, "create", "financial", "check", "--after", first[-8:])
    assert then["depends_on"] == [first]
    assert [one["command_id"] for one in said(capsys, "list", "--search", "chec")["items"]] == [then["command_id"]]


def test_a_payload_file_that_is_no_text_is_told(
    database: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "payload.json"
    file.write_bytes(b'{"a": "\xff"}')
    assert run(["commands", "create", "financial", "sum", "--file", str(file)]) != 0
    assert "UTF-8" in capsys.readouterr().err


def test_a_list_on_a_narrow_terminal_keeps_state_and_names_readable(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said(capsys, "create", "financial", "analyze_q4_metrics", "{}")
    first = said(capsys, "create", "financial", "sum")["command_id"]
    said(capsys, "create", "compliance", "check", "--after", first)
    assert run(["commands", "list"]) == 0
    shown = capsys.readouterr().out
    for whole in ("financial", "compliance", "pending", "(waits)", "analyze_q4_metrics", "sum", first[-8:]):
        assert whole in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "\u2026" not in shown


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["create", "financial", "sum", "[1]"], "object"),
        (["create", "financial", "sum", "{"], "JSON"),
        (["create", "financial", "sum", '{"a":' + "[" * 100_000], "levels"),
        (["create", "financial", "sum", "--after", "abcd"], "after"),
        (["create", "financial", "sum", "--file", "/dev/null/none"], "/dev/null/none"),
        (["create", "nobody", "sum"], "nobody"),
        (["show", "seven"], "commands list"),
        (["list", "--status", "done"], "pending"),
    ],
)
def test_bad_input_is_told_in_one_line_and_makes_nothing(
    database: Database, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    assert run(["commands", *arguments]) != 0
    error = capsys.readouterr().err
    assert word in error
    assert error.count("\n") == 1
    assert said(capsys, "list")["total"] == 0
