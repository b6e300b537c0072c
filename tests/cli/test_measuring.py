"""At the command line: what a person read of a post is typed, shown and listed."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cofounder.cli import out
from cofounder.cli.groups import measuring
from cofounder.cli.program import run
from cofounder.flow.publish.measuring.schemas import PublicationMeasuredOut
from cofounder.kit.clock import frozen
from cofounder.kit.testing import Database

WORDS = "Our office moves to 12 Dock Street in May. Come and see us; there will be coffee."


def answer(capsys: pytest.CaptureFixture[str], *said: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run([*said, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_reading_is_typed_shown_and_listed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    id = answer(capsys, "task", "last")["publications"][0]["publication_id"]
    assert run(["measure", "type", id, "--likes", "3"]) == out.CONFLICT
    assert "outbox" in capsys.readouterr().err
    assert run(["task", "last", "--posted"]) == 0
    done = answer(capsys, "measure", "run")
    assert (done["planned"], done["read"], done["problems"]) == (1, 0, {})
    asked = answer(capsys, "measure", "list", "--by-hand")
    assert [one["age"] for one in asked["items"]] == ["7 d", "72 h"]
    assert asked["counts"]["waiting"] == 2
    kept = answer(capsys, "measure", "type", id, "--impressions", "100", "--clicks", "120")
    assert kept["notes"] == ["More clicks than views or impressions."]
    seen = answer(capsys, "measure", "show", id)
    assert [one["impressions"] for one in seen["readings"]] == [100]
    for said in (["show", id], ["list"], ["run"], ["type", id, "--impressions", "90"]):
        capsys.readouterr()
        assert run(["measure", *said]) == 0
        told = capsys.readouterr().out
        assert told.strip()
        assert id in told or said[0] != "list"


def test_what_is_odd_is_said_later_too_and_no_date_is_cut(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    id = answer(capsys, "task", "last")["publications"][0]["publication_id"]
    assert run(["task", "last", "--posted"]) == 0
    answer(capsys, "measure", "run")
    answer(capsys, "measure", "type", id, "--impressions", "100", "--clicks", "120")
    answer(capsys, "measure", "type", id, "--impressions", "90")
    assert run(["measure", "show", id]) == 0
    told = capsys.readouterr().out
    assert "More clicks than views or impressions." in told
    assert "Impressions were 100 at" in told
    listed = answer(capsys, "measure", "list")["items"]
    assert run(["measure", "list"]) == 0
    told = capsys.readouterr().out
    for one in listed:
        due = datetime.fromisoformat(one["due_at"]).astimezone()
        assert re.search(rf"{id} +{one['age']} +{due:%Y-%m-%d %H:%M} ", told)


@pytest.mark.parametrize(("hours", "said"), [(1, True), (30, False)])
def test_visits_of_the_first_day_are_told_the_next_and_that_is_said(
    capsys: pytest.CaptureFixture[str], hours: int, said: bool
) -> None:
    out_since = datetime(2030, 1, 7, 9, tzinfo=UTC)
    nothing: dict[str, Any] = dict.fromkeys(PublicationMeasuredOut.model_fields)
    given = {"publication_id": uuid4(), "channel": "x", "published_at": out_since, "campaign": "spring-abcdef"}
    found = PublicationMeasuredOut(**{**nothing, **given, "readings": [], "ages": [], "foretold": []})
    with frozen(out_since + timedelta(hours=hours)):
        measuring._shown(found)
    told = capsys.readouterr().out
    assert "nothing told yet of utm_campaign=spring-abcdef." in told
    assert ("Visits are counted by whole days, UTC: from tomorrow." in told) is said


def test_what_cannot_be_so_is_refused_in_one_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "01990f3e-7c1a-7d2e-9b4f-3c2d1e0f9a8b"
    for said, code, words in (
        (["show", nobody], out.MISSING, nobody),
        (["show", "17"], out.USAGE, "PUBLICATION"),
        (["type", nobody, "--likes", "1"], out.MISSING, nobody),
        (["type", nobody, "--likes", "-1"], out.USAGE, "likes"),
        (["type", nobody, "--likes", "10000000000000"], out.USAGE, "likes"),
        (["type", nobody, "--likes", "1", "--at", "yesterday"], out.USAGE, "yesterday"),
        (["list", "--state", "lost"], out.USAGE, "lost"),
    ):
        assert run(["measure", *said]) == code, said
        told = capsys.readouterr().err
        assert words in told
        assert told.startswith("error: "), told
