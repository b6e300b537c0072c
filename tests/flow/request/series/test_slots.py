"""Slots against the zones themselves: every minute around the time that is meant is asked what clocks say there."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.request.series import slots
from cofounder.flow.request.series.slots import Rule

ZONES = (
    "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo",
    "America/Havana", "Pacific/Apia", "Antarctica/Troll", "Asia/Tokyo", "UTC",
)  # fmt: skip
DAYS = st.dates(date(2010, 1, 1), date(2032, 12, 31))
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))


def rule(**more: object) -> Rule:
    found = {"every": "day", "interval": 1, "at": time(2, 30), "zone": "Europe/Berlin", "starts_on": date(2026, 1, 1)}
    return Rule(**{**found, **more})  # type: ignore[arg-type]


def moments(day: date, at: time, zone: str) -> list[datetime]:
    """Every moment, to the minute, at which clocks there show this day and time."""
    place, meant = ZoneInfo(zone), datetime.combine(day, at)
    around = (meant.replace(tzinfo=UTC) + timedelta(minutes=each) for each in range(-15 * 60, 15 * 60 + 1))
    return [one for one in around if one.astimezone(place).replace(tzinfo=None) == meant]


@given(DAYS, TIMES, st.sampled_from(ZONES))
def test_a_slot_is_when_clocks_show_it_the_first_time_or_as_much_later_as_they_jumped(
    day: date, at: time, zone: str
) -> None:
    there = moments(day, at, zone)
    found = slots.slot(rule(at=at, zone=zone), day)
    if there:
        assert found is not None
        assert found.at == there[0]
        assert (found.note is not None) == (len(there) > 1)
        return
    place, meant = ZoneInfo(zone), datetime.combine(day, at)
    before = place.utcoffset(meant.replace(fold=0))  # of the clocks before they jumped
    after = place.utcoffset(meant.replace(fold=1))
    assert before is not None
    assert after is not None
    if after - before >= timedelta(days=1):
        assert found is None  # there was no such day
        return
    assert found is not None
    local = found.at.astimezone(place).replace(tzinfo=None)
    assert local == meant + (after - before)
    assert found.note is not None


def test_every_change_of_clocks_in_ten_years_is_among_what_holds() -> None:
    """Random days seldom meet a change, so every one of them is walked through."""
    skipped = twice = 0
    for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"):
        for day in (date(2020, 1, 1) + timedelta(days=number) for number in range(3653)):
            for at in (time(1, 30), time(2, 15), time(2, 30)):
                found = slots.slot(rule(at=at, zone=zone), day)
                assert found is not None
                if found.note is None:
                    assert found.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, at)
                    continue
                there = moments(day, at, zone)
                skipped, twice = skipped + (not there), twice + (len(there) == 2)
                assert not there or found.at == there[0]
    assert skipped >= 40
    assert twice >= 40


def test_berlin_at_half_past_two_on_both_sundays() -> None:
    forward, back = (slots.slot(rule(), day) for day in (date(2026, 3, 29), date(2026, 10, 25)))
    assert forward is not None
    assert back is not None
    assert forward.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 there
    assert "03:30" in (forward.note or "")
    assert back.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first of the two, still in summer time
    assert "first" in (back.note or "")


def test_a_day_that_a_place_never_had_has_no_slot() -> None:
    samoa = rule(zone="Pacific/Apia", at=time(9), starts_on=date(2011, 12, 28))
    found = list(islice(slots.slots(samoa, datetime(2011, 12, 27, tzinfo=UTC)), 4))
    assert [one.day.day for one in found] == [28, 29, 31, 1]


@given(
    st.sampled_from(["day", "week", "month"]),
    st.integers(1, 5),
    st.lists(st.integers(0, 6), max_size=4),
    st.integers(1, 31),
    DAYS,
    st.integers(0, 900),
    st.sampled_from(ZONES),
    TIMES,
)
def test_days_follow_their_rule_and_slots_only_ever_go_forward(
    every: str, interval: int, weekdays: list[int], month_day: int, start: date, later: int, zone: str, at: time
) -> None:
    one = rule(
        every=every, interval=interval, weekdays=tuple(weekdays) if every == "week" else (), starts_on=start,
        month_day=month_day if every == "month" else None, zone=zone, at=at,
    )  # fmt: skip
    whole = list(islice(slots.days(one, start), 400 if every == "day" else 60))
    assert whole[0] >= start
    since = start + timedelta(days=later)
    assert list(islice(slots.days(one, since), 5)) == [day for day in whole if day >= since][:5] or since > whole[-5]
    for day in whole:
        if every == "day":
            assert (day - start).days % interval == 0
        elif every == "week":
            assert day.weekday() in (weekdays or [start.weekday()])
            monday = start - timedelta(days=start.weekday())
            assert (day - monday).days // 7 % interval == 0
        else:
            assert ((day.year - start.year) * 12 + day.month - start.month) % interval == 0
            assert day.day == month_day or (day + timedelta(days=1)).day == 1
    found = list(islice(slots.slots(one, datetime.combine(start, time(), UTC) - timedelta(days=3)), 40))
    assert all(before.at < after.at for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"every": "week", "weekdays": (0,)}, "Every Monday at 02:30, Europe/Berlin"),
        ({"every": "week", "weekdays": (0, 2, 4), "interval": 2}, "Every 2 weeks on Monday, Wednesday and Friday at 02:30, Europe/Berlin"),
        ({"every": "month", "month_day": 31}, "On day 31 of every month at 02:30, Europe/Berlin"),
        ({"ends_on": date(2026, 2, 1)}, "Every day at 02:30, Europe/Berlin, until 2026-02-01"),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_words(more: dict[str, object], told: str) -> None:
    assert slots.words(rule(**more)) == told
