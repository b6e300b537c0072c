"""Asks the configured models, best first, and records every call. The offline model ends the chain.

The offline model is called as a function here, not through Pydantic AI: its import takes most of a second and a run
through it several milliseconds, and a task on a machine without keys needs neither. Its row is the same.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.models import asking, budgets, calls, jobs, judging, queries, tuned
from cofounder.models.brief import Brief, Draft
from cofounder.models.calls import Call
from cofounder.models.chain import OFFLINE, ModelSettingInvalid, Target, chain
from cofounder.models.intent import Intent
from cofounder.models.jobs import Job, T
from cofounder.models.judging import Judged
from cofounder.models.registry import using
from cofounder.models.routing import service as routing
from cofounder.ops import connections
from cofounder.settings import Settings

_log = structlog.get_logger(__name__)


async def write(brief: Brief, *, task_id: UUID | None, scope: str, number: int = 1) -> Draft:
    """Write the text a brief asks for. The same call made again gives the answer it got."""
    job = jobs.Writing(brief)
    return await _answer(job, _call(job, task_id, scope, number))


async def understand(
    request: str,
    *,
    today: date,
    answers: Mapping[str, str] | None = None,
    preferences: Mapping[str, Any] | None = None,
    task_id: UUID | None,
    scope: str = "plan.intent",
    number: int = 1,
) -> Intent:
    """Read what a request asks for. `answers` are a person's to earlier questions, field -> words."""
    job = jobs.Understanding(request, today, dict(answers or {}), dict(preferences or {}))
    return await _answer(job, _call(job, task_id, scope, number))


async def judges() -> bool:
    """Whether any language model could judge a text. Never call it inside a transaction."""
    chosen = await connections.latest()
    try:
        if chain(chosen.model)[0] != OFFLINE:
            return True
    except ModelSettingInvalid:  # told where the setting is used for work that cannot do without
        return False
    return await using.active(judging.Judging.role) is not None


async def judge(
    request: str,
    text: str,
    *,
    channel: str,
    scores: Mapping[str, float],
    written_by: str | None = None,
    task_id: UUID | None,
    scope: str,
    number: int = 1,
) -> Judged | None:
    """What a language model says of a text; None where none is set up, none is within budget or none gave a usable answer.

    `scores` are the deterministic ones. `written_by` is asked last: a model likes its own words. Raises nothing but for
    a database that is out of reach; begins no further model once the time that one may take is over.
    """
    job = judging.Judging(request, text, channel, dict(scores))
    try:
        if not await judges():
            return None
        return await _opinion(job, _call(job, task_id, scope, number), written_by)
    except Exception as error:  # whatever it is, the text stands on its deterministic scores
        if db.is_out_of_reach(error):
            raise
        _log.warning("nobody_judged", scope=scope, error=f"{type(error).__name__}: {error}")
        return None


async def spent_on(session: AsyncSession, task_id: UUID, scope_prefix: str) -> Decimal:
    """USD that a task's calls in some scopes came to: "step:draft_linkedin:" is one step with all its turns."""
    return await queries.cost_of_scopes(session, task_id, scope_prefix)


async def spent_by_kind(session: AsyncSession, task_id: UUID) -> dict[str, Decimal]:
    """What a task's calls came to in USD, by the first word of their scope: plan, step, refine, judge, alternative."""
    return await queries.cost_by_kind(session, task_id)


async def uncounted(session: AsyncSession, scope: str) -> dict[int, Decimal]:
    """Number of a call in a scope -> USD of it that no provider counted: estimated, or of an answer that was lost."""
    return await queries.uncounted(session, scope)


async def cost_today(session: AsyncSession) -> Decimal:
    """USD spent on models since midnight UTC."""
    return await queries.cost_since(session, budgets.start_of_day())


async def cost_this_month(session: AsyncSession) -> Decimal:
    """USD spent on models since the first of the month, UTC."""
    return await queries.cost_since(session, budgets.start_of_month())


async def spent_by_role(session: AsyncSession, role: str, since: datetime) -> Decimal:
    """USD that the calls of a role came to since a moment."""
    return await queries.cost_of_role(session, role, since)


