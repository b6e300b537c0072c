"""What the approver sees: texts as their channels show them, scores with evidence, what was used, what history says."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.context import service as history
from cofounder.business.derive import times
from cofounder.business.derive.times import SuggestedTime
from cofounder.business.records import service as records
from cofounder.channels import price, senders
from cofounder.flow.approve import accounts, alternatives, outcome, pictures, texts
from cofounder.flow.approve.schemas import (
    ApprovalOut,
    DeliveryOut,
    DimensionOut,
    ExpectedOut,
    ImageShown,
    MainContent,
    VariantOut,
)
from cofounder.flow.approve.tables import Approval, DecisionRow
from cofounder.flow.quality.schemas import Assessment
from cofounder.flow.request.spelling import in_order, spelled, spelling
from cofounder.flow.run import service as run
from cofounder.kit.clock import now
from cofounder.models.brief import Brief, Draft, Fact
from cofounder.models.figures import disagreements
from cofounder.ops import connections

NOT_YET = "Not predicted: this text was judged without a look at history."
_SIMILAR = "business.similar_content"


async def approval(
    session: AsyncSession, task: records.TaskRow, row: Approval, decision: DecisionRow | None
) -> ApprovalOut:
    """The whole approval as one answer; a plan's has no texts."""
    await connections.refresh(session)  # to where each text would go as accounts are now
    names = spelling(task)
    variants = await run.current_variants(session, task.id) if row.kind == "content" else {}
    judged = await texts.verdicts(session, task.id) if variants else {}
    history = [one.channel for one in await run.variants(session, task.id) if one.origin == "refinement"]
    shown = {
        channel: _variant(task, variants[channel], rendered, judged.get(channel), history.count(channel))
        for channel in in_order(task, row.content)
        if channel in variants and (rendered := row.content[channel])
    }
    outputs = await run.outputs_by_tool(session, task.id)
    briefs = [Brief.model_validate(variants[channel].brief) for channel in shown]
    facts = _facts(briefs)
    weakest = min(judged.values(), key=lambda one: one.overall, default=None)
    main = next(iter(shown.values()), None)
    return ApprovalOut(
        task_id=task.id,
        status=task.status,
        round=row.round,
        kind=row.kind,
        request=task.request,
        quality_score=weakest.overall if weakest else None,
        quality_passed=all(one.passed for one in judged.values()) if judged else None,
        fingerprint=row.fingerprint,
        main_content=MainContent(
            title=(main.title or main.subject or task.title) if main else task.title,
            content=main.content if main else "",
            preview_image=main.images[0].url if main and main.images else None,
        ),
        channel_variants={spelled(channel, names): _spelled(one, names) for channel, one in shown.items()},
        metadata=await _metadata(session, task, row, facts),
        supporting_materials=_materials(outputs, task.request, facts),
        hashtags=main.hashtags if main else [],
        call_to_action=main.call_to_action if main else None,
        estimated_reach=_reach(judged.get(main.channel)) if main else None,
        engagement_score=_engagement(judged.get(main.channel)) if main else None,
        approval_url=f"/orchestrator?task={task.id}",
        quality_dimensions=_dimensions(weakest),
        issues=[issue for one in shown.values() for issue in one.issues],
        refinements=task.refinements,
        facts=[fact.model_dump(mode="json") for fact in facts],
        sources=_sources(facts, briefs),
        similar_content=similar(outputs),
        expected_engagement=_expected(judged.get(main.channel) if main else None),
        suggested_times={
            spelled(channel, names): one
            for channel, one in (await _times(session, task, outputs, list(shown), decision)).items()
        },
        images=await pictures.shown(session, task, row.content) if shown else [],
        alternatives={
            spelled(channel, names): await alternatives.offered(session, row, channel) for channel in row.offered
        },
        plan=row.content.get("plan") if row.kind != "content" else None,
        persona=main.persona if main else None,
        opened_at=row.opened_at,
        publish_at=task.publish_at,
        expires_at=task.expires_at,
        decision=outcome.decided(decision, names) if decision else None,
    )


def _variant(
    task: records.TaskRow, variant: run.Variant, stored: Mapping[str, Any], judged: Assessment | None, refinements: int
) -> VariantOut:
    draft = Draft.model_validate(variant.draft)
    rendered = channels.Rendered.model_validate(stored)
    account = price.told(senders.route(variant.channel, only_outbox=task.automatic), stored)
    return VariantOut(
        channel=variant.channel,
        version=variant.version,
        origin=variant.origin,
        content=rendered.plain,
        preview=channels.preview(variant.channel, rendered),
        exact_text=rendered.text,
        format=rendered.format,
        length=rendered.length,
        limit=rendered.limit,
        body=draft.body,
        title=rendered.title,
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=rendered.html,
        parts=rendered.parts,
        hashtags=rendered.hashtags,
        call_to_action=draft.call_to_action,
        link=draft.link,
        placeholders=rendered.placeholders,
        images=[ImageShown.of(one) for one in rendered.images],
        image_problems=pictures.problems(variant.channel, account, stored),
        persona=variant.persona,
        figures=[figure.model_dump(mode="json") for figure in draft.figures],
        notes=draft.notes,
        quality_score=judged.overall if judged else None,
        quality_passed=judged.passed if judged else None,
        quality_dimensions=_dimensions(judged),
        issues=[{**issue.model_dump(mode="json"), "channel": variant.channel} for issue in judged.issues]
        if judged
        else [],
        refinements=refinements,
        delivery=DeliveryOut(
            delivered_by=account.sender,
            account=account.name,
            recipients=len(account.recipients),
            note=account.note,
            accounts=accounts.offered(variant.channel),
            sent_as=accounts.sent_as(variant.channel),
        ),
    )


