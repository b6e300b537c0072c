"""A time that no word of publishing claims: when the text goes out, a part of what it tells of, or one cannot know. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cofounder.models.offline.parsing import clocks, metrics, moments

_QUOTED = re.compile(r"\"[^\"\n]*\"|(?<!\w)'[^'\n]{2,}'(?!\w)|[“„][^”“\n]*[”“]|[«»][^«»\n]*[«»]")
_ENDS = re.compile(
    r"\s*(?:$|[.,;:!?)\n–-]|(?:and|about|on|for|in|with|to|please|at|that|regarding|as|via|but|using|keep|no|max|under|announcing|saying|short|formal)\b)"
)
# "Write a post about our sale for Friday at 9am": what it is for is when it goes out, unless an event is planned for then.
_ORDER = re.compile(
    r"\b(?:posts?|tweets?|newsletters?|articles?|threads?|e-?mails?|updates?|write|draft|create|prepare|compose)\b"
)
_PLANNED = re.compile(
    r"\b(?:planned|scheduled|set|booked|due|ready|tickets?|invitations?|invited?|date|slots?|reservations?|open|bookings?|appointments?|meeting|webinar|call|demo|party|dinner|"
    r"concert|opening|show|workshop|event|launch|doors|tables?|seats?|plans?|forecast|waiting|except|not)\s*$"
)
_SUBJECT = re.compile(
    r"\b(?:about|regarding|concerning|announc\w+|promot\w+|celebrat\w+|that|why|how|saying|invit\w+|remind\w+|tell\w*|inform\w*|topic|recap\w*|thank\w*)\b"
)
# What happens then: "we open on Saturday", "starts tomorrow at 9", "planned for Friday".
_HAPPENS = re.compile(
    r"\b(?:open(?:s|ed|ing)?|start(?:s|ed|ing)?|begin(?:s|ning)?|began|clos(?:e|es|ed|ing)|end(?:s|ed|ing)?|launch(?:es|ed|ing)|is|are|was|were|will|takes?|took|happen(?:s|ed|ing)?|"
    r"planned|scheduled|set|booked|due|held|runs?|ran|arriv\w+|valid|live|tickets?|doors|tables?|slots?|meet|join|visit|come|see you|won|had|has|have|did|changed|moved|\w+ched|\w+ned|\w+ted)\b[^.;:!?]{0,30}$"
)
_OCCASION = re.compile(
    r"\b(?:webinars?|events?|workshops?|conferences?|(?:trade )?fairs?|meet-?ups?|openings?|launch(?:es)?|sales?(?= (?:on|this|next|tomorrow))|part(?:y|ies)|open (?:day|house)|meetings?|concerts?|"
    r"shows?|talks?|dinners?|courses?|classes|trainings?|summits?|demos?|calls?|anniversar(?:y|ies)|days?|holidays?|market|races?|games?|match|podcasts?|episodes?|streams?|interviews?|deadlines?|closures?|outages?|maintenance|windows?|changes?|increases?|elections?|dates?)\s*$"
)
_PASSED = re.compile(
    r"\b(?:since|from|between|until|till|before|after|as of|by|than|except|without|not|every|each)\s+(?:the\s+)?(?:on\s+)?$"
)
_MENTIONED = re.compile(r"\b(?:mention\w*|includ\w+|the dates?|the hours?)\b[^.;:!?,]{0,30}$")
_RANGE_BEFORE = re.compile(r"(?:\d|[ap]m)\s*(?:-|–|to|and|until|till)\s*$|\bfrom\s*$")
_RANGE_AFTER = re.compile(r"\s*(?:-|–|to|until|till)\s*(?:\d|noon|mid)")
_SURE_HOUR = re.compile(
    rf"(?<![\w.:/-])(?P<h>[01]?\d|2[0-3])(?:(?=:|\s?[ap]\.?m\b|\s?o'clock))(?::(?P<m>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?|o'clock)?(?![\w:]){clocks.ZONE}"
)
_FOR_DAY = re.compile(r"(?:posts?|tweets?|newsletters?|articles?|threads?|e-?mails?|updates?)\s*,?\s*$")


@dataclass(frozen=True, slots=True)
class Open:
    """A time whose meaning is open: its words, and the moments that it would go out at."""

    match: re.Match[str]
    words: str
    moments: tuple[str, ...]
    goes_out: bool = False  # it can only say when the text goes out


def without_quotes(low: str) -> str:
    """The words with blanks for what stands in quotes: it is text, and says nothing of when it goes out."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), low)


