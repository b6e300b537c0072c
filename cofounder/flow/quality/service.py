"""Assessments: judged once a version, kept with their evidence."""

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import predicting
from cofounder.business.context import service as history
from cofounder.business.context.predicting import Prediction
from cofounder.channels import Rendered
from cofounder.channels.tagging import bare
from cofounder.flow.quality import queries
from cofounder.flow.quality.dimensions import DIMENSIONS
from cofounder.flow.quality.evaluator import evaluate
from cofounder.flow.quality.judging import joined
from cofounder.flow.quality.schemas import Assessment, Finding, RiskLevel, Subject
from cofounder.flow.quality.tables import AssessmentRow
from cofounder.kit import live
from cofounder.models.brief import Draft, Issue
from cofounder.models.judging import Judged

_PLACE = {name: place for place, name in enumerate(DIMENSIONS)}  # JSON keeps no order
_KEPT = ("threshold", "findings", "risk_level", "capped_by", "profile", "expected", "judge")


async def judge(
    session: AsyncSession, task_id: UUID, channel: str, version: int, subject: Subject, round: int = 0
) -> Assessment:
    """Judge one version of a variant and keep the verdict; judged again, the newer verdict stands in its place."""
    verdict = await asyncio.to_thread(evaluate, subject)  # a long text takes seconds; the loop has others to serve
    await queries.put(
        session,
        task_id=task_id,
        channel=channel,
        version=version,
        round=round,
        **_columns(verdict),
    )
    if subject.expected is not None:
        await predicting.keep(session, task_id, [(channel, version, subject.expected)])
    live.changed(session, "assessments", task_id)
    return verdict


async def join(session: AsyncSession, task_id: UUID, channel: str, version: int, opinion: Judged) -> Assessment | None:
    """Add a model's opinion to the verdict on a version; None where that is not judged. When it was judged stays."""
    row = await queries.of_version(session, task_id, channel, version)
    if row is None:
        return None
    verdict = joined(read(row), opinion)
    for name, value in _columns(verdict).items():
        setattr(row, name, value)
    await session.flush()
    live.changed(session, "assessments", task_id)
    return verdict


def _columns(verdict: Assessment) -> dict[str, Any]:
    return {
        "overall": Decimal(str(verdict.overall)),
        "passed": verdict.passed,
        "dimensions": {name: score.model_dump(mode="json") for name, score in verdict.dimensions.items()},
        "issues": [issue.model_dump(mode="json") for issue in verdict.issues],
        "verdict": verdict.model_dump(mode="json", include=set(_KEPT)),
        "evaluator": verdict.evaluator,
    }


async def foretold(
    session: AsyncSession,
    rendered: Rendered,
    draft: Draft,
    *,
    channel: str,
    as_of: datetime,
    topic: str | None,
    persona: str | None,
    publish_at: datetime | None,
) -> Prediction:
    """What history as of the request lets expect of a text on its channel at the time that is set or else suggested."""
    suggested = {} if publish_at else await history.times_in_utc(session, [channel], as_of=as_of)
    text = predicting.Text(
        content=bare(rendered.plain),
        title=draft.title or draft.subject,
        topic=topic,
        persona=persona,
        hashtags=rendered.hashtags,
        at=publish_at or suggested[channel].at,
    )
    return await predicting.predict(session, text, channel, as_of=as_of, with_kept=False)


def read(row: AssessmentRow) -> Assessment:
    """The verdict as it was given."""
    return Assessment.model_validate(
        {
            "overall": float(row.overall),
            "passed": row.passed,
            "dimensions": dict(sorted(row.dimensions.items(), key=lambda item: _PLACE.get(item[0], len(_PLACE)))),
            "issues": row.issues,
            "evaluator": row.evaluator,
            **row.verdict,
        }
    )


async def latest(session: AsyncSession, task_id: UUID) -> dict[str, Assessment]:
    """channel -> the verdict on its newest judged version."""
    return {row.channel: read(row) for row in await queries.newest(session, task_id)}


async def of_version(session: AsyncSession, task_id: UUID, channel: str, version: int) -> Assessment | None:
    """The verdict on one version, None where it was not judged."""
    row = await queries.of_version(session, task_id, channel, version)
    return read(row) if row else None


def blocking(verdict: Assessment) -> list[Issue]:
    """The issues that forbid publishing."""
    return [issue for issue in verdict.issues if issue.severity == "blocking"]


__all__ = ["Finding", "RiskLevel", "blocking", "foretold", "join", "judge", "latest", "of_version", "read"]
