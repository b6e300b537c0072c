"""Says of every figure in a text where it comes from: given, derived, a period, part of the text's order, or nowhere."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from cofounder.models.brief import Brief, Fact, Period
from cofounder.models.figures import dates
from cofounder.models.figures.around import CHANGE_BEFORE, WORD, Around
from cofounder.models.figures.disagreeing import disagreements
from cofounder.models.figures.families import WORD_FAMILY, own_words
from cofounder.models.figures.matching import Candidate, candidates_of, fits, nearest, same
from cofounder.models.figures.reading import Figure, blocks, read, read_block

MentionKind = Literal["given", "derived", "period", "structural", "unmatched"]


@dataclass(frozen=True)
class Mention:
    """A figure in a text and its source; `message` says what is wrong with an unmatched one."""

    text: str
    start: int
    end: int
    value: float
    unit: str
    kind: MentionKind
    facts: list[str]
    derivation: str | None = None
    message: str | None = None


_STRUCTURAL_WORDS = (
    "figures figure numbers number inputs input values value readings reading facts things thing ways way lines line "
    "posts post steps step questions question parts part points reasons reason lessons lesson columns column "
    "sentences sentence words word paragraphs sections section halves sides ends tests tips ideas headlines entries "
    "rows kinds chapters months month quarters periods checks items metrics measures totals stages"
)
_STRUCTURAL = frozenset(_STRUCTURAL_WORDS.split())
_SAMPLE = re.compile(r"\b[nN]\s?=\s?$")
_TRACED = 256  # paragraphs a ledger keeps
_MONTHS_IN = {"day": 0, "week": 0, "month": 1, "quarter": 3, "year": 12, "range": 0}


class Ledger:
    """The facts, what follows from them, and the periods a text may name; traces any number of texts."""

    def __init__(self, facts: Sequence[Fact], period: Period | None = None, allowed: Iterable[str] = ()) -> None:
        self.facts = list(facts)
        self._traced: dict[str, tuple[Mention, ...]] = {}
        self.candidates, self._words = _supported(Keyed(self.facts, _key(self.facts)))
        based = sum(1 for fact in self.facts if fact.base is not None)
        self._sizes = {len(self.facts), len(self.facts) + based, len({fact.metric for fact in self.facts}) + based}
        self._spans = _known_spans(self.facts, period)
        self._allowed: set[tuple[str, float]] = set()
        for text in [*allowed, *_labels(self.facts)]:
            for figure in read(text):
                self._allowed.add((figure.unit, figure.value))
                if figure.span:
                    self._spans.append((figure.span.start, figure.span.end))
        self._durations = _known_durations(self.facts, period)

    def trace(self, text: str) -> list[Mention]:
        """Every figure in the text with its source, in order."""
        return [
            replace(one, start=one.start + start, end=one.end + start) if start else one
            for start, block in blocks(text)
            for one in self._block(block)
        ]

    def _block(self, block: str) -> tuple[Mention, ...]:
        """The mentions of one paragraph; what a ledger has traced before it knows."""
        known = self._traced.get(block)
        if known is None:
            if len(self._traced) > _TRACED:
                self._traced.clear()
            known = self._traced[block] = tuple(self._mention(figure, block) for figure in read_block(block))
        return known

    def _mention(self, figure: Figure, text: str) -> Mention:
        if figure.unit == "order":
            return _as(figure, "structural")
        if figure.unit == "period":
            return self._period(figure)
        if figure.value in self._sizes and _SAMPLE.search(text[: figure.start][-6:]):
            return _as(figure, "structural")  # "n = 5" counts the inputs
        matches = [one for one in self.candidates if fits(figure, one) and same(figure, one)]
        message = None
        if matches:
            sentence = Around(text, figure, self._words, self.candidates)
            kept, message = sentence.judge(matches)
            if kept:
                best = min(kept, key=_preference)
                kind: MentionKind = "given" if best.derivation is None else "derived"
                return _as(figure, kind, facts=list(best.facts), derivation=best.derivation)
        if (figure.unit, figure.value) in self._allowed:
            return _as(figure, "given")
        if message is None and self._structural(figure, text):
            return _as(figure, "structural")
        return _as(figure, "unmatched", message=message or self._nowhere(figure))

    def _period(self, figure: Figure) -> Mention:
        assert figure.span is not None
        if any(dates.meets(figure.span, start, end) for start, end in self._spans):
            return _as(figure, "period")
        if ("period", figure.value) in self._allowed:
            return _as(figure, "period")
        return _as(figure, "unmatched", message=f"{figure.text} is not a period of the figures given")

    def _structural(self, figure: Figure, text: str) -> bool:
        if figure.unit == "duration":
            return (figure.noun, figure.value) in self._durations or (figure.spelled and figure.value <= 2)
        if figure.unit == "points":
            if figure.spelled and "percent" not in figure.text.lower() and 0.015 < figure.value <= 0.12:
                return not CHANGE_BEFORE.search(text[: figure.start][-40:])  # "two points make a line"
            return abs(figure.value - 0.01) < 1e-9 and not CHANGE_BEFORE.search(text[: figure.start][-40:])
        if figure.unit != "count":
            return False
        following = [word.lower() for word in WORD.findall(text[figure.end : figure.end + 40])[:3]]
        if following[:2] == ["of", "them"] and figure.spelled:
            return True
        if any(word in _STRUCTURAL for word in following) and figure.value <= 20:
            return True
        if not figure.spelled or figure.value > 12:
            return False
        return not any(word in WORD_FAMILY or word in self._words for word in following)

    def _nowhere(self, figure: Figure) -> str:
        near = nearest(figure, self.candidates)
        tail = f"; {near}" if near else ""
        return f"{figure.text} is neither given nor derived from what is given{tail}"


def trace(text: str, facts: list[Fact], *, period: Period | None = None, allowed: Iterable[str] = ()) -> list[Mention]:
    """Every figure in a text and where it comes from.

    `allowed` are texts whose own figures may be repeated (the request, quoted passages). An unmatched mention carries
    a message; the caller decides what it costs.
    """
    return ledger(facts, period, allowed).trace(text)


@dataclass(frozen=True)
class Keyed:
    """Facts and what else a ledger rests on, told apart by their content alone."""

    facts: Sequence[Fact] = field(compare=False)
    key: tuple[str, ...]
    period: Period | None = field(default=None, compare=False)
    allowed: tuple[str, ...] = ()


def _key(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(fact.model_dump_json() for fact in facts)


def ledger(facts: Sequence[Fact], period: Period | None = None, allowed: Iterable[str] = ()) -> Ledger:
    """A ledger that is made once for the same facts: a text is traced by its writer, its judge and its reader."""
    key = (*_key(facts), period.model_dump_json() if period else "")
    return _ledger(Keyed(facts, key, period, tuple(allowed)))


@lru_cache(maxsize=64)
def _ledger(asked: Keyed) -> Ledger:
    return Ledger(asked.facts, asked.period, asked.allowed)


@lru_cache(maxsize=64)
def _supported(asked: Keyed) -> tuple[tuple[Candidate, ...], dict[str, str]]:
    return tuple(candidates_of(asked.facts)), own_words(asked.facts)


def allowed_by(brief: Brief) -> list[str]:
    """Texts whose own figures may be repeated: what a person wrote or published, unless the amounts contradict it."""
    request = brief.request
    for one in disagreements(request, brief.facts):
        request = request.replace(one.told, " ")
    texts = [request, brief.topic, brief.text, brief.call_to_action, brief.feedback, brief.company]
    texts += [part for passage in brief.passages for part in (passage.text, passage.title)]
    return [text for text in [*texts, *brief.must_include] if text]


def ledger_of(brief: Brief) -> Ledger:
    """The ledger of a brief, the same for its writer and for the judge of the text."""
    return ledger(brief.facts, brief.period, allowed_by(brief))


def _preference(candidate: Candidate) -> tuple[int, int]:
    order = {"given": 0, "growth": 1, "base": 2, "change": 3, "difference": 4, "points": 4, "product": 5}
    return order.get(candidate.kind, 6), len(candidate.facts)


def _as(
    figure: Figure,
    kind: MentionKind,
    *,
    facts: list[str] | None = None,
    derivation: str | None = None,
    message: str | None = None,
) -> Mention:
    unit = {"money": "usd", "order": "structural"}.get(figure.unit, figure.unit)
    return Mention(figure.text, figure.start, figure.end, figure.value, unit, kind, facts or [], derivation, message)


def _labels(facts: Sequence[Fact]) -> list[str]:
    found = []
    for fact in facts:
        found.append(fact.noun)
        if fact.base is not None:
            found.append(fact.base.label)
        if fact.period is not None:
            found.append(fact.period.label)
    return found


def _known_spans(facts: Sequence[Fact], period: Period | None) -> list[tuple[date, date]]:
    periods = [period] if period else []
    for fact in facts:
        if fact.period:
            periods.append(fact.period)
        if fact.base and fact.base.period:
            periods.append(fact.base.period)
    spans = {(one.start, one.end) for one in periods}
    for one in periods:
        spans |= {(found.start, found.end) for _, _, found in dates.find(one.label) if found.year}
    return sorted(spans)


def _known_durations(facts: Sequence[Fact], period: Period | None) -> set[tuple[str, float]]:
    found: set[tuple[str, float]] = set()
    for fact in facts:
        grain = fact.period.grain if fact.period else ("month" if "month" in fact.id else None)
        if fact.series and grain in ("day", "week", "month", "quarter", "year"):
            for length in (len(fact.series), len(fact.series) + 1):
                found.add((grain, float(length)))
                if grain == "month" and length % 12 == 0:
                    found.add(("year", length / 12))
    for one in [period, *(fact.period for fact in facts)]:
        if one is None:
            continue
        days = (one.end - one.start).days + 1
        found.add(("day", float(days)))
        if days % 7 == 0:
            found.add(("week", days / 7))
        if _MONTHS_IN[one.grain]:
            found.add(("month", float(_MONTHS_IN[one.grain])))
        if one.grain == "year":
            found.add(("quarter", 4.0))
    return found
