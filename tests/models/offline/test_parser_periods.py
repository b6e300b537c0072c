"""Which days a request's words for time mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.models.brief import Period
from cofounder.models.offline.parser import parse
from cofounder.models.offline.parsing import spans

TODAY = date(2026, 11, 21)


def period(words: str, today: date = TODAY) -> Period:
    found = parse(f"Write a LinkedIn post about our revenue {words}", today=today).period
    assert found is not None, words
    return found


@pytest.mark.parametrize(
    ("words", "start", "end", "label"),
    [
        ("in Q4", "2026-10-01", "2026-12-31", "Q4 2026"),
        ("in Q4 2025", "2025-10-01", "2025-12-31", "Q4 2025"),
        ("in 2025-Q4", "2025-10-01", "2025-12-31", "Q4 2025"),
        ("in the third quarter of 2025", "2025-07-01", "2025-09-30", "Q3 2025"),
        ("in Q4 of last year", "2025-10-01", "2025-12-31", "Q4 2025"),
        ("last month", "2026-10-01", "2026-10-31", "October 2026"),
        ("this quarter", "2026-10-01", "2026-12-31", "Q4 2026"),
        ("in October", "2026-10-01", "2026-10-31", "October 2026"),
        ("in November", "2026-11-01", "2026-11-30", "November 2026"),
        ("in December", "2025-12-01", "2025-12-31", "December 2025"),
        ("in May", "2026-05-01", "2026-05-31", "May 2026"),
        ("in 2025", "2025-01-01", "2025-12-31", "2025"),
        ("in H1", "2026-01-01", "2026-06-30", "H1 2026"),
        ("in the last 90 days", "2026-08-23", "2026-11-20", "the last 90 days"),
        ("over the last three months", "2026-08-01", "2026-10-31", "the last three months"),
        ("since March", "2026-03-01", "2026-11-21", "since March 2026"),
        ("year to date", "2026-01-01", "2026-11-21", "2026 to date"),
        ("so far this quarter", "2026-10-01", "2026-11-21", "Q4 2026 to date"),
        ("in week 42", "2026-10-12", "2026-10-18", "week 42 of 2026"),
        ("last week", "2026-11-09", "2026-11-15", "week 46 of 2026"),
        ("yesterday", "2026-11-20", "2026-11-20", "20 November 2026"),
        ("between March and June", "2026-03-01", "2026-06-30", "March to June 2026"),
        ("from November to February", "2025-11-01", "2026-02-28", "November 2025 to February 2026"),
        ("from 2026-01-05 to 2026-02-10", "2026-01-05", "2026-02-10", "5 January to 10 February 2026"),
        ("in Q1-Q3 2025", "2025-01-01", "2025-09-30", "Q1 to Q3 2025"),
    ],
)
def test_words_for_time_mean_these_days(words: str, start: str, end: str, label: str) -> None:
    found = period(words)
    assert (str(found.start), str(found.end), found.label) == (start, end, label)
    assert found.provisional == (found.end >= TODAY)


def test_a_quarter_without_a_year_needs_a_finished_month() -> None:
    assert period("in Q4", date(2026, 10, 15)).label == "Q4 2025"
    assert period("in Q4", date(2026, 10, 31)).label == "Q4 2025"
    assert period("in Q4", date(2026, 11, 1)).label == "Q4 2026"
    assert not period("in Q4", date(2027, 1, 1)).provisional


@pytest.mark.parametrize(
    ("request_", "main", "compared", "kind"),
    [
        ("Q3 vs Q2 revenue", "Q3 2026", "Q2 2026", "previous"),
        ("Compare October revenue with September", "October 2026", "September 2026", "previous"),
        ("Compare October revenue to last year", "October 2026", "October 2025", "year_earlier"),
        ("How did October compare with October last year?", "October 2026", "October 2025", "year_earlier"),
        ("Compare Q3 2026 revenue with Q3 2025", "Q3 2026", "Q3 2025", "year_earlier"),
        ("Compare last month with the month before", "October 2026", "September 2026", "previous"),
        ("How are we doing compared to last month?", "November 2026", "October 2026", "previous"),
        ("Did we hit our revenue target in October?", "October 2026", None, "target"),
    ],
)
def test_a_comparison_names_both_sides(request_: str, main: str, compared: str | None, kind: str) -> None:
    action = parse(request_, today=TODAY).actions[0]
    assert action.kind == "compare_metrics"
    assert action.period is not None
    assert action.period.label == main
    assert (action.compare_period.label if action.compare_period else None) == compared
    assert action.compare_with == kind


def test_a_forecast_looks_ahead_and_counts_months_from_the_last_finished_one() -> None:
    action = parse("Forecast our revenue for the next three months", today=TODAY).actions[0]
    assert action.period is not None
    assert (str(action.period.start), str(action.period.end), action.horizon) == ("2026-11-01", "2027-01-31", 3)
    action = parse("Predict traffic for Q1", today=TODAY).actions[0]
    assert action.period is not None
    assert (action.period.label, action.horizon) == ("Q1 2027", 5)


def test_a_calendar_and_an_event_look_ahead() -> None:
    calendar = parse("Plan a content calendar for December", today=TODAY)
    assert calendar.period is not None
    assert calendar.period.label == "December 2026"
    event = parse("Promote our webinar on 3 December on LinkedIn", today=TODAY)
    assert event.period is not None
    assert str(event.period.start) == "2026-12-03"


def test_the_day_a_text_is_due_is_not_the_period_it_speaks_of() -> None:
    intent = parse("Write a LinkedIn post about October revenue by next Friday", today=TODAY)
    assert intent.constraints.deadline == "next Friday"
    assert intent.period is not None
    assert intent.period.label == "October 2026"


@pytest.mark.parametrize("words", ["Q5", "the last few months", "03/04/2026", "last summer", "30 February 2026"])
def test_a_time_that_cannot_be_placed_is_asked_about(words: str) -> None:
    intent = parse(f"Analyse our revenue for {words}", today=TODAY)
    assert [q.field for q in intent.questions] == ["period"]


@given(st.dates(min_value=date(2001, 1, 1), max_value=date(2090, 12, 31)), st.integers(1, 4))
def test_the_quarter_chosen_has_a_finished_month_and_no_later_one_has(today: date, quarter: int) -> None:
    found = spans.without_year("quarter", quarter, today, ahead=False)
    first_month_over = (found.start + timedelta(days=31)).replace(day=1)
    assert first_month_over <= today
    later = spans.unit("quarter", found.start.year + 1, quarter, today)
    assert (later.start + timedelta(days=31)).replace(day=1) > today


@given(
    st.dates(min_value=date(2001, 1, 1), max_value=date(2090, 12, 31)),
    st.sampled_from(["week", "month", "quarter", "half", "year"]),
    st.integers(-30, 30),
)
def test_units_touch_without_gap_or_overlap(today: date, kind: str, count: int) -> None:
    left, right = spans.step(kind, count, today), spans.step(kind, count + 1, today)
    assert right.start - left.end == timedelta(days=1)
    assert spans.one_before(right, today).end == left.end


@given(
    st.dates(min_value=date(2001, 1, 1), max_value=date(2090, 12, 31)),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.integers(1, 36),
)
def test_the_last_n_units_are_over_and_the_next_n_lie_ahead(today: date, kind: str, count: int) -> None:
    last, following = spans.several(kind, count, today, ahead=False), spans.several(kind, count, today, ahead=True)
    assert last.end < today < following.start
    assert not last.provisional
    assert following.provisional


@given(
    st.dates(min_value=date(2001, 1, 1), max_value=date(2090, 12, 31)), st.sampled_from(["month", "quarter", "year"])
)
def test_a_year_earlier_is_the_same_unit_of_the_year_before(today: date, kind: str) -> None:
    now = spans.containing(kind, today, today)
    then = spans.a_year_earlier(now, today)
    assert (then.start.month, then.start.day, then.start.year) == (now.start.month, now.start.day, now.start.year - 1)
    assert (then.end.month, then.grain) == (now.end.month, now.grain)


@pytest.mark.parametrize(
    ("words", "main", "other"),
    [
        ("Compare our revenue in October and September 2026", "October 2026", "September 2026"),
        ("Compare our revenue in September and October 2026", "September 2026", "October 2026"),
        ("Compare our revenue in Q3 with Q1 2026", "Q3 2026", "Q1 2026"),
        ("Compare our revenue in December and January 2026", "December 2025", "January 2026"),
        ("Compare our revenue in May and April 2025", "May 2025", "April 2025"),
    ],
)
def test_periods_that_share_a_year_are_of_that_year_in_any_order(words: str, main: str, other: str) -> None:
    (asked,) = parse(words, today=TODAY).actions
    assert asked.period is not None
    assert asked.compare_period is not None
    assert (asked.period.label, asked.compare_period.label) == (main, other)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("in March, April and May 2025", "March to May 2025"),
        ("from November to February 2026", "November 2025 to February 2026"),
        ("from March to June 2025", "March to June 2025"),
    ],
)
def test_a_year_at_the_end_stands_for_the_whole_list(words: str, label: str) -> None:
    assert period(words).label == label
