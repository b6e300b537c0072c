"""When a text is to go out: "publish it on Tuesday at 14:30", "in two hours", "every Friday", "at the best time"."""

import re
from dataclasses import dataclass, field
from datetime import date

from cofounder.models.offline.parsing import clocks, moments, placing

# An hour that no day has: 25:00, 9:75, 26 o'clock.
_NO_HOUR = re.compile(
    rf"(?:(?:\b(?:on|for)\s+)?(?<!\w)(?:{moments.DAY})\b[\s,]*)?\b(?:at|for|around|by)\s+(?P<clock>(?:2[4-9]|[3-9]\d)[:.][0-5]\d|\d{{1,2}}:[6-9]\d|(?:2[4-9]|[3-9]\d)\s?(?:o'clock|h\b|uhr)|"
    r"(?:2[0-9]|[3-9]\d)\s?[ap]\.?m\b|1[3-9]\s?a\.?m\b|0\s?pm\b)(?!\w|[.,]\d)"
)
_VERB = re.compile(
    r"(?:^|[.,;:!?\n(–-]\s*|\b(?:and|then|please|to|be|should|must|it|will|just|now|only|first|you|which|that)\s+)"
    r"(?P<verb>publish(?:ed)?|post(?:ed)?|send|sent|tweet(?:ed)?|schedul(?:e|ed)|releas(?:e|ed)|shar(?:e|ed)|put|get|e-?mail|push|upload(?:ed)?|"
    r"goes? (?:live|out|online)|going (?:live|out|online)|go (?:live|out|online)|live|(?:be\s+)?(?:out|online)(?=\s*$))\b"
)
_DUE = re.compile(
    r"\b(?:by|before|until|till|due(?: on| by)?|no later than|not later than|deadline(?: is|:)?|needed|ready(?: by| for| on)?|in time for|since|from|between|vs|with|than)\s+(?:the\s+)?(?:on\s+)?$"
)
_EVENT = re.compile(
    r"\b(?:that|about|regarding|announc\w+|because|we|webinar|event|workshop|meeting|party|fair|concert|opens?|opening|starts?|closes?|closed)\b"
)
_EVERY = re.compile(
    r"\b(?:every|each)\s+(?:(?:second|other|single|two|three)\s+)?(?:" + "|".join(moments.WEEKDAYS) + r"|day|week|month|morning|evening|quarter|weekday|hour)s?\b(?:\s+at\s+\d{1,2}(?::\d\d)?(?:\s?[ap]m)?)?"
    r"|\b(?:once|twice|three times|\d+ times) (?:a|per) (?:day|week|month)\b|\bon a (?:daily|weekly|monthly) basis\b"
)  # fmt: skip
_BEST = re.compile(
    r"\b(?:at|for|during) (?:the|a|its|our) (?:best|optimal|ideal|right|perfect|peak|good) (?:possible )?(?:time|moment|hour|day|slot)s?\b|\bwhen (?:our|most|the) (?:\w+ )?(?:audience|followers|people|readers|users) (?:is|are) (?:most )?(?:online|active|awake)\b|\bat peak (?:time|hours?)\b"
)
_DOES = re.compile(r"\b(?:publish|post|send|tweet|schedule|release|share|put|go(?:es)? (?:live|out))\b")
# A stretch that names no day, and what may stand between it and the verb that it goes with.
_STRETCH = re.compile(
    r"\b(?:(?:some ?time |early |late |later |in )?(?:next|this|the coming) (?:week(?:end)?|month|quarter|year)|(?:at |by )?(?:the )?(?:end|beginning|start) of (?:the|this|next) (?:week|month|quarter|year)|"
    r"in (?:the )?(?:next )?(?:a few|some|several) (?:minutes|hours|days|weeks|months)|in the (?:morning|afternoon|evening)|this (?:morning|afternoon|evening)|later(?: today)?|soon|"
    r"on the \d{1,2}(?:st|nd|rd|th)(?! (?:of|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))|(?:next|last) (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|last (?:week|month|year|night)|\d+ \w+ ago|(?:an?|two|three) \w+ ago)\b(?!['’]s)"
)
_BARELY = re.compile(
    r"(?:[\s,]|\b(?:it|this|that|them|they|live|out|online|only|please|later|and|both|all|there|for|at|by|sometime|"
    r"(?:the|my|our) (?:post|text|article|newsletter|thread|tweet|e-?mail|update)s?|(?:on|to|via) (?:linkedin|x|twitter|facebook|(?:the |our )?blog|e-?mail))\b)*"
)
_LEADS = re.compile(r"\s(?:to|should|must) (?:go (?:live|out|online)|be (?:out|live|online|published|posted|sent))\s+$")
_AT_ONCE = re.compile(
    r"\b(?:soon|now|approved|no time|any ?time|immediately|at once|right away|belongs?|part of|the text|without)\b"
)


