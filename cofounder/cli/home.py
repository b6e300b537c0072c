"""The product opened in this process: database up, schema current, services wired; a worker where none lives."""

import asyncio
import os
import re
import signal
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import Any, TextIO, TypeVar

from cofounder.kit.errors import CofounderError, InputInvalid

T = TypeVar("T")
SAMPLE = "sample"
_KEEP = "database.keep"
_LOG_BYTES = 5_000_000
# A sample company sends nothing and mixes with nothing, whatever the environment names.
_NOT_FOR_SAMPLES = re.compile(r"(COFOUNDER_)?DATABASE_URL|COFOUNDER_(SMTP|EMAIL)_\w+")
_SAMPLE_MARK = "sample.home"  # in the home of a sample company, whoever names it later


class HomeUnusable(InputInvalid):
    """The home cannot be used."""

    hint = "Set COFOUNDER_HOME, or --home, to a folder that you may write."


def folder() -> Path:
    """The home in use."""
    from cofounder.kit import postgres

    return postgres.default_home()


def make() -> Path:
    """The home, made for its owner alone where it is not there yet. Raises HomeUnusable.

    As uid 0 the server runs as a user of its own, who must pass through the home to its data folder: 0701 is the
    least that works. Nobody else can list or write the home, and what lies in it has modes of its own.
    """
    place = folder()
    if place.is_dir():
        return place
    try:
        for parent in reversed(place.parents):
            if not parent.exists():
                parent.mkdir(exist_ok=True)
                if os.geteuid() == 0:
                    parent.chmod(0o755)  # the database's user passes here too, whatever our umask says
        place.mkdir(mode=0o700)
        if os.geteuid() == 0:
            place.chmod(0o701)
    except FileExistsError:
        if place.is_dir():
            return place  # another process was faster
        raise HomeUnusable(f"{place} is a file, not a folder.", field="COFOUNDER_HOME") from None
    except OSError as error:
        raise HomeUnusable(f"{place} cannot be made: {error.strerror}.", field="COFOUNDER_HOME") from error
    return place


def sample_folder() -> Path:
    """The sample company's own home: `sample` in COFOUNDER_HOME where that is set, else beside the default home.

    A home that is a sample company's already is its own.
    """
    from cofounder.settings import settings

    if (folder() / _SAMPLE_MARK).exists():
        return folder()
    if settings().home is not None:
        return folder() / SAMPLE
    default = folder()
    return default.with_name(f"{default.name}-{SAMPLE}")


def use_sample() -> Path:
    """Make the sample's home the home of this process and of those it starts."""
    from cofounder.business import sample
    from cofounder.settings import settings

    chosen = sample_folder()
    if settings().home is not None:
        make()  # the sample's home lies in it
    os.environ["COFOUNDER_HOME"] = str(chosen)
    os.environ.setdefault("COFOUNDER_COMPANY", sample.NAME)
    settings.cache_clear()
    (make() / _SAMPLE_MARK).touch(mode=0o600)
    keep_apart()
    return chosen


def keep_apart() -> None:
    """Where the home is a sample company's: forget what the environment says of real databases and mail servers."""
    from cofounder.cli import out
    from cofounder.settings import settings

    left = sorted(name for name in os.environ if _NOT_FOR_SAMPLES.fullmatch(name))
    if not left or not (folder() / _SAMPLE_MARK).exists():
        return
    for name in left:
        del os.environ[name]
    settings.cache_clear()
    out.complain(f"A sample company sends and shares nothing, so these are left out here: {', '.join(left)}.")


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
    """Run a command's work to its end on a loop of its own. SIGTERM ends it in order, as Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        with suppress(CofounderError, OSError):
            leave_database()  # where the work was stopped before it could
        raise


def _interrupt(_: int, __: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


@asynccontextmanager
async def opened(*, tools: bool = False, quiet: bool = True) -> AsyncIterator[None]:
    """Database and schema at hand inside the block, and the agents' tools where asked for: they take a second to import.

    The embedded server stops when we were its last user.
    """
    from cofounder import app
    from cofounder.cli import database_url
    from cofounder.kit import db, log
    from cofounder.settings import settings

    database_url.check()
    make()
    try:
        await app.open_database()
        log.configure(settings().log_level, stream=_log_file() if quiet else None)
        async with _tools() if tools else nullcontext():
            yield
    finally:
        await db.dispose()
        await asyncio.to_thread(leave_database)


def _log_file() -> TextIO | None:
    """Where a command's events go: it says what matters in its own words. None: to standard error, as for DEBUG."""
    from cofounder.settings import settings

    if settings().log_level.upper() == "DEBUG":
        return None
    path = logs() / "commands.log"
    fresh = not path.exists() or path.stat().st_size > _LOG_BYTES
    return open(path, "w" if fresh else "a", encoding="utf-8", buffering=1, opener=for_owner)


def logs() -> Path:
    """Where logs are kept, for their owner alone: they may name people and what they asked for."""
    place = folder() / "logs"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.chmod(0o700)  # it may be older than this rule
    return place


def for_owner(path: str, flags: int) -> int:
    """Opens a file that only its owner may read; one that is there gets that mode."""
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


@asynccontextmanager
async def _tools() -> AsyncIterator[None]:
    from cofounder import app
    from cofounder.flow.plan.tools import registry

    app.wire()
    try:
        yield
    finally:
        await registry.close()


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
    async with _tools(), app.working():
        yield True
