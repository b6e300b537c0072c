"""The first three phases: understand and sketch, find the tools, decide who does what and whether to go on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import metrics
from cofounder.business.context import service as history
from cofounder.business.derive import times, topics
from cofounder.business.differing import differing
from cofounder.business.mistyped import of_ones_own
from cofounder.business.records import service as records
from cofounder.flow.plan import naming, outcome, planner, service, timing
from cofounder.flow.plan.estimate import estimate
from cofounder.flow.plan.schemas import Plan
from cofounder.flow.plan.tools import outside, registry
from cofounder.flow.plan.tools.errors import ToolUnapproved
from cofounder.flow.plan.validate import validate
from cofounder.flow.request.phases import Result, done, ended, held, ours, phase, waiting
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.models import service as models
from cofounder.models.intent import Assumption, Intent
from cofounder.ops import runtime
from cofounder.personas import service as personas

SECONDS_A_DAY = 86_400.0


Standing = Callable[[AsyncSession, datetime, Sequence[str]], Awaitable[Sequence[str]]]
_standing: list[Standing] = []


def learn_with(standing: Standing) -> None:
    """Name who knows which patterns stood at a time for some channels, as sentences: learning comes after planning."""
    _standing[:] = [standing]


async def _stand(session: AsyncSession, task: records.TaskRow, intent: Intent) -> list[str]:
    """What was found to work on the channels of a request, as of the request."""
    return [one for asked in _standing for one in await asked(session, task.as_of, intent.channels)]


async def _brought(session: AsyncSession, task: records.TaskRow, intent: Intent) -> str | None:
    """What posts on the topic of a text had brought, as of the request; None where too few were measured."""
    writes = [one for one in intent.actions if one.kind in planner.PUBLIC]
    topic = next((one.topic for one in writes if one.topic), intent.topic) if writes else ""
    if not topic:
        return None
    found = await topics.of_topic(session, topic, as_of=task.as_of)
    return found.sentence if found.status == "ok" else None


async def _times(session: AsyncSession, task: records.TaskRow, intent: Intent) -> list[str]:
    """When posts did better on each channel that is written for, as of the request; or that history says too little."""
    writes = [one for one in intent.actions if one.kind in planner.PUBLIC]
    channels = list(dict.fromkeys(name for one in writes for name in (one.channels or intent.channels)))
    if not channels:
        return []
    found = await history.times_in_utc(session, channels, as_of=task.as_of)
    return [times.told(found[name]) for name in channels]


class NothingToPlan(CofounderError):
    """The request names nothing that the product can do."""

    status = 422


@phase("planning")
async def planning(task_id: UUID) -> Result:
    """Understand the request and sketch a plan; or ask; or refuse."""
    async with reading() as session:
        task = await records.get_task(session, task_id)
        if (stored := await service.current_row(session, task_id)) is not None:
            return done(note=_planned(str((task.intent or {}).get("intent", "")), Plan.model_validate(stored.document)))
    wished = list(task.preferences.get("spelling", {}).values())
    preferences = {**task.preferences, "channels": [*wished, *(["thread"] if task.preferences.get("thread") else [])]}
    intent = await models.understand(
        task.request,
        today=task.as_of.astimezone().date(),
        answers={str(key): str(value) for key, value in task.answers.items()},
        preferences=preferences,
        task_id=task_id,
        scope=f"plan.intent:{len(task.answers)}",
    )
    answers = {str(key): str(value) for key, value in task.answers.items()}
    named = await _named(task.request, answers) if task.supplied_plan is None and not intent.reject_reason else None
    if named is not None:
        intent = await _without_named(task, intent, named, preferences, answers)
    since = now() if "publish_at" in answers else task.as_of
    at = task.publish_at or timing.meant(intent.constraints.publish_at, since=since)
    differ = [
        Assumption(field="figures", text=text)
        for text in (*differing(task.business_metrics, intent.own_figures()), *of_ones_own(task.business_metrics))
    ]
    told = [*intent.assumptions, *differ]
    intent = intent.model_copy(update={"questions": timing.asked(intent, at), "assumptions": told})
    async with transaction(durable=False) as session:
        if still := held(await ours(session, task_id)):
            return still
        await _keep_intent(session, task, intent, at)
        if intent.reject_reason:
            await records.update_task(
                session, task_id, status="rejected", completed_at=now(), error=_policy(intent.reject_reason)
            )
            return ended(intent.reject_reason)
        if task.supplied_plan is not None:
            plan, source = service.read(task.supplied_plan), "supplied"
        elif intent.questions:  # those about a named tool among them
            questions = [question.model_dump() for question in intent.questions]
            await records.update_task(session, task_id, status="needs_clarification", questions=questions)
            live.changed(session, "tasks", task_id)
            return waiting(note=intent.questions[0].question)
        elif named is not None and not named.rest:
            plan, source = Plan(steps=named.steps, goal=named.wish[:200], notes=named.notes), "planner"
        elif intent.plan is not None and named is None:  # of the active tuned planner, held against the tools already
            await _keep_figures(session, task_id, intent)
            plan, source = service.read(intent.plan), "planner"
        elif not intent.actions:
            raise NothingToPlan(field="request")
        else:
            threshold = float(await runtime.value(session, "step_quality_threshold"))
            has_metrics = bool(task.business_metrics) or await _keep_figures(session, task_id, intent)
            stand = await _stand(session, task, intent)
            brought = await _brought(session, task, intent)
            plan = planner.sketch(
                intent,
                has_metrics=has_metrics,
                quality_threshold=threshold,
                patterns=stand,
                brought=brought,
                times=await _times(session, task, intent),
            )
            source = "planner"
            if named is not None:
                beside = "What it answers is kept beside the text; a text rests on the company's own figures and words."
                plan = plan.model_copy(
                    update={"steps": [*named.steps, *plan.steps], "notes": [*plan.notes, *named.notes, beside]}
                )
        await service.store(session, task_id, plan, source=source)
    return done(note=_planned(intent.intent, plan))


async def _named(request: str, answers: dict[str, str]) -> naming.Named | None:
    """Tools of servers and of outside agents that the request asks for by name. Raises ToolUnapproved where none of a server may be used yet."""
    if not naming.HINT.search(request):
        return None
    tools = await outside.tools()
    waiting = [name for name in await outside.server_names() if name not in {tool.server for tool in tools.values()}]
    if names := naming.servers_named(request, waiting):
        raise ToolUnapproved(
            f"No tool of the {names[0]} server may be used: an admin has not approved any.", field="request"
        )
    for id, why in (await outside.why_not(naming.ids_in(request))).items():
        raise ToolUnapproved(f"{id} cannot be used now: {why}.", field="request")
    offered = {**await registry.agents(), **tools}
    return naming.find(request, offered, answers) if offered else None


async def _without_named(
    task: records.TaskRow,
    intent: Intent,
    named: naming.Named,
    preferences: dict[str, Any],
    answers: dict[str, str],
) -> Intent:
    """What is left to understand of a request without its outside tools; their questions come first."""
    if named.rest and named.rest != task.request:
        intent = await models.understand(
            named.rest,
            today=task.as_of.astimezone().date(),
            answers={key: value for key, value in answers.items() if key != "tool" and not key.startswith("input_")},
            preferences=preferences,
            task_id=task.id,
            scope=f"plan.rest:{len(answers)}",
        )
    elif not named.rest:
        topic = named.subject()[:100] or intent.topic
        intent = intent.model_copy(update={"intent": "use_tool", "actions": [], "questions": [], "topic": topic})
    return intent.model_copy(update={"questions": named.questions or intent.questions})


def _planned(intent: str, plan: Plan) -> str:
    """The same words whether the plan was just made or was there already."""
    named = "a plan" if intent in ("", "unclear") else intent.replace("_", " ")
    return f"{named}: {plan.counted()}"


async def _keep_figures(session: Any, task_id: UUID, intent: Intent) -> bool:
    """Figures in the request's own words count as given with it; whether there are any that can stand."""
    try:
        figures = metrics.validate(intent.own_figures())
    except metrics.MetricInvalid:
        return False
    if figures:
        await records.update_task(session, task_id, business_metrics=figures)
    return bool(figures)


