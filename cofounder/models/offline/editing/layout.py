"""A text as lines of sentences, and back: paragraphs, bullets and quotations keep their form."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

_END = re.compile(r"(?<=[.!?…])[”\"’')\]]*\s+")
_SHORTENING = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|e\.g|i\.e|No|approx|Jr|Sr|Gen|Gov|Fig|Mt|U\.S|U\.K)|\b[A-Z])\.$"
)
_MAYBE = re.compile(r"\b(?:Inc|Ltd|Co|Corp|etc|a\.m|p\.m|al)\.$")
_MARK = re.compile(r"^(\s*(?:[-*•–]|\d{1,2}[.)]|#{1,6})\s+)")
NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|nor|without|cannot|neither)\b|n['’]t\b", re.IGNORECASE)
NAME = re.compile(r"(?<=[\w,;:’”] )(?!I\b)[A-Z][\w’'-]*")
HANGING = re.compile(
    r"^(?:this|that|these|those|it|they|he|she|its|their|his|her|but|and|so|yet|however|therefore|also|such|instead|"
    r"otherwise|still|then|as a result|for example|for instance|because of this|that is why|both|neither)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"^(?:it|they|he|she|its|their|his|her)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """Sentences of one line, with its bullet and what parts it from the line before."""

    gap: str
    mark: str
    sentences: tuple[str, ...] = field(default=())


def balanced(text: str) -> bool:
    """Whether brackets and quotation marks come in pairs."""
    pairs = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"))
    return all(text.count(left) == text.count(right) for left, right in pairs) and text.count('"') % 2 == 0


def shortened(before: str) -> bool:
    """Whether a text ends in an abbreviation's stop."""
    return bool(_SHORTENING.search(before) or _MAYBE.search(before))


def split(text: str) -> list[str]:
    """The sentences of a line; abbreviations, initials and quotations do not end one."""
    parts: list[str] = []
    at = 0
    for match in _END.finditer(text):
        said = text[at : match.end()].strip()
        following = text[match.end() : match.end() + 1]
        if _SHORTENING.search(said) or (_MAYBE.search(said) and not following.isupper()):
            continue
        if not balanced(said) and balanced(text[at:]):
            continue
        if following.islower() and not said.endswith(("!", "?")):
            continue
        parts.append(said)
        at = match.end()
    return [part for part in (*parts, text[at:].strip()) if part]


def lines(text: str) -> list[Line]:
    """The text's lines; one broken in the middle of a sentence is put together again."""
    joined = re.sub(r"(?<=[a-z,;])[ \t]*\n[ \t]*(?=[a-z])", " ", text.strip())
    found: list[Line] = []
    gap = ""
    for piece in re.split(r"(\n\s*)", joined):
        if not piece.strip():
            gap = "\n\n" if piece.count("\n") > 1 else "\n"
            continue
        mark = _MARK.match(piece)
        bullet = mark[1] if mark else ""
        found.append(Line(gap if found else "", bullet, tuple(split(piece[len(bullet) :].strip()))))
    return found


def joined(found: list[Line]) -> str:
    """The text of lines; a line without sentences is gone."""
    text, gap = "", ""
    for line in found:
        gap = max(gap, line.gap, key=len)
        if line.sentences:
            text += (gap if text else "") + line.mark + " ".join(line.sentences)
            gap = ""
    return text


def mapped(found: list[Line], change: Callable[[str], str]) -> list[Line]:
    """Every sentence changed; an empty one is gone."""
    return [replace(line, sentences=tuple(filter(None, map(change, line.sentences)))) for line in found]


def key(sentence: str) -> str:
    """What two sentences share that say the same in the same words."""
    return " ".join(re.findall(r"[\w%$€£.-]*\w", sentence.lower()))


def without_repeats(found: list[Line]) -> tuple[list[Line], int]:
    """The lines with each sentence said once, and how many were said again."""
    seen: set[str] = set()
    gone = 0
    made: list[Line] = []
    for line in found:
        kept = []
        for sentence in line.sentences:
            if key(sentence) in seen and key(sentence):
                gone += 1
                continue
            seen.add(key(sentence))
            kept.append(sentence)
        made.append(replace(line, sentences=tuple(kept)))
    return made, gone
