"""What a question asks for, read without a model: the figures, the time, the platform, the kind of answer. Pure."""

import re
from datetime import date
from itertools import islice
from typing import Any

from cofounder.business.catalogue import KNOWN, canonical, metric
from cofounder.channels import canonical as channel_named
from cofounder.flow.request.chat import closer, following, kinds, of_work, parts, phrases, unread
from cofounder.flow.request.chat.subject import Grain, Kind, Subject
from cofounder.models.brief import Period
from cofounder.models.offline.parsing import channels, metrics, periods, spelling

_TAG = re.compile(r"<[a-z/!][^<>]{0,500}>", re.IGNORECASE)
_STATES = re.compile(r"(?<=[a-z] )(?:the )?US\b|\bU\.S\.(?:A\.)?")  # not "us"
_YEAR_BACK = re.compile(r"\bthe past year\b|(?<=over )the last year\b|\bpast year\b")  # up to now, and no calendar year
_AT = re.compile(r"^(?:at|in|on|during|over|for)\s+")
_LISTED = 10  # posts of a time on a topic
_SOME_DAY = date(2026, 1, 1)  # whether words name a time does not depend on the day
_WHOLE = frozenset(
    (
        "check",
        "decision",
        "help",
        "thanks",
        "patterns",
        "examples",
        "summary",
        "work",
        "times",
        "expected",
        "effectiveness",
        "others",
        "change",
        "unranked",
        "better",
        "commands",
    )
)  # questions that leave nothing out


def read(message: str, today: date, before: Subject | None = None, own: str = "") -> Subject:
    """What the message asks for; what it leaves out is taken from the question before where it goes on with that.

    `own` is the company's name: it narrows nothing.
    """
    several = parts.of(message)
    if len(several) > 1:
        whole = parts.joined([_read(one, today, None, own) for one in several])
        if whole is not None:
            return whole
    return _read(message, today, before, own)


def _read(message: str, today: date, before: Subject | None, own: str) -> Subject:
    bare = _STATES.sub("the USA", _TAG.sub(" ", message))
    low, _ = spelling.correct(" ".join(bare.lower().split()))
    low = phrases.MARGIN.sub("gross margin", _YEAR_BACK.sub("the last 12 months", low))
    named = _metrics(low)
    if named and all(name in KNOWN and metric(name).adds == "stock" for name in named):
        low = phrases.AT_THE_END.sub("in ", low)
    plain = _standing_alone(low, message, today, own)
    if before is None or plain.kind in _WHOLE:
        return plain
    if plain.kind == "unknown" and phrases.FOLLOWS.search(low):
        plain = plain.model_copy(update=_unread(low, message, before.kind, [], _times(low, today), own))
    return following.followed(low, plain, before)


def _standing_alone(low: str, message: str, today: date, own: str) -> Subject:
    said = _marked(low, message)
    if said is not None:
        return _of_work(said, low, message, today, own)
    ahead = bool(phrases.AHEAD.search(low))
    times = _times(low, today)
    asked: dict[str, Any] = {
        "period": times.main.period if times.main else None,
        "compare_with": times.compare_with,
        "compare_period": times.compare_period or _second(times),
        "more": [mention.period for mention in times.mentions[1:]] if times.compare_period is None else [],
        "platforms": _platforms(low),
        "lowest": bool(phrases.WORST.search(low)),
        "both_ends": bool(phrases.WORST.search(low) and phrases.BEST.search(phrases.WORST.sub(" ", low))),
        "grain": _grain(low),
        "count": _count(low),
        "by": next((name for name, words in phrases.BY if words.search(low)), "engagement_rate"),
        "asks_why": bool(phrases.WHY.search(low)),
        "unclear": times.unclear,
        "elsewhere": channels.names_in(low)[1],
    }
    named = _metrics(low)
    own_figures = [name for name in named if name not in phrases.NOT_STORED]
    if times.main and (grain := closer.grain_of(times.main.words)):
        asked["grain"] = grain if times.main.period.grain == "range" else asked["grain"]
    kind, topic = kinds.kind(low, named, ahead, bool(asked["platforms"]), asked)
    if kind not in ("competitor", "split", "unranked") and (nearer := closer.kind(low, own_figures, asked)):
        kind, topic = nearer[0], nearer[1].pop("topic", topic if nearer[0] == kind else None)
        asked |= nearer[1]
    if kind in ("posts", "usual", "similar", "topics", "voice", "times", "count", "latest", "against"):
        named = []
    if kind == "latest":
        asked |= _latest(low)
    if kind == "similar" and topic and times.main:
        # likeness knows no time: the posts of that time that name the topic are told instead
        topic = of_work.before_a_time(topic, low.find(topic), times)
        topic = None if not topic or channel_named(topic) else topic
        kind, asked["count"] = "latest", _LISTED
    if kind == "comparison" and asked["compare_with"] == "year_earlier":
        named = list(dict.fromkeys("revenue" if name == "growth_rate" else name for name in named)) or ["revenue"]
    stored = [name for name in named if name not in phrases.NOT_STORED]
    compared = times.compare_period or times.compare_with
    if kind in ("value", "overview") and phrases.COMPARES.search(low) and not compared and (other := _another(message)):
        return Subject(kind="others", topic=other, metrics=stored)
    assumed = not stored and kind in ("extreme", "development", "forecast")
    matter = [str(words) for words in (topic, asked.get("other_topic")) if words]
    asked |= _unread(low, message, kind, matter, times, own)
    asked["apart"] = [*_untaken(kind, asked, today), *asked["apart"]]
    return Subject(kind=kind, metrics=["revenue"] if assumed else stored, assumed=assumed, topic=topic, **asked)


