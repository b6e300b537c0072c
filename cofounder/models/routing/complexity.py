"""How hard a job is for a model, by what can be seen before it is asked.

Words foretell price better than quality (docs/reference/routing.md has the figures), so this gives the first tier and
nothing more: what was measured moves it.
"""

import re
from dataclasses import dataclass, field
from enum import IntEnum


class Complexity(IntEnum):
    SIMPLE = 0
    MEDIUM = 1
    COMPLEX = 2
    CRITICAL = 3


@dataclass(frozen=True)
class Seen:
    """What of a job counts. `task_type` is what the job's quality is measured by: "write:post", "understand", "chat"."""

    task_type: str
    words: str  # what a person said; looked at for what it touches
    base: Complexity = Complexity.MEDIUM
    demands: int = 0  # facts to weave in, words to use or avoid, channels, actions
    length: int = 0  # words of the wanted text
    attempts: int = 0  # times it was tried and found wanting
    notes: tuple[str, ...] = field(default=())  # why the base is what it is


@dataclass(frozen=True)
class Judged:
    level: Complexity
    reasons: tuple[str, ...]


_MANY_DEMANDS = 6
_LONG = 600  # words of a text
_GRAVE = re.compile(
    r"\b(lawsuits?|litigation|legal(?:ly)?|regulat\w+|compliance|sec filing|guidance|merger|acquisition|ipo|"
    r"layoffs?|bankruptcy|breach(?:es)?|recall|investors?|shareholders?|clinical|diagnos\w+|embargo(?:ed)?)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"\b(compare|versus|vs\.?|trade-?offs?|forecast|scenario|strategy|why|root cause)\b", re.IGNORECASE
)


def judge(seen: Seen) -> Judged:
    """The level of a job and what it rests on. The same job always has the same level."""
    points, reasons = int(seen.base), list(seen.notes)
    for extra, reason in (
        (seen.demands >= _MANY_DEMANDS, f"{seen.demands} demands at once"),
        (seen.length >= _LONG, f"a text of {seen.length} words"),
        (bool(_JOINED.search(seen.words)), "it weighs or explains"),
        (seen.attempts >= 1, f"tried {seen.attempts} time{'s' * (seen.attempts > 1)} before"),
    ):
        if extra:
            points += 1
            reasons.append(reason)
    level = Complexity(min(points, Complexity.COMPLEX))
    grave = _GRAVE.search(seen.words)
    if grave is not None and level >= Complexity.MEDIUM:
        return Judged(Complexity.CRITICAL, (*reasons, f"it touches {grave.group(0).lower()}"))
    return Judged(level, tuple(reasons))
