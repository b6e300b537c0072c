"""The refinement loop's decision, as a pure function: go on or stop, which version stands, what to mend."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cofounder.flow.quality.schemas import Assessment
from cofounder.models.brief import Issue

IMPROVES = 0.005  # less than this is no improvement


@dataclass(frozen=True)
class Judged:
    """A version and its verdict; oldest first in a list of them."""

    version: int
    assessment: Assessment


@dataclass(frozen=True)
class Move:
    """What to do next. `best` is the version that stands if nothing more is done; None when nothing was judged."""

    go_on: bool
    best: int | None
    why: str
    issues: list[Issue] = field(default_factory=list)  # of the newest version, for the writer


def next_move(history: Sequence[Judged], *, threshold: float, max_rounds: int, feedback: str | None = None) -> Move:
    """Decide from the versions judged so far (the first is no refinement).

    Feedback from a person is always taken up once, whatever the scores and the limit. Otherwise the loop stops when the
    best version passes, after `max_rounds` refinements, or when the last one brought no improvement.
    """
    if not history:
        return Move(feedback is not None, None, "a person asked for changes" if feedback else "nothing was judged")
    best, last = _best(history), history[-1]
    if feedback is not None:
        return Move(True, best.version, "a person asked for changes", last.assessment.issues)
    rounds = len(history) - 1
    if best.assessment.overall >= threshold:
        return Move(False, best.version, "it passes")
    if rounds >= max_rounds:
        return Move(False, best.version, f"{rounds} refinements are the limit", best.assessment.issues)
    if rounds and not _moved(history):
        return Move(False, best.version, "the last refinement brought no improvement", best.assessment.issues)
    return Move(True, best.version, "it is below the threshold", last.assessment.issues)


def _moved(history: Sequence[Judged]) -> bool:
    """Whether the last round brought something: a better score, or another fault in place of the one that capped it."""
    last, before = history[-1].assessment, [one.assessment for one in history[:-1]]
    if last.overall >= max(one.overall for one in before) + IMPROVES:
        return True
    return last.capped_by is not None and last.capped_by not in {one.capped_by for one in before}


def _best(history: Sequence[Judged]) -> Judged:
    """The highest overall; among equals the less risky, then the newer (it answers the latest issues)."""
    order = {"low": 0, "medium": 1, "high": 2, "blocking": 3}
    return max(history, key=lambda one: (one.assessment.overall, -order[one.assessment.risk_level], one.version))
