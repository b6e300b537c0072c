"""What 500 open event streams cost one server, and how soon each hears of a commit, beside the straightforward way.

Run: make bench, or python -m bench.streams [--streams 500] [--events 60] [--no-peer].

Ours is `/api/events` of a uvicorn process: one LISTEN for the whole server, each stream with a key that is looked at
when it opens and with each heartbeat. The peer is a Starlette app on sse-starlette in which each stream listens on a
connection of its own (bench/streaming/peer.py). The same PostgreSQL (fsync on), the same commits, the same listeners,
in turn in one run. A delay runs from before the COMMIT with its NOTIFY is sent until a listener's socket has the event,
so the flush to disk and the listeners' own reading are in it. Memory is the proportional set size of the server, and of
all of PostgreSQL's processes apart. Prints a table and writes nothing else. Linux only.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from sqlalchemy import URL, text

from bench.commands import free_port, server
from bench.journeys.work import p50, p95, postgres_time, python_time
from bench.memory import pss
from bench.streaming import peer
from bench.streaming.crowd import Crowd
from cofounder.kit import db, live, postgres
from cofounder.kit.testing import running

PAUSE_SECONDS = 0.25  # between two commits: one is heard by all before the next
IDLE_SECONDS = 20.0  # longer than the time between two heartbeats
_PEER_TELLS = text(f"SELECT pg_notify('{peer.CHANNEL}', :words)")


@dataclass
class Seen:
    """One side. Memory in MB for all streams together; times in seconds, of the processor where they say so."""

    streams: int
    server_before: float = 0.0
    server_with: float = 0.0
    database_before: float = 0.0
    database_with: float = 0.0
    delays: list[float] = field(default_factory=list)
    last_delays: list[float] = field(default_factory=list)  # of the listener that hears last
    event_python: float = 0.0  # processor a commit, all streams served
    come: float = 0.0
    back: float = 0.0
    back_python: float = 0.0
    back_postgres: float = 0.0
    idle_python: float = 0.0  # processor a second while nothing happens
    idle_postgres: float = 0.0


@contextmanager
def database(connections: int) -> Iterator[tuple[URL, Path]]:
    """(address, data folder) of an embedded server that lets so many in; gone after the block."""
    with tempfile.TemporaryDirectory(prefix="cofounder-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        try:
            postgres.ensure(home)
            with (home / "database" / "postgresql.auto.conf").open("a", encoding="utf-8") as more:
                more.write(f"max_connections = {connections}\n")
            postgres.stop(home)
            yield postgres.ensure(home), home / "database"
        finally:
            postgres.stop(home)


def database_memory(data: Path) -> float:
    """Megabytes of all of a database's processes."""
    total = 0.0
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and os.path.realpath(process.cwd()) == os.path.realpath(data):
                total += pss(process.pid)
        except (psutil.Error, OSError):
            continue
    return total


async def tell(number: int, ours: bool) -> float:
    """Commit a change that both sides' listeners hear of as event `number`; the moment before the commit."""
    async with db.transaction() as session:
        if ours:
            live.changed(session, "tasks", f"event-{number}")
        await session.execute(text("SELECT 1"))  # the transaction is open: what follows is its end
        began = time.perf_counter()
        if not ours:
            await session.execute(_PEER_TELLS, {"words": f"event-{number}"})
    return began


