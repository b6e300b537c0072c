"""Calendar arithmetic on periods: pure, both days included."""

import calendar
from datetime import date, timedelta

from cofounder.models.brief import Grain, Period

_MONTHS_OF: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}


def add_months(day: date, months: int) -> date:
    """The same day some months on; the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month(day: date) -> Period:
    """The calendar month that holds `day`."""
    return spanning(day.replace(day=1), month_end(day))


def quarter(day: date) -> Period:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return spanning(first, month_end(add_months(first, 2)))


def year(day: date) -> Period:
    return spanning(date(day.year, 1, 1), date(day.year, 12, 31))


def grain_of(start: date, end: date) -> Grain:
    """What a span of days is called: a calendar month, quarter or year, a day, seven days, or a range."""
    if start == end:
        return "day"
    if start.day == 1 and end == month_end(end):
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        if months == 1:
            return "month"
        if months == 3 and start.month % 3 == 1:
            return "quarter"
        if months == 12 and start.month == 1:
            return "year"
    return "week" if (end - start).days == 6 and start.weekday() == 0 else "range"


def spanning(start: date, end: date, *, provisional: bool = False) -> Period:
    """The period of these days with its usual label."""
    if end < start:
        raise ValueError("a period ends on or after the day it starts")
    return Period(start=start, end=end, grain=grain_of(start, end), label=label(start, end), provisional=provisional)


def label(start: date, end: date) -> str:
    """How a sentence names these days: "October 2026", "Q4 2026", "October and November 2026"."""
    grain = grain_of(start, end)
    if grain == "day":
        return f"{_day(start)}, {start.year}"
    if grain == "month":
        return f"{start:%B} {start.year}"
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    if grain == "year":
        return str(start.year)
    if grain == "week":
        return f"the week of {_day(start)}, {start.year}"
    if start.day == 1 and end == month_end(end):
        joint = "and" if add_months(start, 1).replace(day=1) == end.replace(day=1) else "to"
        first = f"{start:%B}" if start.year == end.year else f"{start:%B} {start.year}"
        return f"{first} {joint} {end:%B} {end.year}"
    first = _day(start) if start.year == end.year else f"{_day(start)}, {start.year}"
    return f"{first} to {_day(end)}, {end.year}"


def _day(day: date) -> str:
    return f"{day:%B} {day.day}"


def whole_months(period: Period) -> int | None:
    """How many calendar months the period is made of; None when it cuts one."""
    if period.start.day != 1 or period.end != month_end(period.end):
        return None
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1


def months_in(period: Period) -> list[Period]:
    """The calendar months that lie wholly inside the period, oldest first."""
    first = period.start if period.start.day == 1 else add_months(period.start, 1).replace(day=1)
    found = []
    while month_end(first) <= period.end:
        found.append(month(first))
        first = add_months(first, 1)
    return found


def shifted(period: Period, steps: int) -> Period:
    """The like period `steps` lengths later (negative: earlier); whole months move by months, else by days."""
    months = whole_months(period)
    if months is not None:
        start = add_months(period.start, months * steps)
        return spanning(start, month_end(add_months(start, months - 1)))
    days = timedelta(days=((period.end - period.start).days + 1) * steps)
    return spanning(period.start + days, period.end + days)


def previous(period: Period) -> Period:
    return shifted(period, -1)


def like(asked: Period, covered: Period, steps: int) -> Period:
    """The days, `steps` periods before `asked`, that answer to its covered part.

    A single month answers to the months before it. October and November of Q4 answer to July and August, the first
    two months of the quarter before; November 1 to 20 to October 1 to 20.
    """
    if (asked.start, asked.end) == (covered.start, covered.end) or whole_months(covered) == 1:
        return shifted(covered, -steps)
    before = shifted(asked, -steps)
    months = whole_months(covered)
    if months is not None and whole_months(asked) is not None:
        offset = (covered.start.year - asked.start.year) * 12 + covered.start.month - asked.start.month
        start = add_months(before.start, offset)
        return spanning(start, month_end(add_months(start, months - 1)))
    start = before.start + (covered.start - asked.start)
    end = start + (covered.end - covered.start)
    return spanning(start, end) if end <= before.end else shifted(covered, -steps)


def year_earlier(period: Period) -> Period:
    """The same days a year before; a week keeps its weekdays (364 days)."""
    if period.grain == "week":
        return spanning(period.start - timedelta(days=364), period.end - timedelta(days=364))
    start, end = add_months(period.start, -12), add_months(period.end, -12)
    return spanning(start, month_end(end) if whole_months(period) is not None else end)


def days(period: Period) -> int:
    return (period.end - period.start).days + 1


def base_label(period: Period, kind: str) -> str:
    """How a base is named beside a value of `period`: "the month before", "the same quarter a year before"."""
    word = period.grain if period.grain != "range" else "period"
    return f"the same {word} a year before" if kind == "year_earlier" else f"the {word} before"
