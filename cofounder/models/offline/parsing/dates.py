"""Finds the words that name a time and turns each into a period."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from cofounder.models.brief import Period
from cofounder.models.offline.parsing import blurred, ending, spans
from cofounder.models.offline.parsing.numbers import NUMBER, number

_MONTH_NUMBER = {name[:n].lower(): i for i, name in enumerate(spans.MONTHS, 1) for n in (3, len(name))} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True))
_YEAR = r"(?:(?:19|20)\d\d|'\d\d)"
_OF_YEAR = rf"(?:,?\s*(?:of\s+|in\s+)?(?:fy\s?)?[-/ ]?(?P<year>{_YEAR})(?!\d|\s*(?:words|characters|customers|users|visits|followers|people))|\s+(?:of\s+)?(?P<rel>last|this|next|the previous) year\b)?"
_MOD = r"(?:(?P<mod>last|this|next|previous|past|coming|upcoming)\s+(?P<whole>year's\s+)?)?"
_ORDINAL = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "final": 4,
    "last": 4,
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNIT = r"(?P<unit>day|week|month|quarter|half|year|fortnight)"


@dataclass(frozen=True, slots=True)
class Atom:
    """One time expression. `index` is its number (quarter 3, month 10, a count of days), by kind."""

    kind: str
    start: int
    end: int
    words: str
    index: int = 0
    year: int | None = None
    modifier: str = ""  # last, this, next
    when: date | None = None
    unit: str = ""


_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("fiscal", r"\b(?:q[1-4]\s*(?:of\s+)?(?:the\s+)?(?:(?:last|this|next)\s+)?)?(?:fy|fiscal(?:\s+year)?|financial\s+year)\s?[-']?(?:20)?\d\d(?:\s?[/-]\s?\d\d)?\b(?!\d)(?:[\s,-]*q[1-4]\b)?"),
        ("fiscal", r"\b(?:the\s+)?(?:last|previous|past|this|current|next|our)\s+(?:fiscal|financial)\s+(?:year|quarter|half)\b|\b(?:the\s+)?(?:first|second|third|fourth|1st|2nd|3rd|4th)\s+(?:fiscal|financial)\s+(?:quarter|half)\b|\b(?:fiscal|financial)\s+q[1-4]\b"),
        ("week_of", rf"\bweek (?:of|beginning|starting|commencing)(?: on)? (?:monday,? )?(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m>{_MONTH})\b\.?(?:,?\s+(?P<y>(?:19|20)\d\d))?"),
        ("week_of", rf"\bweek (?:of|beginning|starting|commencing)(?: on)? (?:monday,? )?(?P<m>{_MONTH})\.?\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?"),
        ("ending", ending.pattern(_UNIT, _MONTH)),
        ("days", rf"\b(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\s*(?:-|–|to|and|until|till|through)\s*(?:the\s+)?(?P<e>[0-3]?\d)(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m>{_MONTH})\b\.?(?:,?\s+(?P<y>(?:19|20)\d\d))?"),
        ("days", rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\s*(?:-|–|to|and|until|till|through)\s*(?P<e>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\d)(?!\s*(?:%|{_MONTH}\b))(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?"),
        ("unclear", rf"\b(?:the\s+)?(?:first|second|third|fourth|last|final)\s+(?:(?:few|two|three)\s+)?(?:weeks?|days?|fortnight)\s+(?:of|in)\s+(?:the\s+)?(?:{_MONTH}|month|quarter|year)\b"),
        ("years", r"(?<![\d/.,$€£#-])(?P<year>(?:19|20)\d\d)\s?[-–]\s?(?P<last>(?:19|20)\d\d)\b(?![-/]?\d)"),
        ("unclear", blurred.PATTERN),
        ("iso_month", r"(?<![\d/.$€£])(?P<n>0?[1-9]|1[0-2])[/.](?P<year>20\d\d)\b(?![.,]?\d)"),
        ("iso_day", r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
        ("number_day", r"\b(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>(?:19|20)\d\d)\b"),
        ("iso_week", r"\b(?P<year>(?:19|20)\d\d)-?w(?P<n>\d{1,2})\b"),
        ("iso_quarter", r"\b(?P<year>(?:19|20)\d\d)[- ]?q(?P<n>[1-4])\b"),
        ("iso_half", r"\b(?P<year>(?:19|20)\d\d)[- ]?h(?P<n>[12])\b"),
        ("iso_month", r"\b(?P<year>(?:19|20)\d\d)-(?P<n>0[1-9]|1[0-2])\b(?!-)"),
        ("to_date", r"\b(?:(?P<a>year|quarter|month|week)[- ]to[- ]date|(?P<b>[yqm])td|so far this (?P<c>year|quarter|month|week)|this (?P<d>year|quarter|month|week) so far)\b"),
        ("since_start", r"\bsince (?:the )?(?:beginning|start) of (?:the|this) (?P<a>year|quarter|month|week)\b|\bsince new year(?:'s)?\b"),
        ("trailing", r"\b(?:ttm|ltm|(?:trailing|rolling) (?:twelve|12)[- ]months?)\b"),
        ("day_month", rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m>{_MONTH})\b\.?(?:,?\s+(?P<y>(?:19|20)\d\d))?"),
        ("day_month", rf"\b(?P<m>{_MONTH})\.?\s+(?:the\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?(?!\s*(?:%|words|posts|tweets))"),
        ("several", rf"\b(?P<mod>last|past|previous|next|coming|preceding|trailing|upcoming)\s+(?P<n>{NUMBER})[- ](?:full |complete |calendar |business |working )?{_UNIT}s?\b"),
        ("before_last", rf"\bthe {_UNIT} before last\b"),
        ("ago", rf"\b(?P<n>{NUMBER}|an?) {_UNIT}s? ago\b"),
        ("quarter", rf"\b{_MOD}q(?P<n>[1-4])\b(?:'s)?{_OF_YEAR}"),
        ("quarter", r"\b(?P<n>[1-4])q\s?(?P<year>(?:20)?\d\d)\b"),
        ("quarter_word", rf"\b(?P<w>first|second|third|fourth|final|last|[1-4](?:st|nd|rd|th)) quarter\b(?:{_OF_YEAR.removesuffix('?')}|(?P<now> of the year)|(?=))"),
        ("half", rf"\b{_MOD}h(?P<n>[12])\b(?:'s)?{_OF_YEAR}"),
        ("half_word", rf"\b(?P<w>first|second|1st|2nd) half\b(?: of the year(?! \d))?{_OF_YEAR}"),
        ("half_year", r"\b(?:last |past |previous )?half[- ]year(?:ly)?(?:'s)?(?= (?:\w+ )?(?:numbers|figures|results|metrics|kpis|stats|revenues?|sales|traffic|performance|earnings|report|review|recap|update|summary|growth))"),
        ("week", rf"\b(?:calendar week|week|cw|kw|wk)\s?#?(?P<n>[1-9]|[1-4]\d|5[0-3])\b(?!\d){_OF_YEAR}"),
        ("month", rf"\b{_MOD}(?:late |early |mid-? ?|end of |month of )?(?P<m>{_MONTH})\b\.?(?:'s)?{_OF_YEAR}"),
        ("relative", rf"\b(?P<mod>last|previous|past|prior|this|current|next|coming|upcoming|following)\s+(?:calendar |fiscal |financial |full |complete |business )?{_UNIT}(?:'s|s'|s(?=\s+[a-z]))?\b"),
        ("weekday", r"\b(?:(?P<mod>last|this|next|coming|past)\s+)?(?<!black )(?<!cyber )(?<!giving )(?<!good )(?<!ash )(?<!shrove )(?P<w>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b(?!s\b)"),
        ("near_day", r"\b(?P<w>yesterday|today|tomorrow|tonight)(?:'s)?\b"),
        ("year", r"\b(?:in|of|for|since|during|from|and|vs\.?|versus|to|than)\s+'(?P<short>\d\d)\b(?!s)"),
        ("year", r"\b(?:fy|fiscal year|financial year)\s?'?(?P<short>(?:20)?\d\d)\b"),
        ("year", r"(?<![\d$€£#.,/-])\b(?P<year>(?:199|20[0-4])\d)\b(?!\d|[.,]\d|\s*(?:%|words|characters|customers|users|visits|visitors|followers|people|dollars|euros|likes|views|clicks|subscribers))"),
    )
)  # fmt: skip
_AMBIGUOUS = {"may", "march", "mar", "jan", "dec", "sep", "jun"}
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:in|since|of|for|during|until|till|through|to|from|by|and|vs\.?|versus|between|with|than|our|the|about|on|or|\d(?:st|nd|rd|th)?)|[-–—(,:])\s*$"
)
_AFTER_MONTH = re.compile(
    r"\s*(?:'s\b|revenue|numbers|figures|results|traffic|newsletter|metrics|update|performance|sales|report|recap|vs\b|versus|to\s|and\s(?:"
    + _MONTH
    + r")\b|[-–—])"
)


def atoms(blank: str) -> list[Atom]:
    """Every time expression, in order; the text between them stays unread."""
    found: list[Atom] = []
    for kind, pattern in _RULES:
        for match in pattern.finditer(blank):
            atom = _atom(kind, match, blank)
            if atom is not None:
                found.append(atom)
                blank = blank[: atom.start] + "\x01" * (atom.end - atom.start) + blank[atom.end :]
    return sorted(found, key=lambda a: a.start)


def _atom(kind: str, match: re.Match[str], blank: str) -> Atom | None:
    got = match.groupdict()
    start, end, words = match.start(), match.end(), match[0]
    if "\x01" in blank[start:end]:
        return None
    modifier = _modifier(got.get("mod"))
    year = _year(got)
    if got.get("rel"):
        year, modifier = None, f"{(got['rel'] or '').split()[-1]} year"
    if got.get("whole"):
        modifier = f"{modifier} year"

    def atom(kind: str, index: int = 0, *, when: date | None = None, unit: str = "", mod: str = modifier) -> Atom:
        return Atom(kind, start, end, words, index, year, mod, when, unit)

    if kind in ("fiscal", "unclear"):
        return atom(kind)
    if kind == "ending":
        named = ending.means(got, blank[max(0, start - 12) : start])
        return _ending_atom(got, start, end, blank) if named else None
    if kind in ("days", "week_of"):
        first, month = int(got["d"] or 0), _MONTH_NUMBER[got["m"] or ""]
        year = int(got["y"] or 0) or None
        return atom(kind, (month * 100 + first) * 100 + int(got.get("e") or 0))
    if kind in ("iso_quarter", "iso_half", "iso_month", "iso_week"):
        return atom(kind.removeprefix("iso_"), int(got["n"]))
    if kind in ("quarter", "half", "week"):
        return atom(kind, int(got["n"]))
    if kind in ("quarter_word", "half_word"):
        if got["w"] == "last" and not (year or modifier or got.get("now")):
            return None
        return atom(kind.removesuffix("_word"), _ORDINAL[got["w"]])
    if kind == "month":
        return (
            atom("month", _MONTH_NUMBER[got["m"]])
            if _means_month(got["m"], modifier or year, start, end, blank)
            else None
        )
    if kind in ("iso_day", "number_day", "day_month"):
        return _day_atom(kind, got, start, end, words)
    if kind == "several":
        return atom("several", number(got["n"]) or 0, unit=got["unit"])
    if kind == "half_year":
        return atom("relative", unit="half", mod="last")
    if kind in ("before_last", "relative", "ago"):
        count = 1 if got.get("n") in ("a", "an") else number(got["n"] or "") or 0 if got.get("n") else 0
        return atom(kind, count, unit=got["unit"])
    if kind in ("to_date", "since_start"):
        said = next((v for v in (got.get(k) for k in "abcd") if v), "year")
        return atom("to_date", unit={"y": "year", "q": "quarter", "m": "month"}.get(said, said))
    if kind == "trailing":
        return atom("several", 12, unit="month", mod="last")
    if kind == "weekday":
        return Atom("weekday", start, end, words, index=_WEEKDAYS.index(got["w"] or ""), modifier=modifier)
    if kind == "near_day":
        return atom("relative", unit="day", mod={"yesterday": "last", "tomorrow": "next"}.get(got["w"], "this"))
    if kind == "years":
        return atom(kind, int(got["last"] or 0))
    return atom("year") if year else None


def _ending_atom(got: dict[str, str | None], start: int, end: int, blank: str) -> Atom:
    iso = got.get("iso")
    year, month, day = int(got.get("y") or 0) or None, 0, int(got.get("d") or got.get("d2") or 0)
    if iso:
        year, month, day = map(int, iso.split("-"))
    else:
        month = _MONTH_NUMBER[got["m"] or ""]
    count = number(got.get("n") or "1") or 1
    way = "end" if got.get("end") else "start"
    return Atom(
        "ending", start, end, blank[start:end], (count * 100 + month) * 100 + day, year, way, None, got["unit"] or ""
    )


def _means_month(word: str, certain: object, start: int, end: int, blank: str) -> bool:
    """ "may" and "march" are also verbs, "jan" and "dec" also names or slips."""
    if word not in _AMBIGUOUS or certain:
        return True
    return bool(_BEFORE_MONTH.search(blank[max(0, start - 12) : start]) or _AFTER_MONTH.match(blank[end : end + 14]))


def _modifier(said: str | None) -> str:
    if not said:
        return ""
    return (
        "last"
        if said in ("last", "previous", "past", "prior", "preceding", "trailing")
        else "this"
        if said in ("this", "current")
        else "next"
    )


def _year(got: dict[str, str | None]) -> int | None:
    said = got.get("year") or got.get("short") or ""
    digits = said.lstrip("'")
    if not digits.isdigit():
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _day_atom(kind: str, got: dict[str, str | None], start: int, end: int, words: str) -> Atom | None:
    d, m, y = int(got["d"] or 0), got["m"] or "", got["y"]
    if kind == "day_month":
        month = _MONTH_NUMBER[m]
        if not 1 <= d <= 31:
            return None
        return Atom("day", start, end, words, index=month * 100 + d, year=int(y) if y else None)
    month = int(m)
    if kind == "number_day" and month <= 12 and d <= 12 and month != d:
        return Atom("unclear", start, end, words)  # the third of April or the fourth of March?
    if kind == "number_day" and month > 12:
        d, month = month, d
    return Atom("day", start, end, words, index=month * 100 + d, year=int(y or 0))


def resolve(atom: Atom, today: date, mode: str) -> Period:
    """The period an atom means. Raises ValueError when it means none (30 February, an ambiguous date)."""
    ahead = mode in ("ahead", "forecast")
    if atom.kind in ("unclear", "fiscal"):  # no calendar says where a company's own year begins
        raise ValueError(atom.words)
    if atom.kind == "weekday":
        back = (today.weekday() - atom.index - 1) % 7 + 1
        if atom.modifier == "last" or not (ahead or atom.modifier):
            return spans.day(today - timedelta(days=back), today)
        step = 7 - today.weekday() + atom.index if atom.modifier == "next" else 7 - back % 7
        return spans.day(today + timedelta(days=step), today)
    if atom.kind == "ending":
        when = (atom.year, atom.index // 100 % 100, atom.index % 100)
        return ending.period(atom.unit, atom.index // 10_000, when, today, ends=atom.modifier == "end", ahead=ahead)
    if atom.kind in ("days", "week_of"):
        return _days(atom, today, ahead=ahead)
    if atom.kind == "several":
        if not atom.index or atom.index > 1_000:
            raise ValueError(atom.words)
        unit, count = ("week", 2 * atom.index) if atom.unit == "fortnight" else (atom.unit, atom.index)
        return spans.several(unit, count, today, ahead=atom.modifier == "next", forecast=mode == "forecast")
    if atom.kind == "years":
        first, last = (spans.unit("year", year, 1, today) for year in (atom.year or 0, atom.index))
        return spans.between(first, last, today)
    if atom.kind == "relative":
        if atom.unit == "fortnight":
            if atom.modifier == "this":
                raise ValueError(atom.words)
            return spans.several("week", 2, today, ahead=atom.modifier == "next", forecast=mode == "forecast")
        return spans.step(atom.unit, {"last": -1, "this": 0, "next": 1}[atom.modifier], today)
    if atom.kind in ("before_last", "ago"):
        return spans.step(
            "week" if atom.unit == "fortnight" else atom.unit, -2 if atom.kind == "before_last" else -atom.index, today
        )
    if atom.kind == "to_date":
        return spans.to_date(atom.unit, today)
    if atom.kind == "year":
        return spans.unit("year", atom.year or today.year, 1, today)
    if atom.kind == "day":
        month, number_ = divmod(atom.index, 100)
        if atom.year is None:
            return spans.day(spans.day_without_year(month, number_, today, ahead=ahead), today)
        return spans.day(date(atom.year, month, number_), today)
    return _counted(atom, today, ahead=ahead, near=mode == "near")


def _days(atom: Atom, today: date, *, ahead: bool) -> Period:
    """ "1 to 15 October", "the week of 5 October". Raises ValueError when there are no such days."""
    month, first, last = atom.index // 10_000, atom.index // 100 % 100, atom.index % 100
    start = (
        date(atom.year, month, first)
        if atom.year is not None
        else spans.day_without_year(month, first, today, ahead=ahead)
    )
    if atom.kind == "week_of":
        return spans.containing("week", start, today)
    return spans.between(spans.day(start, today), spans.day(start.replace(day=last), today), today)


def _counted(atom: Atom, today: date, *, ahead: bool, near: bool) -> Period:
    """A numbered month, quarter, half or week with its year, a modifier, or neither."""
    if atom.year is not None:
        return spans.unit(atom.kind, atom.year, atom.index, today)
    if atom.modifier.endswith(" year"):
        shift = {"last": -1, "previous": -1, "this": 0, "next": 1}[atom.modifier.split()[0]]
        return spans.unit(atom.kind, today.year + shift, atom.index, today)
    if atom.modifier == "this":
        return spans.unit(atom.kind, today.year, atom.index, today)
    if atom.modifier == "next":
        after = today + timedelta(days=1)
        period = spans.without_year(atom.kind, atom.index, after, ahead=True)
        later = period if period.start > today else spans.unit(atom.kind, period.start.year + 1, atom.index, today)
        return spans.unit(atom.kind, later.start.year, atom.index, today)
    if near and not atom.modifier:
        both = [spans.without_year(atom.kind, atom.index, today, ahead=way) for way in (False, True)]
        return min(both, key=lambda p: abs((p.start - today).days))
    if atom.modifier == "last":
        latest = spans.without_year(atom.kind, atom.index, today, ahead=False)
        if latest.end >= today:
            return spans.unit(atom.kind, (latest.start - relativedelta(years=1)).year, atom.index, today)
        return latest
    return spans.without_year(atom.kind, atom.index, today, ahead=ahead)