async def measure(crowd: Crowd, pid: int, data: Path, events: int, *, ours: bool) -> Seen:
    seen = Seen(crowd.size)
    for number in (-2, -1):  # the first commits open connections
        await tell(-number, ours)
    seen.server_before, seen.database_before = pss(pid), database_memory(data)
    seen.come = await crowd.come()
    await asyncio.sleep(1)
    seen.server_with, seen.database_with = pss(pid), database_memory(data)

    python = python_time([pid])
    for number in range(1_000, 1_000 + events):
        began = await tell(number, ours)
        await crowd.all_heard(number)
        waits = [at - began for at in crowd.heard[number]]
        seen.delays += waits
        seen.last_delays.append(max(waits))
        await asyncio.sleep(PAUSE_SECONDS)
    seen.event_python = (python_time([pid]) - python) / events

    python, engine = python_time([pid]), postgres_time(data)
    await asyncio.sleep(IDLE_SECONDS)
    seen.idle_python = (python_time([pid]) - python) / IDLE_SECONDS
    seen.idle_postgres = (postgres_time(data) - engine) / IDLE_SECONDS
    if crowd.lost:
        raise SystemExit(f"{crowd.lost} streams were lost on the way.")

    python, engine = python_time([pid]), postgres_time(data)
    crowd.go()
    seen.back = await crowd.come()
    seen.back_python, seen.back_postgres = python_time([pid]) - python, postgres_time(data) - engine
    crowd.go()
    return seen


def _process_at(port: int) -> int:
    for one in psutil.Process().children():
        if any(each.laddr.port == port for each in one.net_connections("tcp") if each.status == "LISTEN"):
            return one.pid
    raise SystemExit("The server's process was not found.")


@asynccontextmanager
async def peers(url: URL) -> AsyncIterator[int]:
    """The port of the peer's server."""
    port = free_port()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with running("bench.streaming.peer", str(port), environment={"DATABASE_URL": address}):
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(600):
                try:
                    if (await http.get(f"http://127.0.0.1:{port}/api/health")).status_code == 200:
                        break
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        yield port


async def bench(streams: int, events: int, *, beside: bool) -> tuple[Seen, Seen | None]:
    with database(streams + 100) as (url, data):
        async with server(url) as (address, key):
            port = int(address.rpartition(":")[2])
            mine = await measure(Crowd(port, streams, key), _process_at(port), data, events, ours=True)
            other = None
            if beside:
                async with peers(url) as port:
                    other = await measure(Crowd(port, streams), _process_at(port), data, events, ours=False)
    return mine, other


def table(mine: Seen, other: Seen | None) -> str:
    sides = [mine] if other is None else [mine, other]
    names = ("Cofounder", "a LISTEN each")
    lines = [
        f"{mine.streams:>6} streams{'':42}" + "".join(f"{name:>16}" for name, _ in zip(names, sides, strict=False))
    ]

    def line(words: str, figures: list[float], digits: int = 1) -> None:
        lines.append(f"{words:56}" + "".join(f"{figure:16.{digits}f}" for figure in figures))

    line("server's memory a stream, kB", [(it.server_with - it.server_before) / it.streams * 1000 for it in sides])
    line(
        "PostgreSQL's memory a stream, kB",
        [(it.database_with - it.database_before) / it.streams * 1000 for it in sides],
    )
    line("server's memory with all of them, MB", [it.server_with for it in sides])
    line("PostgreSQL's memory with all of them, MB", [it.database_with for it in sides])
    line("commit to event, p50, ms", [p50(it.delays) for it in sides])
    line("commit to event, p95, ms", [p95(it.delays) for it in sides])
    line("commit to event of the last listener, p50, ms", [p50(it.last_delays) for it in sides])
    line("server's processor time a commit that all hear of, ms", [it.event_python * 1000 for it in sides])
    line("server's processor while nothing happens, % of a core", [it.idle_python * 100 for it in sides])
    line("PostgreSQL's processor while nothing happens, %", [it.idle_postgres * 100 for it in sides])
    line("all come, s", [it.come for it in sides], 2)
    line("all come back after a break, s", [it.back for it in sides], 2)
    line("  server's processor time for it, s", [it.back_python for it in sides], 2)
    line("  PostgreSQL's processor time for it, s", [it.back_postgres for it in sides], 2)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--events", type=int, default=60, help="commits that every stream hears of")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="ours alone")
    chosen = parser.parse_args()
    print(table(*asyncio.run(bench(chosen.streams, chosen.events, beside=chosen.peer))))
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
