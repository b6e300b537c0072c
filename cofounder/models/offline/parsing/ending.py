"""Stretches of time that are named by their end or their beginning: "the quarter ending in September"."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from cofounder.models.brief import Period
from cofounder.models.offline.parsing import spans
from cofounder.models.offline.parsing.numbers import NUMBER

_MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}


def pattern(unit: str, month: str) -> str:
    """The words as a pattern; `unit` and `month` are those of the other rules."""
    kind = r"(?:full |calendar |fiscal |financial |business |complete )?"
    when = (
        rf"(?:(?:the )?(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?:\s+of)?\s+)?(?P<m>{month})\b\.?(?:\s+(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\d))?"
        r"(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?|(?P<iso>(?:19|20)\d\d-\d\d-\d\d)"
    )
    way = r"(?P<end>ending|ended|that ends?|that ended|which ends?|which ended|up to|to|until)|(?P<start>beginning|starting|that began|that started|from)"
    return rf"\b(?:the )?(?:(?P<n>{NUMBER})[- ])?{kind}{unit}s?\s+(?:{way})\s+(?:on |in |at |with )?(?:the )?(?:end of |start of |beginning of )?(?:{when})"


def means(got: dict[str, str | None], before: str) -> bool:
    """Whether the words name one stretch: "12 months to June", but not "from last month to June"."""
    loose = (got.get("end") or got.get("start")) in ("to", "until", "from")
    if before.rstrip().endswith(("last", "this", "next", "previous", "every", "each", "per", "from", "since")):
        return False
    return not loose or bool(got.get("n")) or (bool(got.get("y")) and got["unit"] in ("year", "quarter"))


def period(unit: str, count: int, when: tuple[int | None, int, int], today: date, *, ends: bool, ahead: bool) -> Period:
    """The stretch; `when` is (year or None, month, day or 0). Raises ValueError when there is no such day."""
    year, month, day = when
    if not 0 < count <= 1_000:
        raise ValueError(f"{count} {unit}s")
    years = [year] if year is not None else list(range(today.year - 3, today.year + 4))
    found = [_bounds(unit, count, (one, month, day), ends=ends) for one in years]
    if year is None:
        found = (
            [f for f in found if f[1] >= today][:1] if ahead else [f for f in found if _begun(unit, f[0], today)][-1:]
        )
    start, end = found[0]
    return _named(unit, count, start, end, today)


def _begun(unit: str, start: date, today: date) -> bool:
    """A quarter, half or year counts from its first finished month on, a month or week from its first day."""
    return (start + relativedelta(months=1) if _MONTHS_IN.get(unit, 1) > 1 else start) <= today


def _bounds(unit: str, count: int, when: tuple[int, int, int], *, ends: bool) -> tuple[date, date]:
    year, month, day = when
    length = (
        relativedelta(months=count * _MONTHS_IN[unit]) if unit in _MONTHS_IN else timedelta(days=count * _DAYS_IN[unit])
    )
    if ends:
        after = date(year, month, day) + timedelta(days=1) if day else date(year, month, 1) + relativedelta(months=1)
        return after - length, after - timedelta(days=1)
    first = date(year, month, day or 1)
    return first, first + length - timedelta(days=1)


def _named(unit: str, count: int, start: date, end: date, today: date) -> Period:
    for kind in ("week", "month", "quarter", "half", "year"):
        whole = spans.containing(kind, start, today)
        if (whole.start, whole.end) == (start, end) and count == 1 and kind == unit:
            return whole
    whole_months = start.day == 1 and (end + timedelta(days=1)).day == 1
    kind = "month" if whole_months else "day"
    return spans.between(spans.containing(kind, start, today), spans.containing(kind, end, today), today)
