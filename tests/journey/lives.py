"""Lives of workers in tests: forked from one nursery, each on a database and a home of its own, killed and succeeded."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from cofounder.kit import live
from cofounder.kit.ids import new_id
from cofounder.kit.testing import SCHEMA, _ask

T = TypeVar("T")
LEASE_SECONDS = 1.5  # a loop that others keep waiting must not be taken for dead: what is told of is kills


@dataclass
class Life:
    """One forked worker."""

    number: int
    pid: int = 0
    signal: int | None = None
    code: int | None = None
    born: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Nursery:
    """The process that workers are forked from."""

    def __init__(self) -> None:
        self.lives: dict[int, Life] = {}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journey.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert json.loads(self._process.stdout.readline())["ready"]
        threading.Thread(target=self._listen, name="nursery", daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "born" in said:
                life = self.lives[said["order"]]
                life.pid = said["born"]
                life.born.set()
            else:
                life = next(one for one in self.lives.values() if one.pid == said["died"] and not one.over.is_set())
                life.signal, life.code = said["signal"], said["code"]
                life.over.set()

    def bear(self, **order: Any) -> Life:
        """Fork a worker."""
        assert self._process.stdin is not None
        with self._lock:
            life = Life(len(self.lives))
            self.lives[life.number] = life
            self._process.stdin.write(json.dumps({**order, "order": life.number}) + "\n")
            self._process.stdin.flush()
        assert life.born.wait(30)
        return life

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@contextmanager
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    try:
        yield made
    finally:
        made.close()


@dataclass
class Mark:
    """A point that a life reached."""

    name: str
    identity: str
    pid: int
    died: bool


@dataclass
class World:
    """One task's database and home, and the lives that were spent on it."""

    url: URL
    home: Path
    task_id: UUID
    environment: dict[str, str]
    nursery: Nursery
    lives: list[Life] = field(default_factory=list)

    def bear(self, **order: Any) -> Life:
        """A worker on this database. It dies where `dies_at` or `kinds` say, else when it is ended."""
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        environment = {
            "DATABASE_URL": plain,
            "COFOUNDER_DATABASE_SCHEMA": SCHEMA,
            "COFOUNDER_HOME": str(self.home),
            "COFOUNDER_LEASE_SECONDS": str(LEASE_SECONDS),
            **self.environment,
        }
        places = {name: str(self.home / name) for name in ("trace", "dead", "log")}
        life = self.nursery.bear(environment=environment, **places, **order)
        self.lives.append(life)
        return life

    def marks(self) -> list[Mark]:
        """Everything that was reached so far, in order."""
        path = self.home / "trace"
        lines = path.read_text().splitlines() if path.exists() else []
        split = [line.split("\t") for line in lines]
        return [Mark(name, identity, int(pid), died == "died") for name, identity, pid, died in split]

    @property
    def log(self) -> str:
        path = self.home / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """What a query finds, read over a connection of its own."""
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True, options=f"-c search_path={SCHEMA}", row_factory=dict_row) as one:
            return one.execute(statement, values).fetchall()

    async def do(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Work in one transaction of this world, through the product's services."""
        engine = create_async_engine(
            self.url.set(drivername="postgresql+asyncpg"),
            poolclass=NullPool,
            connect_args={"server_settings": {"search_path": SCHEMA}},
        )
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
                made = await work(session)
                await live.flush(session)
                return made
        finally:
            await engine.dispose()

    def status(self) -> str:
        (found,) = self.rows("SELECT status FROM tasks WHERE id = %(id)s", id=self.task_id)
        return str(found["status"])

    async def until_resting(self, *wanted: str, life: Life, within: float = 240) -> str:
        """The task's status once it is one of these, or "killed" once the life is over."""
        deadline = time.monotonic() + within
        while True:
            found = await asyncio.to_thread(self.status)
            if found in wanted and self._quiet():
                return found
            if life.over.is_set():
                assert life.signal == 9, f"the worker ended by itself with {life.code}\n{self.log}"
                return "killed"
            if time.monotonic() > deadline:
                raise AssertionError(f"still {found} after {within} s\n{self.log}\n{self.marks()[-5:]}")
            await asyncio.sleep(0.02)

    def _quiet(self) -> bool:
        """Nothing is under way: every workflow is over, or sleeps until a person decides."""
        open_ones = "SELECT workflow_uuid FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED')"
        last = (
            "SELECT function_name FROM dbos.operation_outputs WHERE workflow_uuid = %(id)s"
            " ORDER BY function_id DESC LIMIT 1"
        )
        for row in self.rows(open_ones):
            found = self.rows(last, id=row["workflow_uuid"])
            if not found or found[0]["function_name"] != "DBOS.sleep":
                return False
        return True


def end(life: Life, *, kill: bool = False) -> None:
    """End a life: in order, or not."""
    if not life.over.is_set():
        os.kill(life.pid, signal.SIGKILL if kill else signal.SIGTERM)
    assert life.over.wait(30)


@contextmanager
def copied(server: URL, template: str) -> Iterator[URL]:
    """A database that is a copy of another."""
    name = f"life_{new_id().hex}"
    _ask(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield server.set(database=name)
    finally:
        _ask(server, f"DROP DATABASE {name} WITH (FORCE)")
