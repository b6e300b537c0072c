"""How the running product is: what lives, what is wrong, and what it can reach."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import __version__
from cofounder.ops import connections, doctor, health, queries
from cofounder.ops.doctor import Finding
from cofounder.settings import settings

Part = Literal["models", "channels"]
_NO_WORKER = UUID(int=1)  # there is one at most, and no row of it
_looks: dict[Part, Callable[[], list[Finding]]] = {}


def look_with(part: Part, look: Callable[[], list[Finding]]) -> None:
    """Let a part to the left say how it stands. It opens no connection."""
    _looks[part] = look


class WorkerOut(BaseModel):
    """A process that carries tasks out."""

    model_config = ConfigDict(from_attributes=True)

    holder: str
    process_id: int
    started_at: datetime
    beat_at: datetime


class AlertOut(BaseModel):
    """Something that does not go as it should; `subject` is what it is about, such as a task's id."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    subject: str
    detail: str
    raised_at: datetime
    acted_at: datetime | None


class DatabaseOut(BaseModel):
    version: str
    embedded: bool
    schema_revision: str | None
    current: bool = Field(description="The schema is the one that this program wants.")
    vector_search: bool


class System(BaseModel):
    """`well` is false while an alert is open, an outcome is unknown, no worker lives or the schema is not current."""

    well: bool
    version: str
    database: DatabaseOut
    workers: list[WorkerOut]
    alerts: list[AlertOut]
    unknown_outcomes: int
    models: list[Finding]
    channels: list[Finding]


async def system(session: AsyncSession) -> System:
    """Everything that is known of the running product without going out of the house."""
    await connections.refresh(session)
    seen = await health.database(session)
    living = [WorkerOut.model_validate(one, from_attributes=True) for one in await health.workers(session)]
    alerts = [AlertOut.model_validate(one) for one in await queries.alerts(session)]
    if not living:  # nobody is there to raise it
        alerts.insert(0, await _no_worker(session))
    unknown = len(await queries.unknown_effects(session))
    return System(
        well=bool(living) and not alerts and not unknown and seen.current,
        version=__version__,
        database=DatabaseOut(
            version=seen.version,
            embedded=settings().database_url is None,
            schema_revision=seen.revision,
            current=seen.current,
            vector_search=seen.vector,
        ),
        workers=living,
        alerts=alerts,
        unknown_outcomes=unknown,
        models=await _look("models"),
        channels=await _look("channels"),
    )


async def _no_worker(session: AsyncSession) -> AlertOut:
    """That nothing is carried out, and what to do."""
    number, since = await queries.waiting(session)
    waiting = "No task waits now." if not number else f"{number:,} task{' waits' if number == 1 else 's wait'} for one."
    return AlertOut(
        id=_NO_WORKER,
        kind="no_worker",
        subject="worker",
        detail=f"No worker runs, so nothing is carried out. {waiting} Start it with: cofounder up. Where that runs, it"
        " puts another in the place of a worker that hangs, within some minutes; logs/worker.log in the home says more.",
        raised_at=since,
        acted_at=None,
    )


async def checks(session: AsyncSession) -> list[Finding]:
    """What `cofounder doctor` says."""
    await connections.refresh(session)
    return [*await doctor.run(session), *await _look("models"), *await _look("channels")]


async def _look(part: Part) -> list[Finding]:
    look = _looks.get(part)
    return await asyncio.to_thread(look) if look is not None else []
