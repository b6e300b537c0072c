"""Sentences as clauses: where one can part in two, what a piece holds, whether what is left reads as one."""

import re
from dataclasses import dataclass
from functools import cache

from cofounder.models.figures import read
from cofounder.models.offline.editing import phrases, verbs
from cofounder.models.offline.editing.layout import NAME, NEGATION

SUBJECT = r"(?:we|I|you|they|he|she|it|there)"
_PARTS = re.compile(rf"(?:,\s+(?P<join>and|but)\s+|;\s+)(?={SUBJECT}\b|(?:the|our|this|that|these|those)\s)")
_LAST = re.compile(
    r"\b(?:a|an|the|and|or|but|of|to|for|with|in|on|at|by|from|as|that|which|who|our|your|their|its|is|are|was|were|be|"
    r"than|very|not|if|because|into|per|we|I|they)[.!?…”\")]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cut:
    """A span that may go, what stands there then, and how much is lost with it."""

    start: int
    end: int
    put: str
    loss: float


@cache
def words_of(name: str) -> frozenset[str]:
    return frozenset(phrases.listed("clauses", "words", name))


def finite(word: str) -> bool:
    """Whether a word is, by its form, a verb that can carry a sentence."""
    word = word.lower().strip(",")
    return word in words_of("finite") or word in verbs.pasts() or (word.endswith("ed") and len(word) > 4)


def weight(text: str) -> float:
    """What a piece holds that a reader would miss: figures, negations, names."""
    figures = [one for one in read(text) if one.unit != "order"]
    names = len(set(NAME.findall(f", {text.lstrip(' ,;')}"))) if text else 0
    return 4.0 * min(len(figures), 3) + 2.5 * bool(NEGATION.search(text)) + 0.9 * min(names, 2)


def parts(sentence: str) -> list[str]:
    """The main clauses of a sentence, each as a sentence of its own."""
    made: list[str] = []
    at = 0
    for match in _PARTS.finditer(sentence):
        left, right = sentence[at : match.start()], sentence[match.end() :]
        if not _carries(left) or not _own(right) or inside(sentence, match.start()):
            continue
        said = left if at == 0 else left[:1].upper() + left[1:]
        made.append(f"{said.rstrip(',; ')}.")
        at = match.start("join") if match["join"] == "but" else match.end()
    rest = sentence[at:]
    return [*made, rest[:1].upper() + rest[1:]] if made else [sentence]


def _carries(left: str) -> bool:
    """Whether what stands before is a whole clause and no list or condition."""
    words = left.split()
    return len(words) >= 3 and not re.match(r"(?:If|When|While|Although|Because|Since|Both|Unless)\b", left.strip())


def _own(right: str) -> bool:
    if re.match(rf"{SUBJECT}\b", right):
        return len(right.split()) >= 3
    return any(finite(word) for word in right.split()[1:5])


def inside(sentence: str, at: int) -> bool:
    """Whether a place lies in brackets or a quotation."""
    before = sentence[:at]
    return before.count("(") > before.count(")") or before.count("“") > before.count("”") or before.count('"') % 2 == 1


def applied(sentence: str, chosen: list[Cut]) -> str:
    """The sentence without the chosen spans, ended as before."""
    stop = re.search(r"[.!?…]+[”\")]*$", sentence)
    made = sentence
    for cut in sorted(chosen, key=lambda one: -one.start):
        before, after = made[: cut.start], made[cut.end :]
        made = phrases.agreed(f"{before}{cut.put}", after.lstrip()) + after
    made = phrases.clean(made)
    if stop and not re.search(r"[.!?…][”\")]*$", made):
        made = made.rstrip(" ,;:–—-") + stop.group()[:1]
    return made


def sound(sentence: str) -> bool:
    """Whether a cut sentence still reads as one."""
    words = sentence.split()
    main = re.sub(r", (?:which|who|whose|whom|where)\b[^,]*", "", sentence).split()
    verb = any(finite(word.strip(".,!?")) or word.lower().strip(".,!?").endswith("s") for word in main[1:])
    plain = re.match(r"(?:We|I|You|They|Please|Thank)\b", sentence)
    return len(words) >= 3 and bool(verb or plain) and not _LAST.search(sentence)


def carried(before: str) -> bool:
    return any(finite(word) for word in before.split()[1:])
