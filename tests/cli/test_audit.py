"""`cofounder audit`: who did what, narrowed as the API narrows it."""

import json
from typing import Any

import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit.testing import Database


def test_a_part_of_an_id_is_enough_and_a_mistyped_action_names_those_there_are(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str) -> str:
        capsys.readouterr()
        assert run(["audit", *words]) == 0
        return capsys.readouterr().out

    for name in ("Mara Ilves", "Jo Lind"):
        assert run(["people", "add", name, "--role", "approver"]) == 0
    added = [one for one in json.loads(told("--json"))["items"] if one["action"].startswith("person.")]
    for one in added:
        for part in (one["object_id"][-8:], one["object_id"][-8:].upper(), one["object_id"][:-1]):
            found = json.loads(told("--json", "--object-id", part))["items"]
            assert [each["id"] for each in found] == [one["id"]]
        assert one["object_id"][-8:] in told("--object-id", one["object_id"][-8:])
    assert "Nothing of that was done." in told("--object-id", "no-such-id")
    assert run(["audit", "--object-id", added[0]["object_id"][:4]]) == out.USAGE  # ids begin with the time
    assert "fits several" in capsys.readouterr().err
    said = " ".join(told("--action", "person.adde").split())
    assert "There is no action person.adde, but:" in said
    assert added[0]["action"] in said


def test_the_log_is_narrowed_by_what_it_was_done_to_and_when(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert run(["audit", "--json", *words]) == 0
        return list(json.loads(capsys.readouterr().out)["items"])

    assert run(["people", "add", "Mara Ilves", "--role", "approver"]) == 0
    assert run(["keys", "create", "reports", "--role", "viewer"]) == 0
    everything = told()
    (person,) = (one for one in everything if one["action"].startswith("person."))
    others = [one for one in everything if one["object_type"] != person["object_type"]]
    assert others
    assert told("--object-type", person["object_type"]) == [person]
    assert told("--object-id", person["object_id"]) == [person]
    assert told("--object-type", person["object_type"], "--object-id", others[0]["object_id"]) == []
    assert told("--since", "2020-01-01", "--until", "2999-01-01T00:00Z") == everything
    assert told("--until", person["at"]) == [one for one in everything if one["at"] < person["at"]]
    assert run(["audit", "--since", "2026-01-02", "--until", "2026-01-01"]) == out.USAGE
    assert "ends before it begins" in capsys.readouterr().err
    assert run(["audit", "--since", "soon"]) == out.USAGE