@dataclass(slots=True)
class Posting:
    """`at` is local: "2026-11-22T09:00", or the day alone; with a named zone it ends in its distance from UTC; "PT120M"
    is so long after the request. `wished` are wishes for a time that nobody can keep here."""

    at: str | None = None
    words: str = ""
    unclear: str = ""  # names a time that there is not, or that has passed
    why_unclear: str = ""
    open_hour: bool = False  # a day, or a part of one, without the hour
    zone: str = ""  # as it was named
    asked: placing.Open | None = None  # may say when it goes out, or be a part of what it tells of
    wished: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)


def find(low: str, today: date, text: str = "", answer: str | None = None) -> Posting:
    """When the request wants its text to go out. `answer`: what a person said where that was asked about."""
    found = Posting()
    low = _in_digits(placing.without_quotes(low))
    _wishes(found, low)
    _not_yet(found, low)
    for match in _NO_HOUR.finditer(low):
        start = max(low.rfind(mark, 0, match.start()) + 1 for mark in ";!?\n")
        if not found.words and _DOES.search(low, start, match.start()):
            _unclear(found, match, "no day has such an hour")
    days: list[tuple[int, int]] = []  # with an hour that is theirs alone
    for pattern in (moments.HOUR_FIRST, moments.WHEN, moments.HOUR_ALONE):
        for match in pattern.finditer(low):
            if moments.is_number_alone(match.groupdict()):
                continue  # "on the 5th" names no hour: asked about
            if _overlaps(found, match) or any(a < match.end() and match.start() < b for a, b in days):
                continue
            if pattern is moments.WHEN and moments.has_hour(match.groupdict()):
                days.append(match.span())
            if not (_is_posting(low, match, alone=pattern is moments.HOUR_ALONE) or placing.is_for(low, match)):
                continue
            if not found.words and (either := _EITHER.match(low, match.end())):
                _keep(found, match)
                found.words = found.unclear = low[match.start() : either.end()].strip(" ,")
                found.why_unclear = "it names more than one hour"
            elif found.words:  # a second time: one text goes out once
                found.wished.append(match[0])
                found.spans.append(match.span())
            else:
                _settle(found, match, today, text)
    _stretches(found, low, today)
    _open(found, low, today, text)
    return found if answer is None else _answered(found, answer, today)


