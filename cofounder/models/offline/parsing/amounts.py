"""Amounts as people write them ("$1.2M", "1.250.000 EUR", "120 000", "2,5 %", "half a million") and what they are worth."""

import re

from cofounder.models.figures.words import NUMBER_WORDS, TENS, UNITS, value_of
from cofounder.models.figures.written import worth

SCALE = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
}
LARGEST = 1e15  # what is more than that is no figure of a business, in words as beside a request
_SCALES = r"k|mn|mio|m|bn|b|thousand|million|billion"
_PERCENT = r"(?:%|percent\b|per cent\b)"
SIGN = r"(?:(?:us|a|c|ca|au|nz|hk|s)\$|[$€£¥₹]|\b(?:usd|eur|gbp|chf|cad|aud|inr|jpy)\b)"
_MONEY = r"(?:(?:usd|eur|gbp|chf|cad|aud|inr|jpy|(?:us )?dollars|euros?|pounds|francs|rupees|yen)\b|[$€£¥₹](?!\w))"
_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # 1,250,000.50
    r"|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+"  # 1.250.000,50
    r"|\d{1,3}(?:[ ']\d{3})+(?:[.,]\d{1,2})?(?!\d)"  # 1 250 000, 1 250,50, 3'400
    r"|\d{4,},\d{2}(?!\d)"  # 150000,50
    rf"|\d+,\d{{1,2}}(?=\s?(?:{_PERCENT}|(?:{_SCALES})\b))"  # 2,5 %
    r"|\d+(?:\.\d+)?|\.\d+"
)
_SMALL = "|".join(sorted([*UNITS, *TENS], key=len, reverse=True))
# "Twelve hundred", "three hundred and twenty", "half a million", "two dozen"; fewer only as a share: "two percent".
SPELLED = (
    rf"(?:(?:half an?|an?|(?:{_SMALL})(?:[ -](?:{_SMALL}))?) (?:hundred|thousand|million|billion|dozen)\b(?:(?: and)? {NUMBER_WORDS})?"
    rf"|(?:{_SMALL})(?:[ -](?:{_SMALL}))?(?=\s(?:percent|per cent)\b))"
)
SPELT = re.compile(rf"(?<!\w){SPELLED}")
_OTHER_UNIT = (
    r"january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    r"am|pm|o'clock|minutes?|hours?|days?|weeks?|months?|quarters?|years?|words?|characters?|posts?|tweets?|headlines?|points?|per|times"
)
_OF_SIGN = {
    "us$": "$", "usd": "$", "dollars": "$", "us dollars": "$", "eur": "€", "euro": "€", "euros": "€", "gbp": "£", "pounds": "£",
}  # fmt: skip
# A figure that stands open: one sign too many, a range, two at choice, or digits that can be read in two ways.
LOOSE = rf"(?:[-−]\s?)?(?:{SIGN}\s?)?(?:[-−]\s?)?\.?\d[\d.,]*(?:'\d{{3}})*(?:\s?(?:{_SCALES})\b)?(?:\s?{_PERCENT})?(?:\s?{_MONEY})?"
RANGE = re.compile(
    rf"(?:\bbetween\s+{LOOSE}\s+and\s+{LOOSE}|{LOOSE}\s*(?:[-–—=]?>|[-–—→])\s*{LOOSE}|(?<!from )(?<![\w$€£.,]){LOOSE}\s+(?:or|to)\s+{LOOSE})(?![\w])"
)

_DATED = re.compile(rf"\s*(?:st|nd|rd|th)?\s*(?:{_OTHER_UNIT})\b")
_MARKED = re.compile(rf"[$€£¥₹%]|\d\s?(?:{_SCALES})\b|\d[.,]\d|\d{{3}}|percent|per cent|dollars|euros|pounds")


_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


_MONTH_OF = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")


def ranges(low: str) -> list[re.Match[str]]:
    """Every range or choice of amounts; days ("between 1 and 15 October") and years are left out."""
    return [
        m
        for m in RANGE.finditer(low)
        if _MARKED.search(m[0])
        and not _DATED.match(low, m.end())
        and not _ISO.search(low[max(0, m.start() - 9) : m.end() + 7])
        and not _MONTH_OF.fullmatch(m[0].strip())
        and not all(re.fullmatch(r"(?:19|20)\d\d", one) for one in re.findall(r"\d[\d.,]*", m[0]))
    ]


