"""When a text is to go out: "publish it on Tuesday at 14:30", "every Friday", "at the best time"."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from cofounder.models.offline.parsing.spans import MONTHS, day_without_year

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = "|".join(name for month in MONTHS for name in (month.lower(), month[:3].lower())) + "|sept"
_PART = r"(?:\s+(?:in the\s+)?(?P<part>morning|afternoon|evening|night))?"
_CLOCK = r"(?P<h>[01]?\d|2[0-3])(?:[:.](?P<m>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?|o'clock|h\b|uhr)?|(?P<word>noon|midday|midnight)"
_DAY = (
    r"(?P<near>today|tonight|tomorrow)|(?:(?P<which>this|next|coming)\s+)?(?P<week>"
    + "|".join(_WEEKDAYS)
    + r")(?!s\b)|"
    r"(?:the\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<mon>" + _MONTH + r")\b\.?(?:,?\s+(?P<y>20\d\d))?|"
    r"(?P<mon2>" + _MONTH + r")\.?\s+(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>20\d\d))?|"
    r"(?P<iso>20\d\d-\d\d-\d\d)|(?P<dot>[0-3]?\d\.[01]?\d\.20\d\d)"
)
_WHEN = re.compile(
    rf"(?:\b(?:on|for|at)\s+)?(?<!\w)(?:{_DAY})\b{_PART}(?:(?:,|\s+at|\s+around|,\s*at)?\s*(?:{_CLOCK})(?![\w%])(?!\s*(?:%|words|tweets|posts|percent)))?"
    + _PART.replace("part", "part2")
)
_TIME_ONLY = re.compile(rf"\bat\s+(?:{_CLOCK})(?!\w)(?!\s*(?:%|words|percent)){_PART}")
# An hour that no day has: 25:00, 9:75, 26 o'clock.
_NO_HOUR = re.compile(
    rf"(?:(?:\b(?:on|for)\s+)?(?<!\w)(?:{_DAY})\b[\s,]*)?\b(?:at|for|around|by)\s+(?P<clock>(?:2[4-9]|[3-9]\d)[:.][0-5]\d|\d{{1,2}}:[6-9]\d|(?:2[4-9]|[3-9]\d)\s?(?:o'clock|h\b|uhr)|"
    r"(?:2[0-9]|[3-9]\d)\s?[ap]\.?m\b|1[3-9]\s?a\.?m\b|0\s?pm\b)(?!\w|[.,]\d)"
)
# "Write a post about our sale for Friday at 9am": what it is for is when it goes out, unless an event is planned for then.
_ORDER = re.compile(
    r"\b(?:posts?|tweets?|newsletters?|articles?|threads?|e-?mails?|updates?|write|draft|create|prepare|compose)\b"
)
_PLANNED = re.compile(
    r"\b(?:planned|scheduled|set|booked|due|ready|tickets?|invitations?|invited?|date|slots?|reservations?|open|bookings?|appointments?|meeting|webinar|call|demo|party|dinner|"
    r"concert|opening|show|workshop|event|launch|doors|tables?|seats?|plans?|forecast|waiting|except|not)\s*$"
)
_VERB = re.compile(
    r"(?:^|[.,;:!?\n(–-]\s*|\b(?:and|then|please|to|be|should|must|it|will|just|now|only|first|you|which|that)\s+)"
    r"(?P<verb>publish(?:ed)?|post(?:ed)?|send|sent|tweet(?:ed)?|schedul(?:e|ed)|releas(?:e|ed)|shar(?:e|ed)|put|get|e-?mail|push|upload(?:ed)?|"
    r"goes? (?:live|out|online)|going (?:live|out|online)|go (?:live|out|online)|live)\b"
)
_DUE = re.compile(
    r"\b(?:by|before|until|till|due(?: on| by)?|no later than|not later than|deadline(?: is|:)?|needed|ready(?: by| for| on)?|in time for|since|from|between|vs|with|than)\s+(?:the\s+)?(?:on\s+)?$"
)
_EVENT = re.compile(
    r"\b(?:that|about|regarding|announc\w+|because|we|webinar|event|workshop|meeting|party|fair|concert|opens?|opening|starts?|closes?|closed)\b"
)
_EVERY = re.compile(
    r"\b(?:every|each)\s+(?:(?:second|other|single|two|three)\s+)?(?:" + "|".join(_WEEKDAYS) + r"|day|week|month|morning|evening|quarter|weekday|hour)s?\b(?:\s+at\s+\d{1,2}(?::\d\d)?(?:\s?[ap]m)?)?"
    r"|\b(?:once|twice|three times|\d+ times) (?:a|per) (?:day|week|month)\b|\bon a (?:daily|weekly|monthly) basis\b"
)  # fmt: skip
_BEST = re.compile(
    r"\b(?:at|for|during) (?:the|a|its|our) (?:best|optimal|ideal|right|perfect|peak|good) (?:possible )?(?:time|moment|hour|day|slot)s?\b|\bwhen (?:our|most|the) (?:\w+ )?(?:audience|followers|people|readers|users) (?:is|are) (?:most )?(?:online|active|awake)\b|\bat peak (?:time|hours?)\b"
)
_DOES = re.compile(r"\b(?:publish|post|send|tweet|schedule|release|share|put|go(?:es)? (?:live|out))\b")


@dataclass(slots=True)
class Posting:
    """`at` is local: "2026-11-22T09:00", or the day alone. `wished` are wishes for a time that nobody can keep here."""

    at: str | None = None
    words: str = ""
    unclear: str = ""  # names a time that there is not, or that has passed
    open_hour: bool = False  # a day, or a part of one, without the hour
    wished: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)


def find(low: str, today: date) -> Posting:
    """When the request wants its text to go out."""
    found = Posting()
    for pattern in (_EVERY, _BEST):
        for match in pattern.finditer(low):
            if _DOES.search(low[max(0, match.start() - 120) : match.start()]) and not re.search(
                r"\b(?:how|why|that)\b[^.;\n]*$", low[max(0, match.start() - 80) : match.start()]
            ):
                found.wished.append(match[0])
                found.spans.append(match.span())
    for match in _NO_HOUR.finditer(low):
        start = max(low.rfind(mark, 0, match.start()) + 1 for mark in ";!?\n")
        if not found.words and _DOES.search(low, start, match.start()):
            found.words = found.unclear = match[0].strip(" ,")
            found.spans.append(match.span())
    for pattern in (_WHEN, _TIME_ONLY):
        for match in pattern.finditer(low):
            if any(a < match.end() and match.start() < b for a, b in found.spans):
                continue
            if not (_is_posting(low, match, alone=pattern is _TIME_ONLY) or _is_for(low, match)):
                continue
            if found.words:  # a second time: one text goes out once
                found.wished.append(match[0])
                found.spans.append(match.span())
            else:
                _settle(found, match, today)
    return found


def _is_posting(low: str, match: re.Match[str], *, alone: bool) -> bool:
    """Whether a day or an hour says when the text goes out, and not when something it tells of happens."""
    start = max(low.rfind(mark, 0, match.start()) + 1 for mark in ".;!?\n")
    head = low[start : match.start()]
    if _DUE.search(head):
        return False
    verbs = list(_VERB.finditer(head))
    if not verbs:
        lead = re.match(
            r"\s*,?\s*(?:please\s+)?(?:publish|post|send|tweet|schedule|release|share)\b", low[match.end() :]
        )
        return bool(lead and not head.strip(" ,-"))
    verb, between = verbs[-1]["verb"], head[verbs[-1].end() :]
    if len(between) > 110:
        return False
    if verb.startswith("schedul"):
        return True
    got = match.groupdict()
    clock = got.get("h") or got.get("word")
    if re.search(r"\bthat\b", between) and not re.search(r"\bthat\b\s*$", between):
        return False
    if re.search(r"\b(?:about|regarding|announcing)\b", between):
        return (
            bool(clock)
            and verb in ("send", "sent", "publish", "published", "release")
            and not match[0].startswith("on")
        )
    if alone or clock or got.get("near") or got.get("week"):
        return not re.search(r"\b(?:revenue|traffic|sales|numbers|figures|results) (?:of|on|for)\s*$", between)
    return not _EVENT.search(between)


def _is_for(low: str, match: re.Match[str]) -> bool:
    """ "... about our sale for Friday at 9am": a day with its hour at the end of an order for a text."""
    got = match.groupdict()
    if not match[0].startswith("for ") or not (got.get("h") or got.get("word")):
        return False
    start = max(low.rfind(mark, 0, match.start()) + 1 for mark in ".;!?\n")
    head = low[start : match.start()]
    ends = re.match(r"\s*(?:$|[.,;!?)\n]|and\b|please\b)", low[match.end() :])
    return bool(ends and _ORDER.search(head) and not _PLANNED.search(head))


def _settle(found: Posting, match: re.Match[str], today: date) -> None:
    found.words = re.sub(r"^(?:on|for|at)\s+", "", match[0]).strip(" ,")
    found.spans.append(match.span())
    got = match.groupdict()
    try:
        day = _day(got, today)
    except ValueError:
        found.unclear = found.words
        return
    if day < today:
        found.unclear = found.words
        return
    clock = _clock(got)
    found.open_hour = clock is None
    found.at = day.isoformat() + (f"T{clock}" if clock else "")


def _day(got: dict[str, str | None], today: date) -> date:
    """Raises ValueError when there is no such day."""
    near = got.get("near")
    if near or not any(got.get(name) for name in ("week", "d", "d2", "iso", "dot")):
        return today + timedelta(days=near == "tomorrow")
    if got.get("week"):
        index = _WEEKDAYS.index(got["week"] or "")
        if got.get("which") == "next":
            return today + timedelta(days=7 - today.weekday() + index)
        return today + timedelta(days=(index - today.weekday() - 1) % 7 + 1)
    if got.get("iso"):
        return date.fromisoformat(got["iso"] or "")
    if got.get("dot"):
        d, m, y = map(int, (got["dot"] or "").split("."))
        return date(y, m, d)
    number = int(got.get("d") or got.get("d2") or 0)
    name = (got.get("mon") or got.get("mon2") or "")[:3]
    month = next(i for i, title in enumerate(MONTHS, 1) if title[:3].lower() == name)
    year = got.get("y") or got.get("y2")
    return date(int(year), month, number) if year else day_without_year(month, number, today, ahead=True)


def _clock(got: dict[str, str | None]) -> str | None:
    if got.get("word"):
        return "00:00" if got["word"] == "midnight" else "12:00"
    if not got.get("h"):
        return None
    hour, minute, half = int(got["h"] or 0), int(got.get("m") or 0), (got.get("half") or "").replace(".", "")
    part = got.get("part") or got.get("part2")
    late = half == "pm" or (not half and part in ("afternoon", "evening", "night"))
    bare = not (half or part or got.get("m"))
    if hour < 12 and (late or (bare and 1 <= hour <= 6)):  # "at 5" is five in the afternoon; the reader is told
        hour += 12
    return f"{0 if half == 'am' and hour == 12 else hour:02d}:{minute:02d}"
