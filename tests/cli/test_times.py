"""Times typed without a zone, around the hours that clocks skip and repeat."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.cli import out
from cofounder.cli.groups.choosing_examples import day_or_time
from cofounder.cli.program import run
from cofounder.cli.times import TimeUnclear, when
from cofounder.flow.plan import timing
from cofounder.flow.request.series.slots import Rule, slot
from cofounder.kit.clock import frozen
from cofounder.kit.testing import Database

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC")


def clocks_of(zone: str | None) -> None:
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    time.tzset()


@pytest.fixture(autouse=True)
def _own_clocks() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    clocks_of(before)


def utc(given: datetime | None) -> str:
    assert given is not None
    return f"{given.astimezone(UTC):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("zone", "typed", "meant"),
    [
        ("Europe/Berlin", "2027-03-28T03:00", "2027-03-28T01:00"),
        ("Europe/Berlin", "2027-03-28T01:59", "2027-03-28T00:59"),
        ("Europe/Berlin", "2027-10-31T01:59", "2027-10-30T23:59"),
        ("Europe/Berlin", "2027-10-31T03:00", "2027-10-31T02:00"),
        ("Europe/Berlin", "2027-03-28T02:30+01:00", "2027-03-28T01:30"),
        ("America/New_York", "2027-11-07T01:30-05:00", "2027-11-07T06:30"),
        ("America/New_York", "2027-11-07T02:00", "2027-11-07T07:00"),
        ("Africa/Cairo", "2027-04-30", "2027-04-29T22:00"),  # a day alone, whose first hour clocks skip
        ("Africa/Cairo", "20270430", "2027-04-29T22:00"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2027-07-01T09:00", "2027-07-01T07:00"),
        (":Europe/Berlin", "2027-07-01T09:00", "2027-07-01T07:00"),
        ("EST5EDT", "2027-07-01T09:00", "2027-07-01T13:00"),
        ("UTC0", "2027-07-01T09:00", "2027-07-01T09:00"),
        ("<+03>-3", "2027-07-01T09:00", "2027-07-01T06:00"),
        ("", "2027-07-01T09:00", "2027-07-01T09:00"),
    ],
)
def test_a_time_is_by_the_clocks_of_this_machine(zone: str, typed: str, meant: str) -> None:
    clocks_of(zone)
    assert utc(when(typed)) == meant


@pytest.mark.parametrize(
    ("zone", "typed", "said", "advice", "first"),
    [
        (
            "America/New_York", "2027-03-14T02:30", "Clocks go forward here: there is no 02:30 on 2027-03-14.",
            "Write 2027-03-14T03:30, or another time, or its offset from UTC, as in 2027-03-14T03:30-04:00.",
            "2027-03-14T07:30",
        ),
        (
            "America/New_York", "2027-11-07T01:30", "Clocks go back here: 01:30 comes twice on 2027-11-07.",
            "Write 2027-11-07T01:30-04:00 for the first, 2027-11-07T01:30-05:00 for the second.",
            "2027-11-07T05:30",
        ),
        (
            "Europe/Berlin", "2027-03-28T02:00", "Clocks go forward here: there is no 02:00 on 2027-03-28.",
            "Write 2027-03-28T03:00, or another time, or its offset from UTC, as in 2027-03-28T03:00+02:00.",
            "2027-03-28T01:00",
        ),
        (
            "Australia/Lord_Howe", "2027-10-03T02:10", "Clocks go forward here: there is no 02:10 on 2027-10-03.",
            "Write 2027-10-03T02:40, or another time, or its offset from UTC, as in 2027-10-03T02:40+11:00.",
            "2027-10-02T15:40",
        ),
        (
            "Africa/Cairo", "2027-04-30T00:30", "Clocks go forward here: there is no 00:30 on 2027-04-30.",
            "Write 2027-04-30T01:30, or another time, or its offset from UTC, as in 2027-04-30T01:30+03:00.",
            "2027-04-29T22:30",
        ),
    ],
)  # fmt: skip
def test_an_hour_that_clocks_skip_or_repeat_is_asked_about(
    zone: str, typed: str, said: str, advice: str, first: str
) -> None:
    clocks_of(zone)
    for read in (when, day_or_time):
        with pytest.raises(TimeUnclear) as refused:
            read(typed, field="since")
        assert (refused.value.detail, refused.value.advice, refused.value.field) == (said, advice, "since")
    with frozen(datetime(2026, 11, 22, tzinfo=UTC)):  # the words of a request: its plan shows the moment
        assert utc(timing.meant(typed, since=datetime(2026, 11, 22, tzinfo=UTC))) == first


@pytest.mark.parametrize("zone", ["Bogus/Zone", "Berlin2", "Paris1"])
def test_clocks_of_a_zone_that_does_not_exist_are_not_utc(zone: str) -> None:
    clocks_of(zone)
    with pytest.raises(TimeUnclear, match=f"TZ={zone},") as refused:
        when("2027-03-14T02:30", field="at")
    assert "Europe/Berlin" in refused.value.advice
    assert utc(when("2027-03-14T02:30+01:00")) == "2027-03-14T01:30"


def test_a_zone_that_only_the_c_library_does_not_find_is_meant_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZDIR", "/nonexistent")
    clocks_of("Europe/Berlin")
    assert utc(when("2027-07-01T09:00")) == "2027-07-01T07:00"
    with pytest.raises(TimeUnclear, match="comes twice"):
        when("2027-10-31T02:30")


@given(st.sampled_from(ZONES), st.datetimes(datetime(2021, 1, 1), datetime(2036, 1, 1)))
def test_it_is_the_moment_that_a_slot_of_a_series_would_be(zone: str, typed: datetime) -> None:
    clocks_of(zone)
    typed = typed.replace(second=0, microsecond=0)
    same = slot(Rule("day", 1, typed.time(), zone, typed.date()), typed.date())
    assert same is not None
    if same.note:
        with pytest.raises(TimeUnclear):
            when(typed.isoformat())
    else:
        assert when(typed.isoformat()) == same.at


@pytest.mark.parametrize("typed", ["soon", "0001-01-01T00:00", "9999-12-31T23:59", "2027-02-30T09:00"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_what_is_no_time_is_said_in_one_sentence(zone: str, typed: str) -> None:
    clocks_of(zone)
    with pytest.raises(TimeUnclear, match="is no time") as refused:
        when(typed, field="at")
    assert refused.value.field == "at"


def test_a_publication_is_scheduled_and_moved_to_it(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    clocks_of("America/New_York")
    typed, meant = "2027-03-14T03:30", "2027-03-14T07:30"

    def due() -> str:
        capsys.readouterr()
        assert run(["task", "last", "--json"]) == 0
        return str(json.loads(capsys.readouterr().out)["publications"][0]["scheduled_at"])[:16]

    text = "Our office moves to 12 Dock Street in May."
    assert run(["publish", "--channel", "x", "--schedule", "2027-03-14T02:30", text]) == out.USAGE
    assert "there is no 02:30 on 2027-03-14" in capsys.readouterr().err
    assert run(["publish", "--channel", "x", "--schedule", typed, text]) == 0
    assert due() == meant
    assert run(["task", "last", "--reschedule", "2027-04-01T09:00"]) == 0
    assert run(["task", "last", "--reschedule", typed]) == 0
    assert due() == meant
    assert run(["task", "last", "--reschedule", "9999-12-31T23:59"]) == out.USAGE
