"""Calendar periods as data: how each is built, named, moved back, and chosen when no year is said.

Semantics, with `today` as the day the request is read on:
- a quarter or half without a year is the latest one with a finished month; a month or week the latest finished or
  current one; a day the latest past one. For what lies ahead (forecasts, calendars, events) it is the next one.
- "last" is finished, "this" is current, "next" follows; weeks are ISO weeks, Monday to Sunday.
- "the last n days" end yesterday; "the last n months" are the n finished months before the current one.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from cofounder.models.brief import Grain, Period

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MONTHS_IN: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def make(start: date, end: date, grain: Grain, label: str, today: date) -> Period:
    return Period(start=start, end=end, grain=grain, label=label, provisional=end >= today)


def months(year: int, first: int, count: int) -> tuple[date, date]:
    """First and last day of `count` months from month `first` of `year`."""
    start = date(year, first, 1)
    return start, start + relativedelta(months=count, days=-1)


def unit(kind: str, year: int, index: int, today: date) -> Period:
    """The quarter, half, month, week or year with this number. Raises ValueError when there is none."""
    if kind == "quarter":
        return make(*months(year, 3 * index - 2, 3), "quarter", f"Q{index} {year}", today)
    if kind == "half":
        return make(*months(year, 6 * index - 5, 6), "range", f"H{index} {year}", today)
    if kind == "month":
        return make(*months(year, index, 1), "month", f"{MONTHS[index - 1]} {year}", today)
    if kind == "week":
        monday = date.fromisocalendar(year, index, 1)
        return make(monday, monday + timedelta(days=6), "week", f"week {index} of {year}", today)
    return make(date(year, 1, 1), date(year, 12, 31), "year", str(year), today)


def day(when: date, today: date) -> Period:
    return make(when, when, "day", f"{when.day} {MONTHS[when.month - 1]} {when.year}", today)


def containing(kind: str, when: date, today: date) -> Period:
    """The day, week, month, quarter, half or year that `when` lies in."""
    if kind == "day":
        return day(when, today)
    if kind == "week":
        iso = when.isocalendar()
        return unit("week", iso.year, iso.week, today)
    size = _MONTHS_IN[kind]
    return unit(kind, when.year, (when.month - 1) // size + 1 if kind != "year" else 1, today)


def step(kind: str, count: int, today: date) -> Period:
    """The unit `count` before (negative) or after the one that today lies in."""
    if kind == "day":
        return day(today + timedelta(days=count), today)
    if kind == "week":
        return containing("week", today + timedelta(weeks=count), today)
    return containing(kind, today.replace(day=1) + relativedelta(months=count * _MONTHS_IN[kind]), today)


def without_year(kind: str, index: int, today: date, *, ahead: bool) -> Period:
    """The one meant when no year is said (see the module's first lines)."""
    found = []
    for year in range(today.year - 2, today.year + 3):
        try:
            found.append(unit(kind, year, index, today))
        except ValueError:  # not every year has a week 53
            continue
    if ahead:
        return next(p for p in found if p.end >= today)
    if kind in ("quarter", "half"):
        return [p for p in found if p.start + relativedelta(months=1) <= today][-1]
    return [p for p in found if p.start <= today][-1]


def day_without_year(month: int, number: int, today: date, *, ahead: bool) -> date:
    years = range(today.year - 4, today.year + 5)
    days = [
        date(y, month, number) for y in years if number <= (date(y, month, 1) + relativedelta(months=1, days=-1)).day
    ]
    if not days:
        raise ValueError("no such day")
    return next(d for d in days if d >= today) if ahead else [d for d in days if d <= today][-1]


def several(kind: str, count: int, today: date, *, ahead: bool, forecast: bool = False) -> Period:
    """The last or next `count` days, weeks, months, quarters or years."""
    if count == 1 and kind != "day":
        return step(kind, (0 if forecast else 1) if ahead else -1, today)
    label = (
        f"the {'next' if ahead else 'last'} {COUNTS[count] if count < 13 else count} {kind}{'' if count == 1 else 's'}"
    )
    if kind == "day":
        first, last = (1, count) if ahead else (-count, -1)
    elif ahead:
        first, last = (0, count - 1) if forecast else (1, count)
    else:
        first, last = -count, -1
    return make(step(kind, first, today).start, step(kind, last, today).end, "range", label, today)


def to_date(kind: str, today: date) -> Period:
    whole = containing(kind, today, today)
    return make(whole.start, today, "range", f"{whole.label} to date", today)


def since(first: Period, today: date) -> Period:
    return make(first.start, max(today, first.start), "range", f"since {first.label}", today)


def between(first: Period, last: Period, today: date) -> Period:
    """From the first day of one to the last day of the other, whichever comes first."""
    if last.start < first.start:
        first, last = last, first
    left, right = first.label, last.label
    if first.grain == "quarter" == last.grain and first.start.year == last.start.year:
        left = left.split()[0]
    elif first.grain == last.grain and first.grain in ("month", "day") and first.start.year == last.start.year:
        left = left.rsplit(" ", 1)[0]
    return make(first.start, last.end, "range", f"{left} to {right}", today)


def a_year_earlier(period: Period, today: date) -> Period:
    if period.grain == "week":
        iso = period.start.isocalendar()
        try:
            return unit("week", iso.year - 1, iso.week, today)
        except ValueError:
            return unit("week", iso.year - 1, 52, today)
    start, end = period.start - relativedelta(years=1), period.end - relativedelta(years=1)
    if period.end.month != (period.end + timedelta(days=1)).month:  # a month's end stays a month's end
        end = end.replace(day=1) + relativedelta(months=1, days=-1)
    return _named(start, end, period, today)


def one_before(period: Period, today: date) -> Period:
    """The period of the same length that ends the day before."""
    if period.grain in ("week", "day"):
        length = (period.end - period.start).days + 1
        return containing(period.grain, period.start - timedelta(days=length), today)
    whole = period.start.day == 1 and (period.end + timedelta(days=1)).day == 1
    if whole:
        count = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
        return _named(period.start - relativedelta(months=count), period.start - timedelta(days=1), period, today)
    length = (period.end - period.start).days + 1
    return _named(period.start - timedelta(days=length), period.start - timedelta(days=1), period, today)


def _named(start: date, end: date, like: Period, today: date) -> Period:
    if like.grain in ("quarter", "month", "year", "day"):
        return containing(like.grain, start, today)
    if like.label[:1] == "H":
        return containing("half", start, today)
    return between(day(start, today), day(end, today), today)
