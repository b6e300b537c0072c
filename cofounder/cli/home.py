"""The product opened in this process: database up, schema current, services wired; a worker where none lives."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
SAMPLE = "sample"
_KEEP = "database.keep"
# A sample company sends nothing and mixes with nothing, whatever the environment names.
_NOT_FOR_SAMPLES = ("DATABASE_URL", "COFOUNDER_DATABASE_URL", "COFOUNDER_SMTP_HOST", "COFOUNDER_EMAIL_RECIPIENTS")


def folder() -> Path:
    """The home in use."""
    from cofounder.kit import postgres

    return postgres.default_home()


def sample_folder() -> Path:
    """The sample company's own home: `sample` in COFOUNDER_HOME where that is set, else beside the default home."""
    from cofounder.settings import settings

    if settings().home is not None:
        return folder() / SAMPLE
    default = folder()
    return default.with_name(f"{default.name}-{SAMPLE}")


def use_sample() -> Path:
    """Make the sample's home the home of this process and of those it starts."""
    from cofounder.business import sample
    from cofounder.settings import settings

    chosen = sample_folder()
    for name in _NOT_FOR_SAMPLES:
        os.environ.pop(name, None)
    os.environ["COFOUNDER_HOME"] = str(chosen)
    os.environ.setdefault("COFOUNDER_COMPANY", sample.NAME)
    settings.cache_clear()
    return chosen


def embedded() -> bool:
    """Whether the database is ours to start and stop."""
    from cofounder.settings import settings

    return settings().database_url is None


def keep_database(wanted: bool) -> None:
    """Let the embedded server run on when nobody uses it (`db start`), or no longer."""
    mark = folder() / _KEEP
    if wanted:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def leave_database() -> None:
    """Stop the embedded server when we were its last user and nobody asked to keep it. Blocks."""
    from cofounder.kit import postgres

    if embedded() and not (folder() / _KEEP).exists():
        postgres.stop_if_idle(folder())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end on a loop of its own."""
    return asyncio.run(work)


@asynccontextmanager
async def opened(*, quiet: bool = True) -> AsyncIterator[None]:
    """Database, schema and tools at hand inside the block; the embedded server stops when we were its last user."""
    from cofounder import app
    from cofounder.flow.plan.tools import registry
    from cofounder.kit import db, log
    from cofounder.settings import settings

    # Events belong in the log of a server; a command says what matters in its own words.
    log.configure("ERROR" if quiet and settings().log_level.upper() != "DEBUG" else settings().log_level)
    await app.open_database()
    app.wire()
    try:
        yield
    finally:
        await registry.close()
        await db.dispose()
        await asyncio.to_thread(leave_database)


@asynccontextmanager
async def worked(*, needed: bool = True) -> AsyncIterator[bool]:
    """Somebody carries tasks out inside the block: the worker that lives, else this process. True: it is us."""
    from cofounder import app
    from cofounder.kit import db
    from cofounder.ops import health

    async with db.transaction() as session:
        lives = bool(await health.workers(session))
    if lives or not needed:
        yield False
        return
    async with app.working():
        yield True
