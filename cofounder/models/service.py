"""Asks the configured models, best first, and records every call. The offline model ends the chain.

The offline model is called as a function here, not through Pydantic AI: its import takes most of a second and a run
through it several milliseconds, and a task on a machine without keys needs neither. Its row is the same.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.models import budgets, calls, jobs, queries
from cofounder.models.brief import Brief, Draft
from cofounder.models.calls import Call
from cofounder.models.chain import OFFLINE, Target
from cofounder.models.intent import Intent
from cofounder.models.jobs import Job, T
from cofounder.models.routing import service as routing
from cofounder.ops import connections
from cofounder.settings import Settings

_log = structlog.get_logger(__name__)


async def write(brief: Brief, *, task_id: UUID | None, scope: str, number: int = 1) -> Draft:
    """Write the text a brief asks for. The same call made again gives the answer it got."""
    job = jobs.Writing(brief)
    return await _answer(job, Call(job.role, job.payload(), task_id, scope, number, job.version))


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
    return await _answer(job, Call(job.role, job.payload(), task_id, scope, number, job.version))


@dataclass(frozen=True)
class TaskSpending:
    cost_usd: Decimal
    tokens_in: int
    tokens_out: int
    seconds: float
    calls: int


async def spent(session: AsyncSession, task_id: UUID) -> TaskSpending:
    """What a task's calls came to so far; what was reserved for a call without an answer counts."""
    return TaskSpending(*await queries.sums(session, task_id))


async def spent_on(session: AsyncSession, task_id: UUID, scope_prefix: str) -> Decimal:
    """USD that a task's calls in some scopes came to: "step:draft_linkedin:" is one step with all its turns."""
    return await queries.cost_of_scopes(session, task_id, scope_prefix)


async def cost_today(session: AsyncSession) -> Decimal:
    """USD spent on models since midnight UTC."""
    return await queries.cost_since(session, budgets.start_of_day())


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
            "state": row.state,
            "tokens_in": row.tokens_in,
            "tokens_out": row.tokens_out,
            "cost_usd": row.cost_usd,
            "seconds": row.seconds,
            "fallback_from": row.fallback_from,
            "error": row.error,
            "started_at": row.started_at,
        }
        for row in await queries.of_task(session, task_id)
    ]


async def _answer(job: Job[T], call: Call) -> T:
    """Go down the chain until a model answers."""
    earlier = await calls.earlier_answer(call)
    if earlier is not None:
        return job.load(earlier)
    chosen = await connections.latest()
    seen = await asyncio.to_thread(job.seen)  # an earlier reading of the words is looked at: tens of milliseconds
    routed = await routing.decide(seen, chosen.model, in_turn=chosen.model_routing == "in_turn")
    call = replace(call, routed=routed.record)
    before: Target | None = None
    for target in routed.targets:
        if target == OFFLINE:
            break
        found = await _try(job, call, target, str(before) if before else None, chosen)
        if found is not None:
            return found
        before = target
    return await _offline(job, call, str(before) if before else None)


async def _offline(job: Job[T], call: Call, fallback_from: str | None) -> T:
    started_at, began = now(), time.perf_counter()
    value = await asyncio.to_thread(job.offline)  # it computes for tens of milliseconds; the loop has others to serve
    seconds = time.perf_counter() - began
    await calls.record(call, OFFLINE, fallback_from, job.dump(value), started_at, seconds)
    return value


async def _try(job: Job[T], call: Call, target: Target, fallback_from: str | None, chosen: Settings) -> T | None:
    """Ask one model. None: it could not be asked or gave no usable answer, and the row says why."""
    from cofounder.models import providers, remote

    request = remote.Request(job.instructions(), job.prompt(), job.output, job.most)
    try:
        reason = remote.too_long(target, chosen, request)
        if reason is None:
            intended = await calls.intend(call, target, fallback_from, remote.at_most(target, request))
    except providers.ProviderNotReady as error:
        reason = " ".join(filter(None, [error.detail, error.advice]))
    except budgets.OverBudget as error:
        reason = str(error)
    if reason is not None:
        await calls.skip(call, target, fallback_from, reason)
        _log.info("model_skipped", model=str(target), scope=call.scope, reason=reason)
        return None
    if intended is None:
        earlier = await calls.earlier_answer(call)
        return job.load(earlier) if earlier is not None else None
    try:
        answered = await remote.ask(target, chosen, request)
    except remote.NoUsableAnswer as error:
        await _failed(intended, calls.without_keys(str(error), chosen), error.spent, target, call)
        return None
    try:
        value = job.finish(answered.output, target)
    except ValueError as error:
        await _failed(intended, f"unusable: {error}", answered.spent, target, call)
        return None
    await calls.answer(intended, job.dump(value), answered.spent)
    return value


async def _failed(intended: calls.Intended, reason: str, spent: calls.Spent, target: Target, call: Call) -> None:
    await calls.fail(intended, reason, spent)
    _log.warning("model_failed", model=str(target), scope=call.scope, reason=reason)
