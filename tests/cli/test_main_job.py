"""The main job at the command line, as a script and as a first visitor meet it. Real processes, real files."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cofounder.cli import out
from cofounder.kit.testing import Database

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
FIGURES = [
    "--metric",
    "revenue_monthly=150000",
    "--metric",
    "previous_month_revenue=125000",
    "--metric",
    "customer_count=320",
]


def cofounder(*arguments: str, environment: dict[str, str], within: float = 120) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cofounder.cli", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )


def test_ask_approve_export_in_a_script(database: Database, tmp_path: Path) -> None:
    asked = cofounder(
        "ask",
        "Create a LinkedIn post about our Q4 growth metrics",
        *FIGURES,
        *("--channel", "linkedin", "--channel", "twitter", "--json"),
        environment=database.environment,
    )
    assert asked.returncode == 0, asked.stderr
    task = json.loads(asked.stdout)
    assert task["status"] == "pending_approval"
    assert len({step["agent"] for step in task["steps"]}) >= 3

    shown = cofounder("approve", "last", "--show", "--json", environment=database.environment)
    waiting = json.loads(shown.stdout)
    assert set(waiting["channel_variants"]) == {"linkedin", "twitter"}

    exact = cofounder("approve", "last", "--exact", "--channel", "x", environment=database.environment)
    assert exact.stdout == waiting["channel_variants"]["twitter"]["exact_text"]

    wrong = tmp_path / "wrong.txt"
    wrong.write_text("We guarantee that revenue doubles to $9,999,999.")
    refused = cofounder(
        "approve", "last", "--channel", "linkedin", "--edit", str(wrong), "--yes", environment=database.environment
    )
    assert refused.returncode == out.CONFLICT
    assert "--anyway" in refused.stderr
    assert "$9,999,999 is neither given" in " ".join(refused.stdout.split())

    nobody = cofounder("approve", "last", environment=database.environment)
    assert nobody.returncode == out.USAGE
    assert nobody.stderr.startswith("error: verdict: ")

    approved = cofounder(
        "approve", "last", "--channel", "linkedin", "--yes", "--json", environment=database.environment
    )
    assert approved.returncode == 0, approved.stderr
    decided = json.loads(approved.stdout)
    assert decided["fingerprint"] == waiting["fingerprint"]
    assert decided["decision"]["automatic"] is False

    seen = json.loads(cofounder("task", task["task_id"], "--json", environment=database.environment).stdout)
    assert seen["status"] == "completed"
    assert [one["state"] for one in seen["publications"]] == ["published"]
    written = Path(seen["publications"][0]["url"])
    assert written.read_bytes() == waiting["channel_variants"]["linkedin"]["exact_text"].encode()

    again = cofounder("approve", "last", "--yes", environment=database.environment)
    assert again.returncode == out.CONFLICT

    target = tmp_path / "examples.jsonl"
    exported = cofounder("examples", "export", "-o", str(target), environment=database.environment)
    assert exported.returncode == 0
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert lines[0]["messages"][1]["content"] == "Create a LinkedIn post about our Q4 growth metrics"


def test_what_is_unclear_is_asked_answered_and_done(database: Database) -> None:
    asked = cofounder("ask", "Write something about our growth", environment=database.environment)
    assert asked.returncode == out.NEEDS_ANSWER
    assert "--clarify" in asked.stdout
    wrong = cofounder("task", "last", "--clarify", "shoe_size=44", "--json", environment=database.environment)
    questions = json.loads(cofounder("task", "last", "--json", environment=database.environment).stdout)["status_now"][
        "questions"
    ]
    fields = [question["field"] for question in questions]
    if len(fields) > 1:  # with one question any words are its answer
        assert wrong.returncode == out.USAGE


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path, for the embedded database's socket; its server is stopped after."""
    folder = Path(tempfile.mkdtemp(prefix="cofounder-demo-", dir="/tmp"))
    folder.chmod(0o755)  # as root the database runs as a user of its own, who must pass
    yield folder
    cofounder("--home", str(folder / "sample"), "db", "stop", "--force", environment={})
    shutil.rmtree(folder, ignore_errors=True)


def test_the_demo_runs_without_a_terminal(home: Path) -> None:
    done = cofounder("demo", environment={"COFOUNDER_HOME": str(home), "DATABASE_URL": "postgresql://not@host/used"})
    assert done.returncode == 0, done.stderr
    assert not CONTROL.search(done.stdout)
    told = done.stdout
    for phase in (
        "planning",
        "tool discovery",
        "delegation",
        "execution",
        "quality check",
        "formatting",
        "approval",
        "learning",
    ):
        assert re.search(rf"^{phase} +(done|skipped)", told, re.M), phase
    for part in (
        "LinkedIn: ",
        "X: ",
        "E-mail: ",
        "accuracy",
        "recorded as automatic and tagged test",
        "tags: test",
        "make run",
    ):
        assert part in told
    files = [
        Path(line.strip()) for line in told.splitlines() if line.strip().startswith(str(home / "sample" / "outbox"))
    ]
    assert len(files) == 3
    assert all(file.stat().st_size for file in files)
    assert not (home / "database").exists()  # nothing of it in the home of real data
    running = cofounder("--home", str(home / "sample"), "db", "status", "--json", environment={})
    assert json.loads(running.stdout)["running"] is False  # the last user stops the server

    line = re.search(r"cofounder (--home .+)$", told, re.M)
    assert line is not None
    exported = cofounder(*line[1].split(), environment={})
    assert len(exported.stdout.splitlines()) == 1
