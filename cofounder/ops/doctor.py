"""What is in order, what is missing, what expires soon, and how to mend it.

Channels and models lie to the left: whoever asks adds what those say.
"""

import os
import platform
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import postgres
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.ops import health, queries
from cofounder.ops.watchdog import KIND
from cofounder.people import list_keys
from cofounder.settings import settings

State = Literal["ok", "missing", "expires", "failed"]
SOON = timedelta(days=14)
HANGS = timedelta(hours=1)
ENOUGH_BYTES = 1_000_000_000


class Finding(BaseModel):
    """One thing that was looked at. `missing` is no fault: the product does without, and `detail` says how."""

    name: str
    state: State
    detail: str
    mend: str = ""
    source: Literal["environment", "settings", "default"] | None = Field(
        default=None, description="Where it comes from, of what is set and not only looked at."
    )
    change: str = Field(default="", description="How to set it otherwise.")


async def run(session: AsyncSession) -> list[Finding]:
    """Look at everything that can be looked at from inside."""
    return [
        python(),
        *home(),
        *await database(session),
        await worker(session),
        *await keys(session),
        *await unclear(session),
        *await unrecorded(session),
        *await stalled(session),
    ]


def without_database(error: CofounderError) -> list[Finding]:
    """What can be said where the database, or the home that it lies in, cannot be opened."""
    if error.field == "COFOUNDER_HOME":
        place = [Finding(name="Home", state="failed", detail=error.detail, mend=error.advice)]
        reason, mend = "It lies in the home.", error.advice
    else:
        place, reason, mend = home(), error.detail, error.advice
        if error.field == "DATABASE_URL":
            reason = f"{error.field}: {reason}"
    waits = "Not known without the database."
    return [
        python(),
        *place,
        Finding(name="Database", state="failed", detail=reason, mend=mend),
        *(
            Finding(name=name, state="missing", detail=waits)
            for name in ("Schema", "Vector search", "Worker", "API keys")
        ),
    ]


def python() -> Finding:
    return Finding(name="Python", state="ok", detail=f"{platform.python_version()} at {sys.executable}")


def home() -> list[Finding]:
    """The home can be written and has room."""
    folder = _existing(postgres.default_home())
    found = [Finding(name="Home", state="ok", detail=str(postgres.default_home()))]
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return [
            Finding(
                name="Home",
                state="failed",
                detail=f"{folder} cannot be written.",
                mend="Set COFOUNDER_HOME to a folder of yours.",
            )
        ]
    free = shutil.disk_usage(folder).free
    enough = free >= ENOUGH_BYTES
    found.append(
        Finding(
            name="Disk",
            state="ok" if enough else "failed",
            detail=f"{free / 1e9:,.1f} GB free",
            mend="" if enough else "Make room: the database and the outbox live there.",
        )
    )
    return found


async def database(session: AsyncSession) -> list[Finding]:
    """The server, its schema, and how similar content is searched."""
    seen = await health.database(session)
    kind = "embedded" if settings().database_url is None else "from DATABASE_URL"
    return [
        Finding(name="Database", state="ok", detail=f"PostgreSQL {seen.version}, {kind}"),
        Finding(
            name="Schema",
            state="ok" if seen.current else "failed",
            detail=f"{settings().database_schema} at {seen.revision}, newest {seen.newest}",
            mend="" if seen.current else "cofounder db migrate",
        ),
        Finding(
            name="Vector search",
            state="ok" if seen.vector else "missing",
            detail="pgvector is there"
            if seen.vector
            else "No pgvector: similar content is searched exactly, which is slower on much data.",
        ),
    ]


async def worker(session: AsyncSession) -> Finding:
    living = await health.workers(session)
    if living:
        return Finding(
            name="Worker",
            state="ok",
            detail=f"{len(living)} alive, process {', '.join(str(one.process_id) for one in living)}",
        )
    return Finding(
        name="Worker",
        state="missing",
        detail="None runs. The command line runs one when it needs one; tasks from the API wait."
        " Where cofounder up runs, it puts another in the place of one that hangs, within some minutes.",
        mend="cofounder up",
    )


async def keys(session: AsyncSession) -> list[Finding]:
    """Valid keys, and those that end soon."""
    moment = now()
    valid = [
        key
        for key in await list_keys(session)
        if key.revoked_at is None and (key.expires_at is None or key.expires_at > moment)
    ]
    if not valid:
        return [
            Finding(
                name="API keys",
                state="missing",
                detail="No key: people sign in, programs cannot call the API yet.",
                mend="Make one in Settings, or: cofounder keys create NAME --role approver",
            )
        ]
    found = [Finding(name="API keys", state="ok", detail=f"{len(valid)} valid: {', '.join(key.name for key in valid)}")]
    found += [
        Finding(
            name=f"Key {key.name}",
            state="expires",
            detail=f"ends {key.expires_at:%Y-%m-%d}",
            mend="cofounder keys create NAME --role " + key.role,
        )
        for key in valid
        if key.expires_at is not None and key.expires_at - moment < SOON
    ]
    return found


async def unclear(session: AsyncSession) -> list[Finding]:
    """Effects whose outcome nobody knows: they wait for a person and are never repeated."""
    unknown = await queries.unknown_effects(session)
    if not unknown:
        return []
    return [
        Finding(
            name="Unknown outcomes",
            state="failed",
            detail=f"{len(unknown)} sent and not confirmed, the first on {unknown[0].intended_at:%Y-%m-%d}.",
            mend="See which: cofounder tasks --status publishing. Look at the channel, then: cofounder task ID --resolve",
        )
    ]


async def unrecorded(session: AsyncSession) -> list[Finding]:
    """Publications that hang while they are sent, and those that are out without a post."""
    hanging, lacking = await queries.unrecorded_publications(session, now() - HANGS)
    found, logs = [], f"see the worker's log in {postgres.default_home() / 'logs'}"
    if hanging:
        detail = f"{len(hanging)} being sent for more than an hour, the first for task {hanging[0]}."
        mend = f"Why: {logs}. How it stands: cofounder task {hanging[0]}"
        found.append(Finding(name="Publications that hang", state="failed", detail=detail, mend=mend))
    if lacking:
        detail = f"{len(lacking)} are out without a post that learning counts, the first for task {lacking[0]}."
        found.append(Finding(name="Posts not recorded", state="failed", detail=detail, mend=f"Why: {logs}."))
    return found


async def stalled(session: AsyncSession) -> list[Finding]:
    """Tasks that should move and do not, each with what was done about it."""
    return [
        Finding(
            name="A task that does not move",
            state="failed",
            detail=f"{alert.subject}: {alert.detail}",
            mend=f"cofounder task {alert.subject}",
        )
        for alert in await queries.alerts(session, KIND)
    ]


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
