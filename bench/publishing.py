"""Publications that are due in the same minute, across two workers: how late they are, beside their bare outcome.

Run: make bench, or python -m bench.publishing [COUNT] [WORKERS]. Each goes the whole way: accepted through the service
with its judgement and decision, waiting as a durable workflow, written to the outbox through the effect ledger. The
dues are spread evenly over one minute. The peer writes the same files with the same two fsyncs and moves a row of its own
from `attempting` to `published` in two commits, in as many processes, with nothing around it. fsync is on; an embedded
server of its own; both in one run.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, text

from cofounder.channels.senders.outbox import _place
from cofounder.flow.publish import given
from cofounder.flow.publish.schemas import PublishIn
from cofounder.kit import db, migrate, postgres
from cofounder.kit.clock import now
from cofounder.kit.testing import running
from cofounder.people import LOCAL_OWNER

TEXT = "Shop {} sold more bread in October than in any month before. We thank everybody who stood in the queue."
_PEER = """
CREATE TABLE IF NOT EXISTS bench_outcomes (id integer PRIMARY KEY, state text NOT NULL);
"""


async def accept(number: int, due: datetime) -> None:
    body = PublishIn(platform="linkedin", content=TEXT.format(number), schedule_at=due)
    async with db.transaction() as session:
        await given.publish_now(session, body, by=LOCAL_OWNER)


async def lateness(since: datetime) -> list[float]:
    """Seconds from due to its end, of every publication that is over."""
    async with db.reading() as session:
        found = await session.execute(
            text(
                "SELECT extract(epoch FROM finished_at - scheduled_at) FROM publications"
                " WHERE state = 'published' AND scheduled_at >= :since"
            ),
            {"since": since},
        )
        return sorted(float(one) for one in found.scalars())


async def ours(count: int, workers: int, url: URL, home: Path) -> None:
    environment = {
        "DATABASE_URL": url.set(drivername="postgresql").render_as_string(hide_password=False),
        "COFOUNDER_HOME": str(home),
    }
    began = time.perf_counter()
    first = now() + timedelta(days=1)
    for number in range(50):
        await accept(-number - 1, first)
    each = (time.perf_counter() - began) / 50
    start = now() + timedelta(seconds=each * count * 1.5 + 30)
    began = time.perf_counter()
    for number in range(count):
        await accept(number, start + timedelta(seconds=60 * number / count))
    accepted = time.perf_counter() - began
    told("accepted, judged and scheduled", count / accepted, "a second, one caller")
    if now() >= start:
        raise SystemExit("Accepting took longer than was allowed for; nothing was measured.")
    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(running("cofounder.cli", "worker", environment=environment))
        await asyncio.sleep(max((start - now()).total_seconds(), 0))
        while len(late := await lateness(start)) < count:  # noqa: ASYNC110 - another process writes what is waited for
            await asyncio.sleep(1)
    told("late, median", statistics.median(late), "s")
    told("late, 95 of 100", late[int(len(late) * 0.95)], "s")
    told("late, the last", late[-1], "s")
    async with db.reading() as session:
        ended = await session.execute(
            text(
                "SELECT extract(epoch FROM max(finished_at) - min(scheduled_at)) FROM publications WHERE scheduled_at >= :since AND state = 'published'"
            ),
            {"since": start},
        )
        told("from the first due to the last published", float(ended.scalar_one()), "s")
        twice = await session.execute(text("SELECT count(*) FROM effects WHERE attempts > 1"))
        told("attempted more than once", float(twice.scalar_one()), "effects")


def told(what: str, value: float, unit: str) -> None:
    sys.stdout.write(f"{what:42} {value:10.2f} {unit}\n")
    sys.stdout.flush()


async def peer(numbers: range, url: URL, folder: Path) -> None:
    db.connect(url, "cofounder")
    began = time.perf_counter()
    for number in numbers:
        async with db.transaction() as session:
            await session.execute(text("INSERT INTO bench_outcomes VALUES (:id, 'attempting')"), {"id": number})
        _place(folder / f"{number}.json", b"{}\n" * 20)
        _place(folder / f"{number}.txt", TEXT.format(number).encode())
        async with db.transaction() as session:
            await session.execute(text("UPDATE bench_outcomes SET state = 'published' WHERE id = :id"), {"id": number})
    (folder / f"{numbers.start}.seconds").write_text(str(time.perf_counter() - began))


async def main(count: int, workers: int, url: URL) -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        await ours(count, workers, url, home)
        async with db.transaction() as session:
            await session.execute(text(_PEER))
        bare = home / "bare"
        bare.mkdir()
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.publishing", "--peer",
                url.render_as_string(hide_password=False), str(bare), str(start), str(count), str(workers),
            )
            for start in range(workers)
        ]  # fmt: skip
        for one in processes:
            assert await one.wait() == 0
        told(
            "the peer: rows and files alone",
            max(float(one.read_text()) for one in bare.glob("*.seconds")),
            "s for all of them",
        )
        await db.dispose()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        from sqlalchemy import make_url

        address, folder, first, many, step = sys.argv[2:]
        asyncio.run(peer(range(int(first), int(many), int(step)), make_url(address), Path(folder)))
    else:
        with postgres.temporary() as server:
            migrate.upgrade(server, "cofounder")
            db.connect(server, "cofounder")
            given_count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
            asyncio.run(main(given_count, int(sys.argv[2]) if len(sys.argv) > 2 else 2, server))
