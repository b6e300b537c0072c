"""Jobs: estimate, start, list, approve, cancel, deploy."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.jobs import preparing, queries
from cofounder.flow.train.jobs.errors import (
    DeploymentRuns,
    JobEnded,
    JobMissing,
    JobNotDone,
    JobNotWaiting,
    RemainsGone,
)
from cofounder.flow.train.jobs.schemas import (
    BaseModelOut,
    DeployIn,
    EstimateOut,
    JobEventOut,
    JobEvents,
    JobIn,
    JobList,
    JobOut,
    TargetOut,
    money,
)
from cofounder.flow.train.jobs.tables import ENDED, FineTuningJob
from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import CancelTooLate, Tuner, TunerRefused
from cofounder.kit import cursors, durable, live
from cofounder.kit.clock import now, stamp
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.models.registry.errors import ForceRefused, ReasonMissing
from cofounder.ops import connections
from cofounder.people import Caller, audit

TOPIC = "jobs"
WORKFLOW = "tuning"
DEPLOYMENT = "deployment"
STOPPED = "stopped by a person"  # remote_state of what failed only here, and was then ended there
LOST = ("tuner_away", "tuning_broke")  # how a job fails whose target may have it without us knowing its name there


async def targets() -> list[TargetOut]:
    """Every target as it stands today; those that can be asked are asked, all at once."""
    chosen = await connections.latest()
    tuners = [known.tuner(name, chosen) for name in known.TARGETS]
    found = await asyncio.gather(*(one.availability(now()) for one in tuners))
    return [
        TargetOut(
            target=tuner.target,
            standing=one.standing,
            reason=one.reason,
            until=one.until,
            privacy=one.privacy,
            checked=one.checked,
            methods=list(tuner.formats),
            models=[
                BaseModelOut(name=base.name, ends=base.ends, methods=list(base.methods), note=base.note)
                for base in one.models
            ],
        )
        for tuner, one in zip(tuners, found, strict=True)
    ]


async def estimate(asked: JobIn) -> EstimateOut:
    """What a job would take; nothing is started. Raises what `preparing.prepare` raises."""
    return await preparing.estimated(await preparing.prepare(asked))


async def start(asked: JobIn, by: Caller, *, rule_id: UUID | None = None) -> JobOut:
    """Start a job, or give the one that exists for this dataset and settings. Above the limit it waits for an approval.

    What learns from a version that keeps personal data takes it away: that is an admin's to begin, by name.

    Raises PersonalDataStays and what `preparing.prepare` raises.
    """
    found = await preparing.prepare(asked)
    kept = datasets.keeps_personal_data(found.row)
    if kept:
        datasets.may_have(found.row, by)
    told = await preparing.estimated(found)
    id = new_id()
    async with transaction() as session:
        if await queries.add(session, _values(id, asked, found, told, by, rule_id)):
            row = await locked(session, id)
            await datasets.used(session, found.row.id)
            details = {"target": row.target, "base_model": row.base_model, "dataset": str(row.dataset_id)}
            await audit(session, by.who, "job.asked", "job", str(id), details)
            if kept:
                await audit(session, by.who, "training.let_out", "export", row.target, {"job": str(id), **details})
            if row.state == "queued":
                await durable.enqueue(session, WORKFLOW, f"{WORKFLOW}:{id}", str(id))
            live.changed(session, TOPIC, id)
            return out(row)
        same = await queries.alive_with(session, found.key)
        if same is None:  # it failed in this very moment
            raise JobMissing("The job that existed for this has just ended; ask again.")
        return out(same, repeated=True)


def _values(
    id: UUID, asked: JobIn, found: preparing.Prepared, told: EstimateOut, by: Caller, rule_id: UUID | None
) -> dict[str, Any]:
    return {
        "id": id,
        "key": found.key,
        "target": found.tuner.target,
        "role": found.asked.role,
        "dataset_id": found.row.id,
        "dataset_hash": found.row.content_hash,
        "base_model": found.asked.base_model,
        "method": asked.method,
        "hyper": dict(found.asked.hyper.__dict__),
        "model_name": found.asked.model_name,
        "state": "waiting_approval" if told.needs_approval else "queued",
        "estimate": {
            "training_usd": money(told.training_usd),
            "serving_usd_month": money(told.serving_usd_month),
            "seconds": told.seconds,
            "basis": told.basis,
            "note": told.note,
            "advice": told.advice,
            "despite_end": asked.despite_end,
            "why_approval": told.why_approval or None,
        },
        "files": preparing.dataset_values(found.asked.files),
        "system_prompt": found.system_prompt,
        "note": told.why_approval or None,
        "begun_by": "rule" if rule_id else "person",
        "rule_id": rule_id,
        "created_by": by.who,
        "created_at": now(),
    }


async def locked(session: AsyncSession, id: UUID) -> FineTuningJob:
    """A job's row, nobody else's until the transaction ends. Raises JobMissing."""
    row = await queries.one(session, id, lock=True)
    if row is None:
        raise JobMissing()
    return row


async def get(session: AsyncSession, id: UUID) -> JobOut:
    """One job. Raises JobMissing."""
    row = await queries.one(session, id)
    if row is None:
        raise JobMissing()
    return out(row)


async def meant(session: AsyncSession, words: str) -> UUID:
    """The job that some words mean: its id, the start or end of it, or `last`. Raises JobMissing."""
    found = await queries.beginning_with(session, words.lower())
    if len(found) != 1:
        many = "More than one job's id begins or ends so." if found else f"{words[:60]!r} names no job."
        raise JobMissing(many, field="job")
    return found[0]


async def listed(
    session: AsyncSession,
    *,
    state: str | None = None,
    dataset_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> JobList:
    """Jobs, newest first. Raises PlaceUnclear."""
    before = datasets.place(cursor)
    found, total = await queries.page(session, state=state, dataset_id=dataset_id, before=before, limit=limit + 1)
    shown = found[:limit]
    more = cursors.coded(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
    return JobList(items=[out(row) for row in shown], next_cursor=more, total=total)


async def events(session: AsyncSession, id: UUID, *, after: int = 0, limit: int = 500) -> JobEvents:
    """What happened in a job, oldest first. Raises JobMissing."""
    await get(session, id)
    found = await queries.events(session, id, after, limit + 1)
    items = [
        JobEventOut(
            number=one.number,
            at=one.at,
            level=one.level,
            message=one.message,
            step=one.step,
            loss=one.loss,
            eval_loss=one.eval_loss,
        )
        for one in found[:limit]
    ]
    return JobEvents(items=items, more=len(found) > limit)


async def approve(session: AsyncSession, id: UUID, by: Caller) -> JobOut:
    """Let a job that costs more than the limit begin. Raises JobMissing, JobNotWaiting."""
    row = await locked(session, id)
    if row.state != "waiting_approval":
        raise JobNotWaiting(f"It is {row.state.replace('_', ' ')}.")
    row.state, row.approved_by, row.note = "queued", by.who, None
    await durable.enqueue(session, WORKFLOW, f"{WORKFLOW}:{id}", str(id))
    await audit(session, by.who, "job.approved", "job", str(id), {"estimate": row.estimate})
    await say(session, row, f"{by.told} approved it.")
    return out(row)


async def cancel(id: UUID, by: Caller) -> JobOut:
    """Ask for a job to stop; of one that failed here, whatever still runs of it at its target.

    Raises JobMissing, JobEnded, CancelTooLate, TunerAway, TunerRefused, TunerNotReady.
    """
    async with transaction() as session:
        row = await locked(session, id)
        lost = may_run(row)
        if row.state in ENDED and not lost:
            raise JobEnded(
                f"It {'was ' if row.state == 'cancelled' else ''}{row.state} at {stamp(row.finished_at or now())}."
            )
        remote, target, state = row.remote_id, row.target, row.state
        if remote is None and not lost:
            row.state = "cancelled" if state == "waiting_approval" else "cancelling"
            row.finished_at = now() if state == "waiting_approval" else None
            return await _cancelled(session, row, by)
    tuner = known.tuner(target, await connections.latest())
    if lost:
        return await _ended_there(id, tuner, remote or await tuner.find(id.hex), by)
    assert remote is not None
    if state != "cancelling":
        await tuner.cancel(remote)  # says no where it is too late; a kill after this is seen by whoever follows the job
    async with transaction() as session:
        row = await locked(session, id)
        if row.state in ENDED or row.state == "cancelling":
            return out(row)
        row.state = "cancelling"
        return await _cancelled(session, row, by)


def may_run(row: FineTuningJob) -> bool:
    """Did it fail only here, so that its target, which did not say that it ended, may go on with it?"""
    if row.state != "failed" or row.started_at is None or row.remote_state == STOPPED:
        return False
    code = (row.problem or {}).get("code")
    return code in LOST or (row.remote_id is not None and code != "training_failed")


async def _ended_there(id: UUID, tuner: Tuner, remote: str | None, by: Caller) -> JobOut:
    """End at its target what failed only here. It stays failed. Raises JobEnded, TunerAway, TunerRefused, TunerNotReady."""
    over = f"It failed, and nothing of it runs {'here' if tuner.target == 'local' else 'there'} any more."
    try:
        if remote is not None:
            await tuner.cancel(remote)
    except (CancelTooLate, TunerRefused) as error:
        if isinstance(error, TunerRefused) and error.extra.get("provider_status", 404) != 404:
            raise
        remote = None
    async with transaction() as session:
        row = await locked(session, id)
        row.remote_state = STOPPED
        if remote is None:
            await say(session, row, over)
        else:
            row.remote_id = row.remote_id or remote
            await audit(session, by.who, "job.cancelled", "job", str(id), {"at": tuner.target, "remote_id": remote})
            await say(session, row, f"{by.told} ended what still ran of it at its target, {remote}.")
        told = out(row)
    if remote is None:
        raise JobEnded(over)
    return told


async def _cancelled(session: AsyncSession, row: FineTuningJob, by: Caller) -> JobOut:
    await audit(session, by.who, "job.cancelled", "job", str(row.id), {})
    await say(session, row, f"{by.told} cancelled it.")
    if row.started_at is not None:
        await durable.wakeup(session, f"{WORKFLOW}:{row.id}", key=f"cancel:{row.id}")
    return out(row)


async def deploy(session: AsyncSession, id: UUID, asked: DeployIn, by: Caller) -> JobOut:
    """Begin to make a job's model reachable and to register it. Raises JobMissing, JobNotDone, DeploymentRuns, ReasonMissing, ForceRefused, RemainsGone."""
    row = await locked(session, id)
    if row.let_go_at is not None:
        raise RemainsGone(f"What was left of it was deleted, or is being deleted, since {stamp(row.let_go_at)}.")
    if row.state != "succeeded":
        raise JobNotDone(f"It is {row.state.replace('_', ' ')}.")
    if (row.deployment or {}).get("state") == "deploying":
        raise DeploymentRuns()
    if asked.set_active:
        ReasonMissing.unless_said(asked.reason)
    if asked.set_active and not by.may("admin"):
        raise ForceRefused(field="set_active")
    number = int((row.deployment or {}).get("number", 0)) + 1
    row.deployment = {
        "state": "deploying",
        "number": number,
        "model_name": asked.model_name or row.model_name,
        "role": asked.role or row.role,
        "set_active": asked.set_active,
        "reason": asked.reason,
        "by": by.who,
        "by_role": by.role,
    }
    await durable.enqueue(session, DEPLOYMENT, f"{DEPLOYMENT}:{id}:{number}", str(id))
    await audit(session, by.who, "job.deployed", "job", str(id), dict(row.deployment))
    await say(session, row, f"{by.told} asked for it to be deployed.")
    return out(row)


