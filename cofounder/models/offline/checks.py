"""The hard checks a candidate must pass before it may be drawn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from cofounder.models.brief import Brief
from cofounder.models.figures import Ledger, forbidden_claims
from cofounder.models.figures.families import FAMILY_WORD
from cofounder.models.offline import wording
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.texts import count_words, sentences, shared_run
from cofounder.models.offline.views import View
from cofounder.models.offline.voice import Voice

_PLACEHOLDER = re.compile(r"\{\{(?:name|unsubscribe)\}\}")
_TABLE_ROW = re.compile(r"(?m)^\|.*\|$")
_SLOT = re.compile(r"[{}|]|\bNone\b(?! of)|\bnan\b|<[a-z]")
_STUMBLE = re.compile(
    r"\b(?:the|an?|our|your|their|its) about\b|,\s*[.,;:?!]|[^.]\.\.(?!\.)|\s[.,;?!](?!\d)|\(\s*\)|\b(?:a|an) (?:a|an|the|our)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:this|the) (day|week|month|quarter|year)(?:['’]s)?\b|\bin ([A-Z][a-z]+ \d{4}|Q[1-4] \d{4})", re.IGNORECASE
)
_DOUBLE = re.compile(r"\b([A-Za-z]+) \1\b")
_CAPITALS = re.compile(r"\b[A-Z]{5,}\b")


@dataclass(frozen=True)
class Room:
    """How long the text may be here: words, characters, the first line."""

    words: tuple[int, int]
    characters: tuple[int, int] | None = None
    first_line: int | None = None


@cache
def _never(voice: Voice) -> re.Pattern[str]:
    own = "|".join("(?-i:I)" if word == "I" else re.escape(word) for word in voice.never)
    return re.compile(rf"\b(?:{own})\b", re.IGNORECASE)


def broken(text: str) -> str | None:
    """What a reader would see as broken: an open slot, a double word, a text without an end."""
    if "|" in text or "{{" in text:
        text = _PLACEHOLDER.sub("Name", _TABLE_ROW.sub("", text))
    return next((fault for fault in map(_broken_line, sentences(text)) if fault), None)


@lru_cache(maxsize=4096)
def _broken_line(sentence: str) -> str | None:
    """The fault of one sentence or line; the candidates of one search share most of theirs."""
    if _SLOT.search(sentence):
        return "slot"
    stumble = _STUMBLE.search(sentence)
    if stumble:
        return f"stumble: {stumble.group()}"
    if _time_twice(sentence):
        return "time twice"
    if any(double.group(1).lower() not in ("that", "had") for double in _DOUBLE.finditer(sentence)):
        return "double word"
    return "shouting" if "!!" in sentence or _CAPITALS.search(sentence) else None


def _time_twice(sentence: str) -> bool:
    """ "The month's figure came to $5, the records show, this month": one period named twice."""
    found = [match.group().lower() for match in _TIME.finditer(sentence)]
    if len(found) < 2:
        return False
    for own in ("this", "in "):
        named = [one for one in found if one.startswith(own)]
        if len(named) != len(set(named)):
            return True
    nouns = [one.split(" ")[1].removesuffix("'s").removesuffix("’s") for one in found if one.endswith(("'s", "’s"))]
    return any(f"this {noun}" in found for noun in nouns)


def out_of_room(text: str, room: Room) -> str | None:
    """Whether a text is too short, too long, or its first line is cut."""
    count = count_words(text)
    if count < room.words[0]:
        return "short"
    if count > room.words[1]:
        return "long"
    if room.characters is not None:
        if len(text) > room.characters[1]:
            return "long"
        if len(text) < room.characters[0]:
            return "short"
    if room.first_line is not None:
        first = sentences(text)
        if first and len(first[0]) > room.first_line:
            return "first line"
    return None


def against_voice(text: str, voice: Voice, brief: Brief) -> str | None:
    """A word that this voice, or this brief, does not use."""
    found = next((word for word in (_never_said(sentence, voice) for sentence in sentences(text)) if word), None)
    if found:
        return f"never: {found}"
    word = barred(text, brief)
    return f"avoid: {word}" if word else None


@lru_cache(maxsize=4096)
def _never_said(sentence: str, voice: Voice) -> str | None:
    found = _never(voice).search(sentence)
    return found.group() if found else None


def barred(text: str, brief: Brief) -> str | None:
    """The first word or phrase of the brief's `must_avoid` that a text holds."""
    if not brief.must_avoid:
        return None
    low = text.lower()
    for word in brief.must_avoid:
        wanted = word.lower().strip()
        if wanted and re.search(rf"(?<!\w){re.escape(wanted)}", low):
            return word
    return None


def names_the_lead(text: str, scene: Scene) -> bool:
    """Whether the text says what its main figure is a figure of."""
    lead = scene.lead
    if lead is None:
        return True
    low = text.lower()
    bare = lead.name.subject.removeprefix("the ").removeprefix("number of ")
    if bare in low or (lead.name.many and lead.name.many in low):
        return True
    noun = bare.split(" ")[-1]
    if noun in low or any(word in low for word in lead.fact.noun.lower().split() if len(word) > 4):
        return True
    if lead.name.kind == "money_flow":
        return "took in" in low or "came in" in low
    return lead.fact.metric == "marketing_spend" and "spen" in low


def opens_on(text: str, view: View) -> bool:
    """Whether the first sentence names a metric or gives its value."""
    first = (sentences(text) or [""])[0].lower()
    if wording.given(view.fact).lower() in first or wording.short(view.fact).lower() in first:
        return True
    names = {view.name.subject.removeprefix("the ").lower(), view.name.many.lower(), view.fact.noun.lower()} - {""}
    return any(name in first for name in names)


def untrue(text: str, brief: Brief, ledger: Ledger) -> str | None:
    """A figure from nowhere or a claim the facts do not carry."""
    claims = forbidden_claims(text, brief.facts)
    if claims:
        return f"claim: {claims[0].text}"
    for mention in ledger.trace(text):
        if mention.kind == "unmatched":
            return f"figure: {mention.text} ({mention.message})"
    return None


def repeats(text: str, avoid: Sequence[str]) -> str | None:
    """A run of seven words that a sibling or recent text has as well."""
    run = shared_run(_without_tables(text), [_without_tables(one) for one in avoid])
    return " ".join(run) if run else None


def _without_tables(text: str) -> str:
    return _TABLE_ROW.sub("", text) if "|" in text else text


def mentions_family(text: str) -> bool:
    """Whether any known metric is named at all."""
    return bool(FAMILY_WORD.search(text))