async def _keep_intent(session: Any, task: records.TaskRow, intent: Intent, at: datetime | None) -> None:
    await records.update_task(
        session,
        task.id,
        publish_at=at,
        intent=intent.model_dump(mode="json", exclude={"plan"}),
        topic=intent.topic or None,
        category=intent.domain,
        title=(intent.topic or intent.intent.replace("_", " "))[:200],
    )


def _policy(reason: str) -> dict[str, Any]:
    return {
        "code": "against_policy",
        "title": "The product does not do this.",
        "detail": reason,
        "hint": "",
        "errors": [],
    }


@phase("tool_discovery")
async def tool_discovery(task_id: UUID) -> Result:
    """Find the tools over MCP and hold the plan against what they really take and give."""
    tools = await registry.discover()
    async with transaction(durable=False) as session:
        row = await service.current_row(session, task_id)
        if row is None:
            raise service.PlanMissing()
        if row.tools:
            return done(note=f"{len(tools)} tools found, {len(row.tools)} used")
        plan = Plan.model_validate(row.document)
        tools = await registry.find(step.tool for step in plan.steps)
        if row.source == "planner":
            plan = _without_missing(plan, set(tools))
        await service.refuse_unapproved(plan, tools)
        plan = estimate(validate(plan, tools), tools)
        row.document = plan.model_dump(mode="json")
        row.estimated_cost, row.estimated_seconds = plan.estimated_cost, plan.critical_path_seconds  # type: ignore[assignment]
        used = {step.tool for step in plan.steps}
        row.tools = [{"tool_id": id, "version": tools[id].version} for id in sorted(used)]
        await records.update_task(
            session, task_id, estimated_cost=plan.estimated_cost, estimated_seconds=plan.critical_path_seconds
        )
    return done(note=f"{len(tools)} tools found, {len(used)} used")


