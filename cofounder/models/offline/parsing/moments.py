"""A day, an hour and whose clocks they are told by, as words name them; and the moment that they mean. Pure."""

import re
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from dateutil.relativedelta import relativedelta

from cofounder.models.offline.parsing import clocks
from cofounder.models.offline.parsing.numbers import NUMBER, number
from cofounder.models.offline.parsing.spans import MONTHS, day_without_year

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = "|".join(name for month in MONTHS for name in (month.lower(), month[:3].lower())) + "|sept"
PART = r"(?:\s+(?:in the\s+)?(?P<part>morning|afternoon|evening|night))?"
CLOCK = r"(?P<h>[01]?\d|2[0-3])(?:[:.h](?P<m>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?|o'clock|h\b|uhr)?|(?P<word>noon|midday|midnight)"
DAY = (
    r"(?P<near>today|tonight|tomorrow|yesterday)|(?:(?P<which>this|next|coming|last)\s+)?(?P<week>"
    + "|".join(WEEKDAYS)
    + r")(?!s\b)|"
    r"(?:the\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<mon>" + _MONTH + r")\b\.?(?:,?\s+(?P<y>20\d\d))?|"
    r"(?P<mon2>" + _MONTH + r")\.?\s+(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>20\d\d))?|"
    r"(?:the\s+)(?P<nth>[0-3]?\d)(?:st|nd|rd|th)(?:\s+of\s+(?:(?:the|this)|(?P<later>next))\s+month)?(?=\s*(?:$|[.,;:!?)]|(?:at|around|by|in the|and|to|for|on|\d)\b|\d))|"
    r"(?P<iso>20\d\d-\d\d-\d\d)|(?P<dot>[0-3]?\d\.[01]?\d\.20\d\d)"
)
_NOT_COUNTED = r"(?![\w%]|[.,:]\d)(?!\s*(?:%|words|tweets|posts|percent))"
# "tomorrow at 9am CET", "on 5 December"
WHEN = re.compile(
    rf"(?:\b(?:on|for|at|by)\s+)?(?<!\w)(?:{DAY})\b{PART}(?:(?:,|\s+at|\s+around|\s+by|,\s*at)?\s*(?:{CLOCK}){_NOT_COUNTED}{clocks.ZONE})?"
    + PART.replace("part", "part2")
)
# "at 9:30 on Monday", "9am CET tomorrow"
HOUR_FIRST = re.compile(
    rf"(?:\b(?:at|by|around)\s+(?=\d|noon|mid)|(?<![\w.:])(?=\d{{1,2}}(?::[0-5]\d|\s?[ap]\.?m\b)|noon|mid))(?:{CLOCK}){_NOT_COUNTED}{clocks.ZONE}{PART}"
    rf"(?:\s*,?\s+on)?\s*,?\s+(?:{DAY})\b{PART.replace('part', 'part2')}{clocks.ZONE.replace('zone', 'zone2')}"
)
HOUR_ALONE = re.compile(rf"\b(?:at|by)\s+(?:{CLOCK})(?!\w){_NOT_COUNTED}{clocks.ZONE}{PART}")
# "in two hours", "three days from now at 14:00"
SPAN = re.compile(
    rf"\bin\s+(?:(?:about|around|exactly)\s+)?(?P<n>half an|{NUMBER}|an?)\s+(?P<unit>minute|hour|day|week|fortnight|month)s?(?:'? time)?(?!\w)(?:(?:,|\s+at)?\s*(?:{CLOCK}){_NOT_COUNTED}{clocks.ZONE})?"
)
LATE_PARTS = {"afternoon": "15:00", "evening": "18:00", "night": "20:00"}  # where a part of a day has no hour

Got = dict[str, str | None]


def resolve(got: Got, today: date, zone: str | None = None) -> str:
    """The moment as a constraint holds it: local, the day alone, or with its distance from UTC where a zone is named.

    Raises ValueError where there is no such day or zone, or the day has passed.
    """
    day = _day(got, today)
    if day < today:
        raise ValueError("the day has passed")
    clock = hour(got)
    if clock is None:
        return day.isoformat()
    named = zone or got.get("zone") or got.get("zone2")
    there = clocks.zone(named) if named else None
    if there is None:
        return f"{day.isoformat()}T{clock}"
    return datetime.combine(day, clock_time.fromisoformat(clock), there).isoformat(timespec="minutes")