def is_dated(low: str, end: int) -> bool:
    """Whether what ends there is a day, an hour, a stretch of time or a length."""
    return bool(_DATED.match(low, end))


def pattern(name: str) -> str:
    """One amount as a pattern, its parts in groups that begin with `name`."""
    return (
        rf"(?P<{name}>(?P<{name}c>{SIGN}\s?)?(?:(?P<{name}n>{_DIGITS})(?:\s?(?P<{name}s>{_SCALES})\b)?"
        rf"|(?P<{name}w>{SPELLED}))(?P<{name}p>\s?{_PERCENT})?(?:\s?(?P<{name}u>{_MONEY}))?)(?![\w-]|[.,'/]\d)(?!\s*(?:{_OTHER_UNIT})\b)"
    )


PLAIN = re.compile(pattern("now"))
# What looks like a figure wherever it stands: money, a share, a scale, or digits in groups.
_EYECATCHING = re.compile(
    rf"(?<![\w.,])(?:[-−]\s?)?(?:{SIGN}\s?[-−]?\d[\d.,]*(?: \d{{3}})*(?:\s?(?:{_SCALES})\b)?|\d[\d.,]*\s?(?:{_SCALES})?\s?(?:{_PERCENT}|{_MONEY})"
    rf"|\d[\d.,]*\s?(?:{_SCALES})\b|\d[\d.]*e[+-]?\d+\b|\d{{16,}}|\d{{1,3}}(?:[.,']\d{{3}})+(?!\d)|(?<!\w)(?=[a-z -]*(?:thousand|million|billion|per ?cent)){SPELLED}(?:\s(?:{_MONEY}|{_PERCENT}))?)"
)
_NO_FIGURE = re.compile(r"\s*(?:off\b|discount|rebate|sure\b|organic|natural|vegan|cotton|recycled|free\b|cashback)")


def striking(low: str) -> list[re.Match[str]]:
    """Everything that looks like a figure of a business; discounts and the like are left out."""
    return [m for m in _EYECATCHING.finditer(low) if not _NO_FIGURE.match(low[m.end() : m.end() + 12])]


def value(got: dict[str, str | None], key: str, *, rate: bool) -> float | None:
    """What an amount is worth, if it is of the kind that is meant: a rate has a percent sign, nothing else has one."""
    percent, scale = bool(got.get(f"{key}p")), (got.get(f"{key}s") or "").strip()
    if percent != rate:
        return None
    if got.get(f"{key}w"):
        spelled = _in_words(got[f"{key}w"] or "")
        return round(spelled / 100, 10) if percent else spelled
    said = got.get(f"{key}n")
    if not said or _year(said, got, key):
        return None
    amount = worth(said, percent=percent, scaled=bool(scale))
    if amount is None:
        return None  # 1.250: a thousand or little more than one?
    amount *= SCALE.get(scale, 1.0)
    if amount > LARGEST:
        return None
    return round(amount / 100, 10) if percent else amount


def currency(got: dict[str, str | None], key: str) -> str:
    """The sign of an amount's currency, "" where none is said."""
    before, behind = ((got.get(f"{key}{part}") or "").strip() for part in "cu")
    said = _OF_SIGN.get(before, before)
    return said if said not in ("", "$") else _OF_SIGN.get(behind, behind) or said  # "$80k CAD"


def _year(said: str, got: dict[str, str | None], key: str) -> bool:
    bare = not any(got.get(f"{key}{part}") for part in "pcsu")
    return bare and bool(re.fullmatch(r"(?:19|20)\d\d", said))


def _in_words(said: str) -> float:
    half = re.match(r"half an? ", said)
    whole = re.sub(r"^an? ", "one ", said[half.end() :] if half else said)
    count, dozen, rest = whole.partition("dozen")
    worth_ = (
        12 * value_of(count.strip() or "one") + (value_of(rest.strip()) if rest.strip() else 0)
        if dozen
        else value_of(whole)
    )
    return worth_ / 2 if half else worth_