async def models_used(session: AsyncSession, task_id: UUID) -> list[str]:
    """The models whose answers a task used, in the order of first use."""
    return list(dict.fromkeys(row.model for row in await queries.of_task(session, task_id) if row.state == "answered"))


async def task_calls(session: AsyncSession, task_id: UUID) -> list[dict[str, Any]]:
    """A task's calls in order, without their texts: for the page and the command line."""
    return [
        {
            "scope": row.scope,
            "number": row.number,
            "role": row.role,
            "model": row.model,
            "answered_by": row.answered_by,
            "state": row.state,
            "routed": row.routed,
            "tokens_in": row.tokens_in,
            "tokens_out": row.tokens_out,
            "cost_usd": row.cost_usd,
            "cost_is": "most" if row.state == "intended" else (row.answer or {}).get("cost_is", "counted"),
            "seconds": row.seconds,
            "fallback_from": row.fallback_from,
            "error": row.error,
            "started_at": row.started_at,
        }
        for row in await queries.of_task(session, task_id)
    ]


def _call(job: Job[Any], task_id: UUID | None, scope: str, number: int) -> Call:
    return Call(job.role, job.payload(), task_id, scope, number, job.version, identity=job.identity())


async def _answer(job: Job[T], call: Call) -> T:
    """Go down the chain until a model answers."""
    earlier = await calls.earlier_answer(call)
    if earlier is not None:
        return job.load(earlier)
    chosen = await connections.latest()
    seen = await asyncio.to_thread(job.seen)  # an earlier reading of the words is looked at: tens of milliseconds
    routed = await routing.decide(seen, chosen.model, in_turn=chosen.model_routing == "in_turn")
    call = replace(call, routed=routed.record)
    first = await tuned.first(job, call, chosen)
    before: Target | None = first.active.target if first.active is not None else None
    if first.value is not None and before is not None:
        return await _beside(job, call, first.value, before, chosen)
    for target in routed.targets:
        if target == OFFLINE:
            break
        found = await _try(job, call, target, str(before) if before else None, chosen)
        if found is not None:
            return await _beside(job, call, found, target, chosen)
        before = target
    value = await _offline(job, call, str(before) if before else None)
    return await _beside(job, call, value, OFFLINE, chosen)


async def _opinion(job: judging.Judging, call: Call, written_by: str | None) -> Judged | None:
    """Go down the chain until a model answers; the built-in one is left out."""
    earlier = await calls.earlier_answer(call)
    if earlier is not None:
        return job.load(earlier)
    chosen = await connections.latest()
    routed = await routing.decide(job.seen(), chosen.model, in_turn=chosen.model_routing == "in_turn")
    call = replace(call, routed=routed.record)
    until = time.monotonic() + chosen.model_timeout_seconds
    first = await tuned.first(job, call, chosen)
    before: Target | None = first.active.target if first.active is not None else None
    if first.value is not None and before is not None:
        return await _beside(job, call, first.value, before, chosen)
    for target in sorted(routed.targets, key=lambda one: str(one) == written_by):
        if target == OFFLINE:
            continue
        if time.monotonic() > until:
            return None
        found = await _try(job, call, target, str(before) if before else None, chosen)
        if found is not None:
            return await _beside(job, call, found, target, chosen)
        before = target
    return None


async def _beside(job: Job[T], call: Call, value: T, by: Target, chosen: Settings) -> T:
    """The answer as it is; a candidate in shadow is asked too."""
    await tuned.beside(job, call, value, str(by), chosen)
    return value


async def _offline(job: Job[T], call: Call, fallback_from: str | None) -> T:
    started_at, began = now(), time.perf_counter()
    value = await asyncio.to_thread(job.offline)  # it computes for tens of milliseconds; the loop has others to serve
    seconds = time.perf_counter() - began
    await calls.record(call, OFFLINE, fallback_from, job.dump(value), started_at, seconds)
    return value


async def _try(job: Job[T], call: Call, target: Target, fallback_from: str | None, chosen: Settings) -> T | None:
    """Ask one of the configured models. None: it gave no usable answer, and the row says why."""
    from cofounder.models import remote

    async def finish(output: Any) -> T:
        return job.finish(output, target)

    request = remote.Request(job.instructions(), job.prompt(), job.output, job.most)
    return await asking.ask(job, asking.Asked(call, target, fallback_from, chosen), request, finish)
