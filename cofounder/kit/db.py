"""One PostgreSQL: engine, session, transaction. Only this module commits.

Tables live in a schema of their own through the connection's search_path, so no table names it.
"""

import asyncio
import math
import ssl
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, MetaData, make_url
from sqlalchemy import exc as sql_errors
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from cofounder.kit import live, straight
from cofounder.kit.address import for_asyncpg
from cofounder.kit.errors import CofounderError
from cofounder.kit.pool import READ_ONLY, look_at_checkout

AWAY_SECONDS = 300.0  # so long whoever can begin anew waits for a database that does not answer
FOREVER = math.inf  # and whoever holds what is known nowhere else, until the process ends
AWAY_PAUSE_SECONDS = 0.5
CONNECT_SECONDS = 10.0

T = TypeVar("T")
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


class _Place:
    """Where the database is: set once per process by `connect`."""

    url: URL | None = None
    schema: str = "cofounder"


_Engines = dict[bool | None, AsyncEngine]  # by whether a commit waits for the disk; None: each statement commits itself
_engines: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Engines]" = weakref.WeakKeyDictionary()


def connect(url: str | URL, schema: str = "cofounder") -> None:
    """Name the database this process uses. Engines are made later, one per event loop."""
    parsed = make_url(url)
    _Place.url = parsed.set(drivername="postgresql+asyncpg")
    _Place.schema = schema


def place() -> tuple[URL, str]:
    """The database's address (asyncpg driver) and our schema."""
    if _Place.url is None:
        raise RuntimeError("No database is open. In a script: await cofounder.api.open_database() first")
    return _Place.url, _Place.schema


def schema() -> str:
    """Our schema's name, whether or not this process is connected yet."""
    return _Place.schema


def engine(*, durable: bool = True) -> AsyncEngine:
    """The engine of the running event loop. Commits of the one that is not durable do not wait for the disk."""
    mine = _engines.setdefault(asyncio.get_running_loop(), {})
    if durable not in mine:
        url, schema = place()
        asked = {"search_path": schema, "application_name": "cofounder"}
        if not durable:
            asked["synchronous_commit"] = "off"
        mine[durable] = create_async_engine(
            url,
            pool_size=10,  # one beyond these is opened and closed again, which costs as much as twenty statements
            max_overflow=6,
            pool_timeout=10,
            pool_use_lifo=True,
            hide_parameters=True,  # what people write does not belong into logs
            connect_args={"server_settings": asked, "timeout": CONNECT_SECONDS, "async_creator_fn": _open},
        )
        look_at_checkout(mine[durable].sync_engine)
    return mine[durable]


class NobodyAnswers(ConnectionError):
    """At the database's address nobody answers, or there is no way to it: no name, no route, no socket, no time."""


async def _open(*places: Any, **named: Any) -> Any:
    """Open a connection for the pools. Raises NobodyAnswers."""
    import asyncpg

    return await _reached(asyncpg.connect(*places, **for_asyncpg(named)))


async def _reached(connecting: Awaitable[Any]) -> Any:
    """Say in words that are known for an outage that nobody was reached; a certificate that does not fit is none."""
    try:
        return await connecting
    except OSError as error:  # TimeoutError and a name that is not known are among them
        if isinstance(error, ssl.SSLError | PermissionError) or error.filename is not None:
            raise
        raise NobodyAnswers(": ".join(filter(None, ["The database does not answer", str(error)]))) from error


async def connected(name: str) -> Any:
    """A connection of asyncpg's own beside the pools, which the server knows by this name; whoever asks closes it."""
    import asyncpg

    url, _ = place()
    _, options = engine().dialect.create_connect_args(url)
    return await _reached(asyncpg.connect(**for_asyncpg(options), server_settings={"application_name": name}))


async def dispose() -> None:
    """Close the running loop's connections."""
    for found in _engines.pop(asyncio.get_running_loop(), {}).values():
        await found.dispose()


class _Session(AsyncSession):
    """A transaction whose kept statements are asked straight of its connection, once it has begun there."""

    _driver: Any = None

    async def execute(self, statement: Any, params: Any = None, **named: Any) -> Any:
        if not named and straight.is_kept(statement, params) and await self._has_begun():
            plan = straight.plan(statement, self._dialect)
            if plan.loose or not plan.whole:  # other whole rows are the session's, which writes what is changed in them
                if not plan.is_text and (self.new or self.dirty or self.deleted):
                    await self.flush()
                return await plan.ask(self._driver, params)
        return await super().execute(statement, params, **named)

    async def _has_begun(self) -> bool:
        if self._driver is None:
            connection = await self.connection()
            self._dialect = connection.dialect
            self._driver = (await connection.get_raw_connection()).driver_connection
        return bool(self._driver.is_in_transaction())

    async def scalar(self, statement: Any, params: Any = None, **named: Any) -> Any:
        return (await self.execute(statement, params, **named)).scalar()

    async def scalars(self, statement: Any, params: Any = None, **named: Any) -> Any:
        return (await self.execute(statement, params, **named)).scalars()


class _Statements(_Session):
    """Statements that each commit by themselves; for a kept one a connection is taken and given back."""

    async def execute(self, statement: Any, params: Any = None, **named: Any) -> Any:
        if named or not straight.is_kept(statement, params):
            return await AsyncSession.execute(self, statement, params, **named)
        pool = _statements()
        raw = await pool.raw_connection()
        try:
            return await straight.plan(statement, pool.dialect).ask(raw.driver_connection, params)
        except BaseException as error:
            if not isinstance(error, Exception) or getattr(error, "sqlstate", None) == READ_ONLY:
                raw.invalidate()  # the answer to one that was cut off may still come
            raise
        finally:
            raw.close()


