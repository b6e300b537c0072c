"""Hand a job over to its target: once, however often it is tried and whoever is killed at it."""

import asyncio
from typing import cast
from uuid import UUID

from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.jobs import preparing, queries, service, waiting
from cofounder.flow.train.jobs.tables import ENDED, FineTuningJob
from cofounder.flow.train.jobs.waiting import Going
from cofounder.flow.train.tuners.interface import (
    Asked,
    Hyper,
    Method,
    Tuner,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction


async def give(id: UUID) -> Going:
    """Give the job to its target, or find it there by its key. A target that is away is waited for.

    Raises TunerNotReady, TargetClosed, TunerRefused, and what writing the lines raises.
    """
    row = await _begun(id)
    if row is None:
        return False
    if row.remote_id is not None:
        return True
    tuner = await waiting.tuner_of(row)
    if row.state == "cancelling" and row.target != "local":  # here it is found by beginning it: that is its folder
        return await _not_wanted(row, tuner)
    try:
        remote = await tuner.create(await _asked(row, tuner))
    except TunerAway as error:
        return await waiting.away(id, error, "does not take it now")
    return await _taken(id, remote)


async def _begun(id: UUID) -> FineTuningJob | None:
    """The job, whose target may know of it from now on; none where it has ended."""
    async with transaction() as session:
        row = await queries.one(session, id, lock=True)
        if row is None or row.state in ENDED:
            return None
        if row.state == "cancelling" and row.remote_id is None and row.started_at is None:
            await waiting.end(session, row, "cancelled", "It was cancelled before it began.")
            return None
        row.started_at = row.started_at or now()
        return row


async def _not_wanted(row: FineTuningJob, tuner: Tuner) -> Going:
    """Cancelled while it was handed over: the target may have taken it, its answer lost, and then ends it itself."""
    try:
        remote = await tuner.find(row.id.hex)
    except (TunerAway, TunerNotReady, TunerRefused) as error:
        if not waiting.may_pass(error):
            raise
        return await waiting.away(row.id, error, "cannot be asked whether it took it")
    if remote is not None:
        return await _taken(row.id, remote)
    async with transaction() as session:
        row = await service.locked(session, row.id)
        await waiting.end(session, row, "cancelled", f"It was cancelled before {row.target} took it.")
    return False


async def _taken(id: UUID, remote: str) -> bool:
    async with transaction() as session:
        row = await service.locked(session, id)
        row.remote_id, row.note, row.away_since = remote, None, None
        if row.state == "queued":
            row.state = "running"
        await service.say(session, row, f"{row.target} took it as {remote}.")
    return True


async def _asked(row: FineTuningJob, tuner: Tuner) -> Asked:
    """The job as it is handed over; its lines are written again where this machine has none."""
    async with reading() as session:
        dataset = await datasets.ready(session, row.dataset_id)
    method = cast(Method, row.method)
    files = await preparing.written(dataset, tuner.formats.get(method), preparing.lines_of(row.key))
    folder = preparing.folder_of(row.id)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    return Asked(
        row.id.hex,  # not the key: one that failed is no answer to the next with the same settings
        row.role,
        row.base_model,
        method,
        Hyper(**row.hyper),
        row.model_name,
        files,
        folder,
    )
