"""Forms of English verbs, from a table of the irregular ones and the rules for the rest."""

import tomllib
from functools import cache
from pathlib import Path

_VOWELS = "aeiou"


@cache
def _table() -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    raw = tomllib.loads((Path(__file__).parent / "verbs.toml").read_text(encoding="utf-8"))
    return {base: (forms[0], forms[1]) for base, forms in raw["irregular"].items()}, frozenset(raw["doubling"]["words"])


def _split(phrase: str) -> tuple[str, str]:
    """The verb and what follows it: "look at" is ("look", " at")."""
    verb, space, rest = phrase.partition(" ")
    return verb, space + rest


def _regular(verb: str, ending: str) -> str:
    """A verb with "ed" or "ing", spelled by the rules."""
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + ending
    if verb.endswith("y") and len(verb) > 1 and verb[-2] not in _VOWELS and ending == "ed":
        return verb[:-1] + "ied"
    return (verb + verb[-1] if verb in _table()[1] else verb) + ending


def past(phrase: str) -> str:
    """The simple past: "grow" is "grew", "plan to" is "planned to"."""
    verb, rest = _split(phrase)
    return (_table()[0][verb][0] if verb in _table()[0] else _regular(verb, "ed")) + rest


def participle(phrase: str) -> str:
    """The past participle: "grow" is "grown"."""
    verb, rest = _split(phrase)
    return (_table()[0][verb][1] if verb in _table()[0] else _regular(verb, "ed")) + rest


def gerund(phrase: str) -> str:
    """The form in -ing: "make" is "making"."""
    verb, rest = _split(phrase)
    return _regular(verb, "ing") + rest


def third(phrase: str) -> str:
    """The third person: "try to" is "tries to"."""
    verb, rest = _split(phrase)
    if verb in ("have", "be"):
        return {"have": "has", "be": "is"}[verb] + rest
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ies" + rest
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s") + rest


def past_of_participle(word: str) -> str | None:
    """The simple past for a participle: "written" is "wrote"; None when the word is no known participle."""
    for before, done in _table()[0].values():
        if done == word:
            return before
    return word if word.endswith("ed") and len(word) > 4 else None


@cache
def pasts() -> frozenset[str]:
    """The irregular past forms."""
    return frozenset(before for before, _ in _table()[0].values())


@cache
def participles() -> frozenset[str]:
    """The irregular participles."""
    return frozenset(done for _, done in _table()[0].values())
