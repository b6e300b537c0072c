"""Bring an example up to date from the rows of its task; sums and patterns over all of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import similar
from cofounder.business.records import service as records
from cofounder.channels.tagging import bare
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve import texts
from cofounder.flow.learn import history, labels, legacy, queries, world
from cofounder.flow.learn.example import Decided, Known, example, next_tags, system_tags
from cofounder.flow.learn.patterns import service as patterns
from cofounder.flow.learn.schemas import SummaryOut
from cofounder.flow.learn.tables import RUNS_TOLD, Example
from cofounder.flow.plan import service as plans
from cofounder.flow.publish import showing
from cofounder.flow.quality.schemas import Assessment
from cofounder.flow.request.spelling import in_order
from cofounder.flow.run import service as run
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.models import service as models

_SEEN = 500  # newest examples that are looked at

__all__ = ["RUNS_TOLD", "Example"]


async def upsert_example(session: AsyncSession, task_id: UUID) -> Example:
    """Build the task's example from what is known now; called again it brings the same one up to date.

    Raises TaskMissing.
    """
    await queries.take_turn(session, task_id)
    task = await records.get_task(session, task_id)
    known = await _known(session, task)
    before = await queries.one(session, task_id, lock=True)
    if before is not None and before.erased_at is not None:
        return before  # what was erased is not written down again
    after = system_tags(
        quality_score=known.quality_score, decision=_last(known.decision), automatic_run=known.automatic
    )
    if before is None:
        tags = next_tags(known.task_tags, frozenset(), after)
    else:
        earlier = system_tags(
            quality_score=before.quality_score, decision=before.decision, automatic_run=known.automatic
        )
        tags = next_tags(before.tags, earlier, after)
    values = example(known, tags)
    values |= await world.answers(
        session,
        task_id,
        requested_at=task.created_at,
        state=known.state,
        cost=None if known.cost is None else float(known.cost),
        said=labels.of_decisions([*known.earlier, *([known.decision] if known.decision else [])]),
        earlier=task.is_legacy,
    )
    if before is None:
        values["created_at"] = now()
    await queries.upsert(session, values | {"updated_at": now()})
    await forget_erased(session, task_id, known.similar)  # afterwards: whoever erases waits for it, or came before
    live.changed(session, "examples", task_id)
    stored = await queries.one(session, task_id)
    assert stored is not None
    return stored


async def forget_erased(session: AsyncSession, id: UUID, similar: Sequence[Mapping[str, Any]]) -> None:
    """Leave out of an example what its plan read of runs that were erased since."""
    erased = await queries.erased(session, [UUID(str(one["task_id"])) for one in similar if one.get("task_id")])
    if erased:
        gone = {str(one) for one in erased}
        left = [dict(one) for one in similar if str(one.get("task_id")) not in gone]
        await queries.set_similar(session, id, left)


async def relabel(session: AsyncSession, execution_id: UUID) -> bool:
    """Bring up to date what the world said of a task, and nothing else; whether there is an example of it.

    Done again it changes nothing: the same rows give the same labels.
    """
    await queries.take_turn(session, execution_id)
    row = await queries.one(session, execution_id, lock=True)
    if row is None or row.erased_at is not None or await records.find_by_id(session, execution_id) is None:
        return False  # one that was given whole says itself what came of it
    said = [one for one in row.labels if one["name"] in ("decision", "edit")]
    found = await world.answers(
        session,
        execution_id,
        requested_at=row.timestamp,
        state=row.business_state,
        cost=None if row.cost is None else float(row.cost),
        said=said,
        earlier=row.is_legacy,
    )
    if any(getattr(row, name) != value for name, value in found.items()):
        await queries.put_answers(session, execution_id, found | {"updated_at": now()})
        live.changed(session, "examples", execution_id)
    return True


async def get(session: AsyncSession, execution_id: UUID) -> Example | None:
    """The example of a task, None before its first decision or end."""
    return await queries.one(session, execution_id)


async def like(
    session: AsyncSession, text: str, *, platforms: Sequence[str] = (), limit: int = 5
) -> list[tuple[Example, float]]:
    """(example, likeness 0-1) of earlier runs whose request, texts or feedback share words with a text, best first.

    Tests and what a person excluded are left out; `platforms` narrows to work for any of them.
    """
    found = await queries.newest(session, _SEEN)
    found = [row for row in found if not platforms or set(platforms) & set(row.platforms)]
    if not found:
        return []
    scores = similar.likeness(text, [_words(row) for row in found])
    ranked = sorted(zip(found, scores, strict=True), key=lambda one: -one[1])
    return [(row, score) for row, score in ranked[:limit] if score >= similar.LIKE]


def _words(row: Example) -> str:
    texts = (row.final_text or {}).values()
    return " ".join(filter(None, [row.user_request, (row.decision or {}).get("feedback"), *map(str, texts)]))


async def recent(
    session: AsyncSession, *, words: str | None = None, limit: int = 10
) -> tuple[list[tuple[Example, float | None]], int]:
    """(example, likeness to words where some are given), and how many there are in all. Without words newest first."""
    total = await queries.count(session)
    if words:
        return [(row, score) for row, score in await like(session, words, limit=limit)], total
    return [(row, None) for row in await queries.newest(session, limit)], total


async def summary(session: AsyncSession) -> SummaryOut:
    """Totals over our own runs, computed from the rows; a mean over nothing is null."""
    sample = await records.only_sample(session)
    sums = await queries.sums(session, sample=sample)
    total = int(sums["total"])
    return SummaryOut(
        is_sample=sample,
        total_executions=total,
        successful=sums["succeeded"],
        called_off=sums["called_off"],
        success_rate=_share(sums["succeeded"], total - sums["called_off"]),
        approved=sums["approved"],
        rejected=sums["rejected"],
        approval_rate=_share(sums["approved"], sums["decided"]),
        avg_quality_score=_rounded(sums["avg_quality_score"], 4),
        judged=sums["judged"],
        high_quality=sums["high_quality"],
        training_ready=sums["training_ready"],
        avg_seconds=_rounded(sums["avg_seconds"], 3),
        total_seconds=round(sums["seconds"], 3),
        total_cost=float(sums["cost"]),
        avg_cost=_rounded(sums["avg_cost"], 6),
        cost_today=float(await models.cost_today(session)),
        cost_this_month=float(await models.cost_this_month(session)),
        tasks_by_status=await history.tasks_by_status(session, sample=sample),
        patterns_learned=await patterns.learned(session, sample=sample),
        earliest=sums["earliest"],
        latest=sums["latest"],
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def _last(decision: Decided | None) -> dict[str, Any] | None:
    return None if decision is None else {"verdict": decision.verdict, "automatic": decision.automatic}


async def _known(session: AsyncSession, task: records.TaskRow) -> Known:
    """Everything the rows say about a task, gathered through the services that own them."""
    plan = await plans.current_row(session, task.id)
    decided = [_decided(row) for row in await approvals.decisions(session, task.id) if row.kind == "content"]
    variants = await run.current_variants(session, task.id)
    judged = {
        channel: found for channel, found in (await texts.verdicts(session, task.id)).items() if channel in variants
    }
    weakest = min(judged, key=lambda channel: judged[channel].overall, default=None)
    outputs = await run.outputs_by_tool(session, task.id)
    score, dimensions = task.quality_score, _scores(judged[weakest]) if weakest else {}
    if task.is_legacy and not task.is_sample:
        outputs = await legacy.world(session, task)
        imported, parts = await legacy.evaluation(session, task.id)
        score, dimensions = imported if imported is not None else score, parts or dimensions
    approved = await approvals.approved_text(session, task.id)
    published = await showing.publications(session, task.id)
    return Known(
        execution_id=task.id,
        request=task.request,
        intent=str((task.intent or {}).get("intent") or (legacy.intent(task) if task.is_legacy else legacy.UNKNOWN)),
        requested_at=task.created_at,
        status=task.status,
        source=task.source,
        automatic=task.automatic,
        is_sample=task.is_sample,
        is_legacy=task.is_legacy,
        cost=legacy.cost(task) if task.is_legacy else task.cost,
        seconds=await history.seconds_of_work(session, task),
        refinements=None if task.is_legacy else task.refinements,
        quality_score=score,
        dimensions=dimensions,
        rules_score=_by_rules(judged.values()),
        plan=plan.document if plan else None,
        estimated_cost=float(plan.estimated_cost) if plan else 0.0,
        estimated_seconds=plan.estimated_seconds if plan else 0.0,
        state=history.state(outputs, task.business_metrics, task.as_of.date()),
        similar=history.similar(outputs),
        baseline=history.baseline(outputs),
        context=history.used(outputs, judged),
        decision=decided[-1] if decided else None,
        earlier=decided[:-1],
        final_text={channel: bare(texts.visible_text(one)) for channel, one in approved.items()} if approved else None,
        patterns=history.patterns(outputs, [variant.draft for variant in variants.values()]),
        correlations=history.correlations(outputs),
        publications=[
            {"channel": one.channel, "delivered_by": one.delivered_by, "state": one.state} for one in published
        ],
        persona=next((variant.persona for variant in variants.values() if variant.persona), None),
        platforms=in_order(task, variants),
        models=await models.models_used(session, task.id),
        task_tags=[one.lower() for one in task.tags],
    )


def _decided(row: approvals.DecisionRow) -> Decided:
    return Decided(
        verdict=row.verdict,
        by=row.by,
        at=row.decided_at,
        round=row.round,
        feedback=row.feedback,
        edit=row.edit,
        channels=tuple(row.channels),
        fingerprint=row.fingerprint,
    )


def _by_rules(judged: Iterable[Assessment]) -> float | None:
    """The lowest score without a model's word; None where none judged."""
    found = list(judged)
    if all(one.judge is None for one in found):
        return None
    return min(one.overall if one.judge is None else one.judge.without for one in found)


def _scores(assessment: Any) -> Mapping[str, float]:
    return {name: float(one.score) for name, one in assessment.dimensions.items()}
