"""Ask the tuned model of a role, and keep what it said beside what was used.

The active one is asked before the configured models; a candidate in shadow is asked beside them, for tasks only, within
a limit of its own and the budgets of all, and whatever becomes of it changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.models import budgets, calls, prices
from cofounder.models import queries as call_queries
from cofounder.models.asking import Asked, ask
from cofounder.models.calls import Call, Spent
from cofounder.models.intent import Intent
from cofounder.models.jobs import Job, T, Tuned
from cofounder.models.registry import queries, using
from cofounder.models.registry.using import Using
from cofounder.settings import Settings

PlanCheck = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
SHADOW = "shadow:"  # scopes of a candidate's calls begin so
_SHORTEST_TEXT = 256  # tokens that a writer may answer with at the least, as jobs.Writing says
MOST_IN_SHADOW = 8  # of one process; a candidate that is slower than the work is not asked about all of it

_log = structlog.get_logger(__name__)
_check: list[PlanCheck] = []
_shadows: "set[asyncio.Task[None]]" = set()


def check_plans_with(check: PlanCheck) -> None:
    """Name who holds a plan against the tools that are there. It gives the plan back, or raises InputInvalid."""
    _check[:] = [check]


@dataclass(frozen=True)
class First(Generic[T]):
    """What the active model of a role answered; `active` none: there is none, or it learned nothing of the job."""

    value: T | None
    active: Using | None


async def first(job: Job[T], call: Call, chosen: Settings) -> First[T]:
    """Ask the active model of the job's role, where there is one."""
    active = await using.active(job.role)
    words = job.to_tuned() if active is not None else None
    if active is None or words is None:
        return First(None, None)
    kept: list[dict[str, Any]] = []
    call = replace(call, routed=_first_in(call.routed, active))

    async def finish(output: Any) -> T:
        try:
            read = await _read(job, output.text, active)
        except ValueError as error:
            kept.append({"usable": False, "why": str(error)[:1000], "said": {"text": output.text[:20_000]}})
            raise
        kept.append({"usable": True, "why": None, "said": read.said})
        return read.value

    value = await ask(job, Asked(call, active.target, None, chosen), request_of(job, words, active), finish)
    own = await asyncio.to_thread(job.offline) if job.role == "planner" else None
    for one in kept:
        await _keep(job, call, active, "active", one, own, "offline")
    return First(value, active)


def _first_in(routed: dict[str, Any] | None, active: Using) -> dict[str, Any]:
    """The record of who is asked in which order, with the tuned model before the others."""
    said = routed or {}
    name = str(active.target)
    why = f"{name} is the active {active.role}. {said.get('why', '')}".strip()
    return {**said, "rule": "tuned", "why": why, "order": [name, *said.get("order", [])]}


def request_of(job: Job[Any], words: str, model: Using) -> Any:
    """What a tuned model is sent: its own system prompt, and the words as in its training lines."""
    from cofounder.models.remote import Request
    from cofounder.models.trained import MOST_ANSWERED, MOST_READ, READS, Plain

    # It learned answers of a known size and has no thoughts before them: one that does not end is cut off soon.
    most = min(job.most, MOST_READ if model.system == READS else MOST_ANSWERED.get(model.role, job.most), job.longest)
    return Request(model.system, words, Plain, most)


async def _read(job: Job[T], text: str, model: Using) -> Tuned[T]:
    """Raises ValueError where the answer cannot be used; a plan is held against the tools."""
    read = job.from_tuned(text, model.target)
    if read.plan is None or not isinstance(read.value, Intent):
        return read
    if read.value.reject_reason is not None:
        return read
    plan = read.plan
    for check in _check:
        try:
            plan = await check(plan)
        except CofounderError as error:
            raise ValueError(f"the plan does not hold: {error.detail}") from None
    return Tuned(read.value.model_copy(update={"plan": plan}), read.said, plan)


async def _keep(
    job: Job[T],
    call: Call,
    model: Using,
    kind: str,
    found: dict[str, Any],
    beside: T | None,
    by: str,
    spent: Spent | None = None,
) -> None:
    """Put a comparison on record."""
    agreed = job.agreement(found["said"], beside) if found["usable"] and beside is not None else {}
    spent = spent or Spent()
    values = {
        "id": new_id(),
        "model_id": model.id,
        "role": job.role,
        "kind": kind,
        "task_id": call.task_id,
        "scope": f"{call.scope}:{call.number}",
        "beside": job.beside(beside, by) if beside is not None else {},
        "agreed": agreed,
        "tokens_in": spent.tokens_in,
        "tokens_out": spent.tokens_out,
        "cost_usd": spent.cost_usd,
        "seconds": spent.seconds,
        "at": now(),
        **found,
    }
    async with db.transaction(durable=False) as session:
        await queries.compare(session, values)


