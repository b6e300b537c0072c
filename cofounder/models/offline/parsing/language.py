"""Which language a text is written in, and which language it asks for. Offline only English is read and written."""

import re
from dataclasses import dataclass

from cofounder.models.offline.parsing.tongues import CODES, ENGLISH, EXTRA_NAMES, LOOSE, MARKS, NAMES, SCRIPTS, SETS

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE = 3_000
_LANGUAGES = "|".join(sorted((re.escape(name) for name in CODES), key=len, reverse=True))
_WANTED = re.compile(
    rf"\b(?:in|into|to|auf|using|only|entirely)\s+(?:the )?(?:fluent |simple |only (?:the )?|just |plain |both \w+ and |english and )?(?P<a>{_LANGUAGES})\b"
    r"(?!\s*(?:market|speaking|-speaking|cit|customer|client|compan|office|compet|startup|team|user|region|media|press|law))"
    rf"|\b(?P<b>{_LANGUAGES})\s+(?:version|translation|(?:\w+ )?(?:post|tweet|newsletter|article|e-?mail|headlines?))\b"
    rf"|\b(?:in|using|only) (?:only )?(?:the )?(?P<d>{_LANGUAGES}) language\b"
    rf"|\blanguage\s*[:=]\s*(?P<c>{_LANGUAGES})\b"
)


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    evidence: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.code)


def name_of(code: str) -> str:
    return NAMES.get(code) or EXTRA_NAMES.get(code, code)


def detect(text: str) -> Language:
    """The language most of the text is in; English when nothing speaks against it."""
    words = _WORD.findall(text[:_SAMPLE].lower())
    return _by_script(text[:_SAMPLE], words) or _by_words(text[:_SAMPLE].lower(), words) or Language("en")


def wanted(low: str) -> Language | None:
    """A language other than English that the text is asked to be written in."""
    for found in _WANTED.finditer(low):
        said = found["a"] or found["b"] or found["c"] or found["d"]
        if CODES[said] != "en" and not (found["b"] and _polish_verb(low, found.start(), said)):
            return Language(CODES[said], (found[0],))
    return None


def others() -> list[str]:
    """Names of languages other than English, in small letters."""
    return [name for name, code in CODES.items() if code != "en" and name != "latin"]


def wanted_at(low: str) -> list[tuple[int, int]]:
    """Where an output language is named."""
    return [m.span() for m in _WANTED.finditer(low)]


def of_preference(value: str) -> Language | None:
    """A preferred language by name or tag ("de", "de-DE", "German"); None for English or nothing."""
    said = value.strip().lower()
    code = CODES.get(said) or said.replace("_", "-").split("-")[0]
    return None if code in ("en", "") else Language(code, (value,))


def _polish_verb(low: str, at: int, said: str) -> bool:
    return said == "polish" and not re.search(r"\b(?:a|the|our|in|into)\s+$", low[:at])


def _by_script(text: str, words: list[str]) -> Language | None:
    counts = {code: len(pattern.findall(text)) for code, pattern in SCRIPTS}
    foreign = sum(counts.values())
    latin = sum(1 for word in words if "a" <= word[0] <= "z" or "\u00c0" <= word[0] <= "\u024f")
    if not foreign or foreign <= latin:
        return None
    code = max(counts, key=lambda c: counts[c])
    if counts["ja"] and code in ("zh", "ja"):
        code = "ja"
    if code == "ru":
        code = (
            "uk"
            if re.search(r"[іїєґ]", text, re.I)
            else "bg"
            if re.search(r"\bъ|[^\W]ът\b|\bще\b|\bза нашия", text)
            else "ru"
        )
    if code == "ar":
        code = "ur" if re.search(r"[ٹڈڑں]", text) else "fa" if re.search(r"[پچژگ]", text) else "ar"
    sample = next(
        pattern
        for c, pattern in SCRIPTS
        if c == code or (c == "ru" and code in "uk bg") or (c == "ar" and code in "fa ur")
    )
    return Language(code, tuple(sample.findall(text)[:5]))


def _by_words(low: str, words: list[str]) -> Language | None:
    if not words:
        return None
    english = sum(1 for word in words if word in ENGLISH)
    best, score, seen = "en", 0.0, []
    for code, stops in SETS.items():
        hits = [word for word in words if word in stops]
        if not hits:
            continue
        value = sum(0.4 if word in LOOSE else 1.0 for word in hits)
        marks = sum(low.count(mark) for mark in MARKS.get(code, ""))
        value += min(marks, 4) * 0.2 if value >= 1 else 0
        if value > score:
            best, score, seen = code, value, hits
    enough = score >= 2 or (score >= 1 and len(words) <= 4) or (score >= 0.8 and len(words) <= 2)
    if not enough or score <= english * 1.2 or score < 0.2 * len(words):
        return None
    return Language(best, tuple(dict.fromkeys(seen))[:6])
