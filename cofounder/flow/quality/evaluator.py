"""The verdict: every dimension's score, their weighted mean, and what holds it below the threshold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from cofounder.flow.quality.detectors import risk_level
from cofounder.flow.quality.dimensions import DIMENSIONS, engagement
from cofounder.flow.quality.dimensions.reading import Reading, read
from cofounder.flow.quality.profiles import Profile, profile_of
from cofounder.flow.quality.schemas import Assessment, DimensionScore, Subject
from cofounder.models.brief import Issue

EVALUATOR = "deterministic/1"
_ORDER = {"blocking": 0, "major": 1, "minor": 2, "info": 3}
_BELOW = 0.05  # how far under the threshold a cap lies
_BLOCKED = 0.4
_BESIDE = {"siblings", "earlier_texts", "threshold", "expected"}  # what a subject is compared with, not what it is
_COMPARED = frozenset({"originality"})  # the dimensions that look at them
# besides accuracy and compliance: what no good score elsewhere makes up for
_HOLDS_BACK = frozenset({"over_limit", "shared_run", "must_avoid_present", "must_include_missing", "nothing_to_say"})


def evaluate(subject: Subject) -> Assessment:
    """Judge a text by the rules alone; `judging.joined` adds what a model says of it.

    A blocking finding caps the overall at 0.4; an unmatched figure, or any other major fault of accuracy or compliance,
    caps it 0.05 under the threshold; so do a text the channel refuses, a run of words shared with a sibling, a plain
    wish not met, and a text that was given nothing to say.
    """
    alone = _read_alone(_Alone(subject, _key(subject)))
    reading = replace(alone.reading, subject=subject)
    profile = profile_of(subject.channel)
    scores = {name: alone.scores.get(name) or dimension(reading) for name, dimension in DIMENSIONS.items()}
    scores["engagement_potential"] = engagement.weighed(scores["engagement_potential"], subject.expected)
    weighed = _weighed(scores, profile)
    mean = sum(score.score * score.weight for score in weighed.values())
    issues = _sorted(weighed, subject.channel)
    cap, why = highest(issues, subject.threshold)
    overall = round(min(mean, cap), 4)
    return Assessment(
        overall=overall,
        passed=overall >= subject.threshold,
        threshold=subject.threshold,
        dimensions=weighed,
        issues=issues,
        findings=list(reading.findings),
        risk_level=risk_level(reading.findings),
        capped_by=why,
        profile=profile.name,
        evaluator=EVALUATOR,
        expected=subject.expected,
    )


@dataclass(frozen=True)
class _Alone:
    """A subject told apart by what does not change when its siblings and earlier posts come to be known."""

    subject: Subject = field(compare=False)
    key: str


def _key(subject: Subject) -> str:
    """The same for a text just written and for what the database gives back of it, which keeps no order of names."""
    return json.dumps(subject.model_dump(mode="json", exclude=_BESIDE), sort_keys=True)


@dataclass(frozen=True)
class _ReadAlone:
    reading: Reading
    scores: dict[str, DimensionScore]


@lru_cache(maxsize=128)
def _read_alone(asked: _Alone) -> _ReadAlone:
    """The reading and what can be scored without other texts; a text is judged more than once on its way."""
    reading = read(asked.subject)
    return _ReadAlone(reading, {name: score(reading) for name, score in DIMENSIONS.items() if name not in _COMPARED})


def _weighed(scores: Mapping[str, DimensionScore], profile: Profile) -> dict[str, DimensionScore]:
    """The scores with the profile's weights."""
    return scaled({name: score.model_copy(update={"weight": profile.weights[name]}) for name, score in scores.items()})


def scaled(scores: Mapping[str, DimensionScore]) -> dict[str, DimensionScore]:
    """The scores with their weights scaled to sum to 1."""
    whole = sum(score.weight for score in scores.values())
    return {name: score.model_copy(update={"weight": round(score.weight / whole, 4)}) for name, score in scores.items()}


def _sorted(scores: Mapping[str, DimensionScore], channel: str) -> list[Issue]:
    """All issues, worst first; one code and place is told once."""
    seen: dict[tuple[str, tuple[int, int] | None, str], Issue] = {}
    for score in scores.values():
        for issue in score.issues:
            key = (issue.code, issue.span, "" if issue.span else issue.message)
            seen.setdefault(key, issue.model_copy(update={"channel": channel}))
    return sorted(seen.values(), key=lambda issue: (_ORDER[issue.severity], issue.span or (0, 0), issue.code))


def highest(issues: list[Issue], threshold: float) -> tuple[float, str | None]:
    """The highest overall these issues allow, and the issue that says so."""
    for issue in issues:
        if issue.severity == "blocking":
            return min(_BLOCKED, max(0.0, threshold - _BELOW)), issue.message
        if issue.severity == "major" and (issue.dimension in ("accuracy", "compliance") or issue.code in _HOLDS_BACK):
            return round(max(0.0, threshold - _BELOW), 4), issue.message
    return 1.0, None


__all__ = ["EVALUATOR", "Reading", "evaluate", "highest", "scaled"]
