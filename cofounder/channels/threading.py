"""A long text becomes the posts of a thread, each of which X takes. Only white space and bare rules are left out. Pure.

A post ends at a blank line; a paragraph too long for one ends posts at sentences and lines, then at words, and only
where a single word is too long within it, never inside a link or an emoji.
"""

import re
from collections.abc import Callable, Sequence

from cofounder.channels.counting import EMOJI, length
from cofounder.channels.layout import tidy
from cofounder.channels.linked import links

_RULE = re.compile(r"\s*-{3,}\s*")  # how a thread's posts are set apart where it is shown
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\sa-z])|\n+|(?<=[。！？])")
_WORD = re.compile(r"\s+")
_SIGN = re.compile(rf"{EMOJI.pattern}|[\s\S][\u0300-\u036f\u200d\ufe0e\ufe0f]*")


def posts(text: str, limit: int) -> list[str]:
    """The posts of a text in their order, none longer than `limit` as X counts."""
    blocks = (block for block in re.split(r"\n\s*\n", tidy(text)) if block.strip() and not _RULE.fullmatch(block))
    return [post for block in blocks for post in _fitted(block.strip(), limit, (_sentences, _words, _signs))]


def _fitted(text: str, limit: int, cuts: Sequence[Callable[[str], list[str]]]) -> list[str]:
    if length("x", text) <= limit or not cuts:
        return [text.strip()]
    found: list[str] = []
    held = ""
    for piece in cuts[0](text):
        if length("x", (held + piece).strip()) <= limit:
            held += piece
            continue
        if held.strip():
            found.append(held.strip())
        *whole, held = _fitted(piece, limit, cuts[1:])
        found += whole
        held += piece[len(piece.rstrip()) :]  # what parts it from the next
    return [*found, held.strip()] if held.strip() else found


def _sentences(text: str) -> list[str]:
    return _cut(text, _SENTENCE)


def _words(text: str) -> list[str]:
    return _cut(text, _WORD)


def _signs(text: str) -> list[str]:
    found, done = [], 0
    for start, end in [*links(text), (len(text), len(text))]:
        found += [match.group() for match in _SIGN.finditer(text[done:start])]
        found += [text[start:end]] if end > start else []
        done = end
    return found


def _cut(text: str, at: re.Pattern[str]) -> list[str]:
    """The text in pieces, each with the white space after it."""
    ends = [match.end() for match in at.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if text[start:end]]
