"""Edits a given text as asked: replaces words, makes a passive sentence active, mends spelling, spaces and wordy phrases."""

import re

from cofounder.models.brief import Brief
from cofounder.models.offline.editing import verbs
from cofounder.models.offline.editing.layout import joined, lines, mapped, shortened
from cofounder.models.offline.editing.phrases import rules, swap, tighten

_QUOTED = r"[\"“'‘](?P<{0}>[^\"”’]+?)[\"”'’](?!\w)"
_REPLACE = (
    re.compile(
        rf"\b(?:replace|change|swap|substitute|turn)\s+(?:the words? |every |all )?{_QUOTED.format('old')}\s+(?:with|to|by|for|into)\s+{_QUOTED.format('new')}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:replace|swap)\s+(?:the words? )?(?P<old>[\w$%.-]+)\s+(?:with|by|for)\s+(?P<new>[\w$%.-]*\w)",
        re.IGNORECASE,
    ),
)
_REMOVE = re.compile(
    rf"\b(?:remove|delete|drop|cut|leave out|take out)\s+(?:the (?:words?|phrase|sentence) )?{_QUOTED.format('old')}",
    re.IGNORECASE,
)
_ACTIVE = re.compile(r"\bactive\b|\b(?:no|avoid|remove|without|less) (?:the )?passive\b", re.IGNORECASE)
# a request that names its change wants that one and no other
_NAMED = re.compile(
    r"\b(?:replace|swap|change|substitute|remove|delete|active|passive|typos?|spelling|grammar|punctuation|proof-?read|"
    r"spac(?:es|ing)|mistakes|errors)\b",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"^(?P<lead>(?:(?:In|On|At|Last|This|During|After|Since)\b[^,]{1,40}, )?)(?P<object>[^,;:]{2,60}?) (?:was|were) (?P<verb>[a-z]+) "
    r"(?P<what>(?:(?!by\b)[\w$%'’.-]+ ){0,6})by (?P<agent>(?:us|me|you|him|her|them|(?:(?:the|our|a|an|my|their|his|her|your|its) )?[\w’'-]+(?: (?!(?:in|on|at|for|with|to|from|after|before|during|and|last|when|because|since|while|as|by|of)\b)[\w’'-]+){0,3}))"
    r"(?P<rest>(?: (?:in|on|at|for|with|to|from|after|before|during|last|when|because|since|while|as|of)\b[^.!?]*)?)(?P<stop>[.!?])$"
)
_SUBJECTS = {"us": "we", "me": "I", "him": "he", "her": "she", "them": "they", "you": "you"}
_OBJECTS = {"we": "us", "i": "me", "he": "him", "she": "her", "they": "them"}


def mend(brief: Brief, text: str) -> tuple[str, list[str]]:
    """The text with what the request spells out, and with its slips mended; the notes say each."""
    asked = f"{brief.request.replace(text, ' ')}\n{brief.feedback or ''}"
    notes: list[str] = []
    body = _replaced(asked, text, notes)
    body = _spelled(body, notes)
    body = _spaced(body, notes)
    if _ACTIVE.search(asked):
        body = _activated(body, notes)
    if not (notes and _NAMED.search(asked)):
        body = _tightened(body, notes)
    for word in brief.must_avoid:
        body = _without(body, word, notes)
    if body == text:
        notes.append("Nothing to mend was found.")
    notes.append("Offline I mend wording; I cannot judge the argument.")
    return body, notes


def _tightened(text: str, notes: list[str]) -> str:
    tight = joined(mapped(lines(text), tighten))
    if tight.split() != text.split():
        notes.append("Said wordy phrases in fewer words.")
    return tight or text


def _replaced(asked: str, text: str, notes: list[str]) -> str:
    changes = [(match["old"], match["new"]) for match in _REPLACE[0].finditer(asked)]
    changes = changes or [(match["old"], match["new"]) for match in _REPLACE[1].finditer(asked)]
    changes += [(match["old"], "") for match in _REMOVE.finditer(asked)]
    for old, new in changes:
        pattern = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
        if not pattern.search(text):
            notes.append(f"“{old}” does not stand in the text.")
            continue
        said = new.replace("{", "{{").replace("}", "}}")
        text = swap(text, [(pattern, said)]) if old[:1].islower() else pattern.sub(new.replace("\\", r"\\"), text)
        notes.append(f"Replaced “{old}” with “{new}”." if new else f"Took out “{old}”.")
    return text