async def beside(job: Job[T], call: Call, value: T, by: str, chosen: Settings) -> None:
    """Let a candidate in shadow answer too, without anybody waiting for it."""
    model = await using.shadow(job.role) if call.task_id is not None else None
    words = job.to_tuned() if model is not None else None
    if model is None or words is None or len(_shadows) >= MOST_IN_SHADOW:
        return
    task = asyncio.create_task(_shadow(job, call, words, model, value, by, chosen), name="shadow")
    _shadows.add(task)
    task.add_done_callback(_shadows.discard)


async def _shadow(job: Job[T], call: Call, words: str, model: Using, value: T, by: str, chosen: Settings) -> None:
    try:
        found = await _ask_in_shadow(job, call, request_of(job, words, model), model, chosen)
        if found is not None:
            await _keep(job, call, model, "shadow", found[0], value, by, found[1])
    except Exception as error:  # a candidate in shadow must not disturb anything
        _log.info("shadow_failed", model=str(model.target), error=f"{type(error).__name__}: {error}")


async def _ask_in_shadow(
    job: Job[Any], call: Call, request: Any, model: Using, chosen: Settings
) -> tuple[dict[str, Any], Spent] | None:
    """(what came of it, what it took); None: it was not asked, and the row of the call says why.

    The call stands on record before it leaves, as one of no task: it takes nothing of the task's budget, and what it
    costs is no part of what the task cost.
    """
    from cofounder.models import providers, remote

    payload = {"task_id": str(call.task_id), "scope": call.scope, "number": call.number}
    scope = f"{SHADOW}{call.task_id}:{call.scope}"
    beside = Call(job.role, payload, None, scope, call.number, call.version)
    try:
        reason = remote.too_long(model.target, chosen, request)
        most = remote.at_most(model.target, request)
        intended = None if reason else await calls.intend(beside, model.target, None, most, own=own_limit(model))
    except providers.ProviderNotReady as error:
        reason, intended = " ".join(filter(None, [error.detail, error.advice])), None
    except budgets.OverBudget as error:
        reason, intended = str(error), None
    if intended is None:
        await calls.skip(beside, model.target, None, reason or "it was asked already")
        return None
    try:
        answered = await remote.ask(model.target, chosen, request)
    except remote.NoUsableAnswer as error:
        why = calls.without_keys(str(error), chosen)
        await calls.fail(intended, why, error.spent)
        return {"usable": False, "why": why, "said": None}, error.spent
    try:
        read = await _read(job, answered.output.text, model)
    except ValueError as error:
        await calls.fail(intended, f"unusable: {error}"[:1000], answered.spent)
        return {"usable": False, "why": str(error)[:1000], "said": None}, answered.spent
    await calls.answer(intended, {}, answered.spent)
    return {"usable": True, "why": None, "said": read.said}, answered.spent


def own_limit(model: Using) -> budgets.Own:
    """What a candidate may cost in shadow in a day."""
    name = f"of the {prices.dollars(model.daily_usd)} a day that it may cost in shadow"
    return budgets.Own(str(model.target), SHADOW, Decimal(str(model.daily_usd)), name)


@dataclass(frozen=True)
class Shadowing:
    """How a candidate in shadow stands today, USD."""

    daily_usd: Decimal
    spent_usd: Decimal  # with what is reserved
    least_usd: Decimal | None  # that a call reserves at the least; None where no price is known
    not_asked: int
    why_not: str | None  # of the newest that was not asked

    @property
    def warning(self) -> str | None:
        """Why it will never be asked, where that is known beforehand."""
        if self.least_usd is None or self.least_usd <= self.daily_usd:
            return None
        least, limit = prices.dollars(self.least_usd), prices.dollars(self.daily_usd)
        words = f"A call may cost {least} or more, and {limit} a day is its limit: it is never asked."
        return f"{words} Give it a higher limit."


async def shadowing(session: AsyncSession, model: Using) -> Shadowing:
    """What a candidate's limit of today is used for, and what kept it from being asked."""
    own = own_limit(model)
    not_asked, why = await call_queries.skipped(session, own.model, own.scopes, budgets.start_of_day())
    return Shadowing(own.daily_usd, await own.spent(session), _least(model), not_asked, why)


def _least(model: Using) -> Decimal | None:
    """What is reserved for the shortest question, and for an answer as long as the shortest form allows."""
    from cofounder.models.trained import MOST_ANSWERED, MOST_READ, READS

    most = MOST_READ if model.system == READS else MOST_ANSWERED.get(model.role, _SHORTEST_TEXT)
    return prices.cost(model.target, prices.tokens_in(model.system), most)


async def settled() -> None:
    """Wait until what runs in shadow here has come to its end."""
    mine = [one for one in _shadows if one.get_loop() is asyncio.get_running_loop()]
    if mine:
        await asyncio.wait(mine)


async def stop() -> None:
    """Let go of what runs in shadow here."""
    for one in list(_shadows):
        if one.get_loop() is asyncio.get_running_loop():
            one.cancel()
            await asyncio.gather(one, return_exceptions=True)
