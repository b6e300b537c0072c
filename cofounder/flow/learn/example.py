"""From the rows of a task to its example: every field that is known now, none that is not. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

HIGH_QUALITY = Decimal("0.85")
LOW_QUALITY = Decimal("0.7")
AUTOMATIC = "automatic"
LOW, BY_HAND, TEST, EXCLUDE = "low_quality", "manual_approved", "test", "exclude"
SYSTEM_TAGS = frozenset({LOW, BY_HAND, TEST})
_GOOD_END = ("approved", "publishing", "completed")


@dataclass(frozen=True)
class Decided:
    """The last word about a task's texts."""

    verdict: str
    by: str
    at: datetime
    round: int
    feedback: str | None = None
    edit: dict[str, Any] | None = None
    channels: tuple[str, ...] = ()
    fingerprint: str = ""

    @property
    def automatic(self) -> bool:
        return self.by == AUTOMATIC


@dataclass(frozen=True)
class Known:
    """What is known about a task. Money in US dollars, scores 0-1, seconds of work (not of waiting for a person).

    None is not known, as cost, seconds and refinements of earlier work mostly are: never a nought.
    """

    execution_id: UUID
    request: str
    intent: str
    requested_at: datetime
    status: str
    source: str
    automatic: bool
    is_sample: bool
    is_legacy: bool
    cost: Decimal | None
    seconds: float | None
    refinements: int | None
    quality_score: Decimal | None
    dimensions: Mapping[str, float] = field(default_factory=dict)
    rules_score: float | None = None  # of the weakest text without what a model said of it; none where no model judged
    plan: Mapping[str, Any] | None = None
    estimated_cost: float = 0.0
    estimated_seconds: float = 0.0
    state: Mapping[str, Any] = field(default_factory=dict)
    similar: Sequence[Mapping[str, Any]] = ()
    baseline: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)  # what else of history was used
    decision: Decided | None = None  # the last about a text; "changes" is not the last word
    earlier: Sequence[Decided] = ()
    final_text: Mapping[str, str] | None = None
    patterns: Sequence[Mapping[str, Any]] = ()  # those that were given to it, each with whether a text follows it
    correlations: Mapping[str, Any] = field(default_factory=dict)  # those that its plan asked for
    publications: Sequence[Mapping[str, Any]] = ()
    persona: str | None = None
    platforms: Sequence[str] = ()
    models: Sequence[str] = ()
    task_tags: Sequence[str] = ()


def example(known: Known, tags: Sequence[str] = ()) -> dict[str, Any]:
    """The row of `orchestrator_training_data`; `tags` are those that it carries already."""
    score = known.quality_score
    over = known.decision if known.decision and known.decision.verdict != "changes" else None
    kept = sorted({*tags, *known.task_tags})
    return {
        "execution_id": known.execution_id,
        "user_request": known.request,
        "intent": known.intent,
        "timestamp": known.requested_at,
        "business_state": dict(known.state),
        "similar_historical_content": [dict(one) for one in known.similar],
        "platform_baseline": dict(known.baseline),
        "execution_plan": plan_summary(known),
        "plan": dict(known.plan) if known.plan is not None else None,
        "execution_result": _result(known),
        "quality_score": score,
        "quality_dimensions": dict(known.dimensions),
        "user_approval": None if over is None or over.automatic else over.verdict == "approve",
        "decision": _decision(known),
        "final_text": dict(known.final_text) if known.final_text is not None else None,
        "cost": known.cost,
        "seconds": known.seconds,
        "patterns_discovered": [dict(one) for one in known.patterns],
        "business_correlations": dict(known.correlations),
        "success": known.status in _GOOD_END,
        "is_legacy": known.is_legacy,
        "is_sample": known.is_sample,
        "is_high_quality": score is not None and score >= HIGH_QUALITY,
        "training_ready": _ready(known, over, kept),
        "tags": kept,
        "persona": known.persona,
        "platforms": list(known.platforms),
        "models": list(known.models),
        "decided_at": over.at if over else None,
    }


def system_tags(
    *, quality_score: Decimal | None, decision: Mapping[str, Any] | None, automatic_run: bool
) -> frozenset[str]:
    """The tags that the product itself sets."""
    tags = set()
    if quality_score is not None and quality_score < LOW_QUALITY:
        tags.add(LOW)
    if decision and decision.get("verdict") == "approve" and not decision.get("automatic"):
        tags.add(BY_HAND)
    if automatic_run:
        tags.add(TEST)
    return frozenset(tags)


def next_tags(tags: Sequence[str], before: frozenset[str], after: frozenset[str]) -> list[str]:
    """The tags with what the product changed its mind about; what a person added or took away stays so."""
    return sorted((set(tags) | (after - before)) - (before - after))


def plan_summary(known: Known) -> dict[str, Any] | None:
    """The plan in five numbers and names, None where there was none."""
    if known.plan is None:
        return None
    steps = known.plan.get("steps") or []
    return {
        "steps": len(steps),
        "agents": list(dict.fromkeys(str(step["tool"]).split(".")[0] for step in steps)),
        "estimated_duration": known.estimated_seconds,
        "estimated_cost": known.estimated_cost,
        "workflow_source": known.source,
    }


def _result(known: Known) -> dict[str, Any]:
    by_rules = {} if known.rules_score is None else {"quality_by_rules": known.rules_score}
    return {
        **by_rules,
        "actual_duration": None if known.seconds is None else round(known.seconds, 3),
        "actual_cost": None if known.cost is None else float(known.cost),
        "final_quality_score": None if known.quality_score is None else float(known.quality_score),
        "refinements_needed": known.refinements,
        "successful": known.status in (*_GOOD_END, "rejected"),
        "status": known.status,
        "publications": [dict(one) for one in known.publications],
        "context_used": dict(known.context),
    }


def _decision(known: Known) -> dict[str, Any] | None:
    last = known.decision
    if last is None:
        return None
    return {
        "verdict": last.verdict,
        "by": last.by,
        "automatic": last.automatic,
        "at": last.at.isoformat(),
        "round": last.round,
        "feedback": last.feedback,
        "edit": last.edit,
        "channels": list(last.channels),
        "fingerprint": last.fingerprint,
        "rounds": [
            {"round": one.round, "verdict": one.verdict, "by": one.by, "feedback": one.feedback}
            for one in (*known.earlier, last)
        ],
    }


def _ready(known: Known, over: Decided | None, tags: Sequence[str]) -> bool:
    """Decided, complete and not excluded."""
    complete = known.plan is not None and known.quality_score is not None and bool(known.final_text)
    return over is not None and complete and EXCLUDE not in tags
