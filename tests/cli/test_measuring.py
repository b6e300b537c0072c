"""At the command line: what a person read of a post is typed, shown and listed."""

import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cofounder.business.derive.books import Books
from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.cli.views import measuring
from cofounder.flow.publish.measuring.carrying import Done
from cofounder.flow.publish.measuring.schemas import PublicationMeasuredOut
from cofounder.kit.clock import frozen, now
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
    assert [one["age"] for one in asked["items"]] == ["72 h", "7 d"]
    assert asked["counts"]["waiting"] == 2
    kept = answer(capsys, "measure", "type", id, "--impressions", "100", "--clicks", "120")
    assert kept["notes"] == ["More clicks than views or impressions: clicks 120 above impressions 100."]
    seen = answer(capsys, "measure", "show", id)
    assert [one["impressions"] for one in seen["readings"]] == [100]
    for said in (["show", id], ["list"], ["run"], ["type", id, "--impressions", "90"]):
        capsys.readouterr()
        assert run(["measure", *said]) == 0
        told = capsys.readouterr().out
        assert told.strip()
        assert id in told or said[0] != "list"


def test_one_is_said_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    measuring.told(Done(planned=2, read=1, gone=1, missed=1, problems={}))
    measuring.told(Done(planned=4, read=2, gone=0, missed=2, problems={}))
    told = capsys.readouterr().out.splitlines()
    assert told == ["1 post read, 1 gone, 1 age missed.", "2 posts read, 0 gone, 2 ages missed."]


