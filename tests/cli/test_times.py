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
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:30"),  # 03:30 in summer time
        ("Europe/Berlin", "2027-03-28T02:00", "2027-03-28T01:00"),
        ("Europe/Berlin", "2027-03-28T03:00", "2027-03-28T01:00"),
        ("Europe/Berlin", "2027-03-28T01:59", "2027-03-28T00:59"),
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),  # the first of two
        ("Europe/Berlin", "2027-03-28T02:30+01:00", "2027-03-28T01:30"),
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:30"),
        ("America/New_York", "2027-11-07T01:30", "2027-11-07T05:30"),
        ("America/New_York", "2027-11-07T02:00", "2027-11-07T07:00"),
        ("Australia/Lord_Howe", "2027-10-03T02:10", "2027-10-02T15:40"),  # forward by half an hour
    ],
)
def test_a_time_that_clocks_skip_is_as_much_later(zone: str, typed: str, meant: str) -> None:
    clocks_of(zone)
    assert utc(when(typed)) == meant
    assert utc(day_or_time(typed, field="since")) == meant
    with frozen(datetime(2026, 11, 22, tzinfo=UTC)):
        assert utc(timing.meant(typed, since=datetime(2026, 11, 22, tzinfo=UTC))) == meant, "the words of a request too"


@given(st.sampled_from(ZONES), st.datetimes(datetime(2021, 1, 1), datetime(2036, 1, 1)))
def test_it_is_the_moment_that_a_slot_of_a_series_would_be(zone: str, typed: datetime) -> None:
    clocks_of(zone)
    typed = typed.replace(second=0, microsecond=0)
    same = slot(Rule("day", 1, typed.time(), zone, typed.date()), typed.date())
    assert same is not None
    assert when(typed.isoformat()) == same.at


@pytest.mark.parametrize("typed", ["soon", "0001-01-01T00:00", "9999-12-31T23:59", "2027-02-30T09:00"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_what_is_no_time_is_said_in_one_sentence(zone: str, typed: str) -> None:
    clocks_of(zone)
    with pytest.raises(TimeUnclear, match="is no time") as refused:
        when(typed, field="at")
    assert refused.value.field == "at"


@pytest.mark.parametrize(
    ("zone", "typed", "meant"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:30"),
        ("America/New_York", "2027-03-14T02:30", "2027-03-14T07:30"),
    ],
)
def test_a_publication_is_scheduled_and_moved_to_it(
    database: Database, capsys: pytest.CaptureFixture[str], zone: str, typed: str, meant: str
) -> None:
    clocks_of(zone)

    def due() -> str:
        capsys.readouterr()
        assert run(["task", "last", "--json"]) == 0
        return str(json.loads(capsys.readouterr().out)["publications"][0]["scheduled_at"])[:16]

    assert run(["publish", "--channel", "x", "--schedule", typed, "Our office moves to 12 Dock Street in May."]) == 0
    assert due() == meant
    assert run(["task", "last", "--reschedule", "2027-04-01T09:00"]) == 0
    assert run(["task", "last", "--reschedule", typed]) == 0
    assert due() == meant
    assert run(["task", "last", "--reschedule", "9999-12-31T23:59"]) == out.USAGE