def _without_missing(plan: Plan, known: set[str]) -> Plan:
    """Our own plan does without optional tools that no server offers; a required one is an error for validation."""
    kept = [step for step in plan.steps if step.tool in known or not step.optional]
    ids = {step.id for step in kept}
    return plan.model_copy(
        update={
            "steps": [
                step.model_copy(update={"depends_on": [name for name in step.depends_on if name in ids]})
                for step in kept
            ]
        }
    )


async def decide_outcome(session: AsyncSession, task_id: UUID) -> tuple[Result, Plan]:
    """Draw the voice and decide: execute, approve first, or defer. Used by the delegation phase."""
    task = await records.get_task(session, task_id, lock=True)
    row = await service.current_row(session, task_id)
    if row is None:
        raise service.PlanMissing()
    plan = Plan.model_validate(row.document)
    if still := held(task):
        return still, plan
    if any((step.produces or "").startswith("variant:") or "persona" in step.inputs for step in plan.steps):
        await personas.choose(
            session,
            task_id,
            "main",
            context={"topic": task.topic, "channels": (task.intent or {}).get("channels", [])},
            override=_wished_persona(task),
        )
    limits = outcome.Limits(
        await runtime.value(session, "cost_limit_usd"),
        await runtime.value(session, "daily_budget_usd"),
        await models.cost_today(session),
    )
    verdict = outcome.decide(
        plan, limits=limits, moment=now(), not_before=task.not_before, review_plan=task.review_plan
    )
    of_others = [note for note in plan.notes if any(note.startswith(f"{step.tool} was chosen") for step in plan.steps)]
    row.outcome, row.reason = verdict.outcome, " ".join([verdict.reason, *of_others])
    if verdict.outcome == "defer" and verdict.until is not None:
        seconds = max((verdict.until - now()).total_seconds(), 0.0) + 0.05
        await records.update_task(session, task_id, status="queued", not_before=verdict.until)
        return waiting(note=verdict.reason, seconds=min(seconds, SECONDS_A_DAY), rests=True), plan
    return done(note=verdict.reason, outcome=verdict.outcome), plan


def _wished_persona(task: records.TaskRow) -> str | None:
    constraints = (task.intent or {}).get("constraints", {})
    wished = constraints.get("persona") or task.preferences.get("persona")
    return str(wished) if wished else None
