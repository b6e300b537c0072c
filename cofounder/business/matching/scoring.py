"""How alike two titles are and how well their times fit. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from cofounder.business.context.words import Corpus, words_of

SURE, DOUBTFUL = 0.88, 0.6
_AHEAD = 0.08  # by how much the best must lead to be sure
_LOOKED_AT = 5


@dataclass(frozen=True)
class Candidate:
    """Something that may be the other side: its words, and when it was there."""

    id: str
    title: str
    at: datetime


@dataclass(frozen=True)
class Scored:
    candidate: Candidate
    confidence: float
    title: float
    time: float
    is_sure: bool


def title_likeness(one: str, other: str) -> float:
    """0-1: the share of letters in one order of the words in common order, whatever the case, stops and plurals."""
    first, second = " ".join(sorted(words_of(one))), " ".join(sorted(words_of(other)))
    if not first or not second:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def time_fit(of: datetime, other: datetime, *, before: timedelta, after: timedelta) -> float:
    """1 inside [of - before, of + after], falling to 0.5 at three times the room, then 0."""
    room, gap = (after, other - of) if other >= of else (before, of - other)
    if gap <= room:
        return 1.0
    past = (gap - room) / (2 * room)
    return max(1.0 - 0.5 * past, 0.0) if past <= 1 else 0.0


class Titles:
    """Candidates by their words, so that a title is held against the few that share its rare ones."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = candidates
        self.corpus = Corpus([one.title for one in candidates]) if candidates else None

    def best(self, title: str, at: datetime, *, before: timedelta, after: timedelta) -> list[Scored]:
        """The candidates that may be meant, best first; the first is sure only where it leads clearly."""
        if self.corpus is None or not words_of(title):
            return []
        scores = self.corpus.scores(title)
        near = sorted(range(len(scores)), key=lambda place: -scores[place])[: 4 * _LOOKED_AT]
        found = []
        for place in near:
            if scores[place] <= 0.2:
                break
            one = self.candidates[place]
            fit = time_fit(at, one.at, before=before, after=after)
            alike = max(title_likeness(title, one.title), float(scores[place]))
            if fit and alike * fit >= DOUBTFUL:
                found.append((round(min(alike * fit, 0.97), 4), round(alike, 4), round(fit, 4), one))
        found.sort(key=lambda each: (-each[0], each[3].id))
        clear = len(found) == 1 or (len(found) > 1 and found[0][0] - found[1][0] >= _AHEAD)
        return [
            Scored(one, sure, alike, fit, is_sure=not place and clear and sure >= SURE)
            for place, (sure, alike, fit, one) in enumerate(found[:_LOOKED_AT])
        ]
