"""What a question about our own work asks for: its measures, its time, and what narrows it. Pure."""

import re
from datetime import date
from typing import Any

from cofounder.flow.request.chat import fillers, phrases
from cofounder.flow.request.chat.subject import Subject
from cofounder.models.offline.parsing import spans
from cofounder.models.offline.parsing.channels import TITLES
from cofounder.models.offline.parsing.periods import Periods

_MEASURES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("success", re.compile(r"\bsucce\w+|\b(?:good|well) end\b|\bwent well\b")),
    ("failed", re.compile(r"\bfail\w*|\bbad end\b")),
    ("decided", re.compile(r"\bapprov\w*|\breject\w*|\bdecisions?\b")),
    (
        "seconds",
        re.compile(
            r"\bhow (?:long|fast)\b|\b(?:average|mean|total|usual|much) time\b|\b(?:and|or|,)(?: the| their)? time\b|"
            r"\bduration\b|\btakes?\b|\btook\b|\b(?:seconds|minutes|hours)\b"
        ),
    ),
    ("cost", re.compile(r"\bcosts?\b|\bsp(?:end|ent|ending)\b|\bmoney\b")),
    ("quality", re.compile(r"\bquality\b|\bscores?\b")),
    ("ready", re.compile(r"\btraining\b")),
)
_ABOUT = re.compile(r"\b(?:about|regarding|concerning)\s+(?:our |the )?(?P<topic>[^?.!]{3,60})")
_IN = re.compile(r"\s+(?:in|on|of|from|during|over|for|since|at)(?: the)?$")
_OVER_TIME = re.compile(
    r"\b(?:by|per|each|every) (?:day|week|month|quarter|year)\b|\b(?:over time|develop\w*|trend\w*|monthly|weekly|daily)\b|"
    r"\b(?:improv\w*|chang\w*|better|worse)\b"
)
_NOT_OF_RUNS = re.compile(r"\b(?:publish\w*|edited|refined|corrected)\b")


def narrowed(said: Subject, low: str, times: Periods, platforms: list[str], today: date) -> Subject:
    """The subject with its time and its measures; in `apart` what its tool takes no account of."""
    also = [mention.period for mention in times.mentions if mention.part == "main"][1:]
    found: dict[str, Any] = {
        "period": times.main.period if times.main else None,
        "more": [*also, *([times.compare_period] if times.compare_period else [])],
        "text": low[:500],
    }
    kind, apart = said.kind, []
    if found["period"] and not found["more"] and phrases.COMPARES.search(low) and found["period"].grain != "range":
        found["more"] = [spans.step(found["period"].grain, 0, today)]  # "compared with last month": this one
    if times.compare_with and times.compare_period is None:
        apart.append(times.compare_words)
    if kind == "summary":
        found["measures"] = [name for name, words in _MEASURES if words.search(low)]
        if (over := _OVER_TIME.search(low)) and not found["more"]:
            apart.append(over[0])
        apart += [match[0] for match in _NOT_OF_RUNS.finditer(low)][:1]
        if platforms:
            kind, found["topic"] = "effectiveness", "channel"
    if kind == "work" and (topic := _topic(low, times)):
        found["topic"] = topic
    if platforms and (kind in ("work", "commands") or (kind == "effectiveness" and said.kind != "summary")):
        apart += [TITLES[name] for name in platforms]
    if kind == "commands" and times.main:
        apart.append(times.main.period.label)
    taken = kind == "effectiveness" and said.kind == "summary"
    return said.model_copy(update={**found, "kind": kind, "apart": apart, "platforms": platforms if taken else []})


def _topic(low: str, times: Periods) -> str | None:
    """ "Tasks about tea that failed last week": tea."""
    about = _ABOUT.search(low)
    if about is None:
        return None
    topic = before_a_time(about["topic"], about.start("topic"), times)
    words = topic.split()
    while words and words[-1] in fillers.WORK:
        words.pop()
    return " ".join(words) or None


def before_a_time(topic: str, start: int, times: Periods) -> str:
    """A topic that begins there, cut where a time is named in it: "coffee in March" is about coffee."""
    at = min((one.start - start for one in times.mentions if one.start >= start and one.end > one.start), default=None)
    return (topic if at is None else _IN.sub("", f" {topic[:at].rstrip()}")).strip(" ,?.!")
