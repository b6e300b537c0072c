"""What a person can do wrong at the command line: one line that names the input, an exit code, and nothing written.

The same over HTTP is in tests/api/test_refused.py.
"""

import asyncio
import json
import re
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.flow.waiting import APPROVER, ready

ASK = "Create a LinkedIn post about our Q4 growth metrics"
STEP = {"id": "read", "tool": "financial.read_metrics", "inputs": {"as_of": "2026-01-31"}}
BY_ITSELF = ("leases", "schema_revision")


def rows(database: Database) -> dict[str, int]:
    """How many rows each of our tables holds, and how much work the engine was given."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        listed = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", [database.schema]
        ).fetchall()
        names = [f"{database.schema}.{name}" for (name,) in listed if name not in BY_ITSELF]
        names += ["dbos.workflow_status", "dbos.notifications"]
        return {
            name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # type: ignore[index]
            for name in names
        }


def refused(arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a command says when it is refused with this exit code."""
    assert run(arguments) == code, capsys.readouterr().err
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"error: .+\n", said.err), said.err
    assert words.lower() in said.err.lower(), said.err
    assert "Traceback" not in said.err
    return said.err


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """name -> the path of a file that does not fit."""
    twice = {"steps": [STEP, STEP]}
    made: dict[str, str | bytes] = {
        "megabyte.txt": "a" * 1_000_000,
        "bytes.txt": b"\xff\xfe\x00",
        "broken.json": '{"steps": [',
        "circle.json": json.dumps({"steps": [{**STEP, "depends_on": ["read"]}]}),
        "nobody.json": json.dumps({"steps": [{**STEP, "tool": "financial.guess"}]}),
        "twice.json": json.dumps(twice),
        "empty.json": json.dumps({"steps": []}),
        "list.json": "[]",
    }
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in made.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return {name: str(folder / name) for name in made}


def test_a_request_that_does_not_fit_is_one_line_and_nothing_is_written(
    database: Database, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["ask", ASK, "--no-wait"]
    cases: list[tuple[list[str], str]] = [
        (["ask", "", "--no-wait"], "what you want"),
        (["ask", " \n ", "--no-wait"], "what you want"),
        ([*ask, "--file", files["megabyte.txt"]], "20000"),
        ([*ask, "--file", files["bytes.txt"]], "UTF-8"),
        ([*ask, "--channel", "tiktok"], "tiktok"),
        ([*ask, "--metric", "revenue_monthly=-1"], "revenue_monthly"),
        ([*ask, "--metric", "conversion_rate=4.5"], "conversion_rate"),
        ([*ask, "--metric", "conversion_rate=-0.1"], "conversion_rate"),
        ([*ask, "--metric", "customer_count=many"], "customer_count"),
        ([*ask, "--metric", "customer_count=false"], "customer_count"),
        ([*ask, "--metric", "customer_count=nan"], "customer_count"),
        ([*ask, "--persona", "pirate"], "pirate"),
        ([*ask, "--plan", files["broken.json"]], "plan"),
        ([*ask, "--plan", files["circle.json"]], "plan.steps"),
        ([*ask, "--plan", files["nobody.json"]], "financial.guess"),
        ([*ask, "--plan", files["twice.json"]], "plan.steps.1.id"),
        ([*ask, "--plan", files["empty.json"]], "plan.steps"),
        ([*ask, "--plan", files["list.json"]], "plan"),
    ]
    run(["tasks", "--json"])  # the database is there, and so are the engine's tables
    capsys.readouterr()
    before = rows(database)
    for arguments, words in cases:
        refused(arguments, out.USAGE, words, capsys)
        assert rows(database) == before, arguments


def test_an_unknown_task_is_code_3(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    run(["tasks", "--json"])
    capsys.readouterr()
    before = rows(database)
    nobody = str(new_id())
    for arguments in (
        ["task", nobody],
        ["task", nobody, "--cancel", "--yes"],
        ["task", nobody, "--pause"],
        ["task", nobody, "--rerun", "read"],
        ["approve", nobody, "--yes"],
        ["approve", nobody, "--reject", "--feedback", "no"],
    ):
        refused(arguments, out.MISSING, nobody[:8], capsys)
    assert rows(database) == before


async def _waiting(*, decided: bool) -> UUID:
    try:
        async with db.transaction() as session:
            id = await ready(session)
            await approvals.open_round(session, id)
        if decided:
            async with db.transaction() as session:
                await approvals.decide(session, Decision(task_id=id, verdict="reject", feedback="No."), by=APPROVER)
        return id
    finally:
        await db.dispose()


def test_a_decision_twice_is_code_4_and_says_who_decided(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    id = str(asyncio.run(_waiting(decided=True)))
    before = rows(database)
    for arguments in (["approve", id, "--yes"], ["approve", id, "--changes", "--feedback", "Shorter."]):
        refused(arguments, out.CONFLICT, "ann", capsys)
    refused(["task", id, "--pause"], out.CONFLICT, "rejected", capsys)
    assert rows(database) == before


def test_a_decision_that_does_not_fit_is_code_2_and_decides_nothing(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    id = str(asyncio.run(_waiting(decided=False)))
    before = rows(database)
    for arguments, words in (
        (["--yes", "--channel", "tiktok"], "tiktok"),
        (["--yes", "--schedule", "2020-01-01T09:00Z"], "schedule"),
        (["--yes", "--schedule", "soon"], "schedule"),
        (["--changes"], "feedback"),
        (["--reject", "--changes"], "verdict"),
        ([], "verdict"),
    ):
        refused(["approve", id, *arguments], out.USAGE, words, capsys)
    assert rows(database) == before


def test_a_database_that_is_away_is_code_69(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_waiting(decided=False))
    before = rows(database)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/away")
    settings.cache_clear()
    for arguments in (["ask", ASK, "--no-wait"], ["tasks"], ["approve", "last", "--yes"], ["examples", "export"]):
        said = refused(arguments, out.UNAVAILABLE, "database", capsys)
        assert "secret" not in said
    settings.cache_clear()
    assert rows(database) == before