def is_for(low: str, match: re.Match[str]) -> bool:
    """ "... about our sale for Friday at 9am": a day with its hour at the end of an order for a text."""
    if not match[0].startswith("for ") or not moments.has_hour(match.groupdict()):
        return False
    head = low[_sentence(low, match) : match.start()]
    ends = re.match(r"\s*(?:$|[.,;!?)\n]|(?:and|please|about|regarding|announcing)\b)", low[match.end() :])
    return bool(ends and _ORDER.search(head) and not _PLANNED.search(head))


def find(low: str, today: date, taken: list[tuple[int, int]]) -> Iterator[Open]:
    """The times to come that nothing has claimed, in the order of how much they say."""
    seen = list(taken)
    for pattern in (moments.HOUR_FIRST, moments.WHEN, moments.HOUR_ALONE, _SURE_HOUR):
        for match in pattern.finditer(low):
            if any(a < match.end() and match.start() < b for a, b in seen):
                continue
            seen.append(match.span())
            if (one := _weighed(low, match, today)) is not None:
                yield one


def _weighed(low: str, match: re.Match[str], today: date) -> Open | None:
    """None where it is no time to come, or plainly one that the text tells of."""
    got = match.groupdict()
    if moments.is_number_alone(got):
        return None
    head, timed = low[_sentence(low, match) : match.start()], moments.has_hour(got)
    if (
        _PASSED.search(head)
        or _MENTIONED.search(head)
        or _RANGE_BEFORE.search(head)
        or _RANGE_AFTER.match(low, match.end())
    ):
        return None
    if match[0].startswith("by ") or got.get("which") == "last" or low[match.end() : match.end() + 2] == "'s":
        return None
    bare = timed and ("." in match[0] or not (got.get("m") or got.get("half") or got.get("word")))
    if (bare or not timed) and not _ENDS.match(low, match.end()):
        return None  # "at 9 stores", "our Friday market"
    at = _moments(got, today)
    if not at:
        return None
    weekday = got.get("week") and not got.get("which") and not timed
    if weekday and not re.match(r"(?:on|for)\s", match[0]) and head.strip():
        return None
    if not timed and got.get("near") == "today":
        return None
    subject = _SUBJECT.search(head)
    matter = head[subject.end() :] if subject else ""
    if _HAPPENS.search(matter if subject else head) and (subject or not _ORDER.search(head)):
        return None
    if not timed and (_OCCASION.search(head) or (weekday and _figures(head))):
        return None
    words = re.sub(r"^(?:on|for|at)\s+", "", match[0].strip(" ,"))
    goes_out = timed and _goes_out(low, match, head, matter, subject is not None)
    return Open(match, words, at, goes_out)


def _goes_out(low: str, match: re.Match[str], head: str, matter: str, told_of: bool) -> bool:
    """Whether an hour can only say when the text goes out: no subject could take it, or one of figures that are known."""
    if told_of:
        return bool(_figures(matter)) and not _OCCASION.search(matter)
    if not head.strip(" ,-"):
        return bool(_ORDER.search(low, match.end(), match.end() + 60))
    return bool(_FOR_DAY.search(head) or (_ORDER.search(head) and _figures(head)))


def _figures(words: str) -> bool:
    return bool(metrics.ANY.search(words) or metrics.FIGURES.search(words))


def _moments(got: moments.Got, today: date) -> tuple[str, ...]:
    """What it would be as a time to go out: of an hour alone today's and tomorrow's; none where it has passed."""
    try:
        if moments.has_day(got):
            return (moments.resolve(got, today),) if moments.nearest(got, today) >= today else ()
        days = (today, today + timedelta(days=1))
        return tuple(moments.resolve({**got, "iso": day.isoformat()}, day) for day in days)
    except ValueError:
        return ()


def _sentence(low: str, match: re.Match[str]) -> int:
    return max(low.rfind(mark, 0, match.start()) + 1 for mark in ".;!?\n")
