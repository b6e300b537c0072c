"""A text cut into what the judges look at: paragraphs, sentences, words, syllables."""

import re
from dataclasses import dataclass
from functools import lru_cache

from cofounder.channels.prose import paragraphs, unmarked, words

__all__ = [
    "Sentence",
    "asked_or_cited",
    "counted",
    "grade",
    "negated",
    "paragraphs",
    "sentence_at",
    "sentences",
    "syllables",
    "unmarked",
    "words",
]

_BREAK = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9$€£#{])|\n+")
_NEGATION = re.compile(
    r"\b(?:no|not|never|nothing|nobody|none|without|cannot|neither|nor|hardly|isn|aren|wasn|don|doesn|didn|can|couldn|won|"
    r"wouldn|unproven|whether|if|avoid)\b(?:['’]t\b)?",
    re.IGNORECASE,
)
_REAL_NEGATION = re.compile(r"\b(?:can|won|don|isn|aren|wasn|doesn|didn|couldn|wouldn)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    text: str
    start: int
    end: int


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences and lines of a text with their places."""
    found, start = [], 0
    for match in [*_BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        while end < len(text) and match and end < match.end() and text[end] in "\"'”’)]":
            end += 1
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            found.append(Sentence(piece.strip(), start + lead, start + lead + len(piece.strip())))
        start = match.end() if match else end
    return tuple(found)


def sentence_at(text: str, position: int) -> Sentence:
    """The sentence that holds a position."""
    for sentence in sentences(text):
        if sentence.start <= position < sentence.end:
            return sentence
    return Sentence(text, 0, len(text))


def counted(number: int, noun: str) -> str:
    """1 link, 2 links."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def negated(text: str, start: int, *, reach: int = 6) -> bool:
    """Whether a word at `start` stands under a "no", "not", "whether" or "if" of the same clause, `reach` words back."""
    sentence = sentence_at(text, start)
    before = re.split(r"[,;:]\s|\bbut\b", text[sentence.start : start])[-1]
    near = " ".join(before.split()[-reach:])
    return any(not _REAL_NEGATION.search(match.group()) for match in _NEGATION.finditer(near))


def asked_or_cited(text: str, start: int) -> bool:
    """Whether the sentence is a question or names a belief to test ("Myth: ...")."""
    sentence = sentence_at(text, start).text
    return sentence.endswith("?") or bool(re.match(r"(?:Myth|Claim|Belief|You may have heard)\b", sentence))


_VOWELS = re.compile(r"[aeiouy]+")
_SPLIT_VOWELS = re.compile(
    r"(?<![ct])ia|(?<![ctxg])iou(?=s)|eo(?!u)|io(?!n|us)|(?<![qg])ua(?=[lr])|(?<=[aeiou])[iy]?ing\b|ie(?=nt|nc|r)|"
    r"iet|yo(?!u)|ium\b|oyee|(?<=cr)ea(?=t)|(?<=\br)ea(?=ct)|eu(?=m)|eas?\b(?<=[dr]eas)|uous?\b"
)
_SILENT = re.compile(r"(?:[^laeiouy]|[aeiouy]l)es?$|[^tdaeiouy]ed$|[gq]ues?$")
_SOUNDED = re.compile(r"(?:[sxz]|ch|sh|[cg])es$|[aeiouy]e$|[^aeiou]le[sd]?$")
_KNOWN = {
    "business": 2, "every": 2, "area": 3, "idea": 3, "people": 2, "revenue": 3, "doing": 2, "going": 2,
    "the": 1, "average": 3, "interesting": 3, "different": 3, "evening": 2, "something": 2, "sometimes": 2, "somewhere": 2,
    "nowhere": 2, "everyone": 3, "one": 1, "once": 1, "whole": 1, "whose": 1, "does": 1, "goes": 1, "there": 1, "where": 1,
    "were": 1, "here": 1, "some": 1, "came": 1, "comes": 1, "becomes": 2, "became": 2, "website": 2, "therefore": 2,
    "create": 2, "created": 3, "really": 2, "science": 2, "quiet": 2, "poem": 2, "usual": 3, "usually": 4, "actually": 4,
    "january": 4, "february": 4, "ideas": 3, "homepage": 2, "language": 2, "individual": 5, "queue": 1, "being": 2,
}  # fmt: skip


@lru_cache(maxsize=8192)
def syllables(word: str) -> int:
    """Syllables of an English word by its vowel groups; a figure counts as one."""
    word = word.lower()
    extra = 1 if re.search(r"[ds]n['’]t$", word) else 0  # "didn't", "wasn't"
    word = re.sub(r"['’]s?$|['’](?=[a-z])", "", word)
    if not word or not any(sign.isalpha() for sign in word) or word[0].isdigit():
        return 1
    if word in _KNOWN:
        return _KNOWN[word]
    if "-" in word or "/" in word:
        return sum(syllables(part) for part in re.split(r"[-/]", word) if part)
    count = extra + len(_VOWELS.findall(word)) + len(_SPLIT_VOWELS.findall(word))
    if _SILENT.search(word) and not _SOUNDED.search(word):
        count -= 1
    return max(1, count)


def grade(text: str) -> float | None:
    """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975).

    None under 40 words: the formula says nothing about so little text.
    """
    lines = [words(sentence.text) for sentence in sentences(text)]
    lines = [line for line in lines if line]
    count = sum(len(line) for line in lines)
    if count < 40:
        return None
    spoken = sum(syllables(word) for line in lines for word in line)
    return 0.39 * count / len(lines) + 11.8 * spoken / count - 15.59
