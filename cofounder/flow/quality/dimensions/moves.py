"""Moves: a rise needs a base, a verb must fit the size of the change, a percentage names what it is a percentage of."""

import re
from functools import lru_cache

from cofounder.flow.quality.dimensions.reading import Reading
from cofounder.flow.quality.prose import asked_or_cited, negated, sentence_at, sentences
from cofounder.models.brief import Fact, Issue
from cofounder.models.figures import Mention

_UP = r"rose|grew|climbed|jumped|surged|soared|improved|increased|went up|picked up|gained|rallied|accelerated"
_DOWN = r"fell|dropped|declined|slid|plunged|tumbled|decreased|shrank|slipped|eased|worsened|went down|slowed"
_TO = re.compile(rf"\b(?:{_UP}|{_DOWN}|up|down)(?: \w+ly)? to (?:about |around |nearly |just |over )?$", re.IGNORECASE)
_MOVED = rf"(?:has |have |is |are |was |were |also |really |just ){{0,2}}(?:{_UP}|{_DOWN}|growing|rising|climbing|improving|falling|up|down|higher|lower)\b"
_BASE_WORDS = re.compile(
    r"\b(?:from|against|versus|vs\.?|than|compared|month before|year before|quarter before|week before|last (?:month|year|quarter|week)|"
    r"previous|prior|earlier|year[- ]over[- ]year|month[- ]over[- ]month|the last|ago|target|before)\b",
    re.IGNORECASE,
)
_PRECISE = re.compile(r"\b\d+\.0+\s?%")
_STRONG = [  # verb, the smallest change it fits
    (re.compile(rf"\b(?:{verbs})\b", re.IGNORECASE), least)
    for verbs, least in (
        (r"skyrocket\w*|soar\w*|explod\w*|rocket(?:ed|s)|surg(?:e|ed|es|ing)|shot up", 0.30),
        (r"jump(?:ed|s)?|leap(?:ed|t)?", 0.10),
        (r"plung\w+|tumbl\w+|collaps\w+|crash(?:ed|es)?|plummet\w*", 0.30),
        (r"edged|inched|dipped|ticked", -0.06),  # at most
    )
]


def moved_wrongly(reading: Reading) -> list[Issue]:
    """Issues of the sentences that say how a figure moved."""
    return [*_without_base(reading), *_above_band(reading), *_unnamed_base(reading), *_false_precision(reading)]


def _issue(code: str, severity: str, message: str, span: tuple[int, int]) -> Issue:
    return Issue.model_validate(
        {"dimension": "accuracy", "code": code, "severity": severity, "message": message, "span": span}
    )


def _baseless(fact: Fact) -> bool:
    return fact.base is None and not fact.series and fact.kind == "observed"


def _without_base(reading: Reading) -> list[Issue]:
    """A move told of a thing that has one value only."""
    found = []
    for mention in reading.mentions:
        facts = [reading.facts[one] for one in mention.facts if one in reading.facts]
        told = _TO.search(reading.text[max(0, mention.start - 40) : mention.start])
        if told and mention.kind == "given" and facts and all(_baseless(fact) for fact in facts):
            found.append(_moved(facts[0], (mention.start, mention.end), mention.text))
    low = reading.text.lower()
    for fact in reading.facts.values():
        if not _baseless(fact) or fact.metric in ("growth_rate", "growth"):
            continue
        if fact.noun.lower() not in low:
            continue
        for match in _moving(fact.noun).finditer(reading.text):
            whole = sentence_at(reading.text, match.start()).text
            if not (
                asked_or_cited(reading.text, match.start())
                or negated(reading.text, match.end(), reach=12)
                or " no " in whole
            ):
                found.append(_moved(fact, match.span(), match.group()))
    return found


@lru_cache(maxsize=256)
def _moving(noun: str) -> re.Pattern[str]:
    pattern = rf"\b{re.escape(noun)}\b(?: rate)? {_MOVED}(?! (?:to|at|about) (?:you|us))"
    return re.compile(pattern, re.IGNORECASE)


def _moved(fact: Fact, span: tuple[int, int], words: str) -> Issue:
    return _issue(
        "change_without_base",
        "major",
        f"“{words}”: no earlier value of {fact.noun} is given, so no move is known.",
        span,
    )


def _change(fact: Fact) -> float | None:
    if fact.metric in ("growth_rate", "growth") and fact.unit == "rate":
        return fact.value
    if fact.base is None or fact.base.value <= 0 or fact.unit == "rate":
        return None
    return fact.value / fact.base.value - 1


def _above_band(reading: Reading) -> list[Issue]:
    found = []
    for sentence in sentences(reading.text):
        changes = [abs(size) for size in _changes_in(reading, sentence.start, sentence.end)]
        if not changes:
            continue
        for pattern, least in _STRONG:
            match = pattern.search(sentence.text)
            if match and (max(changes) < least - 1e-9 if least > 0 else min(changes) > -least):
                span = (sentence.start + match.start(), sentence.start + match.end())
                size = f"{max(changes):.0%}"
                found.append(
                    _issue("verb_off_band", "minor", f"“{match.group()}” does not fit a change of {size}.", span)
                )
    return found


def _changes_in(reading: Reading, start: int, end: int) -> list[float]:
    inside = [one for one in reading.mentions if start <= one.start < end]
    sizes = [_change(reading.facts[fact]) for one in inside for fact in one.facts if fact in reading.facts]
    return [size for size in sizes if size is not None]


def _is_change(mention: Mention) -> bool:
    return (
        mention.kind == "derived"
        and mention.unit == "percent"
        and " - " in (mention.derivation or "")
        and "/" in (mention.derivation or "")
    )


def _unnamed_base(reading: Reading) -> list[Issue]:
    """A percentage of change in a text that never says of what."""
    changes = [one for one in reading.mentions if _is_change(one)]
    if not changes or _BASE_WORDS.search(reading.text):
        return []
    first = changes[0]
    return [
        _issue("base_missing", "minor", f"“{first.text}” of what? The base is not named.", (first.start, first.end))
    ]


def _false_precision(reading: Reading) -> list[Issue]:
    return [
        _issue("false_precision", "minor", f"“{match.group()}”: a zero after the point says nothing.", match.span())
        for match in _PRECISE.finditer(reading.text)
    ]
