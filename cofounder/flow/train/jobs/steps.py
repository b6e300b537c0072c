"""The workflows "tuning" (hand over, follow to the end) and "deployment" (make reachable, register)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.jobs import deploying, handing, queries, service, waiting
from cofounder.flow.train.jobs.tables import ENDED, FineTuningJob
from cofounder.flow.train.jobs.waiting import Going, TuningBroke
from cofounder.flow.train.tuners import figures
from cofounder.flow.train.tuners.interface import (
    CancelTooLate,
    Event,
    Progress,
    Tuner,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger
from cofounder.settings import settings

WORKFLOW, DEPLOYMENT = service.WORKFLOW, service.DEPLOYMENT
_A_LOOK_SECONDS = 20.0  # of one step; a restart loses no more of the watching
_DEPLOYING_AT_MOST = timedelta(hours=6)
log = logger(__name__)


@durable.workflow(WORKFLOW)
async def tuning(job_id: str) -> None:
    """Carry out one job."""
    try:
        going = await hand_over(job_id)
        while not isinstance(going, bool):
            await durable.wait("work", going)
            going = await hand_over(job_id)
        while going:
            going = await follow(job_id)
            if going:
                await durable.wait("work", await pause(job_id) if going is True else going)
    except durable.StepFailed as broken:
        await fail(job_id, broken.cause)


@durable.step("tuning.hand_over", attempts=8, interval_seconds=1.0)
async def hand_over(job_id: str) -> Going:
    """Give the job to its target, once: a repeat finds it there by its key. A number: to be tried again then."""
    return await handing.give(UUID(job_id))


@durable.step("tuning.follow", attempts=4, interval_seconds=1.0)
async def follow(job_id: str) -> Going:
    """Watch the job for a while."""
    id, until = UUID(job_id), asyncio.get_running_loop().time() + _A_LOOK_SECONDS
    while going := await _look(id):
        pause_seconds = await _pause(id) if going is True else going
        if asyncio.get_running_loop().time() + pause_seconds > until or durable.stopping():
            return going
        await asyncio.sleep(pause_seconds)
    return False


@durable.step("tuning.pause")
async def pause(job_id: str) -> float:
    """Seconds until the next look."""
    return await _pause(UUID(job_id))


async def _pause(id: UUID) -> float:
    async with reading() as session:
        row = await queries.one(session, id)
    if row is None:
        return settings().tuning_poll_seconds
    usual = waiting.pause_seconds(row.target)
    return min(usual, 1.0) if row.state == "cancelling" else usual


async def _look(id: UUID) -> Going:
    """One look at the target."""
    async with reading() as session:
        row = await queries.one(session, id)
        after = await queries.newest_event(session, id)
    if row is None or row.state in ENDED or row.remote_id is None:
        return False
    tuner = await waiting.tuner_of(row)
    try:
        if row.state == "cancelling":
            await _ask_to_stop(tuner, row)
        told, found = await _told(tuner, row.remote_id, after)
        result = await _result(tuner, row.remote_id, told) if told.state == "succeeded" else None
    except (TunerAway, TunerNotReady, TunerRefused) as error:
        if not waiting.may_pass(error):
            raise
        return await waiting.away(id, error, "cannot be asked how far it is")
    async with transaction() as session:
        row = await service.locked(session, id)
        if row.state in ENDED:  # while its target was asked
            return False
        await queries.add_events(session, id, [_event(one) for one in found])
        return await _take_in(session, row, told, found, result)


async def _told(tuner: Tuner, remote_id: str, after: str | None) -> tuple[Progress, list[Event]]:
    """How far the job is and what happened since. Raises what the tuner does; TunerAway for what nobody can read."""
    try:
        told, found = await tuner.progress(remote_id), await tuner.events(remote_id, after)
        return figures.progress(told), [figures.event(one) for one in found]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        log.warning("what a target told cannot be read", target=tuner.target, exc_info=True)
        raise TunerAway(f"{tuner.target} answered with what cannot be read: {type(error).__name__}.") from error


async def _ask_to_stop(tuner: Tuner, row: FineTuningJob) -> None:
    try:
        await tuner.cancel(row.remote_id or "")
    except CancelTooLate as late:
        await _note(row.id, f"It cannot be cancelled any more: {late.detail}")


async def _result(tuner: Tuner, remote_id: str, told: Progress) -> dict[str, Any]:
    left = await tuner.artifacts(remote_id)
    return {
        "kind": left.kind,
        "folder": str(left.folder) if left.folder else None,
        "model": left.remote or told.model,
        "details": figures.details(left.details),
        "trained_tokens": told.trained_tokens,
        "cost_usd": None if told.cost_usd is None else str(told.cost_usd),
    }


async def _take_in(
    session: AsyncSession, row: FineTuningJob, told: Progress, found: Sequence[Event], result: dict[str, Any] | None
) -> bool:
    row.remote_state, row.away_since = told.raw_state or told.state, None
    if told.share is not None:
        row.share = told.share
    for one in found:
        row.loss = one.loss if one.loss is not None else row.loss
        row.eval_loss = one.eval_loss if one.eval_loss is not None else row.eval_loss
    live.changed(session, service.TOPIC, row.id)
    if told.state == "succeeded":
        row.result, row.share = result, 1.0
        await waiting.end(session, row, "succeeded", "It succeeded.")
    elif told.state == "failed":
        why = told.error or "the target gave no reason"
        await waiting.end(session, row, "failed", f"It failed: {why}", TrainingFailed(why).problem())
    elif told.state == "cancelled":
        await waiting.end(session, row, "cancelled", "It was cancelled.")
    else:
        if row.state in ("queued", "running"):
            row.state, row.note = "running", None
        return True
    return False


class TrainingFailed(CofounderError):
    """The training failed at its target."""

    status = 502
    hint = "The events before it say more. Mend what is named and start it again."


def _event(one: Event) -> dict[str, Any]:
    return {
        "remote_id": one.id,
        "at": one.at,
        "level": one.level,
        "message": one.message[:2_000],
        "step": one.step,
        "loss": one.loss,
        "eval_loss": one.eval_loss,
    }


async def _note(id: UUID, message: str) -> None:
    async with transaction() as session:
        row = await service.locked(session, id)
        row.note = message[:2_000]
        live.changed(session, service.TOPIC, id)


@durable.step("tuning.fail", attempts=20, interval_seconds=0.5)
async def fail(job_id: str, problem: dict[str, Any] | None) -> None:
    """Write down why a job did not come to its end."""
    async with transaction() as session:
        row = await queries.one(session, UUID(job_id), lock=True)
        if row is not None and row.state not in ENDED:
            told = problem or TuningBroke().problem()
            await waiting.end(session, row, "failed", f"It failed: {told['detail']}", told)


@durable.workflow(DEPLOYMENT)
async def deployment(job_id: str) -> None:
    """Make one job's model reachable and register it; a provider may take an hour for that."""
    try:
        wait = await deploy(job_id)
        while wait is not None:
            await durable.wait("work", wait)
            wait = await deploy(job_id)
    except durable.StepFailed as broken:
        await not_deployed(job_id, broken.cause)


