"""Ask one model, and put what came of it on record."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from cofounder.models import budgets, calls, resting
from cofounder.models.calls import Call
from cofounder.models.chain import Target
from cofounder.models.jobs import Job, T
from cofounder.settings import Settings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asked:
    """What one call is about: whom it falls back from, and the settings of the moment."""

    call: Call
    target: Target
    fallback_from: str | None
    chosen: Settings


async def ask(job: Job[T], asked: Asked, request: Any, finish: Callable[[Any], Awaitable[T]]) -> T | None:
    """Ask one model. None: it could not be asked or gave no usable answer, and the row says why.

    `request` is a remote.Request; `finish` makes the result of its output, and raises ValueError where it cannot.
    """
    from cofounder.models import providers, remote

    call, target, chosen = asked.call, asked.target, asked.chosen
    try:
        reason = await resting.why(target) or remote.too_long(target, chosen, request)
        if reason is None:
            intended = await calls.intend(call, target, asked.fallback_from, remote.at_most(target, request))
    except providers.ProviderNotReady as error:
        reason = " ".join(filter(None, [error.detail, error.advice]))
    except budgets.OverBudget as error:
        reason = str(error)
    if reason is not None:
        await calls.skip(call, target, asked.fallback_from, reason)
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
        value = await finish(answered.output)
    except ValueError as error:
        await _failed(intended, f"unusable: {error}", answered.spent, target, call)
        return None
    await calls.answer(intended, job.dump(value), answered.spent)
    return value


async def _failed(intended: calls.Intended, reason: str, spent: calls.Spent, target: Target, call: Call) -> None:
    await calls.fail(intended, reason, spent)
    resting.forget()
    _log.warning("model_failed", model=str(target), scope=call.scope, reason=reason)
