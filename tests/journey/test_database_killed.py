"""PostgreSQL killed under load: the product says so, brings it back, and every task ends as if nothing had happened."""

import asyncio
import json
import os
import signal
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import text

from cofounder import app
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.kit import db, postgres
from cofounder.kit.db import transaction
from cofounder.kit.errors import Conflict
from cofounder.kit.testing import running, until
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings

from .conftest import MAIN_METRICS, ask

TASKS = 5
DONE_STEPS = "SELECT task_id, node, attempt, md5(output::text) FROM steps WHERE state = 'done'"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, with an embedded database of its own."""
    with tempfile.TemporaryDirectory(prefix="cofounder-killed-", dir="/tmp") as folder:
        Path(folder).chmod(0o701)
        monkeypatch.setenv("COFOUNDER_HOME", folder)
        monkeypatch.delenv("DATABASE_URL", raising=False)
        settings.cache_clear()
        yield Path(folder)
        settings.cache_clear()


@pytest.fixture
async def connected(home: Path) -> AsyncIterator[Path]:
    """This process uses the home's database too, as the command line would."""
    before = db._Place.url, db._Place.schema
    yield home
    await db.dispose()
    await asyncio.to_thread(postgres.stop, home)
    db._Place.url, db._Place.schema = before


class Watch:
    """Asks a server again and again whether it is ready; `said` holds (status, code) as they changed."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api/ready"
        self.said: list[tuple[int, str]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        while not self._stop.wait(0.1):
            try:
                with urllib.request.urlopen(self.url, timeout=5) as answer:
                    found = (answer.status, "")
            except urllib.error.HTTPError as error:
                found = (error.code, str(json.loads(error.read() or b"{}").get("code", "")))
            except OSError:
                found = (0, "")
            if not self.said or self.said[-1] != found:
                self.said.append(found)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


def kill_postmaster(home: Path) -> int:
    """SIGKILL to the server's first process, whose children end by themselves."""
    pid = int((home / "database" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    return pid


async def patient(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query finds, once the database answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            async with transaction() as session:
                return [tuple(row) for row in await session.execute(text(statement), values)]
        except Exception as error:
            if not db.is_out_of_reach(error) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def all_are(*wanted: str) -> bool:
    found = [status for (status,) in await patient("SELECT status FROM tasks")]
    assert "failed" not in found, await patient("SELECT id, error FROM tasks WHERE status = 'failed'")
    return len(found) == TASKS and set(found) <= set(wanted)


async def approve(task_id: UUID) -> None:
    """Decide, again where the database went away meanwhile; a decision that was stored stays the one."""
    while True:
        try:
            async with transaction() as session:
                await approvals.decide(session, Decision(task_id=task_id, approved=True), by=LOCAL_OWNER)
            return
        except Conflict:
            return
        except Exception as error:
            if not db.is_out_of_reach(error):
                raise
            await asyncio.sleep(0.1)


async def killed_with(home: Path, watch: Watch) -> set[tuple[Any, ...]]:
    """Kill the database now; gives the steps that were done, and waits until the product has brought it back."""
    done = set(await patient(DONE_STEPS))
    before = len(watch.said)
    kill_postmaster(home)
    await until(lambda: any(status == 503 for status, _ in watch.said[before:]), within=30)
    await until(lambda: watch.said[-1][0] == 200, within=60)
    return done


async def test_postgres_killed_under_load_loses_nothing_and_does_nothing_twice(connected: Path) -> None:
    home = connected
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    with running("cofounder.cli", "up", "--port", str(port), "--no-browser") as up:
        up.wait_for("Cofounder runs at", within=240)
        watch = Watch(port)
        try:
            await app.open_database()
            app.wire()
            tasks = [await ask("Create a LinkedIn post about our growth", business_metrics=MAIN_METRICS)]
            tasks += [await ask("Create a LinkedIn post about our growth", business_metrics=MAIN_METRICS)]

            async def some() -> bool:
                return len(await patient(DONE_STEPS)) >= 3

            await until(some, within=60)
            done = await killed_with(home, watch)
            tasks += [
                await ask("Create a LinkedIn post about our growth", business_metrics=MAIN_METRICS)
                for _ in range(TASKS - 2)
            ]
            done |= await killed_with(home, watch)
            await until(lambda: all_are("pending_approval"), within=120)
            await asyncio.gather(*map(approve, tasks))
            done |= await killed_with(home, watch)
            await asyncio.gather(*map(approve, tasks))
            await until(lambda: all_are("completed"), within=120)
            assert set(await patient(DONE_STEPS)) >= done  # none was run again, none gave another output
            twice = (
                "SELECT task_id, scope, number, request_hash FROM model_calls GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
            )
            assert await patient(twice) == []
            states = await patient("SELECT state, count(*) FROM publications GROUP BY 1")
            assert states == [("published", TASKS)]
            assert await patient("SELECT state, count(*) FROM effects GROUP BY 1") == [("done", TASKS)]
            assert len(list((home / "outbox").glob("*.txt"))) == TASKS

            async def learned() -> bool:  # a journey that slept through the kill wakes by itself, in its own time
                return bool(await patient("SELECT count(*) FROM orchestrator_training_data") == [(TASKS,)])

            await until(learned, within=60)
            assert up.output.count("The database had stopped. It is started again.") >= 3
            assert psutil.pid_exists(up.process.pid)
            assert (503, "database_out_of_reach") in watch.said
            assert "The worker ended" not in up.output  # worker and server lived through it
            assert "The serve ended" not in up.output
        finally:
            watch.close()
            await db.dispose()
