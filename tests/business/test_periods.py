"""Calendar arithmetic: labels, neighbours, and which days answer to which."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.business import periods
from cofounder.models.brief import Period

DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31))
CALENDAR = st.one_of(
    DAYS.map(periods.month),
    DAYS.map(periods.quarter),
    DAYS.map(periods.year),
    DAYS.map(lambda d: periods.spanning(d, d)),
)


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
        (date(2026, 10, 1), date(2026, 12, 31), "Q4 2026"),
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 10, 1), date(2026, 11, 30), "October and November 2026"),
        (date(2026, 5, 1), date(2026, 8, 31), "May to August 2026"),
        (date(2025, 12, 1), date(2026, 1, 31), "December 2025 and January 2026"),
        (date(2026, 11, 20), date(2026, 11, 20), "November 20, 2026"),
        (date(2026, 11, 16), date(2026, 11, 22), "the week of November 16, 2026"),
        (date(2026, 11, 1), date(2026, 11, 20), "November 1 to November 20, 2026"),
    ],
)
def test_a_period_is_named_as_people_name_it(start: date, end: date, label: str) -> None:
    assert periods.label(start, end) == label


@given(CALENDAR)
def test_the_period_before_ends_the_day_before_and_is_of_the_same_kind(period: Period) -> None:
    before = periods.previous(period)
    assert before.end + timedelta(days=1) == period.start
    assert before.grain == period.grain
    assert periods.shifted(before, 1) == period


@given(CALENDAR)
def test_a_year_earlier_keeps_the_kind_of_period(period: Period) -> None:
    earlier = periods.year_earlier(period)
    assert earlier.grain == period.grain
    assert 363 <= (period.start - earlier.start).days <= 366


@given(DAYS)
def test_the_months_of_a_year_tile_it(day: date) -> None:
    year = periods.year(day)
    months = periods.months_in(year)
    assert len(months) == 12
    assert sum(map(periods.days, months)) == periods.days(year)


def test_a_part_of_a_quarter_answers_to_the_same_part_of_the_one_before() -> None:
    quarter = periods.quarter(date(2026, 11, 1))
    two = periods.spanning(date(2026, 10, 1), date(2026, 11, 30))
    assert periods.like(quarter, two, 1).label == "July and August 2026"
    one = periods.month(date(2026, 10, 1))
    assert periods.like(quarter, one, 1).label == "September 2026"
    month = periods.month(date(2026, 11, 1))
    days = periods.spanning(date(2026, 11, 1), date(2026, 11, 20))
    assert periods.like(month, days, 1).label == "October 1 to October 20, 2026"


def test_a_period_ends_on_or_after_its_start() -> None:
    with pytest.raises(ValueError, match="ends on or after"):
        periods.spanning(date(2026, 1, 2), date(2026, 1, 1))
