"""The voices at the command line: looked at, set, learnt and taken back."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.testing import Database
from cofounder.personas import learning, policies_known
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


def test_a_look_is_told_with_its_whole_id_on_a_narrow_screen(
    lived: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = said(capsys, "optimize")
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["personas", "runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[1].strip() == made["run_id"]
    assert lines[0].startswith(made["ran_at"][:16].replace("T", " "))
    assert "best dataNerd, worst explorer" in "".join(lines[2:])
    assert run(["personas", "rollback", lines[1].strip()]) == 0


def test_a_voice_of_ones_own_is_made_changed_and_heard(lived: None, capsys: pytest.CaptureFixture[str]) -> None:
    made = said(
        capsys, "personas", "add", "Our workshop", "--like", "coach", "--never", "visits", "--status", "active",
        "--weight", "0.2", "--instructions", "You are a joiner.", "--closing", "Come by.",
    )  # fmt: skip
    assert (made["id"], made["style"]["never"], made["weight"]) == ("ourWorkshop", ["visits"], 0.2)
    changed = said(capsys, "personas", "rewrite", "our workshop", "--sentence-words", "6")
    assert changed["style"] == {"sentence_words": 6, "never": ["visits"], "closings": ["Come by."]}
    assert changed["instructions"] == "You are a joiner."
    assert said(capsys, "personas", "show", "ourWorkshop") == changed
    (text,) = said(capsys, "personas", "samples", "ourWorkshop")["items"]
    assert "visits" not in text["text"]
    assert "ourWorkshop" in [one["id"] for one in said(capsys, "personas", "list")["items"]]
    assert "ourWorkshop" in said(capsys, "optimize")["found"]["arms"]
    for command in (["personas", "show", "coach"], ["personas", "samples", "coach"]):
        assert run(command) == 0


def test_an_experiment_is_begun_told_and_decided(lived: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["personas", "experiments"]) == 0
    assert "No experiment yet" in capsys.readouterr().out
    begun = ["personas", "experiment", "Spring", "--hypothesis", "More of them.", "--until", "2190-01-01"]
    made = said(capsys, *begun, "--arm", "control=0.5", "--arm", "variant_a=0.5:lifted:coach,dataNerd")
    assert made["arms"]["variant_a"] == {"share": 0.5, "draws": "lifted", "personas": ["coach", "dataNerd"]}
    assert run([*begun, "--arm", "control=0.5", "--arm", "variant_a=0.5:lifted"]) == out.CONFLICT
    assert said(capsys, "personas", "experiments", made["id"])["state"] == "running"
    end = ["personas", "end", made["id"], "--adopt", "variant_a", "--reason", "We like it."]
    assert run(end) == out.CONFLICT
    assert "nothing speaks for it yet" in capsys.readouterr().err
    ended = said(capsys, *end, "--without-evidence")
    assert (ended["in_force"], ended["adopted"]) == (True, "variant_a")
    assert not said(capsys, "personas", "withdraw", made["id"])["in_force"]
    assert run(["personas", "experiments"]) == 0
    assert "Spring" in capsys.readouterr().out


def test_a_policy_that_raises_changes_nothing_and_is_named(
    lived: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies_known, "entry_points", lambda group: [Raising()])
    monkeypatch.setattr(
        learning, "settings", lambda: SimpleNamespace(persona_policy="broken", persona_mode="autonomous")
    )
    assert run(["optimize"]) not in (0, 2)
    assert "broken" in (told := capsys.readouterr().err) or "Raising" in told
    assert "it broke" in told
    (kept,) = said(capsys, "personas", "runs")["items"]
    assert (kept["status"], kept["changes"]) == ("failed", [])


class Raising:
    """An entry point whose policy raises when it is asked."""

    name = "broken"

    def load(self) -> Any:
        return Raising

    def __init__(self, *given: Any, **more: Any) -> None: ...

    def observe(self, outcomes: Any) -> None:
        raise RuntimeError("it broke")


def test_the_last_voice_cannot_be_disabled(lived: None, capsys: pytest.CaptureFixture[str]) -> None:
    names = [one["id"] for one in said(capsys, "personas", "list")["items"]]
    codes = [run(["personas", "set", name, "--status", "disabled"]) for name in names]
    assert codes == [0] * 11 + [out.CONFLICT]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["personas", "set", "coach", "--weight", "1.5", "--reason", "x"], "weight"),
        (["personas", "add", "Mine", "--like", "pirate"], "like"),
        (["personas", "add", "Mine", "--like", "coach", "--weight", "1.5"], "weight"),
        (["personas", "add", "Mine", "--like", "coach", "--closing", "no stop"], "style.closings"),
        (["personas", "experiment", "x", "--hypothesis", "x", "--until", "2190-01-01", "--arm", "control"], "arm"),
        (["personas", "end", "01a1fd8f-4992-7728-b3eb-b1c96939b51d", "--reason", "x"], "adopt"),
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
