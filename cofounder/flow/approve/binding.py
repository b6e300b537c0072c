"""What binds a decision to a text: the fingerprint of the exact bytes, and the difference an edit made. Pure."""

import difflib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Change = dict[str, str]  # {"op": "equal" | "delete" | "insert", "text": ...}


def canonical(document: Any) -> str:
    """One spelling for one meaning: keys sorted, no spaces, no escapes of our own."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of everything that would be sent: channel -> rendered text, recipients as named placeholders."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def word_diff(before: str, after: str) -> list[Change]:
    """The way from one text to the other, word by word; the equal and inserted parts joined are `after`.

    Where that would take long, for long texts that have little in common, it goes by larger pieces.
    """
    changes: list[Change] = []
    for op, text in _compared(before, after, _CUTS):
        if changes and changes[-1]["op"] == op:
            changes[-1]["text"] += text
        elif text:
            changes.append({"op": op, "text": text})
    return changes


_CUTS = (
    re.compile(r"\s+|[^\s\w]|\w+"),  # words, spaces and marks
    re.compile(r"\w+\s*|[^\s\w]\s*|\s+"),  # words with the space behind them
    re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+"),  # sentences and lines
)
_MOST_WORK = 10_000_000  # comparisons; a second or two
Part = tuple[str, str]


def _compared(before: str, after: str, cuts: Sequence[re.Pattern[str]]) -> Iterator[Part]:
    """(op, text) from one to the other by the finest pieces that are not too much work."""
    for place, cut in enumerate(cuts):
        old, new = cut.findall(before), cut.findall(after)
        ahead, behind = _common(old, new)
        inner_old, inner_new = old[ahead : len(old) - behind], new[ahead : len(new) - behind]
        if _work(inner_old, inner_new) <= _MOST_WORK:
            yield "equal", "".join(old[:ahead])
            for op, i, j, k, m in difflib.SequenceMatcher(a=inner_old, b=inner_new, autojunk=False).get_opcodes():
                left, right = "".join(inner_old[i:j]), "".join(inner_new[k:m])
                if op == "equal":
                    yield "equal", left
                elif op == "replace" and place == len(_CUTS) - 1:
                    yield from _compared(left, right, _CUTS[:-1])
                else:
                    yield from (("delete", left), ("insert", right))
            yield "equal", "".join(old[len(old) - behind :])
            return
    yield from (("delete", before), ("insert", after))


def _common(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many pieces both have in common at the start, and of the rest at the end."""
    most = min(len(old), len(new))
    ahead = next((place for place in range(most) if old[place] != new[place]), most)
    left = most - ahead
    behind = next((place for place in range(left) if old[-1 - place] != new[-1 - place]), left)
    return ahead, behind


def _work(old: list[str], new: list[str]) -> int:
    """At most so many comparisons: each piece with all that are equal to it, once for every stretch that is found."""
    here, there = Counter(old), Counter(new)
    pairs = sum(count * there[piece] for piece, count in here.items())
    return pairs * sum((here & there).values()) // 2
