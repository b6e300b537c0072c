"""Tool servers at the command line: what was registered is changed, switched off and on; bad input is told."""

import json
from typing import Any

import pytest

from cofounder.cli.program import run
from cofounder.kit.testing import Database


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["servers", arguments[0], "--json", *arguments[1:]]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_server_is_switched_off_and_gets_other_time_outs_and_secrets(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = said(capsys, "add", "clock", "--", "/bin/false")
    assert (made["health"], made["disabled"], made["call_seconds"]) == ("down", False, 60)
    off = said(capsys, "change", "clock", "--off", "--call-seconds", "5")
    assert (off["disabled"], off["call_seconds"], off["list_seconds"]) == (True, 5, made["list_seconds"])
    monkeypatch.setenv("CLOCK_KEY", "hush")
    held = said(capsys, "change", "clock", "--env", "CLOCK_KEY")
    assert (held["secret_names"], held["disabled"]) == (["CLOCK_KEY"], True)
    assert "hush" not in json.dumps(held)
    bare = said(capsys, "change", "clock", "--forget", "CLOCK_KEY", "--on")
    assert (bare["secret_names"], bare["disabled"], bare["call_seconds"]) == ([], False, 5)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["change", "clock"], "another"),
        (["change", "nobody", "--off"], "nobody"),
        (["change", "clock", "--call-seconds", "0"], "call_seconds"),
        (["change", "clock", "--env", "NOWHERE_SET"], "NOWHERE_SET"),
        (["change", "clock", "--allow-private"], "address"),
    ],
)
def test_a_change_that_cannot_be_is_told_and_changes_nothing(
    database: Database, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    before = said(capsys, "add", "clock", "--", "/bin/false")
    assert run(["servers", *arguments]) != 0
    assert word in capsys.readouterr().err
    after = said(capsys, "list", "clock")
    assert {**after, "checked_at": None} == {**before, "checked_at": None}