def _of_work(said: Subject, low: str, message: str, today: date, own: str) -> Subject:
    """A question about our own work with its time, and with what nothing takes of it; any other is left as it is."""
    if said.kind not in unread.ABOUT_WORK or phrases.ORDERS.search(low):
        return said
    times = _times(low, today)
    subject = of_work.narrowed(said, low, times, _platforms(low), today)
    matter = [subject.topic] if said.kind == "work" and subject.topic else []
    rest = _unread(low, message, said.kind, [*matter, *subject.apart], times, own)
    return subject.model_copy(update={"unclear": rest["unclear"], "apart": [*subject.apart, *rest["apart"]]})


def _untaken(kind: Kind, asked: dict[str, Any], today: date) -> list[str]:
    """The channel and the time, where the tool for this kind of answer takes none."""
    found = []
    if kind in ("topics", "against"):
        found += [channels.TITLES[name] for name in asked["platforms"]]
    period = asked["period"]
    past = isinstance(period, Period) and (period.end < today or kind != "topics")
    now = kind == "usual" and isinstance(period, Period) and period.start == today.replace(day=1)
    if past and not now and kind in ("topics", "against", "usual", "voice", "together"):
        found.append(period.label)
    return found


def _times(low: str, today: date) -> periods.Periods:
    ahead = bool(phrases.AHEAD.search(low))
    return periods.find(low, today, lambda _: "forecast" if ahead else "past", [])


def _unread(
    low: str, message: str, kind: Kind, matter: list[str], times: periods.Periods, own: str
) -> dict[str, list[str]]:
    """The times that there are not, and the conditions that no tool takes."""
    spans = [(mention.start, mention.end) for mention in times.mentions]
    for words in (times.compare_words, *matter, *times.unclear):
        if words and (start := low.find(words)) >= 0:
            spans.append((start, start + len(words)))
    rest = unread.blanked(low, spans)
    placed = [] if closer.proposes(low) else [_AT.sub("", words) for words in times.unclear]
    unclear = unread.no_times(rest)
    apart = [words for words in unread.conditions(rest, kind, own) if words not in unclear]
    return {
        "unclear": unread.as_written([*placed, *unclear], message),
        "apart": unread.as_written(apart, message),
    }


def _latest(low: str) -> dict[str, object]:
    """How many of the last posts, or of the first."""
    found = phrases.LATEST.search(low)
    if found is None:
        return {}
    number = (found["n"] or "").strip()
    many = int(number) if number.isdigit() else phrases.NUMBERS.get(number, 5 if found["many"] else 1)
    return {"count": max(1, min(many, 20)), "lowest": found["end"] in ("first", "oldest", "earliest")}


def _another(message: str) -> str | None:
    """ "Compare our revenue with Starbucks": somebody else, by the capital letter; no figure, time or channel of ours."""
    for found in islice(phrases.WITH.finditer(message), 3):
        name = found["name"].strip()
        low = name.lower()
        ours = _metrics(low) or channels.names_in(low)[0] or periods.find(low, _SOME_DAY, lambda _: "past", []).mentions
        if not ours and not phrases.OURS.search(low):
            return name
    return None


