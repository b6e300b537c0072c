"""The voices at the command line: looked at, set, learnt and taken back."""

import asyncio
import json
from typing import Any

import pytest

from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.testing import Database
from tests.personas.posts import weeks_of


@pytest.fixture
def lived(database: Database) -> None:
    """Three weeks of three voices, of which one gains most."""

    async def put() -> None:
        async with db.transaction() as session:
            await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0})
        await db.dispose()

    asyncio.run(put())


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_voices_learn_are_set_and_taken_back(lived: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "optimize", "--dry-run")["standing"] == "dry run"
    assert said(capsys, "personas", "runs")["items"] == []
    made = said(capsys, "optimize")
    assert (made["standing"], made["top_performer"]) == ("in use", "dataNerd")
    best = said(capsys, "personas", "list")["items"][0]
    assert (best["id"], best["band"]) == ("dataNerd", "viral")
    assert best["low"] <= best["per_1k"] <= best["high"]
    assert said(capsys, "personas", "set", "coach", "--weight", "0.3", "--reason", "why not")["probability"] == 0.3
    (books,) = said(capsys, "personas", "followers")
    assert books["counted"] == pytest.approx(float(books["credited"]) + float(books["background"]))
    assert "viral" in {one["kind"] for one in said(capsys, "personas", "flags")}
    assert said(capsys, "personas", "rollback", made["run_id"])["standing"] == "rolled back"
    for command in (["personas", "list"], ["personas", "runs"], ["personas", "followers"], ["optimize", "--dry-run"]):
        assert run(command) == 0
    assert "Data nerd" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["personas", "set", "coach", "--weight", "0.5"], "reason"),
        (["personas", "set", "coach"], "status"),
        (["personas", "set", "coach", "--status", "asleep"], "status"),
        (["personas", "followers", "x"], "count"),
        (["personas", "followers", "pigeons", "3"], "platform"),
    ],
)
def test_what_does_not_fit_names_the_field(
    database: Database, capsys: pytest.CaptureFixture[str], arguments: list[str], field: str
) -> None:
    assert run(arguments) != 0
    assert field in capsys.readouterr().err
