"""Pytest fixtures for everything that needs the database. Use: `pytest_plugins = ["cofounder.kit.testing"]`.

- `session`: an AsyncSession in a transaction that is rolled back. For services and queries; commits inside it are
  savepoints. `kit.db` stays unconnected, so that nothing escapes the rollback.
- `database`: a fresh migrated database of the test's own; kit.db, DATABASE_URL and COFOUNDER_HOME point at it. For
  whatever commits, notifies or runs workflows. It gives a `Database`: `.url`, `.schema`, `.home`, `.environment`.
- `plain_database`: the same, empty, on a PostgreSQL of another version, as DATABASE_URL may name one. Skips where
  the machine has none; COFOUNDER_TEST_POSTGRES_BIN names the folder of its programs.
- `engine_running`: `database` with a durable engine on the test's loop; stopped after.
- `spawn(*args)`: `python -m ...` as a real process that sees the test's database; `.kill()` is SIGKILL.

One embedded server runs per test run, in a folder of its own under /tmp; COFOUNDER_TEST_DATABASE_URL names another
PostgreSQL to use instead (its user must be allowed to create databases).
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from cofounder.kit import db, durable, migrate, other_postgres, postgres
from cofounder.kit.ids import new_id
from cofounder.settings import settings

SCHEMA = "cofounder"


@dataclass(frozen=True)
class Database:
    """A test's own database and what a process needs in its environment to use it."""

    url: URL
    schema: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url.set(drivername="postgresql").render_as_string(hide_password=False),
            "COFOUNDER_DATABASE_SCHEMA": self.schema,
            "COFOUNDER_HOME": str(self.home),
            # What looks every few hours looks when a test says so, not when a slow machine got that far.
            "COFOUNDER_LEARNING_HOURS": "0",
            "COFOUNDER_PERSONA_HOURS": "0",
        }

    async def go_away(self, seconds: float) -> "asyncio.Task[None]":
        """Break every connection and let kit.db find nobody for a while. Await what it gives before the test ends."""
        db.connect(self.url.set(host="127.0.0.1", port=1, query={}), self.schema)
        kept = db._engines.pop(asyncio.get_running_loop(), {})
        _ask(self.url, _HANG_UP)

        async def come_back() -> None:
            await asyncio.sleep(seconds)
            await db.dispose()
            db.connect(self.url, self.schema)
            for engine in kept.values():
                await engine.dispose()

        return asyncio.create_task(come_back())


_HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Spawned:
    """A process of the product, its output in one file."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL: no handler runs, as when the power fails."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self, within: float = 10.0) -> int:
        """SIGTERM, then SIGKILL after `within` seconds; gives the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.wait()

    def wait_for(self, words: str, within: float = 20.0) -> None:
        """Until the output holds `words`. Fails when the process ends before or the time is over."""
        deadline = time.monotonic() + within
        while words not in self.output:
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode} before {words!r}:\n{self.output}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no {words!r} in {within} s:\n{self.output}")
            time.sleep(0.02)


async def until(true: Callable[[], object], within: float = 60.0) -> None:
    """Wait until `true()` holds; an awaitable result is awaited."""
    deadline = time.monotonic() + within
    while True:
        found = true()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {within} s")
        await asyncio.sleep(0.02)


@contextmanager
def running(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[Spawned]:
    """`python -m ARGUMENTS` as a process that is gone after the block: running("cofounder.cli", "worker")."""
    with tempfile.NamedTemporaryFile(prefix="cofounder-", suffix=".log", dir="/tmp") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        spawned = Spawned(process, Path(out.name))
        try:
            yield spawned
        finally:
            spawned.end()


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """A PostgreSQL for this run: its address, psycopg."""
    named = os.environ.get("COFOUNDER_TEST_DATABASE_URL")
    with ExitStack() as stack:
        url = make_url(named) if named else stack.enter_context(postgres.temporary())
        url = url.set(drivername="postgresql+psycopg")
        if not named:  # a killed process loses nothing by it, only a machine whose power fails; a test's database comes in a third of the time
            _ask(url, "ALTER SYSTEM SET fsync = off")
            _ask(url, "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def template(server: URL) -> Iterator[str]:
    """The name of a migrated database that others are copied from. Nothing stays connected to it."""
    with _database(server) as url:
        migrate.upgrade(url, SCHEMA)
        assert url.database
        yield url.database


@pytest.fixture(scope="session")
def shared_database(server: URL, template: str) -> Iterator[URL]:
    """This worker's database, for tests that roll back."""
    with _database(server, template) as url:
        yield url


@pytest_asyncio.fixture
async def session(shared_database: URL) -> AsyncIterator[AsyncSession]:
    """A session whose work is rolled back, also what the test itself commits."""
    engine = create_async_engine(
        shared_database.set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": SCHEMA}},
    )
    async with engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as opened:
            yield opened
        await outer.rollback()
    await engine.dispose()


@pytest_asyncio.fixture
async def database(
    server: URL, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """A fresh database that kit.db, the settings and the environment point at; dropped after."""
    with _database(server, template) as url:
        async with _chosen(Database(url.set(drivername="postgresql+asyncpg"), SCHEMA, tmp_path), monkeypatch) as made:
            yield made


@pytest_asyncio.fixture
async def plain_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """An empty database of a plain PostgreSQL of another version, as its owner; kit.db and the settings point at it."""
    programs = other_postgres.find()
    if programs is None:
        pytest.skip(f"There is no other PostgreSQL here; {other_postgres.NAMED} may name the folder of one's programs.")
    with other_postgres.running(programs) as url:
        async with _chosen(Database(url.set(drivername="postgresql+asyncpg"), SCHEMA, tmp_path), monkeypatch) as made:
            yield made


@asynccontextmanager
async def _chosen(made: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """This process, and those it starts, use this database inside the block."""
    before = db._Place.url, db._Place.schema
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    db.connect(made.url, SCHEMA)
    try:
        yield made
    finally:
        await db.dispose()
        db._Place.url, db._Place.schema = before
        settings.cache_clear()


@pytest_asyncio.fixture
async def engine_running(database: Database) -> AsyncIterator[Database]:
    """`database`, with a durable engine that runs workflows on the test's loop."""
    await durable.start(executor_id="test")
    try:
        yield database
    finally:
        await durable.stop()


@pytest.fixture
def spawn(database: Database) -> Iterator[Callable[..., Spawned]]:
    """spawn("cofounder.cli", "worker", environment={...}): a real process on the test's database."""
    with ExitStack() as stack:

        def start(*arguments: str, environment: dict[str, str] | None = None) -> Spawned:
            return stack.enter_context(running(*arguments, environment={**database.environment, **(environment or {})}))

        yield start


@contextmanager
def _database(server: URL, template: str | None = None) -> Iterator[URL]:
    name = f"test_{new_id().hex}"
    _ask(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""))
    try:
        yield server.set(database=name)
    finally:
        _ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def _ask(server: URL, statement: str) -> None:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
