"""What an example says about the world around its task: state, history, baseline, readings, time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import metrics
from cofounder.business.records import service as records
from cofounder.business.records.schemas import TaskFilter
from cofounder.flow.approve import service as approvals
from cofounder.flow.request import service as requests
from cofounder.kit.clock import now

STATE, SIMILAR, BASELINE = "business.state", "business.similar_content", "business.baseline"
PATTERNS, CORRELATIONS = "memory.patterns", "business.correlation_analysis"
Outputs = Mapping[str, Mapping[str, Any]]  # tool id -> output


def state(outputs: Outputs, given: Mapping[str, Any] | None, today: date) -> dict[str, Any]:
    """The business state as the plan read it at the time of the request; without that step, what the request gave."""
    read = outputs.get(STATE, {}).get("state")
    if read:
        return dict(read)
    return metrics.read_given(given, as_of=today, period=None, asked=()).state if given else {}


def similar(outputs: Outputs) -> list[dict[str, Any]]:
    """Similar earlier content as the plan read it; what no web analytics were matched to is null."""
    found = []
    for one in outputs.get(SIMILAR, {}).get("items") or []:
        readings = one.get("post_metrics") or []
        found.append(
            {
                "task_id": one.get("task_id"),
                "topic": one.get("topic"),
                "title": one.get("title") or one.get("task_name"),
                "quality_score": one.get("quality_score"),
                "similarity": one.get("similarity"),
                "reasons": one.get("reasons") or [],
                "publication_metrics": dict(readings[0]) if readings else None,
                "other_publication_metrics": [dict(each) for each in readings[1:]],
                "post_metrics_after_publish": one.get("after_publish"),
            }
        )
    return found


def baseline(outputs: Outputs) -> dict[str, Any]:
    """The platforms' long-run averages as the plan read them."""
    return dict(outputs.get(BASELINE, {}).get("baselines") or {})


def used(outputs: Outputs, judged: Mapping[str, Any]) -> dict[str, Any]:
    """What else history had said and was used: the topic's record, times to publish, what was foretold of each text."""
    foretold = {
        channel: one.expected.main.model_dump(mode="json")
        for channel, one in judged.items()
        if one.expected is not None
    }
    found = {
        "topic_effectiveness": outputs.get(SIMILAR, {}).get("effectiveness"),
        "suggested_times": outputs.get(BASELINE, {}).get("suggested_times"),
        "expected_engagement": foretold,
        "earlier_on_topic": outputs.get(SIMILAR, {}).get("earlier"),
    }
    return {name: value for name, value in found.items() if value}


def patterns(outputs: Outputs, drafts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The patterns that the plan was given, as it was given them, and which of its texts follow each."""
    followed = {str(id) for draft in drafts for id in (draft.get("choices") or {}).get("patterns", [])}
    given = outputs.get(PATTERNS, {}).get("patterns") or []
    return [{**one, "followed": str(one.get("id")) in followed} for one in given]


def correlations(outputs: Outputs) -> dict[str, Any]:
    """The correlations that the plan asked for and that are clear, by the names of their two figures."""
    found = outputs.get(CORRELATIONS, {}).get("correlations") or []
    keep = ("over", "n", "effective_n", "pearson", "low", "high", "spearman", "p", "q")
    return {
        f"{one['first']} ~ {one['second']}": {name: one.get(name) for name in keep}
        for one in found
        if one.get("q") is not None and one["q"] <= 0.1
    }


async def measured(session: AsyncSession, task_id: UUID) -> dict[str, dict[str, Any]]:
    """platform -> the latest reading of the task's posts there."""
    found: dict[str, dict[str, Any]] = {}
    for post in await records.posts(session, as_of=now(), task_ids=[task_id]):
        if post.measured_at is None:
            continue
        rate = post.engagement_rate
        found.setdefault(
            post.platform,
            {
                "views": post.views,
                "clicks": post.clicks,
                "shares": post.shares,
                "comments": post.comments,
                "likes": post.likes,
                "impressions": post.impressions,
                "engagement_rate": None if rate is None else round(rate, 6),
                "measured_at": post.measured_at.isoformat(),
            },
        )
    return found


async def seconds_of_work(session: AsyncSession, task: records.TaskRow) -> float | None:
    """Seconds in which the task was worked on; without phases from its start until its text first waited for a person.

    None of earlier work, where nobody said when it was begun.
    """
    worked = await requests.seconds_of_work(session, task.id)
    if worked is not None:
        return worked
    if task.started_at is None:
        return None if task.is_legacy else 0.0
    opened = await approvals.first_opened(session, task.id)
    end = opened or task.completed_at or now()
    return max((end - task.started_at).total_seconds(), 0.0)


async def tasks_by_status(session: AsyncSession, *, sample: bool) -> dict[str, int]:
    """How many of our own tasks, or the sample's, stand at each status word; words with none are left out."""
    counts = await records.tasks_by_status(session, TaskFilter(is_sample=sample, is_legacy=False))
    return {status: counts[status] for status in records.TASK_STATUS if status in counts}