def _spelled(one: VariantOut, names: dict[str, str]) -> VariantOut:
    return one.model_copy(update={"channel": spelled(one.channel, names)})


def _dimensions(judged: Assessment | None) -> dict[str, DimensionOut]:
    if judged is None:
        return {}
    heaviest = sorted(judged.dimensions.items(), key=lambda item: -item[1].weight)
    return {name: DimensionOut.model_validate(one.model_dump(mode="json")) for name, one in heaviest}


def _engagement(judged: Assessment | None) -> float | None:
    """The text's own engagement potential, uncalibrated."""
    found = judged.dimensions.get("engagement_potential") or judged.dimensions.get("engagement") if judged else None
    return float(found.score) if found else None


def _expected(judged: Assessment | None) -> ExpectedOut:
    """What was foretold of the text when it was judged."""
    if judged is None or judged.expected is None:
        return ExpectedOut(reason=NOT_YET)
    one = judged.expected.main
    if one.status != "ok":
        return ExpectedOut(n=one.n, reason=one.note)
    return ExpectedOut(
        value=one.value,
        low=one.low,
        high=one.high,
        at=one.at,
        level=one.level,
        outcome=one.outcome,
        n=one.n,
        coverage=one.coverage,
        beats_channel_mean=one.beats_channel_mean,
        reason=one.note,
    )


async def _times(
    session: AsyncSession,
    task: records.TaskRow,
    outputs: Mapping[str, Mapping[str, Any]],
    shown: Sequence[str],
    decision: DecisionRow | None,
) -> dict[str, SuggestedTime]:
    """Channel -> when to publish: as the plan's step read it, else as of the request; the next such time from now on."""
    read = outputs.get("business.baseline", {}).get("suggested_times") or {}
    try:
        found = {name: SuggestedTime.model_validate(read[name]) for name in shown if name in read}
    except ValidationError:  # an answer of another version
        found = {}
    if missing := [name for name in shown if name not in found]:
        found |= await history.times_in_utc(session, missing, as_of=task.as_of)
    return {name: found[name] if decision else times.renewed(found[name], now()) for name in shown}


def _reach(judged: Assessment | None) -> int | None:
    """How many may see it; None where history says too little."""
    value = judged.expected.outcomes["reach"].value if judged and judged.expected else None
    return None if value is None else round(value)


def _facts(briefs: Sequence[Brief]) -> list[Fact]:
    """Every fact that a text was given, once."""
    found: dict[str, Fact] = {}
    for brief in briefs:
        for fact in brief.facts:
            found.setdefault(fact.id, fact)
    return list(found.values())


def _sources(facts: Sequence[Fact], briefs: Sequence[Brief]) -> list[dict[str, Any]]:
    """Where figures and quoted passages come from."""
    figures: dict[str, list[str]] = {}
    for fact in facts:
        figures.setdefault(fact.source, []).append(fact.id)
    found: list[dict[str, Any]] = [{"source": source, "facts": ids} for source, ids in figures.items()]
    passages = {passage.id: passage for brief in briefs for passage in brief.passages}
    found += [
        {"source": "own_content", "title": passage.title, "url": passage.url, "id": passage.id}
        for passage in passages.values()
    ]
    return found


async def _metadata(
    session: AsyncSession, task: records.TaskRow, row: Approval, facts: Sequence[Fact]
) -> dict[str, Any]:
    started = task.started_at
    return {
        "metrics_used": {fact.id: fact.value for fact in facts},
        "execution_time": round(((row.opened_at or now()) - started).total_seconds(), 3) if started else None,
        "cost": float(task.cost or 0),
        "estimated_cost": float(task.estimated_cost or 0),
        "agents_involved": await run.agents_involved(session, task.id),
        "topic": task.topic,
        "intent": (task.intent or {}).get("intent"),
        "assumptions": [one["text"] for one in (task.intent or {}).get("assumptions", [])],
        "channels_wanted": list(task.preferences.get("channels") or []),
    }


def similar(outputs: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Similar earlier posts with what they achieved, as the plan's step found them."""
    return [dict(one) for one in outputs.get(_SIMILAR, {}).get("items") or []]


def _materials(outputs: Mapping[str, Mapping[str, Any]], request: str, facts: Sequence[Fact]) -> dict[str, Any]:
    """Figures in short, the story in them, and what was found about the market."""
    apart = [one.sentence for one in disagreements(request, facts)]
    story = outputs.get("financial.find_story", {})
    read = outputs.get("financial.read_metrics", {})
    state = outputs.get("business.state", {})
    baseline = outputs.get("business.baseline", {})
    trends = outputs.get("market.find_trends", {})
    return {
        "metrics_summary": story.get("metrics_summary") or state.get("state") or {},
        "business_state": state.get("state") or {},
        "narrative": story.get("narrative") or "",
        "insights": story.get("insights") or [],
        "left_out": story.get("left_out") or [],
        "research": dict(trends),
        "topic_effectiveness": outputs.get(_SIMILAR, {}).get("effectiveness"),
        "baseline": baseline.get("baselines") or {},
        "missing": _once(read.get("missing"), state.get("missing")),
        "conflicts": _once(apart, read.get("conflicts"), state.get("conflicts")),
        "notes": _once(read.get("notes"), baseline.get("notes")),
    }


def _once(*lists: Any) -> list[str]:
    return list(dict.fromkeys(str(one) for each in lists for one in each or []))