def _marked(low: str, message: str) -> Subject | None:
    """What is plain from a few words: small talk, a decision that is not ours, a text to check, what was learned."""
    if phrases.GREETING.search(low) or phrases.HELP.search(low):
        return Subject(kind="help")
    if phrases.THANKS.search(low):
        return Subject(kind="thanks")
    text = (phrases.QUOTED.search(message) if phrases.CHECKS.search(low) else None) or phrases.CHECK.search(message)
    if text is not None:
        return Subject(kind="check", text=text["text"].strip().strip('"“”'), platforms=_platforms(low))
    if phrases.EXPECTED.search(low):
        quoted = phrases.QUOTED.search(message)
        return Subject(kind="expected", text=quoted["text"].strip() if quoted else None, platforms=_platforms(low))
    if phrases.DECIDE.search(low) or phrases.UNASKED.search(low):
        return Subject(kind="decision")
    if phrases.ASSENT.search(low):
        return Subject(kind="decision", goes_on=True)
    by = phrases.ACTORS.search(low)
    if (
        by is not None
        and phrases.EFFECTIVE.search(low)
        and phrases.ASKS_OF_WORK.search(low)
        and not phrases.EARNS.search(low)
    ):
        return Subject(kind="effectiveness", topic=by.lastgroup, text=low[:500])
    if phrases.WHO.search(low):
        return Subject(kind="unknown")
    if phrases.CHANGES.search(low):
        return Subject(kind="change")
    for kind, words in (
        ("patterns", phrases.PATTERNS),
        ("examples", phrases.EXAMPLES),
        ("commands", phrases.COMMANDS),
        ("work", phrases.AT_WORK),  # how many wait is told from the tasks, and not from what was learned
        ("work", phrases.FAILED_TASKS),
        ("summary", phrases.SUMMARY),
        ("work", phrases.TASKS),
    ):
        if words.search(low):
            return Subject(kind=kind, text=low[:500] if kind in ("work", "commands") else None)
    return None


def _second(times: periods.Periods) -> Period | None:
    """ "Q3 and Q2": the second period that is named."""
    named = [mention.period for mention in times.mentions]
    return named[1] if len(named) > 1 else None


def _metrics(low: str) -> list[str]:
    lost, acts = phrases.LOST.search(low), closer.acts(low)
    low = closer.without_acts(low)
    low = phrases.AS_ADJECTIVE.sub(lambda match: " " * len(match[0]), low)
    found = [(match.start(), canonical(match[0])) for match in phrases.NOUNS.finditer(low)]
    rest = phrases.NOUNS.sub(lambda match: " " * len(match[0]), low)
    found += [(match.start(), phrases.SINGULAR[match[0]]) for match in phrases.SINGULARS.finditer(rest)]
    low = rest
    names = ["churn_rate" if name == "customers" and lost else name for _, name in sorted(found)]
    if "conversion_rate" in acts:
        names = [name for name in names if name not in ("traffic", "conversions")]
    more = [name for name in [*acts, *metrics.find(low)] if name not in names]
    if "conversion_rate" in acts:
        more = [name for name in more if name != "traffic"]
    if "conversions" in names and "conversion_rate" in more:
        more.remove("conversion_rate")
    if "new_customers" in names or "gross_profit" in names or "new customers" in low:
        more = [name for name in more if name not in ("customers", "profit")]
    return list(dict.fromkeys([*names, *more]))


def _platforms(low: str) -> list[str]:
    return [name for name in channels.names_in(low)[0] if name not in ("outbox", "webhook")]


def _grain(low: str) -> Grain:
    for grain in ("quarter", "year"):
        if re.search(
            rf"\b(?:which|what|best|worst|by|per|each|every|highest|lowest|strongest|weakest|our)\s+(?:\w+\s+)?{grain}s?\b(?! (?:before|ago))",
            low,
        ):
            return grain
    return "month"


def _count(low: str) -> int:
    found = phrases.COUNT.search(low)
    if found is None:
        return 5
    number = phrases.NUMBERS[found["n"]] if found["n"] in phrases.NUMBERS else int(found["n"])
    return max(1, min(number, 20))