async def say(session: AsyncSession, row: FineTuningJob, message: str, level: str = "info") -> None:
    """Write down something that happened to a job whose row is locked."""
    blank = {"remote_id": None, "step": None, "loss": None, "eval_loss": None}
    await queries.add_events(session, row.id, [{**blank, "at": now(), "level": level, "message": message}])
    live.changed(session, TOPIC, row.id)


async def on_datasets(session: AsyncSession, ids: Sequence[UUID]) -> list[JobOut]:
    """The jobs that were made from any of these versions."""
    return [out(row) for row in await queries.on_datasets(session, ids)]


def out(row: FineTuningJob, *, repeated: bool = False) -> JobOut:
    """A row as it is shown."""
    cost, told = (row.result or {}).get("cost_usd"), row.estimate.get("training_usd")
    return JobOut(
        job_id=row.id,
        status=row.state,
        target=row.target,
        role=row.role,
        base_model=row.base_model,
        method=row.method,
        dataset_id=row.dataset_id,
        dataset_hash=row.dataset_hash,
        model_name=row.model_name,
        progress=row.share,
        loss=row.loss,
        eval_loss=row.eval_loss,
        settings=row.hyper,
        estimate={**row.estimate, **row.files},
        estimated_cost=None if told is None else Decimal(told),
        actual_cost=None if cost is None else Decimal(cost),
        duration_seconds=_seconds(row.started_at, row.finished_at),
        note=row.note,
        error=row.problem,
        result=row.result,
        deployment=row.deployment,
        removal=row.removal,
        may_run=may_run(row),
        remote_id=row.remote_id,
        begun_by=row.begun_by,
        created_by=row.created_by,
        created_at=row.created_at,
        approved_by=row.approved_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        repeated=repeated,
    )


def _seconds(begun: datetime | None, ended: datetime | None) -> float | None:
    return None if begun is None else ((ended or now()) - begun).total_seconds()