def test_what_is_odd_is_said_later_too_and_no_date_is_cut(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    id = answer(capsys, "task", "last")["publications"][0]["publication_id"]
    assert run(["task", "last", "--posted"]) == 0
    answer(capsys, "measure", "run")
    answer(capsys, "measure", "type", id, "--impressions", "100", "--clicks", "120")
    with frozen(now() + timedelta(minutes=2)):
        answer(capsys, "measure", "type", id, "--impressions", "90")
    assert run(["measure", "show", id]) == 0
    told = capsys.readouterr().out
    assert "More clicks than views or impressions: clicks 120 above impressions 100." in told
    assert re.search(
        r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, 0\.0 h old, typed: impressions 100, clicks 120$", told, re.MULTILINE
    )
    assert "Impressions fell: 90 below 100 at" in told
    listed = answer(capsys, "measure", "list")["items"]
    assert run(["measure", "list"]) == 0
    told = capsys.readouterr().out
    for one in listed:
        due = datetime.fromisoformat(one["due_at"]).astimezone(UTC)
        assert re.search(rf"^ +{one['age']}  {due:%Y-%m-%d %H:%M} UTC  ", told, re.MULTILINE)
    assert told.index("LinkedIn: ") < told.index(id) < told.index("72 h") < told.index("7 d")


def test_a_mistyped_reading_is_corrected_and_taken_away_by_its_minute(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    id = answer(capsys, "task", "last")["publications"][0]["publication_id"]
    assert run(["task", "last", "--posted"]) == 0
    kept = answer(capsys, "measure", "type", id, "--views", "1000000000000")["reading"]
    shown_as = f"{datetime.fromisoformat(kept['measured_at']).astimezone():%Y-%m-%d %H:%M}"
    answer(capsys, "measure", "type", id, "--views", "180", "--at", shown_as)
    assert [one["views"] for one in answer(capsys, "measure", "show", id)["readings"]] == [180]
    for said in ([], ["--views", "3", "--at", shown_as]):
        assert run(["measure", "type", id, "--take-away", *said]) == out.USAGE
    assert run(["measure", "type", id, "--take-away", "--at", "2020-01-01 10:00"]) == out.MISSING
    assert answer(capsys, "measure", "type", id, "--take-away", "--at", shown_as)["readings"] == []


def test_one_figure_is_taken_out_of_a_reading_and_the_others_stay(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    id = answer(capsys, "task", "last")["publications"][0]["publication_id"]
    assert run(["task", "last", "--posted"]) == 0
    kept = answer(capsys, "measure", "type", id, "--views", "180", "--likes", "7", "--clicks", "3")["reading"]
    at = kept["measured_at"]
    mended = answer(capsys, "measure", "type", id, "--at", at, "--without", "likes", "--without", "Clicks")["reading"]
    assert (mended["views"], mended["likes"], mended["clicks"]) == (180, None, None)
    assert mended["reading_id"] == answer(capsys, "measure", "show", id)["readings"][0]["reading_id"]
    wrong = {
        "Say of which one": ["--without", "views"],
        "no figure 'like'": ["--without", "like", "--at", at],
        "views 3 is given as well": ["--without", "views", "--views", "3", "--at", at],
        "Nothing would be left": ["--without", "views", "--at", at],
    }
    for told, said in wrong.items():
        assert run(["measure", "type", id, *said]) == out.USAGE
        assert told in capsys.readouterr().err
    assert run(["measure", "type", id, "--without", "views", "--at", "2020-01-01 10:00"]) == out.MISSING


def test_a_part_of_the_id_will_do_and_times_are_of_one_zone(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    id = answer(capsys, "task", "last")["publications"][0]["publication_id"]
    assert run(["task", "last", "--posted"]) == 0
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        kept = answer(capsys, "measure", "type", id[-8:], "--views", "10", "--clicks", "12")["reading"]
        at = f"{datetime.fromisoformat(kept['measured_at']).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        assert run(["measure", "show", id[:23]]) == 0
        told = capsys.readouterr().out
        assert f"{at}, 0.0 h old, typed" in told
        assert f"{at}: More clicks" in told
        assert answer(capsys, "measure", "type", id[:23], "--take-away", "--at", at)["readings"] == []
    finally:
        monkeypatch.undo()
        time.tzset()
    assert run(["measure", "show", "zzzz"]) == out.MISSING


@pytest.mark.parametrize(("hours", "said"), [(1, True), (30, False)])
def test_visits_of_the_first_day_are_told_the_next_and_that_is_said(
    capsys: pytest.CaptureFixture[str], hours: int, said: bool
) -> None:
    out_since = datetime(2030, 1, 7, 9, tzinfo=UTC)
    nothing: dict[str, Any] = dict.fromkeys(PublicationMeasuredOut.model_fields)
    given = {"publication_id": uuid4(), "channel": "x", "published_at": out_since, "campaign": "spring-abcdef"}
    found = PublicationMeasuredOut(**{**nothing, **given, "readings": [], "ages": [], "foretold": []})
    with frozen(out_since + timedelta(hours=hours)):
        measuring.shown(found)
    told = capsys.readouterr().out
    assert "nothing told yet of utm_campaign=spring-abcdef." in told
    assert ("Visits are counted by whole days, UTC: from tomorrow." in told) is said


def test_engagement_is_called_by_what_it_is_beside_likes(capsys: pytest.CaptureFixture[str]) -> None:
    nothing: dict[str, Any] = dict.fromkeys(PublicationMeasuredOut.model_fields)
    ahead = [
        {"outcome": name, "value": 20, "low": low, "high": high, "came": None, "final": False, "held": None}
        for name, low, high in (("engagement", 8, 37), ("likes", 11, 52))
    ]
    given = {"publication_id": uuid4(), "channel": "x", "readings": [], "ages": [], "foretold": ahead}
    measuring.shown(PublicationMeasuredOut(**{**nothing, **given}))
    told = capsys.readouterr().out
    assert "Clicks, shares and comments: 8 to 37 foretold" in told
    assert "Likes: 11 to 52 foretold" in told


def test_figures_stand_as_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    nothing: dict[str, Any] = dict.fromkeys(PublicationMeasuredOut.model_fields)
    figures: list[tuple[str, float, float, float]] = [
        ("engagement_rate", 0.01234, 0.0456, 0.023),
        ("reach", 8_765.4, 123_456.7, 1_234_567.0),
        ("return_on_cost", 1.5, 12_345.678, 2.345),
        ("likes", 900.5, 4_024.4, 2.5),
    ]
    ahead = [
        {"outcome": name, "value": 1, "low": low, "high": high, "came": came, "final": True, "held": False}
        for name, low, high, came in figures
    ]
    given = {"publication_id": uuid4(), "channel": "x", "readings": [], "ages": [], "foretold": ahead}
    measuring.shown(PublicationMeasuredOut(**{**nothing, **given}))
    told = capsys.readouterr().out
    assert "Engagement rate: 1.23% to 4.56% foretold; 2.30%, outside of it." in told
    assert "Reach: 8,765 to 123,457 foretold; 1,234,567, outside of it." in told
    assert "Likes: 901 to 4,024 foretold; 3, outside of it." in told  # halves go up, as there
    assert "Return on cost: 1.50 to 12,345.68 foretold; 2.35, outside of it." in told or "2.34," in told


def test_a_span_of_days_that_cannot_be_is_refused(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    for said, words in (
        (["--until", "0001-01-05"], "until"),
        (["--since", "2026-10-31", "--until", "2026-10-01"], "since"),
    ):
        assert run(["measure", "books", *said]) == out.USAGE
        told = capsys.readouterr().err
        assert told.startswith("error: "), told
        assert words in told


@pytest.mark.parametrize(("until", "said"), [(10, True), (7, False)])
def test_the_books_say_through_which_day_they_go(capsys: pytest.CaptureFixture[str], until: int, said: bool) -> None:
    nothing: dict[str, Any] = {"sessions": 5, "conversions": None, "revenue": {}, "rows": 1}
    parts = dict.fromkeys(("publications", "other_posts", "not_attributed"), nothing)
    days = {"first_day": date(2030, 1, 2), "last_day": date(2030, 1, 7)}
    report = {**nothing, **parts, **days, "split_by": [], "items": []}
    found = {"as_of": datetime(2030, 1, 10, tzinfo=UTC), "since": date(2030, 1, 1), "until": date(2030, 1, until)}
    measuring.balanced(Books.model_validate({**found, "reports": [report]}))
    told = "Web analytics are imported through 2030-01-07: of 2030-01-08 to 2030-01-10 nothing is known."
    assert (told in capsys.readouterr().out) is said


def test_what_cannot_be_so_is_refused_in_one_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = "01990f3e-7c1a-7d2e-9b4f-3c2d1e0f9a8b"
    for said, code, words in (
        (["show", nobody], out.MISSING, nobody),
        (["show", "17"], out.MISSING, "17"),
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
