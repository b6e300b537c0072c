"""The workflow "removal": delete what a job left at its target, or stop what costs of a retired model.

A target is asked to delete what may be gone already, so an answer that a kill kept from us is asked for again.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cofounder.flow.train.jobs import deploying, preparing, queries, remains, service
from cofounder.flow.train.jobs.tables import FineTuningJob
from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import Remains, TunerAway, TunerNotReady, TunerRefused
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.ops import connections
from cofounder.people import audit
from cofounder.settings import settings

WORKFLOW = remains.WORKFLOW
_AT_MOST = timedelta(hours=6)  # a provider may be away; then a person is told, and may ask again


class RemovalBroke(CofounderError):
    """Deleting broke off."""

    status = 500
    hint = "The worker's log has the reason. Ask for it again: what is gone already is fine."


@durable.workflow(WORKFLOW)
async def removal(job_id: str) -> None:
    """Carry out what `job.removal` says; a provider may take a while for that."""
    try:
        wait = await remove(job_id)
        while wait is not None:
            await durable.wait("work", wait)
            wait = await remove(job_id)
    except durable.StepFailed as broken:
        await not_removed(job_id, broken.cause)


@durable.step("removal.remove", attempts=6, interval_seconds=2.0)
async def remove(job_id: str) -> float | None:
    """Seconds until it is to be tried again; None: it has ended. Raises TunerAway after a long while."""
    id = UUID(job_id)
    try:
        await _carry_out(id)
    except TunerAway as away:
        if not await _may_wait(id, away.detail):
            raise
        return float(away.extra.get("retry_after") or settings().tuning_poll_seconds)
    except (TunerRefused, TunerNotReady) as error:  # asked again at once it would say the same
        await _failed(id, error.problem())
    return None


async def _carry_out(id: UUID) -> None:
    """Raises TunerNotReady, TunerRefused, TunerAway."""
    async with reading() as session:
        row = await queries.one(session, id)
    if row is None or (row.removal or {}).get("state") != "removing":
        return
    what = (row.removal or {})["what"]
    tuner = known.tuner(row.target, await connections.latest())
    if what == "endpoint":
        found, stays = await tuner.rest(_left(row)), ""
    else:
        found, stays = True, await tuner.delete(_left(row))
    async with transaction() as session:
        row = await service.locked(session, id)
        told = dict(row.removal or {})
        if told.get("state") != "removing":
            return
        row.removal = {**told, "state": "removed", "done_at": now().isoformat(), "note": stays or None, "problem": None}
        await service.say(session, row, _words(what, found=found, stays=stays))
        by = deploying.caller_of(told).who
        await audit(session, by, f"job.{what}_removed", "job", str(id), {"target": row.target, "stays": stays or None})


def _words(what: str, *, found: bool, stays: str) -> str:
    if what == "endpoint":
        return "What served it is stopped." if found else "Nothing of it was running that had to be stopped."
    return f"What was left of it is deleted. {stays}".strip()


def _left(row: FineTuningJob) -> Remains:
    return Remains(row.id.hex, row.remote_id, (row.result or {}).get("model"), preparing.folder_of(row.id))


async def _may_wait(id: UUID, why: str) -> bool:
    """Note that it is not done yet; false where it has taken too long."""
    async with transaction() as session:
        row = await service.locked(session, id)
        told = dict(row.removal or {})
        row.removal = {**told, "note": why[:500]}
        live.changed(session, service.TOPIC, id)
    return now() - datetime.fromisoformat(told["asked_at"]) < _AT_MOST


@durable.step("removal.fail", attempts=20, interval_seconds=0.5)
async def not_removed(job_id: str, problem: dict[str, Any] | None) -> None:
    """Write down why something may still be there; it can be asked for again."""
    await _failed(UUID(job_id), problem or RemovalBroke().problem())


async def _failed(id: UUID, told: dict[str, Any]) -> None:
    async with transaction() as session:
        row = await queries.one(session, id, lock=True)
        if row is not None and (row.removal or {}).get("state") == "removing":
            row.removal = {**(row.removal or {}), "state": "failed", "problem": told, "note": None}
            what = "stopped" if (row.removal or {})["what"] == "endpoint" else "deleted"
            await service.say(session, row, f"It was not {what}, and may still cost: {told['detail']}", "error")


async def set_aside(workflow_id: str) -> None:
    """End what is not tried any more; a workflow of another kind is let be."""
    kind, _, rest = workflow_id.partition(":")
    if kind == WORKFLOW:
        broke = RemovalBroke("Five workers in a row died while they were at it.").problem()
        await not_removed(rest.partition(":")[0], broke)