def _spaced(text: str, notes: list[str]) -> str:
    body = re.sub(r"[ \t\u00a0]+(?=[,;!?])|[ \t]+(?=[.:](?:\s|$))", "", text)
    body = re.sub(r"(?<=[a-z\d])([,;])(?=[A-Za-z])", r"\1 ", body)
    body = re.sub(r"(?<=[a-z]{3})([.!?])(?=[A-Z][a-z]+ )", r"\1 ", body)
    body = re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", " ", body)
    body = re.sub(r"(?<=\w),{2,}", ",", body)
    body = re.sub(r"(?<=\w)!{2,}", "!", body)
    body = re.sub(r"(?<=\w)\?{2,}", "?", body)
    if body != text:
        notes.append("Mended spaces and stops.")
    single = re.sub(
        r"\b(?!(?:had|that|very|really|bye|no|so|ha)\b)([A-Za-z]+) \1\b(?!-)", r"\1", body, flags=re.IGNORECASE
    )
    if single != body:
        notes.append("Removed doubled words.")
    return single


def _spelled(text: str, notes: list[str]) -> str:
    body = swap(text, rules("typos", "words"))
    body = re.sub(r"(?<![\w'])i(?=(?:['’](?:m|ve|ll|d))?[ ,])(?!\.e)", "I", body)
    body = re.sub(r"(^|[.!?]\s+|\n\s*)([a-z])(?=[a-z]* )", _capital, body)
    if body != text:
        notes.append("Mended spelling and capitals.")
    return body


def _capital(match: re.Match[str]) -> str:
    """A capital behind a stop, but not behind "U.S." or "e.g."."""
    before = match.string[: match.start() + 1]
    return match.group() if match[1].startswith(".") and shortened(before) else match[1] + match[2].upper()


def _activated(text: str, notes: list[str]) -> str:
    made = joined(mapped(lines(text), active))
    turned = made != joined(lines(text))
    notes.append("Turned passive sentences active." if turned else "I found no passive sentence that names who did it.")
    return made


def active(sentence: str) -> str:
    """ "The post was written by Lena." as "Lena wrote the post."; any other sentence as it is."""
    match = _PASSIVE.match(sentence)
    before = verbs.past_of_participle(match["verb"]) if match else None
    if (
        match is None
        or before is None
        or re.search(r"\b(?:not|never|and|that|which|who)\b", match["object"] + match["what"])
    ):
        return sentence
    subject = _SUBJECTS.get(match["agent"].lower(), match["agent"])
    thing = match["object"]
    thing = thing if match["lead"] else _lowered(thing)
    thing = _OBJECTS.get(thing.lower(), thing)
    subject = subject if match["lead"] else subject[:1].upper() + subject[1:]
    what = f" {match['what'].strip()}" if match["what"].strip() else ""
    return f"{match['lead']}{subject} {before} {thing}{what}{match['rest']}{match['stop']}"


def _lowered(thing: str) -> str:
    """A phrase inside a sentence: "The page" is "the page", a name stays."""
    small = r"(?:The|A|An|Our|My|Their|His|Her|Your|Its|This|That|These|Those|It|We|They|He|She|All|Every|Each|Some|Many|Most|Both|Several|More|No)\b"
    return thing[:1].lower() + thing[1:] if re.match(small, thing) else thing


def _without(text: str, word: str, notes: list[str]) -> str:
    if not re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
        return text
    kept = joined(
        mapped(lines(text), lambda one: "" if re.search(rf"\b{re.escape(word)}\b", one, re.IGNORECASE) else one)
    )
    if not kept:
        notes.append(f"Every sentence holds “{word}”; I left it.")
        return text
    notes.append(f"Left out the sentences with “{word}”.")
    return kept