# "At half past nine" is 9:30, written so that everything stays where it stands.
_SPOKEN = re.compile(
    r"\b(?P<part>half past|quarter past|quarter to|(?:at|by|around)(?= \w+(?: o'clock| tomorrow| today| on |[.,;]|$| sharp| [ap]m\b| in the )))\s+(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_MORNING = re.compile(r"\s*(?:a\.?m\b|(?:\w+ ){0,3}(?:morning|night))")
_HOURS = ("twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


def _in_digits(low: str) -> str:
    for match in _SPOKEN.finditer(low):
        hour, part = _HOURS.index(match["hour"]) or 12, match["part"]
        if part == "quarter to":
            hour = (hour - 1) or 12
        minutes = {"half past": ":30", "quarter past": ":15", "quarter to": ":45"}.get(part, "")
        if minutes and hour < 6 and not _MORNING.match(low, match.end()):
            hour += 12  # as "at 5" is five in the afternoon
        said = f"{hour}{minutes}" if minutes else f"{part} {hour}"
        low = low[: match.start()] + said.ljust(len(match[0])) + low[match.end() :]
    return low


_EITHER = re.compile(
    r"\s+(?:or|and|to|until|till)\s+(?:at\s+)?\d{1,2}(?::[0-5]\d)?(?:\s?[ap]m\b)?(?![\w%:.,]*\d)(?!\s*(?:words|characters|posts|tweets|%|[a-z]*days?))|\s*[-–]\s*\d{1,2}(?::[0-5]\d)?(?:\s?[ap]m)?\b|,?\s+between\s+\d[\d:]*(?:\s?[ap]m)?(?:\s+and\s+\d[\d:]*(?:\s?[ap]m\b)?)?"
)
# "Not before Monday", "don't publish it before 9": from when it may go out is no time at which it does.
_FROM_WHEN = re.compile(
    rf"\b(?:not (?:be )?(?:\w+ )?(?:before|until|till|earlier than)|no (?:earlier|sooner) than|(?:do not|don't|never) (?:publish|post|send|tweet|release|share|schedule)(?: (?:it|this|that|them))? (?:before|until|till)|(?:publish|post|send|tweet|release|share|schedule) (?:it|this|that|them) (?:some ?time )?(?:after|from))\s+(?:the\s+)?(?:(?:{moments.DAY})\b(?:(?:,|\s+at)?\s*\d{{1,2}}(?::[0-5]\d)?\s?(?:[ap]m\b|o'clock)?)?|\d{{1,2}}(?::[0-5]\d)?\s?(?:[ap]m\b|o'clock)?)"
)


def _not_yet(found: Posting, low: str) -> None:
    match = _FROM_WHEN.search(low)
    if match and _DOES.search(low[: match.end()]):
        _unclear(found, match, "it says from when it may go out, and not when")


def _wishes(found: Posting, low: str) -> None:
    for pattern in (_EVERY, _BEST):
        for match in pattern.finditer(low):
            if _DOES.search(low[max(0, match.start() - 120) : match.start()]) and not re.search(
                r"\b(?:how|why|that)\b[^.;\n]*$", low[max(0, match.start() - 80) : match.start()]
            ):
                found.wished.append(match[0])
                found.spans.append(match.span())


def _stretches(found: Posting, low: str, today: date) -> None:
    """ "Publish it in two hours" is so long after the request; "publish it next month" names no day."""
    for pattern in (moments.SPAN, _STRETCH):
        for match in pattern.finditer(low):
            if found.words or _overlaps(found, match):
                continue
            start = max(low.rfind(mark, 0, match.start()) + 1 for mark in ".;!?\n")
            head = low[start : match.start()].lstrip()
            verbs = list(_VERB.finditer(head))
            if not verbs or not _BARELY.fullmatch(head, verbs[-1].end()):
                continue
            if pattern is _STRETCH:
                _unclear(found, match, "it names no day and hour to come")
                continue
            _keep(found, match)
            try:
                found.at = moments.after(match.groupdict(), today)
                found.open_hour = "T" not in found.at
            except ValueError:
                found.unclear, found.why_unclear = found.words, "there is no such stretch of time"


def _open(found: Posting, low: str, today: date, text: str) -> None:
    """The times that no verb claims: when it goes out, or asked about."""
    if found.words or found.wished:
        return
    for one in placing.find(low, today, found.spans):
        if one.goes_out:
            return _settle(found, one.match, today, text)
        if found.asked is None:
            found.asked = one


def _answered(found: Posting, answer: str, today: date) -> Posting:
    """What a person said: a time to come, or as soon as it is approved; anything else is asked for again."""
    low = answer.lower()
    new = find(f"publish {low}" if not low.startswith("publish") else low, today, f"publish {answer}")
    if new.at:
        asked = found.asked
        if asked is not None and new.at in (
            *asked.moments,
            *(f"{one}T09:00" for one in asked.moments),
        ):  # then its words are none of the subject
            found.spans.append(asked.match.span())
        found.at, found.words, found.unclear, found.asked = new.at, new.words, "", None
        found.open_hour, found.zone = new.open_hour, new.zone
    elif _AT_ONCE.search(low):
        found.at, found.words, found.unclear, found.asked = None, "", "", None
    return found


def _is_posting(low: str, match: re.Match[str], *, alone: bool) -> bool:
    """Whether a day or an hour says when the text goes out, and not when something it tells of happens."""
    start = max(low.rfind(mark, 0, match.start()) + 1 for mark in ".;!?\n")
    head = low[start : match.start()].lstrip()
    got = match.groupdict()
    if _DUE.search(head) or (match[0].startswith("by ") and not moments.has_hour(got)):
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
    if re.search(r"\bthat\b", between) and not re.search(r"\bthat\b\s*$", between):
        return False
    if re.search(r"\b(?:about|regarding|announcing)\b", between):
        return (
            moments.has_hour(got)
            and verb in ("send", "sent", "publish", "published", "release")
            and not match[0].startswith("on")
        )
    if alone or moments.has_hour(got) or got.get("near") or got.get("week"):
        return not re.search(r"\b(?:revenue|traffic|sales|numbers|figures|results) (?:of|on|for)\s*$", between)
    return not _EVENT.search(between)


def _settle(found: Posting, match: re.Match[str], today: date, text: str) -> None:
    _keep(found, match)
    got = match.groupdict()
    if got.get("near") == "today" and moments.hour(got) is None:
        return  # as soon as it is approved
    named = (
        got.get("zone") or got.get("zone2") or (clocks.following(text, match.end()) if moments.has_hour(got) else None)
    )
    if named and not (got.get("zone") or got.get("zone2")):
        found.spans[-1] = (found.spans[-1][0], match.end() + len(named) + 1)
        found.words += f" {named}"
    try:
        if named:
            clocks.zone(named)
    except ValueError:
        found.unclear, found.why_unclear = (
            found.words,
            "I do not know which time zone that is: write it as Europe/Berlin",
        )
        return
    try:
        found.at = moments.resolve(got, today, named)
    except ValueError:
        found.unclear, found.why_unclear = found.words, "it has passed, or there is no such day or hour"
        return
    found.open_hour = not moments.has_hour(got)
    found.zone = named if named and found.at and found.at.count(":") > 1 else ""


def _unclear(found: Posting, match: re.Match[str], why: str) -> None:
    found.words = found.unclear = match[0].strip(" ,")
    found.why_unclear = why
    found.spans.append(match.span())


def _keep(found: Posting, match: re.Match[str]) -> None:
    said = re.sub(r"\s+", " ", match[0]).strip(" ,")
    found.words = re.sub(r"^(?:on|for|at|by)\s+", "", said).strip(" ,")
    lead = _LEADS.search(match.string, 0, match.start())
    found.spans.append((lead.start() if lead else match.start(), match.end()))


def _overlaps(found: Posting, match: re.Match[str]) -> bool:
    return any(a < match.end() and match.start() < b for a, b in found.spans)
