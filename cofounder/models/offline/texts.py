"""Small measures of a text: words, sentences, runs shared with other texts, reading grade."""

import re
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[\w$€£%'’.,-]*\w[\w%'’]*")
_PLAIN = re.compile(r"[^\W_]+(?:['.,][^\W_]+)*%?")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”']?\s+|\n+")
_VOWELS = re.compile(r"[aeiouy]+")


def words(text: str) -> list[str]:
    """Words in lower case, figures as one word each."""
    return _PLAIN.findall(text.lower().replace("’", "'"))


def count_words(text: str) -> int:
    """Words as an editor counts them."""
    return len(text.split())


@lru_cache(maxsize=512)
def sentences(text: str) -> tuple[str, ...]:
    """Sentences and lines, in order."""
    return tuple(part.strip() for part in _SENTENCE.split(text) if part and part.strip())


@lru_cache(maxsize=512)
def runs(text: str, length: int) -> frozenset[tuple[str, ...]]:
    """Every run of `length` words in a text."""
    found = words(text)
    return frozenset(zip(*(found[at:] for at in range(length)), strict=False))


def shared_run(text: str, others: Iterable[str], length: int = 7) -> tuple[str, ...] | None:
    """A run of words that a text shares with another, or None."""
    found = words(text)
    own = set(zip(*(found[at:] for at in range(length)), strict=False))
    for other in others:
        theirs = runs(other, length)
        if not own.isdisjoint(theirs):
            return min(own & theirs)
    return None


def overlap(text: str, other: str, length: int = 5) -> float:
    """The share of a text's runs that the other text has as well, 0-1."""
    own = runs(text, length)
    return len(own & runs(other, length)) / len(own) if own else 0.0


@lru_cache(maxsize=4096)
def syllables(word: str) -> int:
    """Syllables of an English word by its vowel groups; a figure counts as one."""
    word = word.lower().strip("'’")
    if not word or any(letter.isdigit() for letter in word):
        return 1
    found = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith("le") and found > 1:
        found -= 1
    return max(1, found)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al., 1975)."""
    found = _WORD.findall(text)
    parts = sentences(text)
    if not found or not parts:
        return 0.0
    return 0.39 * len(found) / len(parts) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59
