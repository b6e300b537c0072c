"""Moments as text."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from cofounder.kit.clock import stamp


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_stamp_can_stand_in_an_address_and_is_the_same_moment(moment: datetime, minutes: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert "+" not in stamp(there)
    assert datetime.fromisoformat(stamp(there)) == there.astimezone(UTC)
