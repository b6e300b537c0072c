"""The program as a script meets it: exit codes, one-line errors, pure JSON, help at once."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from cofounder.cli import out, program
from cofounder.cli.program import run
from cofounder.cli.reference import commands
from cofounder.kit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from cofounder.kit.testing import Database

HEAVY = (
    "scipy",
    "statsmodels",
    "sklearn",
    "numpy",
    "pydantic_ai",
    "fastmcp",
    "fastapi",
    "sqlalchemy",
    "dbos",
    "uvicorn",
)


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda part: part if isinstance(part, str) else "")
def test_every_command_has_help_with_an_example_of_itself(name: str, command: Any) -> None:
    text, _, example = (command.help or "").partition("Example:")
    assert text.strip().endswith(".")
    verb = name.removeprefix("cofounder ")
    assert verb in example
    for parameter in command.params:
        if not getattr(parameter, "hidden", False):
            assert getattr(parameter, "help", None), f"{name} {parameter.name} has no help"


def test_every_command_that_prints_data_can_print_json() -> None:
    silent = {
        "up",
        "serve",
        "worker",
        "demo",
        "mcp",
        "examples export",
        "imports refused",
        "datasets download",
        "datasets export",
        "db start",
        "db stop",
        "db migrate",
        "db url",
        "db psql",
    }
    for name, command in commands():
        has_json = any("--json" in parameter.opts for parameter in command.params)
        assert has_json != (name.removeprefix("cofounder ") in silent), name


def test_help_is_there_at_once_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from cofounder.cli.program import run; run(['--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], len(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, count = done.stderr.split()
    assert (loaded, int(count) < 800) == ("[]", True), count
    assert "approve" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense"),
        (["ask"], "REQUEST"),
        (["tasks", "--limit", "0"], "limit"),
        (["keys", "create", "ci"], "role"),
        (["up", "--port", "99999"], "port"),
        (["approve", "last", "--reject", "--changes"], "verdict"),
        (["task", "last", "--pause", "--cancel"], "options"),
        (["publish", "--channel", "linkedin"], "text"),
        (["examples", "export", "--format", "xml"], "format"),
        (["ask", "x", "--metric", "revenue"], "metric"),
        (["ask", "x", "--metric", "revenue=much"], "metric.revenue"),
        (["ask", "  "], "say what you want"),
        (["ask", "x", "--tone", "purple"], "professional"),
        (["tasks", "--status", "nonsense"], "pending_approval"),
        (["approve", "last", "--exact", "--yes"], "exact"),
        (["ask", "x", "--plan", "/nowhere.json"], "plan"),
        (["approve", "last", "--schedule", "tomorrow"], "schedule"),
    ],
)
def test_wrong_usage_is_one_line_that_names_the_input_and_code_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == out.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"error: .+\n", said.err), said.err
    assert words.lower() in said.err.lower()


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == out.USAGE
    said = capsys.readouterr()
    assert "approve" in said.out + said.err


def test_an_error_is_field_what_and_hint_in_one_line() -> None:
    class TooLong(InputInvalid):
        """The text is too long."""

        hint = "Shorten it"

    assert (
        out.line(TooLong("It has 300\ncharacters", field="text")) == "error: text: It has 300 characters. Shorten it."
    )
    assert out.line(TooLong()) == "error: The text is too long. Shorten it."


def test_exit_codes_tell_errors_apart() -> None:
    codes = [out.exit_code(error()) for error in (InputInvalid, NotFound, Conflict, NotAllowed)]
    assert codes == [2, 3, 4, 5]
    assert all(code in out.EXIT_CODES for code in codes)


def test_a_setting_that_does_not_fit_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cofounder.settings import settings

    monkeypatch.setenv("COFOUNDER_PORT", "many")
    settings.cache_clear()
    try:
        assert run(["serve"]) == out.USAGE
    finally:
        settings.cache_clear()
    assert capsys.readouterr().err.startswith("error: COFOUNDER_PORT: ")


def test_a_key_is_made_shown_once_listed_and_revoked(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", "ci", "--role", "operator", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["key"].startswith("cf_")
    assert made["role"] == "operator"
    assert run(["keys", "list", "--json"]) == 0
    listed = capsys.readouterr().out
    assert made["key"] not in listed
    assert json.loads(listed)["items"][0]["name"] == "ci"
    assert run(["keys", "revoke", "ci"]) == 0
    assert run(["keys", "create", "ci", "--role", "operator"]) == out.CONFLICT
    assert run(["keys", "revoke", "other"]) == out.MISSING
    assert run(["keys", "create", "x", "--role", "king"]) == out.USAGE


def test_a_request_is_stored_with_its_figures_and_shown(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [
        "ask",
        "Create a LinkedIn post about revenue",
        "--metric",
        "revenue_monthly=$150,000",
        "--metric",
        "conversion_rate=4.5%",
    ]
    assert run([*asked, "--channel", "linkedin", "--no-wait", "--json"]) == 0
    task_id = json.loads(capsys.readouterr().out)["task_id"]
    assert run(["task", task_id[-12:], "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["task_id"] == task_id
    assert shown["status"] == "queued"
    assert shown["business_metrics"]["revenue_monthly"] == 150000
    assert shown["business_metrics"]["conversion_rate"] == 0.045
    assert run(["tasks", "--json", "--status", "queued"]) == 0
    assert [one["task_id"] for one in json.loads(capsys.readouterr().out)["items"]] == [task_id]
    assert run(["tasks"]) == 0
    assert task_id[-12:] in capsys.readouterr().out


def test_a_task_that_waits_for_nobody_cannot_be_approved(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "Create a LinkedIn post about revenue", "--no-wait"]) == 0
    assert run(["approve", "last", "--yes"]) == out.CONFLICT
    assert run(["approve", "01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3", "--yes"]) == out.MISSING
    assert run(["task", "ffffffff"]) == out.MISSING


def test_cancelling_asks_and_needs_a_word_where_nobody_can_answer(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ask", "Create a LinkedIn post about revenue", "--no-wait"]) == 0
    assert run(["task", "last", "--cancel"]) == out.USAGE
    assert run(["task", "last", "--cancel", "--yes", "--json"]) == 0
    assert '"status": "cancelled"' in capsys.readouterr().out
    assert run(["task", "last", "--resume"]) == out.CONFLICT


def test_an_unknown_channel_is_named(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "Write a post", "--channel", "myspace", "--no-wait"]) == out.USAGE
    assert "myspace" in capsys.readouterr().err


def test_the_sample_company_comes_and_goes_whole(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sample", "load", "--json"]) == 0
    loaded = json.loads(capsys.readouterr().out)
    assert loaded["financial_metrics"] > 100
    assert run(["sample", "remove"]) == out.USAGE
    assert run(["sample", "remove", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == loaded


def test_an_export_of_nothing_is_refused_and_leaves_no_file(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "examples.jsonl"
    assert run(["examples", "export", "-o", str(target)]) == 2
    assert not target.exists()
    assert "No example fits the filter." in capsys.readouterr().err
    assert run(["examples", "export", "--format", "csv"]) == 2
    assert capsys.readouterr().out == ""


def test_doctor_says_what_is_missing_and_how_to_mend_it(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["items"]}
    assert found["Schema"]["state"] == "ok"
    assert found["API keys"]["state"] == "missing"
    assert "keys create" in found["API keys"]["mend"]
    assert found["Worker"]["state"] == "missing"


def test_doctor_names_a_model_without_its_key(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cofounder.settings import settings

    monkeypatch.setenv("COFOUNDER_MODEL", "openai:some-model")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings.cache_clear()
    assert run(["doctor"]) == out.ENDED_BADLY
    assert "set OPENAI_API_KEY." in capsys.readouterr().out


def test_a_database_that_is_not_there_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from cofounder.settings import settings

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("COFOUNDER_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        assert run(["tasks"]) == out.UNAVAILABLE
    finally:
        settings.cache_clear()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1


def test_the_embedded_database_alone_can_be_started_and_stopped(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["db", "stop"]) == out.CONFLICT
    assert run(["db", "status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["embedded"] is False
    assert status["current"] is True
    assert run(["db", "url"]) == 0
    assert capsys.readouterr().out.strip() == database.environment["DATABASE_URL"]


@pytest.mark.parametrize("group", ["keys", "db", "examples", "sample"])
def test_a_group_without_a_command_shows_its_help(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([group]) == out.USAGE
    said = capsys.readouterr()
    assert f"Usage: cofounder {group} " in said.out
    assert len(said.out.splitlines()) > 5
    assert said.err == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "nonsense", "For example: DATABASE_URL=postgresql://"),
        ("DATABASE_URL", "mysql://someone:secret@host/name", "not PostgreSQL"),
        ("COFOUNDER_HOME", __file__, "is a file"),
        ("COFOUNDER_HOME", "/proc/none/here", "cannot be made"),
    ],
)
def test_an_unusable_place_is_named_by_its_setting(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cofounder.settings import settings

    monkeypatch.setenv(name, value)
    if name == "COFOUNDER_HOME":
        monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.cache_clear()
    try:
        assert run(["tasks"]) == out.USAGE
    finally:
        settings.cache_clear()
    said = capsys.readouterr().err
    assert said.startswith(f"error: {name}: ")
    assert words in said
    assert "secret" not in said


def test_doctor_lists_everything_when_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cofounder.settings import settings

    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/none")
    settings.cache_clear()
    try:
        assert run(["doctor", "--json"]) == out.ENDED_BADLY
    finally:
        settings.cache_clear()
    items = {one["name"]: one for one in json.loads(capsys.readouterr().out)["items"]}
    assert [name for name, one in items.items() if one["state"] == "failed"] == ["Database"]
    assert {"Python", "Disk", "Worker", "Model offline", "LinkedIn"} <= set(items)
    assert "(psycopg" not in items["Database"]["detail"]


def test_a_fault_of_ours_never_prints_a_statement(capsys: pytest.CaptureFixture[str]) -> None:
    error = IntegrityError("INSERT INTO posts (id) VALUES ($1)", {}, Exception("it is there already"))
    assert program._surprise(error) == out.FAULT
    said = capsys.readouterr().err
    assert "it is there already" in said
    assert "INSERT" not in said