@asynccontextmanager
async def _single() -> AsyncIterator[AsyncSession]:
    session = _Statements(_statements(), expire_on_commit=False, autoflush=False)
    try:
        yield session
    finally:
        await _close(session)


async def _close(session: AsyncSession) -> None:
    """Let go of the connection that a session may have, and of its rows; a session without one need not be awaited."""
    if session.in_transaction():
        await asyncio.shield(session.close())
    else:
        session.expunge_all()


@asynccontextmanager
async def transaction(*, durable: bool = True) -> AsyncIterator[AsyncSession]:
    """A session that commits when the block ends well and rolls back when it does not.

    `durable=False` does not wait for the disk: right for what a restart would do again anyway (progress, claims).
    A killed process loses nothing by it; a machine that loses power may lose the last fraction of a second.
    """
    session = _Session(engine(durable=durable), expire_on_commit=False)
    try:
        async with session.begin():
            yield session
            await live.flush(session, progress=not durable)
        live.tell_soon(session)
    finally:
        await _close(session)


@asynccontextmanager
async def reading() -> AsyncIterator[AsyncSession]:
    """A session that only reads. Each statement sees what is committed, as in a transaction, without its two round trips."""
    async with _single() as session:
        yield session


@asynccontextmanager
async def statement() -> AsyncIterator[AsyncSession]:
    """A session for one change of one statement: it commits by itself, without the two round trips of a transaction.

    It does not wait for the disk, as in `transaction(durable=False)`. What the block raises afterwards undoes nothing,
    so a statement says itself under which conditions it writes; what `live.changed` notes is told soon.
    """
    async with _single() as session:
        yield session
        live.tell_soon(session)


def _statements() -> AsyncEngine:
    """The running loop's engine in which each statement is a transaction."""
    mine = _engines.setdefault(asyncio.get_running_loop(), {})
    if None not in mine:
        mine[None] = engine(durable=False).execution_options(isolation_level="AUTOCOMMIT")
    return mine[None]


class DatabaseOutOfReach(CofounderError):
    """The database does not answer."""

    status = 503
    hint = "Try again in a moment. See how it is with: cofounder doctor"


_GONE = ("08", "57P")  # SQLSTATE classes: connection exception, operator intervention (shutdown, crash, starting up)
DISK_FULL = "53100"
UNIQUE = "23505"
# What the database says that is up and can take nothing now: state -> what to tell a person, and what to do.
_HELD_UP = {
    "53300": ("The database has no connection left.", None),
    DISK_FULL: ("The disk of the database is full.", "Make room there: what waits goes on by itself."),
    READ_ONLY: ("The database takes no changes: it is read only, as a standby is.", None),
}


def is_out_of_reach(error: BaseException | None) -> bool:
    """Whether an error says that the database is away, not that something is wrong with what it was asked.

    An error of ours says itself what it is, whatever lay behind it: a source that is away is not our database.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, CofounderError):
            return isinstance(error, DatabaseOutOfReach)
        seen.add(id(error))
        if _is_away(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def out_of_reach(error: BaseException) -> DatabaseOutOfReach:
    """What to tell a person of an error that `is_out_of_reach`."""
    detail, hint = next((_HELD_UP[state] for state in _states(error) if state in _HELD_UP), (None, None))
    return DatabaseOutOfReach(detail or "", hint=hint)


def is_taken(error: BaseException) -> bool:
    """Whether an error says that a name or a number that may be there once is there already."""
    return UNIQUE in _states(error)


def is_full(error: BaseException) -> bool:
    """Whether an error says that the database's disk is full."""
    return DISK_FULL in _states(error)


def _states(error: BaseException | None) -> set[str]:
    """The SQLSTATEs of an error and of what lay behind it."""
    found: dict[int, str] = {}
    while error is not None and id(error) not in found:
        found[id(error)] = str(getattr(error, "sqlstate", None) or "")
        error = error.__cause__ or error.__context__
    return set(found.values())


def _is_away(error: BaseException) -> bool:
    import asyncpg
    import psycopg

    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith(_GONE) or state in _HELD_UP:
        return True
    if isinstance(error, NobodyAnswers | sql_errors.TimeoutError | asyncpg.ConnectionDoesNotExistError):
        return True
    if isinstance(error, ConnectionError):
        return _of_the_driver(error)
    if isinstance(error, psycopg.OperationalError):
        return not state  # no server gave a code: nobody answered
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)
    return isinstance(error, sql_errors.DBAPIError) and error.connection_invalidated


def _of_the_driver(error: BaseException) -> bool:
    """Whether a line broke in the hands of the database's driver, and not in those of whoever else opens lines."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").startswith(("asyncpg", "sqlalchemy")):
            return True
        trace = trace.tb_next
    return False


async def patiently(act: Callable[[], Awaitable[T]], *, seconds: float | None = None) -> T:
    """What `act` gives; while the database is away it is done again, for AWAY_SECONDS unless told; then its error is raised.

    A connection may break after the commit and before its answer: `act` has to bear being done twice.
    """
    most, away = AWAY_SECONDS if seconds is None else seconds, 0.0
    while True:
        try:
            return await act()
        except Exception as error:
            if not is_out_of_reach(error) or away >= most:
                raise
        away += AWAY_PAUSE_SECONDS
        await asyncio.sleep(AWAY_PAUSE_SECONDS)


async def answers(within: float) -> bool:
    """Whether the database answers a new connection within so many seconds: one that hangs does not, nor one away."""
    try:
        async with asyncio.timeout(within):
            connection = await connected("cofounder-look")
            try:
                await connection.execute("SELECT 1")
            finally:
                connection.terminate()  # without a word: nobody may be there to hear it
    except Exception as error:
        if isinstance(error, TimeoutError) or is_out_of_reach(error):
            return False
        raise
    return True
