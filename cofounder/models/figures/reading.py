"""Figures as a text writes them: digits or words, money, percentages, points, multiples, "one in 22"."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from cofounder.models.figures import dates
from cofounder.models.figures.words import NUMBER_WORDS, value_of

FigureUnit = Literal["money", "percent", "points", "count", "multiple", "one_in", "period", "time", "order", "duration"]
Hedge = Literal["about", "under", "over"]  # "about 20", "nearly 20", "more than 20"


@dataclass(frozen=True)
class Figure:
    """One figure: where it stands, its value (percent and points as 0-1), and half the step it was rounded to."""

    text: str
    start: int
    end: int
    value: float
    unit: FigureUnit
    step: float = 1.0  # one unit of the last written place, in the value's own scale
    zeros: float = 1.0  # the place of the last digit that is not zero: 1000 in "11,000"
    hedge: Hedge | None = None
    spelled: bool = False
    currency: str | None = None
    in_formula: bool = False
    span: dates.Span | None = None
    noun: str = ""  # the unit word of a duration: "month"


_CURRENCY = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_CODES = {"usd": "USD", "dollar": "USD", "eur": "EUR", "euro": "EUR", "gbp": "GBP", "pound": "GBP"}
_SCALE = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_FRACTIONS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "tenth": 10}
_DIGITS = r"\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"

_BLOCKS = re.compile(r"(?=\n\n)")
_SKIP = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|(?<!\w)[#@]\w[\w-]*|\{\{[^}]*\}\}")
_LISTING = re.compile(
    r"(?m)^\s*(?:#{1,6}\s+)?\d{1,2}[.)](?=\s)|^\s*\d{1,2}/\d{1,2}(?=\s|$)|(?<=\s)\(?\d{1,2}/\d{1,2}\)?$|\b24/7\b|\b\d+(?:st|nd|rd|th)\b"
)
_TIME = re.compile(r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm|a\.m\.|p\.m\.|AM|PM)\b|\b\d{1,2}:\d\d\b")
_ONE_IN = re.compile(
    rf"\b(?P<top>one|two|three|four|five|six|seven|eight|nine|\d)\s+(?:[a-z]+\s+){{0,2}}?(?:in|out of|of)\s+"
    rf"(?:every\s+)?(?P<hedge>about\s+)?(?P<n>{_DIGITS}|{NUMBER_WORDS})(?![\d%]|\s*(?:%|percent|million|cents))\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"\b(?:(?P<top>one|two|three|four|five|a|an)[ -])?(?P<part>half|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|tenths?)\b",
    re.IGNORECASE,
)
_MOVED_BY = re.compile(
    r"\b(?:up|down|by|rose|risen|grew|grown|fell|fallen|gained|lost|climbed|dropped|jumped|increased|decreased)"
    r"(?: (?:about|nearly|almost|over|roughly|more than|less than))? $",
    re.IGNORECASE,
)
_THEN = (" ago", " earl", " befo", " late")
_MULTIPLE = re.compile(
    rf"\b(?P<word>doubl(?:ed|ing|es?)|tripl(?:ed|ing|es?)|trebled|quadrupled|twice|halved|halving)\b"
    rf"|\b(?P<fold>{NUMBER_WORDS}|\d+(?:\.\d+)?)-?fold\b"
    rf"|\b(?P<times>\d[\d,]*(?:\.\d+)?|{NUMBER_WORDS})\s+times\b"
    rf"|(?<![\w.])(?P<x>\d[\d,]*(?:\.\d+)?)x(?![\w])"
    rf"|\b(?P<to>\d[\d,]*(?:\.\d+)?|{NUMBER_WORDS})\s+to\s+(?:one|1)\b(?!\s*(?:in\b|\d))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)])[-−+](?=[\d$€£¥.U]))?"
    rf"(?P<symbol>US\$|[$€£¥]|\b(?:USD|EUR|GBP)\s)?\s?"
    rf"(?:(?<![\w.])(?P<digits>{_DIGITS})|\b(?P<words>{NUMBER_WORDS})\b)"
    rf"(?:\s?(?P<short>[KkMB]|mn|bn)\b|[ -](?P<scale>thousand|million|billion)\b)?"
    rf"(?:\s?-?(?P<points>percentage[ -]points?|pp\b|points?\b)"
    rf"|\s?(?P<percent>%|percent\b|per cent\b)"
    rf"|\s(?P<coin>cents?\b)|\s(?P<money>dollars?|euros?|USD|EUR|GBP|pounds)\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"^\s?(?:[-–]|to|and|or)\s?$")
_BEFORE = re.compile(
    r"(?P<under>nearly|almost|just under|close to|less than|fewer than|under|below|not quite)\s(?:a\s|an\s)?$"
    r"|(?P<over>more than|over|above|just over|upwards of|at least|past|better than)\s(?:a\s|an\s)?$"
    r"|(?P<about>about|around|roughly|some|approximately|~|or so)\s?(?:a\s|an\s)?$",
    re.IGNORECASE,
)
_FORMULA_AFTER = re.compile(r"^\s?[x×*/÷=+](?:\s|\d|\$)")
_FORMULA_BEFORE = re.compile(r"(?:[x×*/÷=+]|\s[-−])\s\(?[$€£]?$")
_DURATION = re.compile(
    r"^[ -](?:(?:full|more|whole|straight|consecutive|finished|earlier|recent)\s)?"
    r"(?P<unit>days?|weeks?|months?|quarters?|years?|hours?|minutes?|seconds?)\b",
    re.IGNORECASE,
)
_QUICK = re.compile(
    rf"\d|\b(?:{NUMBER_WORDS}|half|third|quarter|fifth|sixth|seventh|eighth|tenth|twice|doubl|tripl|trebl|quadrupl|halv)",
    re.IGNORECASE,
)


def read(text: str) -> list[Figure]:
    """Every figure in a text, in order. Places like list numbers come as unit "order"; links and tags are skipped."""
    return [
        replace(figure, start=figure.start + start, end=figure.end + start) if start else figure
        for start, block in blocks(text)
        for figure in read_block(block)
    ]


def blocks(text: str) -> list[tuple[int, str]]:
    """The paragraphs of a text with their places, each with the blank line before it; no figure spans two of them."""
    found, start = [], 0
    for block in _BLOCKS.split(text):
        found.append((start, block))
        start += len(block)
    return found


@lru_cache(maxsize=2048)
def read_block(text: str) -> tuple[Figure, ...]:
    """The figures of one paragraph; a text is read several times on its way, and its versions share paragraphs."""
    taken: list[tuple[int, int]] = [match.span() for match in _SKIP.finditer(text)]
    found: list[Figure] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in taken)

    def keep(figure: Figure) -> None:
        taken.append((figure.start, figure.end))
        found.append(figure)

    for start, end, span in dates.find(text):
        if free(start, end):
            keep(Figure(text[start:end], start, end, float(span.start.toordinal()), "period", span=span))
    for pattern, unit in ((_LISTING, "order"), (_TIME, "time")):
        for match in pattern.finditer(text):
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            if free(start, match.end()):
                keep(Figure(text[start : match.end()], start, match.end(), 0.0, unit))  # type: ignore[arg-type]
    if _QUICK.search(text):
        for reader in (_ones_in, _fractions, _multiples, _numbers):
            for figure in reader(text):
                if free(figure.start, figure.end):
                    keep(figure)
    found.sort(key=lambda figure: figure.start)
    return tuple(found)


def _hedge(text: str, start: int) -> Hedge | None:
    match = _BEFORE.search(text, max(0, start - 16), start)
    return match.lastgroup if match else None  # type: ignore[return-value]


def _ones_in(text: str) -> list[Figure]:
    figures = []
    for match in _ONE_IN.finditer(text):
        below = _plain(match["n"])
        top = _plain(match["top"])
        words = match.group().split()
        if below <= top or (below < 3 and top != 1):
            continue
        if words[-2].lower() == "of" and "every" not in words and "out" not in words:
            continue  # "one of 320" is a member, not a share
        hedge: Hedge | None = "about" if match["hedge"] else _hedge(text, match.start())
        figures.append(
            Figure(match.group(), match.start(), match.end(), below / top, "one_in", step=1 / top, hedge=hedge)
        )
    return figures


def _fractions(text: str) -> list[Figure]:
    figures = []
    for match in _FRACTION.finditer(text):
        part = match["part"].lower().rstrip("s")
        top = match["top"]
        after = text[match.end() : match.end() + 5].lower()
        moved = _MOVED_BY.search(text[max(0, match.start() - 24) : match.start()]) and not after.startswith(_THEN)
        if part != "half" and (top is None or not (moved or after.startswith((" of ", " as", " more", " les")))):
            continue  # "third", "this quarter", "a quarter ago"
        if part == "half" and (after.startswith((" a ", " an ")) or text[match.start() - 2 : match.start()] == "H "):
            pass
        above = 1 if top is None or top.lower() in ("a", "an") else _plain(top)
        if part == "half" and top and above > 1:
            continue  # "two and a half", "two halves"
        figures.append(
            Figure(
                match.group(),
                match.start(),
                match.end(),
                above / _FRACTIONS[part],
                "percent",
                step=0.01,
                hedge=_hedge(text, match.start()),
                spelled=True,
            )
        )
    return figures


_MULTIPLE_WORDS = {"doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadr": 4.0, "twice": 2.0, "halve": 0.5, "halvi": 0.5}


def _multiples(text: str) -> list[Figure]:
    figures = []
    for match in _MULTIPLE.finditer(text):
        if match["word"]:
            value, step, spelled = _MULTIPLE_WORDS[match["word"].lower()[:5]], 0.1, True
        else:
            raw = match["fold"] or match["times"] or match["x"] or match["to"]
            value, spelled = _plain(raw), not raw[0].isdigit()
            step = _step(raw)
            if match["times"] and spelled and value == 1:
                continue
        figures.append(
            Figure(
                match.group(),
                match.start(),
                match.end(),
                value,
                "multiple",
                step=step,
                hedge=_hedge(text, match.start()),
                spelled=spelled,
            )
        )
    return figures


def _numbers(text: str) -> list[Figure]:
    figures: list[Figure] = []
    for match in _NUMBER.finditer(text):
        figure = _number(text, match)
        if figure is None:
            continue
        if figures and figures[-1].unit == "count" and figure.unit in ("percent", "points", "money"):
            before = figures[-1]
            if _RANGE.match(text[before.end : figure.start]) and text[before.end : figure.start].strip() in "-–to":
                figures[-1] = _as_range_start(before, figure)
        elif figures and figure.unit == "count" and figures[-1].unit == "money":
            before = figures[-1]
            if text[before.end : figure.start].strip() in ("-", "–"):
                figure = _as_range_start(figure, before)
        figures.append(figure)
    return figures


def _as_range_start(figure: Figure, other: Figure) -> Figure:
    scale = 0.01 if other.unit in ("percent", "points") else 1.0
    return Figure(
        figure.text,
        figure.start,
        figure.end,
        figure.value * scale,
        other.unit,
        step=figure.step * scale,
        zeros=figure.zeros * scale,
        hedge=figure.hedge,
        spelled=figure.spelled,
        currency=other.currency,
    )


def _number(text: str, match: re.Match[str]) -> Figure | None:
    raw, spelled = match["digits"] or match["words"], match["digits"] is None
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    value, step = _plain(raw), _step(raw)
    scale = _SCALE[(match["short"] or match["scale"]).lower()] if match["short"] or match["scale"] else 1.0
    unit: FigureUnit = "count"
    currency = None
    noun = ""
    if match["points"]:
        unit, scale = "points", 0.01
    elif match["percent"]:
        unit, scale = "percent", 0.01
    elif match["coin"]:
        unit, scale, currency = "money", 0.01, "USD"
    elif match["symbol"] or match["money"]:
        unit = "money"
        currency = _money(match["symbol"], match["money"])
    else:
        duration = _DURATION.match(text[match.end() : match.end() + 24])
        if duration:
            unit, noun = "duration", duration["unit"].lower().rstrip("s")
    if spelled and raw.lower() == "one" and unit == "count" and scale == 1.0:
        return None  # "one" alone is a pronoun
    around = _FORMULA_AFTER.match(text[match.end() : match.end() + 3]) or _FORMULA_BEFORE.search(text[:start][-6:])
    hedge = _hedge(text, start)
    sign = -1.0 if match["sign"] in ("-", "−") and not around and not text[:start][-1:].isdigit() else 1.0
    return Figure(
        text[start : match.end()],
        start,
        match.end(),
        sign * value * scale,
        unit,
        step=step * scale,
        zeros=_zeros(raw) * scale,
        hedge=hedge,
        spelled=spelled,
        currency=currency,
        in_formula=bool(around),
        noun=noun,
    )


def _money(symbol: str | None, word: str | None) -> str:
    if symbol:
        sign = symbol.strip().lower()
        return _CURRENCY.get(sign) or _CODES.get(sign, "USD")
    return _CODES.get((word or "").lower().rstrip("s"), "USD")


def _plain(raw: str) -> float:
    if raw[0].isdigit() or raw[0] == ".":
        return float(re.sub(r"[,  ]", "", raw))
    return value_of(raw)


def _step(raw: str) -> float:
    """One unit of the last written place: 0.01 in "19.97", 1 in "469"."""
    if raw[0].isdigit() or raw[0] == ".":
        return float(10 ** -len(raw.partition(".")[2]))
    return 1.0


def _zeros(raw: str) -> float:
    """The place of the last digit that is not zero: 1000 in "11,000"."""
    if not raw[0].isdigit():
        number = int(value_of(raw))
        raw = str(number)
    if "." in raw:
        return _step(raw)
    digits = re.sub(r"\D", "", raw)
    return float(10 ** (len(digits) - len(digits.rstrip("0")))) if digits.strip("0") else 1.0
