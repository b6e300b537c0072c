"""Is the product well: the database answers, its schema is current, a worker lives."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import __version__
from cofounder.kit import db, migrate
from cofounder.kit.errors import CofounderError
from cofounder.ops import queries
from cofounder.ops.watchdog import KIND as STALLED

READY_SECONDS = 3.0


class SchemaBehind(CofounderError):
    """The database does not have the schema that this program wants."""

    status = 503
    hint = "Bring it up to date with: cofounder db migrate"


class Health(BaseModel):
    """The process is alive; nothing else is said."""

    status: str = Field(default="ok", examples=["ok"])
    version: str = Field(default=__version__, examples=["0.1.0"])


class Ready(BaseModel):
    """The server can take requests. Without a worker tasks wait."""

    status: str = Field(default="ready", examples=["ready"])
    version: str = __version__
    database: str = Field(examples=["18.4"])
    schema_revision: str
    workers: int
    stalled: int = Field(default=0, description="Tasks that should move and do not.")


@dataclass(frozen=True)
class Database:
    """What the database says about itself."""

    version: str
    revision: str | None
    newest: str | None
    vector: bool  # pgvector is there

    @property
    def current(self) -> bool:
        return self.revision is not None and self.revision == self.newest


@dataclass(frozen=True)
class Worker:
    holder: str
    process_id: int
    started_at: datetime
    beat_at: datetime


async def database(session: AsyncSession) -> Database:
    """Version and schema of the database that the session is connected to."""
    connection = await session.connection()
    version, vector, schema = await queries.about(session)
    revision, newest = await connection.run_sync(lambda plain: migrate.current(plain, schema))
    return Database(version.split(" ")[0], revision, newest, vector)


async def workers(session: AsyncSession) -> list[Worker]:
    """The workers that live now, longest first."""
    return [
        Worker(row.holder, row.process_id, row.started_at, row.beat_at)
        for row in await queries.leases(session, role="worker")
    ]


def health() -> Health:
    """What a process that answers at all can say."""
    return Health()


async def ready() -> Ready:
    """Whether requests can be taken, within three seconds. Raises SchemaBehind, DatabaseOutOfReach."""

    async def look() -> Ready:
        async with db.transaction(durable=False) as session:
            return await readiness(session)

    job = asyncio.create_task(look())
    try:
        done, _ = await asyncio.wait({job}, timeout=READY_SECONDS)
    finally:
        job.cancel()  # one that hangs cleans up behind us
    if not done:
        job.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        raise db.DatabaseOutOfReach("It does not answer.")
    return job.result()


async def readiness(session: AsyncSession) -> Ready:
    """Whether requests can be taken. Raises SchemaBehind with what is missing."""
    found = await database(session)
    if not found.current:
        raise SchemaBehind(
            f"The database's schema is at {found.revision or 'nothing'}; this program wants {found.newest}."
        )
    living = await workers(session)
    still = await queries.alerts(session, STALLED)
    return Ready(database=found.version, schema_revision=str(found.revision), workers=len(living), stalled=len(still))
