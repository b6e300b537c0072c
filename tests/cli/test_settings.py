"""What may change while the product runs, by the command line."""

import json

import pytest

from cofounder.cli.program import run
from cofounder.kit.testing import Database


def _said(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    return dict(json.loads(capsys.readouterr().out))


def test_a_setting_is_set_listed_and_taken_back(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["settings", "set", "daily_budget_usd", "5"]) == 0
    assert run(["settings", "set", "approval", "false"]) == 0
    assert run(["settings", "set", "smtp_host", "mail.example.org"]) == 0
    assert run(["settings", "set", "smtp_password", "four words in a row"]) == 0
    capsys.readouterr()
    assert run(["settings", "list", "--json"]) == 0
    found = _said(capsys)
    assert (found["daily_budget_usd"]["value"], found["approval"]["value"]) == (5, False)
    assert (found["smtp_host"]["value"], found["smtp_password"]["value"]) == ("mail.example.org", None)
    assert found["smtp_password"]["given"]
    assert run(["settings", "list"]) == 0
    assert "four words" not in capsys.readouterr().out
    assert run(["settings", "forget", "smtp_password", "--json"]) == 0
    assert not _said(capsys)["given"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("daily_budget_usd", "a lot", "daily_budget_usd"),
        ("nonsense", "1", "nonsense"),
        ("email_recipients", "nobody", "not an e-mail address"),
        ("model", "opnai:gpt-5", "no provider"),
    ],
)
def test_what_does_not_fit_is_one_line_and_changes_nothing(
    database: Database, capsys: pytest.CaptureFixture[str], name: str, value: str, words: str
) -> None:
    assert run(["settings", "set", name, value]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_what_is_set_is_tried_and_what_fails_ends_with_one(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["settings", "try", "models", "--json"]) == 0
    (built_in,) = json.loads(capsys.readouterr().out)["models"]["items"]
    assert (built_in["name"], built_in["works"]) == ("offline", True)
    assert run(["settings", "try"]) == 1
    told = capsys.readouterr().out
    assert "works  offline" in told
    assert "fails  E-mail" in told
    assert run(["settings", "try", "everything"]) == 2
