"""A time that was suggested is said in words, and the next one like it takes its place once it has passed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cofounder.business.derive.times import SuggestedTime, TimeEffect, renewed, told

HOUR = TimeEffect(name="14:00", n=12, ratio=1.3, low=1.1, high=1.5, clear=True)
MONDAY = HOUR.model_copy(update={"name": "Monday"})
AT = datetime(2026, 3, 23, 14, tzinfo=ZoneInfo("Europe/Berlin"))  # a Monday; on the Sunday after, clocks go forward


def suggested(at: datetime | None = AT, **more: object) -> SuggestedTime:
    values = {"channel": "x", "status": "ok", "time_zone": "Europe/Berlin", "n": 40, "sentence": "It did better."}
    return SuggestedTime.model_validate({**values, "at": at, **more})


def test_a_time_to_come_stays_and_none_stays_none() -> None:
    assert renewed(suggested(), AT - timedelta(hours=1)).at == AT
    assert renewed(suggested(None), AT).at is None


def test_a_passed_hour_comes_again_tomorrow_and_a_passed_weekday_in_a_week_by_the_clock_on_the_wall() -> None:
    daily = renewed(suggested(hour=HOUR), AT + timedelta(days=6, hours=1)).at
    weekly = renewed(suggested(hour=HOUR, weekday=MONDAY), AT).at
    assert daily is not None
    assert weekly is not None
    assert daily.astimezone(ZoneInfo("Europe/Berlin")).strftime("%a %d %H") == "Mon 30 14"
    assert weekly.astimezone(ZoneInfo("Europe/Berlin")).strftime("%a %d %H") == "Mon 30 14"
    assert weekly.astimezone(UTC).hour == 12  # summer time


@given(st.integers(0, 10**7), st.booleans())
def test_the_next_time_is_never_past_and_never_later_than_the_one_after(minutes: int, weekly: bool) -> None:
    moment = AT + timedelta(minutes=minutes)
    found = renewed(suggested(hour=HOUR, weekday=MONDAY if weekly else None), moment).at
    assert found is not None
    assert moment < found <= moment + timedelta(days=8 if weekly else 2)


def test_words_name_the_next_time_or_say_why_there_is_none() -> None:
    assert told(suggested()) == "It did better. The next such time is Monday, 2026-03-23 14:00."
    assert told(suggested(None, sentence="x: not enough data, 3 measured posts of the 30.")).endswith("of the 30.")
