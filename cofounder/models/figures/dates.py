"""Periods and dates in a text: "Q4 2025", "the fourth quarter", "December 9", "2025"."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_LONG = "|".join(name for name in calendar.month_name if name)
_SHORT = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_MONTH = rf"(?:{_LONG}|(?:{_SHORT})\.?(?=\s+\d))"
_YEAR = r"(?:19|20)\d\d"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

PERIOD = re.compile(
    rf"""
    (?P<iso>\b{_YEAR}-\d\d-\d\d\b)
  | (?P<iso_quarter>\b(?P<iq_year>{_YEAR})[- ]?Q(?P<iq>[1-4])\b)
  | \b(?P<half>H[12])(?:\s+(?:of\s+)?(?P<half_year>{_YEAR}))?\b
  | \bQ(?P<quarter>[1-4])(?:[ ,-]+(?:of\s+)?(?P<q_year>{_YEAR})|\s*[’'](?P<q_short>\d\d))?\b
  | \b(?P<quarter_word>first|second|third|fourth|final|1st|2nd|3rd|4th)[ -]quarter
      (?:\s+(?:of\s+)?(?P<qw_year>{_YEAR}))?\b
  | \b(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<df_month>{_MONTH})(?:,?\s+(?P<df_year>{_YEAR}))?\b
  | \b(?P<month>{_MONTH})\s*
      (?:(?P<m_day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![,.]?\d)(?:,?\s+(?P<md_year>{_YEAR}))?|,?\s*(?P<m_year>{_YEAR}))?\b
  | \bFY\s?(?P<fiscal>{_YEAR})\b
  | (?<![\d.,$€£/-])(?P<year>{_YEAR})(?![\d%]|[,.]\d|\s*(?:%|percent|points|visits|customers|users|people))\b
    """,
    re.VERBOSE,
)
_MAY = re.compile(r"\bMay\b(?!\s+\d)")


@dataclass(frozen=True)
class Span:
    """The days a mention stands for; without a year, `year` is None and the days are those of a leap year."""

    start: date
    end: date
    year: int | None


def month_span(year: int | None, month: int) -> Span:
    actual = year or 2000
    return Span(date(actual, month, 1), date(actual, month, calendar.monthrange(actual, month)[1]), year)


def quarter_span(year: int | None, quarter: int) -> Span:
    first, last = month_span(year, quarter * 3 - 2), month_span(year, quarter * 3)
    return Span(first.start, last.end, year)


def _day(year: int | None, month: int, day: int) -> Span | None:
    try:
        at = date(year or 2000, month, day)
    except ValueError:
        return None
    return Span(at, at, year)


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def span_of(match: re.Match[str]) -> Span | None:
    """The days that a match of PERIOD stands for, or None when it names no real day."""
    part = match.groupdict()
    if part["iso"]:
        try:
            at = date.fromisoformat(part["iso"])
        except ValueError:
            return None
        return Span(at, at, at.year)
    if part["iso_quarter"]:
        return quarter_span(int(part["iq_year"]), int(part["iq"]))
    if part["half"]:
        year, first = _number(part["half_year"]), 1 if part["half"] == "H1" else 7
        return Span(month_span(year, first).start, month_span(year, first + 5).end, year)
    if part["quarter"]:
        short = part["q_short"]
        return quarter_span(2000 + int(short) if short else _number(part["q_year"]), int(part["quarter"]))
    if part["quarter_word"]:
        return quarter_span(_number(part["qw_year"]), _QUARTERS[part["quarter_word"].lower()])
    if part["day_first"]:
        month = _MONTHS[part["df_month"].rstrip(".").lower()]
        return _day(_number(part["df_year"]), month, int(part["day_first"]))
    if part["month"]:
        month = _MONTHS[part["month"].rstrip(".").lower()]
        if part["m_day"]:
            return _day(_number(part["md_year"]), month, int(part["m_day"]))
        return month_span(_number(part["m_year"]), month)
    year = int(part["fiscal"] or part["year"])
    return Span(date(year, 1, 1), date(year, 12, 31), year)


def find(text: str) -> list[tuple[int, int, Span]]:
    """Every period or date in a text with its place. "May" counts only before a number: it is mostly a verb."""
    if not _HINT.search(text):
        return []
    found = []
    for match in PERIOD.finditer(text):
        if match["month"] == "May" and not (match["m_day"] or match["m_year"]) and not _named_may(text, match.start()):
            continue
        span = span_of(match)
        if span is not None:
            found.append((match.start(), len(match.group().rstrip()) + match.start(), span))
    return found


_HINT = re.compile(rf"\d|quarter|{_LONG}")
_IN = re.compile(r"\b(?:in|of|since|from|until|by|during|last|this|and|to)\s$")


def _named_may(text: str, at: int) -> bool:
    return bool(_IN.search(text, max(0, at - 8), at))


def meets(span: Span, start: date, end: date) -> bool:
    """Whether a mention and a known period share a day; a mention without a year matches any year."""
    if span.year is not None:
        return span.start <= end and start <= span.end
    if end - start >= timedelta(days=366):
        return True
    for year in {start.year, end.year}:
        try:
            here = Span(span.start.replace(year=year), span.end.replace(year=year), year)
        except ValueError:
            here = Span(span.start.replace(year=year), date(year, 2, 28), year)
        if here.start <= end and start <= here.end:
            return True
    return False
