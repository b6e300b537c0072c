"""Says of every figure in a text where it comes from: given, derived, a period, part of the text's order, or nowhere."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from cofounder.models.brief import Brief, Fact, Period
from cofounder.models.figures import dates
from cofounder.models.figures.families import WORD_FAMILY, own_words
from cofounder.models.figures.matching import CHANGES, Candidate, candidates_of, fits, name_of, nearest, same
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


_UP = "up|rose|rises?|risen|grew|grown|grows|growth|increase[ds]?|higher|jump(?:ed|s)?|climb(?:ed|s)?|surged?|gain(?:ed|s)?|more|above|ahead|added|shot up|ticked up|edged up|moved up|inched up|better"
_DOWN = "down|fell|falls?|fallen|drop(?:ped|s)?|declin(?:ed|es?)|decreas(?:ed|es?)|lower|slid|slides?|plunged|tumbled|eased|dipped|slipped|lost|less|fewer|below|behind|shrank|worse"
_FILL = (
    r"(?:\s+(?:by|about|around|roughly|nearly|almost|over|just|a|an|of|some|more than|to a|another|further|was))*\s*"
)
_CHANGE_BEFORE = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN})){_FILL}$", re.IGNORECASE)
_CHANGE_AFTER = re.compile(rf"^[\s-]*(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_BY = re.compile(
    rf"\b(?:{_UP}|{_DOWN})(?:\s+by|\s+of)(?:\s+(?:about|nearly|almost|over|just|some|roughly))?\s*$", re.IGNORECASE
)
_LINK = re.compile(
    r"\b(?P<noun>[a-z-]+)\s+(?:was|were|is|are|of|reached|hit|stood at|came to|totall?ed|climbed to|grew to|rose to|"
    r"fell to|passed)\s+(?:about\s+|nearly\s+|at\s+)?$",
    re.IGNORECASE,
)
_STOP_WORDS = "and but from at for by with while as so which that to on or over against per than is was were are"
_STOP = frozenset(_STOP_WORDS.split())
_NEW = frozenset({"new", "additional", "extra", "more", "fresh", "further", "added"})
_STRUCTURAL_WORDS = (
    "figures figure numbers number inputs input values value readings reading facts things thing ways way lines line "
    "posts post steps step questions question parts part points reasons reason lessons lesson columns column "
    "sentences sentence words word paragraphs sections section halves sides ends tests tips ideas headlines entries "
    "rows kinds chapters months month quarters periods checks items metrics measures totals stages"
)
_STRUCTURAL = frozenset(_STRUCTURAL_WORDS.split())
_WORD = re.compile(r"[A-Za-z][\w'’-]*")
_SAMPLE = re.compile(r"\b[nN]\s?=\s?$")
_PART_OF = re.compile(r"^ of (?:the|those|these|our|its|them|all)\b")
_EDGE = re.compile(r"[.!?:;\n](?=\s|$)|\n")
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
            sentence = _Sentence(text, figure, self._words)
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
                return not _CHANGE_BEFORE.search(text[: figure.start][-40:])  # "two points make a line"
            return abs(figure.value - 0.01) < 1e-9 and not _CHANGE_BEFORE.search(text[: figure.start][-40:])
        if figure.unit != "count":
            return False
        following = [word.lower() for word in _WORD.findall(text[figure.end : figure.end + 40])[:3]]
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
    """Texts whose own figures may be repeated: what a person wrote or published."""
    texts = [brief.request, brief.topic, brief.text, brief.call_to_action, brief.feedback, brief.company]
    texts += [part for passage in brief.passages for part in (passage.text, passage.title)]
    return [text for text in [*texts, *brief.must_include] if text]


def ledger_of(brief: Brief) -> Ledger:
    """The ledger of a brief, the same for its writer and for the judge of the text."""
    return ledger(brief.facts, brief.period, allowed_by(brief))


class _Sentence:
    """The words around one figure, and which of the matching values they can mean."""

    def __init__(self, text: str, figure: Figure, own: dict[str, str]) -> None:
        self.figure, self.own = figure, own
        edges = [match.end() for match in _EDGE.finditer(text, 0, figure.start)]
        self.before = text[edges[-1] if edges else 0 : figure.start]
        end = _EDGE.search(text, figure.end)
        self.after = text[figure.end : end.start() if end else len(text)]

    def judge(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        """The values that the words allow, or none and why."""
        for rule in (self._change, self._head, self._subject):
            kept, message = rule(matches)
            if not kept:
                return [], message
            matches = kept
        return matches, None

    def _change(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        if self.figure.value < 0:
            falling = [one for one in matches if one.value < 0]
            if not falling:
                return [], f"{name_of(matches[0])} is not below zero"
            matches = falling
        before, after = _CHANGE_BEFORE.search(self.before[-48:]), _CHANGE_AFTER.match(self.after)
        if self.figure.unit in ("percent", "points"):
            found = before or after
        elif self.figure.unit in ("money", "count") and _BY.search(self.before[-48:]):
            found = before
        else:
            return matches, None
        if not found:
            return matches, None
        changes = [one for one in matches if one.kind in CHANGES]
        if not changes:
            if found is after and self.figure.unit == "percent":
                return matches, None
            return [], f"{self.figure.text} is {name_of(matches[0])}, not a change"
        rising = bool(found["up"])
        agreeing = [one for one in changes if one.value == 0 or (one.value > 0) == rising]
        if not agreeing and found is after and before is None and rising != (changes[0].value > 0):
            return [], f"{name_of(changes[0])} goes the other way"
        return agreeing, f"{changes[0].noun} {'fell' if changes[0].value < 0 else 'rose'}"

    def _head(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        head, fresh = self._head_family()
        if head is None:
            return matches, None
        partly = _PART_OF.match(self.after)  # "11,250 of those visits"
        kept = [one for one in matches if head in one.families or (partly and one.kind == "product")]
        if not kept:
            return [], f"{self.figure.text} is {name_of(matches[0])}, not of {head}"
        if fresh:
            kept = [one for one in kept if one.kind in CHANGES or "new" in one.noun or one.unit != "count"]
            if not kept:
                return [], f"{self.figure.text} is {name_of(matches[0])}; nothing says that they are new"
        return kept, None

    def _head_family(self) -> tuple[str | None, bool]:
        fresh = False
        words = list(_WORD.finditer(self.after[:60]))[:5]
        reached = 0
        for index, match in enumerate(words):
            if self.after[reached : match.start()].strip(" -"):
                return None, False
            reached = match.end()
            word = match.group().lower()
            if word in _NEW:
                fresh = True
            family = WORD_FAMILY.get(word) or self.own.get(word)
            if family:
                return family, fresh and self.figure.unit == "count"
            if word in _STOP or (word == "in" and (index > 0 or self.figure.unit not in ("money", "percent"))):
                return None, False
        return None, False

    def _subject(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        link = _LINK.search(self.before)
        head, _ = self._head_family()
        if link and head is None:
            family = WORD_FAMILY.get(link["noun"].lower()) or self.own.get(link["noun"].lower())
            if family and not any(family in one.families for one in matches):
                return [], f"{self.figure.text} is {name_of(matches[0])}, not of {family}"
            if family:
                return [one for one in matches if family in one.families], None
        if self.figure.unit in ("percent", "points") and any(one.kind in CHANGES for one in matches):
            if any(self._names(one) for one in matches):
                return matches, None
            named = self._families(self.before) | ({head} if head else set())
            if named and not any(named & one.families for one in matches) and not named & self._families(self.after):
                return [], f"{self.figure.text} is {name_of(matches[0])}, not of {sorted(named)[0]}"
            near = [one for one in matches if named & one.families]
            return near or matches, None
        return matches, None

    def _names(self, candidate: Candidate) -> bool:
        """Whether the sentence before the figure has every word of the candidate's own noun."""
        words = set(candidate.noun.lower().split())
        return len(words) > 1 and words <= set(_WORD.findall(self.before.lower()))

    def _families(self, words: str) -> set[str]:
        found = set()
        for word in _WORD.findall(words.lower()):
            family = WORD_FAMILY.get(word) or self.own.get(word)
            if family:
                found.add(family)
        return found


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
