"""What a job left at its target: show it, ask for it to be deleted, let the endpoint of a retired model rest."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.jobs import queries, service
from cofounder.flow.train.jobs.errors import (
    DeploymentRuns,
    JobGoesOn,
    JobMissing,
    NothingLeft,
    RemainsInUse,
    RemovalRuns,
)
from cofounder.flow.train.jobs.schemas import JobOut, RemainsOut
from cofounder.flow.train.jobs.tables import ENDED, FineTuningJob
from cofounder.flow.train.tuners import leaving
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.models import offered
from cofounder.models.registry import service as registry
from cofounder.people import Caller, audit

WORKFLOW = "removal"
What = Literal["all", "endpoint"]


async def shown(session: AsyncSession, id: UUID) -> RemainsOut:
    """What would go, what would stay, and what has to be done first. Raises JobMissing."""
    row = await queries.one(session, id)
    if row is None:
        raise JobMissing()
    model = await registry.of_job(session, id)
    first: str | None = None
    try:
        await _may_go(session, row)
    except CofounderError as refused:
        first = f"{refused.detail} {refused.advice or ''}".strip()
    return RemainsOut(
        target=row.target,
        goes=list(leaving.GOES[row.target]),
        stays=leaving.STAYS[row.target],
        first=first,
        model=registry.label(model) if model is not None else None,
        removal=row.removal,
    )


async def remove(session: AsyncSession, id: UUID, by: Caller) -> JobOut:
    """Begin to delete everything that a job left at its target. It may be asked for again, whatever became of it before.

    Raises JobMissing, JobGoesOn, DeploymentRuns, RemovalRuns, NothingLeft, RemainsInUse.
    """
    row = await service.locked(session, id)
    await _may_go(session, row)
    row.let_go_at = row.let_go_at or now()
    await _begin(session, row, "all", by)
    await audit(session, by.who, "job.remains_deleted", "job", str(id), {"target": row.target, "was": row.remote_id})
    await service.say(session, row, f"{by.told} asked for what is left of it {leaving.AT[row.target]} to be deleted.")
    return service.out(row)


async def of_model(session: AsyncSession, id: UUID) -> UUID:
    """The job that made a model of the registry. Raises ModelNotKnown, NothingLeft."""
    row = await registry.get(session, id)
    if row.job_id is None or await queries.one(session, row.job_id) is None:
        raise NothingLeft(f"{registry.label(row)} was registered by hand: nothing of it was made from here.")
    return row.job_id


async def rest(session: AsyncSession, id: UUID, by: Caller) -> None:
    """Begin to stop what costs while nobody asks a model that was retired, where its target has such a thing."""
    row = await queries.one(session, id, lock=True)
    if row is None or row.target not in leaving.RESTS or row.let_go_at is not None or _runs(row):
        return
    if (row.removal or {}).get("state") == "removed" and not _deployed_since(row):
        return
    await _begin(session, row, "endpoint", by)
    await service.say(session, row, f"{by.told} retired its model: {leaving.RESTS[row.target]} is being stopped.")


def _deployed_since(row: FineTuningJob) -> bool:
    """Was it made reachable again after it was stopped?"""
    return int((row.deployment or {}).get("number", 0)) > int((row.removal or {}).get("deployment", 0))


async def _begin(session: AsyncSession, row: FineTuningJob, what: What, by: Caller) -> None:
    number = int((row.removal or {}).get("number", 0)) + 1
    row.removal = {
        "state": "removing",
        "what": what,
        "number": number,
        "deployment": int((row.deployment or {}).get("number", 0)),
        "asked_at": now().isoformat(),
        "by": by.who,
        "by_role": by.role,
    }
    await durable.enqueue(session, WORKFLOW, f"{WORKFLOW}:{row.id}:{number}", str(row.id))


def _runs(row: FineTuningJob) -> bool:
    return (row.removal or {}).get("state") == "removing"


async def _may_go(session: AsyncSession, row: FineTuningJob) -> None:
    """Raises JobGoesOn, DeploymentRuns, RemovalRuns, NothingLeft, RemainsInUse."""
    if row.state not in ENDED:
        raise JobGoesOn(f"It is {row.state.replace('_', ' ')}.")
    if row.started_at is None:
        raise NothingLeft("It never began, so nothing of it was sent or made.")
    if (row.deployment or {}).get("state") == "deploying":
        raise DeploymentRuns("Its model is being deployed.")
    if _runs(row):
        raise RemovalRuns("It is being stopped." if (row.removal or {})["what"] == "endpoint" else "")
    await _unused(session, row)


async def _unused(session: AsyncSession, row: FineTuningJob) -> None:
    model = await registry.of_job(session, row.id)
    if model is not None and model.state != "retired":
        label = registry.label(model)
        used = [
            alias for alias, one in (await registry.aliases(session, model.role)).items() if one.model_id == model.id
        ]
        if "active" in used:
            raise RemainsInUse(
                f"{label} is the active {model.role}.",
                hint="Roll back, or make another one active; then retire it; then delete what is left of it.",
            )
        as_what = f", the {used[0]} {model.role}," if used else ""
        raise RemainsInUse(f"{label}{as_what} is in the registry, {model.state}.")
    named = _in_chain(row.result or {})
    if named is not None:
        raise RemainsInUse(
            f"The setting `model` names it: {named}.", hint="Take it out there, in Settings; then delete."
        )


def _in_chain(result: dict[str, Any]) -> str | None:
    """The entry of the chain of models that asks the provider's model itself, past the registry."""
    model = result.get("model")
    return next((str(one) for one in offered.configured() if one.name == model), None) if model else None
