"""How alike two titles are and how well their times fit. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

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
    time: float | None  # None: when it was read is not known, and says nothing
    is_sure: bool


def title_likeness(one: str, other: str, *, least: float = 0.0) -> float:
    """0-1: the share of letters in one order of the words in common order, whatever the case, stops and plurals.

    0 where it is surely below `least`, which costs less to find out.
    """
    first, second = _words(one), _words(other)
    if not first or not second:
        return 0.0
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _words(title: str) -> str:
    return " ".join(sorted(words_of(title)))


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
        self._same: dict[str, list[Candidate]] = defaultdict(list)  # but for case, stops, plurals and order
        for one in candidates:
            self._same[_words(one.title)].append(one)

    def best(self, title: str, at: datetime | None, *, before: timedelta, after: timedelta) -> list[Scored]:
        """The candidates that may be meant, best first; the first is sure only where it leads clearly.

        Without a time the title alone speaks: then only the very same one is sure, whatever else is like it.
        """
        if self.corpus is None or not words_of(title):
            return []
        same = self._same.get(_words(title), []) if at is None else []
        if same:
            return [Scored(one, 0.97, 1.0, None, is_sure=len(same) == 1) for one in same[:_LOOKED_AT]]
        scores = self.corpus.scores(title)
        found = []
        for place in _highest(scores, 4 * _LOOKED_AT):
            if scores[place] <= 0.2:
                break
            one = self.candidates[place]
            fit = 1.0 if at is None else time_fit(at, one.at, before=before, after=after)
            if not fit:
                continue
            alike = max(title_likeness(title, one.title, least=DOUBTFUL / fit), float(scores[place]))
            if alike * fit >= DOUBTFUL:
                found.append((round(min(alike * fit, 0.97), 4), round(alike, 4), round(fit, 4), one))
        found.sort(key=lambda each: (-each[0], each[3].id))
        clear = len(found) == 1 or (len(found) > 1 and found[0][0] - found[1][0] >= _AHEAD)
        return [
            Scored(
                one,
                sure,
                alike,
                fit if at is not None else None,
                is_sure=at is not None and not place and clear and sure >= SURE,
            )
            for place, (sure, alike, fit, one) in enumerate(found[:_LOOKED_AT])
        ]


def _highest(scores: Any, most: int) -> list[int]:
    """Places of the highest scores, highest first; the others are not put into an order."""
    import numpy as np

    places = np.argpartition(scores, -most)[-most:] if len(scores) > most else np.arange(len(scores))
    return [int(place) for place in places[np.lexsort((places, -scores[places]))]]
