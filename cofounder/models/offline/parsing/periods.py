"""Which period a request speaks of, resolved against the day it is read on, and what it is compared with."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from cofounder.models.brief import BaseKind, Period
from cofounder.models.offline.parsing import bounding, spans
from cofounder.models.offline.parsing.dates import Atom, atoms, resolve

Mode = Literal["past", "ahead", "forecast", "near"]  # near: a newsletter's month is the closest one


@dataclass(frozen=True, slots=True)
class Mention:
    period: Period
    start: int
    end: int
    words: str
    part: Literal["main", "compared"] = "main"


@dataclass(slots=True)
class Periods:
    mentions: list[Mention] = field(default_factory=list)
    compare_with: BaseKind | None = None
    compare_period: Period | None = None
    compare_words: str = ""
    unclear: list[str] = field(default_factory=list)  # words that name a time we cannot place

    @property
    def main(self) -> Mention | None:
        return next((m for m in self.mentions if m.part == "main"), None)


_YEAR_EARLIER = re.compile(
    r"\b(?:year[- ](?:over|on)[- ]year|yoy|y/y|y-o-y|(?:compared? (?:to|with|against)|vs\.?|versus|against|relative to|than|up from|down from|with|and) "
    r"(?:the )?(?:same (?:month|quarter|period|time|week) (?:of |in )?)?(?:last|the previous|the prior|a) year(?:'s)?(?: ago| before| earlier)?(?! to date)|"
    r"(?:the )?same (?:month|quarter|period|time|week) (?:of |in )?(?:last|a|the previous) year(?: ago| earlier)?|"
    r"(?:growth|increase|up|change|improve\w*) over last year|a year (?:ago|earlier|before)|the year before)\b"
)
_PREVIOUS = re.compile(
    r"\b(?:(?:month|quarter|week)[- ](?:over|on)[- ](?:month|quarter|week)|mom|qoq|wow|m/m|q/q|m-o-m|"
    r"(?:compared? (?:to|with|against)|vs\.?|versus|against|relative to|than|over|with|and|to|from) (?:the )?(?:"
    r"(?:previous|prior|preceding) (?:month|quarter|week|period|one|year|half)|(?:\d{1,3} )?(?:months?|quarters?|weeks?|days|period|one|half) before(?! last)))\b"
)
_TARGET = re.compile(
    r"\b(?:forecast|plan|budget|target)s? (?:vs\.?|versus|against|and|compared to) (?:the )?actuals?\b|\bactuals? (?:vs\.?|versus|against|and) (?:the )?(?:forecast|plan|budget|target)s?\b|"
    r"\b(?:vs\.?|versus|against|compared? (?:to|with)|relative to|hit|reach\w*|meet|met|miss\w*|beat|to|from|behind|ahead of|on) "
    r"(?:our |the |its )?(?:\w+ )?(?:targets?|goals?|plan|budget|objectives?|quota)\b"
)
_VERSUS = re.compile(r"\b(?:vs|versus|against|compared?|compares|relative to|than|comparison)\b|\bv\.?(?=\s)")
_COMPARE_BEFORE = re.compile(r"\b(?:compar\w+|comparison|differences?|contrast)\b[^.;]*$")
_RANGE_GAP = re.compile(r"\s*(?:,\s*)?(?:to|until|till|through|thru|up to|-|–|—)\s*(?:the\s+)?(?:end of\s+)?")
_AND_GAP = re.compile(r"\s*and\s*(?:the\s+)?")
_JOIN_GAP = re.compile(
    r"[\w\s',$%-]{0,60}?\b(?:vs\.?|versus|v\.?|against|with|to|and|compared? (?:to|with|against)|relative to|than|over)\s+(?:the\s+|in\s+|our\s+|what we had in\s+)*[\w\s]{0,20}"
)
_SINCE = re.compile(r"\b(?:since|from)\s+(?:the )?(?:(?:beginning|start) of\s+)?(?:the )?$")
_ONWARDS = re.compile(
    r"\s*(?:onwards?|on\b(?! linkedin)|until (?:now|today)|to (?:now|today|date)|till now|through today|up to (?:now|today))"
)
_UNCLEAR = re.compile(
    r"\b(?:(?<!audi )(?<!-)q(?:[05-9]|[1-9]\d)(?![\w&])|quarter (?:[5-9]|\d\d)|month (?:1[3-9]|[2-9]\d|0)|(?:the )?(?:fifth|sixth) quarter|h[3-9](?= (?:results|numbers|figures|revenue|20))|week (?:5[4-9]|[6-9]\d)|"
    r"(?:the )?(?:last|past|next|previous|coming) (?:few|couple of|several|some) (?:days|weeks|months|quarters|years)|"
    r"(?:last|this|next|past|in|during|over the) (?:the )?(?:spring|summer|autumn|fall|winter)|(?:spring|summer|autumn|winter) (?:20\d\d|numbers|results|figures)|"
    r"back then|some time ago|a while ago|the other (?:day|week|month)|that (?:month|quarter|week|year|period|time)|"
    r"(?<!year )(?<!quarter )(?<!month )(?<!week )(?<!up )to date(?! with)|so far|(?:the )?usual period|the holiday season|last time|once upon a time)\b"
)


def find(low: str, today: date, mode: Callable[[int], Mode], taken: list[tuple[int, int]]) -> Periods:
    """All periods named outside the `taken` spans; `mode` says, by position, whether the words look back or ahead."""
    result = Periods()
    blank = blanked(low, taken)
    blank = _comparisons(blank, result)
    whole = _without_holes(atoms(blank), blank, low, result)
    whole = bounding.take(whole, blank, low, result.unclear, lambda at: mode(at) in ("past", "near"))
    found = list(_placed(_with_years(whole, blank, today), today, mode, result))
    found = _joined(found, blank, today, mode)
    _assign(found, low, blank, result)
    rest = blanked(blank, [(a.start, a.end) for a, _ in found])
    unclear = list(_UNCLEAR.finditer(rest))
    result.unclear += [m[0] for m in unclear]
    if not found:
        result.unclear += bounding.unplaced(rest)
    if unclear:
        _against_unclear(result, unclear[0].end(), blank)
    _finish_comparison(result, today)
    if re.match(r"(?:a year (?:ago|earlier|before)|the year before)", result.compare_words) and result.main is None:
        result.unclear.append(result.compare_words)  # "our revenue a year ago" compares nothing
    return result


# "Every month except October": what is left is no one stretch of time.
_HOLE = re.compile(
    r"(?:\b(?:every|each|all(?: of)?|any|the whole|the)\s+(?:the\s+)?(?:other\s+)?\w+\s*,?\s*)?"
    r"\b(?:except(?: for| in)?|excluding|without|other than|apart from|aside from|minus|bar|(?:but )?not(?: in| for)?|"
    r"(?<=\ball months )but|(?<=\ball quarters )but|(?<=\bevery month )but|(?<=\bevery quarter )but|(?<=\ball weeks )but|(?<=\bevery week )but)"
    r"(?:\s+(?:in|for|the|of|month))*\s*$"
)


def _without_holes(found: list[Atom], blank: str, low: str, result: Periods) -> list[Atom]:
    kept = []
    for atom in found:
        start = max(0, atom.start - 50)
        hole = _HOLE.search(blank[start : atom.start])
        if hole:
            result.unclear.append(low[start + hole.start() : atom.end].strip(" ,"))
        else:
            kept.append(atom)
    return kept


def _against_unclear(result: Periods, end: int, blank: str) -> None:
    """ "Compare Q5 with Q4": Q4 is what it is compared with; what is compared has to be asked for."""
    main = result.main
    if main is None or result.compare_period or not 0 <= main.start - end <= 30:
        return
    if re.fullmatch(r"\s*(?:with|to|vs\.?|versus|v|against|and)\s*", blank[end : main.start]) and (
        _COMPARE_BEFORE.search(blank[:end]) or _VERSUS.search(blank[end : main.start])
    ):
        result.mentions = [replace(m, part="compared") if m is main else m for m in result.mentions]
        result.compare_period = main.period


def blanked(low: str, taken: list[tuple[int, int]]) -> str:
    for start, end in taken:
        low = low[:start] + "\x00" * (end - start) + low[end:]
    return low


def _comparisons(blank: str, result: Periods) -> str:
    kinds: tuple[tuple[re.Pattern[str], BaseKind], ...] = (
        (_YEAR_EARLIER, "year_earlier"), (_PREVIOUS, "previous"), (_TARGET, "target"),
    )  # fmt: skip
    for pattern, kind in kinds:
        match = pattern.search(blank)
        if match is None or not _is_comparison(match[0], blank[: match.start()]):
            continue
        result.compare_with, result.compare_words = kind, match[0]
        blank = blank[: match.start()] + "\x00" * len(match[0]) + blank[match.end() :]
        break
    return blank


def _is_comparison(words: str, before: str) -> bool:
    """A bare "with", "and", "to" or "from" only compares after a word that says so."""
    if re.match(r"(?:with|and|to|from|over|on|reach\w*)\b", words):
        return bool(
            re.search(
                r"\b(?:compar\w+|differ\w+|change\w*|grow\w*|grew|up|down|increase\w*|rose|fell|drop\w*|better|worse|versus|vs|relative|improve\w*|close|track)\b",
                before,
            )
        )
    return True


def _placed(
    found: list[Atom], today: date, mode: Callable[[int], Mode], result: Periods
) -> Iterator[tuple[Atom, Period]]:
    for atom in found:
        try:
            yield atom, resolve(atom, today, mode(atom.start))
        except ValueError:
            result.unclear.append(atom.words)


def _with_years(found: list[Atom], blank: str, today: date) -> list[Atom]:
    """Each with the year that the one to its right has, last first: in "March, April and May 2025" it stands for all."""
    made = list(found)
    for place in range(len(made) - 2, -1, -1):
        if made[place].year is None and made[place].kind in ("month", "quarter", "half"):
            made[place] = _borrow_year(made[place], made[place + 1], blank, today)
    return made


def _borrow_year(atom: Atom, right: Atom, blank: str, today: date) -> Atom:
    """In "March to June 2025" and "Q3 and Q4 2025" the year stands for both.

    "November to February 2026" begins in the year before. "October and September 2026" are of one year, unless that
    October is still to come.
    """
    near = 0 <= right.start - atom.end <= 12
    if not near or right.kind != atom.kind or right.year is None or atom.modifier:
        return atom
    if atom.index > right.index:
        to_come = spans.unit(atom.kind, right.year, atom.index, today).start > today
        if to_come or _is_range(atom, right, blank):
            return replace(atom, year=right.year - 1)
    return replace(atom, year=right.year)


def _joined(
    found: list[tuple[Atom, Period]], blank: str, today: date, mode: Callable[[int], Mode]
) -> list[tuple[Atom, Period]]:
    out: list[tuple[Atom, Period]] = []
    for atom, period in found:
        if out and _is_range(out[-1][0], atom, blank):
            left, first = out.pop()
            if left.year is None and atom.year is None and left.kind == atom.kind and first.start > period.start:
                first = _same_run(left, period, today)
            merged = spans.between(first, period, today)
            out.append((replace(left, end=atom.end, words=blank[left.start : atom.end]), merged))
            continue
        before, after = blank[max(0, atom.start - 40) : atom.start], blank[atom.end : atom.end + 16]
        opened = _SINCE.search(before)
        if opened and (opened[0].startswith("since") or _ONWARDS.match(after)) and period.start <= today:
            period = spans.since(period, today)
            atom = replace(atom, start=atom.start - len(opened[0]), words=opened[0] + atom.words)
        out.append((atom, period))
    return out


def _same_run(left: Atom, right: Period, today: date) -> Period:
    """ "November to February": the first lies before the second, so it takes the year before if it must."""
    year = right.start.year
    if left.kind in ("month", "quarter", "half"):
        this = spans.unit(left.kind, year, left.index, today)
        return this if this.start <= right.start else spans.unit(left.kind, year - 1, left.index, today)
    return right


def _is_range(left: Atom, right: Atom, blank: str) -> bool:
    gap, before = blank[left.end : right.start], blank[: left.start]
    if (
        _COMPARE_BEFORE.search(before[-60:])
        and not re.search(r"\bfrom\s+(?:the\s+)?$", before)
        and not re.fullmatch(r"\s*[-–—]\s*", gap)
    ):
        return False
    if _RANGE_GAP.fullmatch(gap):
        return True
    return bool(_AND_GAP.fullmatch(gap) and re.search(r"\bbetween\s+(?:the\s+)?$", before))


def _assign(found: list[tuple[Atom, Period]], low: str, blank: str, result: Periods) -> None:
    for i, (atom, period) in enumerate(found):
        part: Literal["main", "compared"] = "main"
        before = blank[: atom.start]
        if (
            i
            and result.compare_period is None
            and result.compare_with is None
            and _compares(found[i - 1][0], atom, blank)
        ) or (
            not i
            and re.search(
                r"\b(?:vs\.?|versus|compared (?:to|with|against)|relative to|than|against)\s+(?:the\s+|in\s+)*$", before
            )
        ):
            part = "compared"
        if part == "compared":
            result.compare_period, result.compare_words = period, result.compare_words or low[atom.start : atom.end]
        result.mentions.append(Mention(period, atom.start, atom.end, low[atom.start : atom.end], part))


def _compares(left: Atom, right: Atom, blank: str) -> bool:
    gap = blank[left.end : right.start]
    if len(gap) > 90 or re.search(r"[.;!?]\s", gap):
        return False
    if _VERSUS.search(gap):
        return True
    return bool(_COMPARE_BEFORE.search(blank[max(0, left.start - 80) : left.start]) and _JOIN_GAP.fullmatch(gap))


def _finish_comparison(result: Periods, today: date) -> None:
    """Fills in the period compared with, or what kind of comparison two named periods make."""
    main = result.main
    if result.compare_period is not None:
        if main is None:
            current = _current_like(result.compare_period, today)
            if current is not None:
                result.mentions.append(Mention(current, 0, 0, "", "main"))
                result.compare_with = "previous"
            return
        whole_year = result.compare_period.grain == "year" != main.period.grain
        if whole_year and result.compare_period.start.year == main.period.start.year - 1:
            result.compare_period = spans.a_year_earlier(main.period, today)  # October "to last year"
        if main.period == result.compare_period:
            result.compare_period = spans.one_before(main.period, today)
        if result.compare_period == spans.a_year_earlier(main.period, today):
            result.compare_with = "year_earlier"
        elif result.compare_period == spans.one_before(main.period, today):
            result.compare_with = "previous"
    elif main is not None and result.compare_with == "previous":
        result.compare_period = spans.one_before(main.period, today)
    elif main is not None and result.compare_with == "year_earlier":
        result.compare_period = spans.a_year_earlier(main.period, today)


def _current_like(compared: Period, today: date) -> Period | None:
    """ "How are we doing compared to last month?" asks about this month."""
    kind = compared.grain if compared.grain != "range" else ""
    if kind and spans.step(kind, -1, today) == compared:
        return spans.step(kind, 0, today)
    return None