@durable.step("deployment.deploy", attempts=6, interval_seconds=2.0)
async def deploy(job_id: str) -> float | None:
    """Seconds until it is to be tried again; None: done. Raises TunerAway after a long while."""
    try:
        await deploying.carry_out(UUID(job_id))
    except TunerAway as away:
        if not await _may_wait(UUID(job_id), away.detail):
            raise
        return float(away.extra.get("retry_after") or settings().tuning_poll_seconds)
    return None


async def _may_wait(id: UUID, why: str) -> bool:
    """Note that a deployment is not there yet; false where it has taken too long."""
    async with transaction() as session:
        row = await service.locked(session, id)
        told = dict(row.deployment or {})
        since = datetime.fromisoformat(told.setdefault("waits_since", now().isoformat()))
        row.deployment = {**told, "note": why[:500]}
        live.changed(session, service.TOPIC, id)
    return now() - since < _DEPLOYING_AT_MOST


@durable.step("deployment.fail", attempts=20, interval_seconds=0.5)
async def not_deployed(job_id: str, problem: dict[str, Any] | None) -> None:
    """Write down why a model is not reachable."""
    async with transaction() as session:
        row = await queries.one(session, UUID(job_id), lock=True)
        if row is not None and (row.deployment or {}).get("state") == "deploying":
            told = problem or TuningBroke().problem()
            row.deployment = {**(row.deployment or {}), "state": "failed", "problem": told}
            await service.say(session, row, f"It was not deployed: {told['detail']}", "error")


async def set_aside(workflow_id: str) -> None:
    """End what is not tried any more; a workflow of another kind is let be."""
    kind, _, rest = workflow_id.partition(":")
    broke = TuningBroke("Five workers in a row died while they followed it.").problem()
    if kind == WORKFLOW:
        await fail(rest, broke)
    elif kind == DEPLOYMENT:
        await not_deployed(rest.partition(":")[0], broke)