def after(got: Got, today: date) -> str:
    """What lies a stretch ahead: a day, or for hours and minutes how long after the request. Raises ValueError."""
    unit, said = got.get("unit") or "", got.get("n") or ""
    count = 0.5 if said == "half an" else 1 if said in ("a", "an") else number(said) or 0
    if not 0 < count <= 1_000:
        raise ValueError("no stretch of time")
    if unit in ("minute", "hour"):
        return f"PT{round(count * (60 if unit == 'hour' else 1))}M"
    if count != int(count):
        raise ValueError("half a day is no day")
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit, 0) * int(count)
    day = today + (relativedelta(months=int(count)) if unit == "month" else timedelta(days=days))
    return resolve({**got, "iso": day.isoformat()}, today)


def hour(got: Got) -> str | None:
    """The hour by the clock; None where neither it nor a late part of the day is named."""
    part = got.get("part") or got.get("part2") or ("night" if got.get("near") == "tonight" else "")
    if got.get("word"):
        return "00:00" if got["word"] == "midnight" else "12:00"
    if not got.get("h"):
        return LATE_PARTS.get(part)
    hours, minute, half = int(got["h"] or 0), int(got.get("m") or 0), (got.get("half") or "").replace(".", "")
    late = half == "pm" or (not half and part in LATE_PARTS)
    bare = not (half or part or got.get("m"))
    if hours < 12 and (late or (bare and 1 <= hours <= 6)):  # "at 5" is five in the afternoon; the reader is told
        hours += 12
    return f"{0 if half == 'am' and hours == 12 else hours:02d}:{minute:02d}"


def has_hour(got: Got) -> bool:
    """Whether an hour is named, and not only a day or a part of one."""
    return bool(got.get("h") or got.get("word"))


def is_number_alone(got: Got) -> bool:
    """Whether a day is named by its number alone ("the 1st"), without an hour: that may count anything."""
    return bool(got.get("nth")) and not has_hour(got)


def has_day(got: Got) -> bool:
    return any(got.get(name) for name in ("near", "week", "d", "d2", "nth", "iso", "dot"))


def _day(got: Got, today: date) -> date:
    """Raises ValueError when there is no such day."""
    near = got.get("near")
    if near or not has_day(got):
        return today + timedelta(days={"tomorrow": 1, "yesterday": -1}.get(near or "", 0))
    if got.get("week"):
        index = WEEKDAYS.index(got["week"] or "")
        if got.get("which") == "next":
            return today + timedelta(days=7 - today.weekday() + index)
        ahead = (index - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead - (7 if ahead < 7 else 14) if got.get("which") == "last" else ahead)
    if got.get("nth"):
        first = today + relativedelta(months=1, day=1) if got.get("later") else today
        return _next_of_a_month(int(got["nth"] or 0), first)
    if got.get("iso"):
        return date.fromisoformat(got["iso"] or "")
    if got.get("dot"):
        d, m, y = map(int, (got["dot"] or "").split("."))
        return date(y, m, d)
    count = int(got.get("d") or got.get("d2") or 0)
    name = (got.get("mon") or got.get("mon2") or "")[:3]
    month = next(i for i, title in enumerate(MONTHS, 1) if title[:3].lower() == name)
    year = got.get("y") or got.get("y2")
    return date(int(year), month, count) if year else day_without_year(month, count, today, ahead=True)


def _next_of_a_month(count: int, today: date) -> date:
    """ "On the 1st": the next day of that number, in this month or one after it that has one. Raises ValueError."""
    if not 1 <= count <= 31:
        raise ValueError("no month has such a day")
    days = (today + timedelta(days=ahead) for ahead in range(63))
    return next(day for day in days if day.day == count)


def nearest(got: Got, today: date) -> date:
    """The day that is meant where the words tell of it: without a year the one that lies nearest. Raises ValueError."""
    day = _day(got, today)
    named = got.get("d") or got.get("d2")
    if not named or got.get("y") or got.get("y2"):
        return day
    before = day_without_year(day.month, day.day, today, ahead=False)
    return before if today - before < day - today else day
