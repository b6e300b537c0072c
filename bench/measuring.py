"""How fast posts that are due are read and kept, against writing the same readings with nothing around them.

`python bench/measuring.py [POSTS]`: so many posts, all due at once, read by the schedule itself from a provider on
loopback that answers a hundred at a time. The peer is one INSERT a hundred readings into the same table, with its
keys and triggers, in the same database and run.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewReading
from cofounder.channels import accounts
from cofounder.channels.accounts import Connected
from cofounder.flow.publish.measuring import carrying
from cofounder.kit import clock, db, migrate, postgres
from cofounder.kit.ids import new_id
from tests.channels.readers.servers import X, connected, running

AT = datetime(2030, 1, 7, 9, tzinfo=UTC)
_MADE = """
INSERT INTO tasks (id, request, source, status, as_of, preferences, answers, questions, tags, created_at)
SELECT gen_random_uuid(), 'Write a post.', 'api', 'completed', :at, '{}', '{}', '[]', '{}', :at
FROM generate_series(1, :posts)"""
_PUBLISHED = """
INSERT INTO publications (id, task_id, decision_id, channel, delivered_by, account, variant_version, content,
  fingerprint, recipients, state, carried_by, attempts, unsent, unknown, finished_at, external_id, created_at)
SELECT gen_random_uuid(), t.id, t.id, 'x', 'x', 'Acme', 1, '{"text": "A post."}', '', '{""}', 'published', t.id::text, 1,
  0, 0, :at, (1000 + row_number() OVER ())::text, :at FROM tasks t"""
_POSTED = """
INSERT INTO posts (id, task_id, publication_id, platform, external_id, title, content, hashtags, published_at, created_at)
SELECT p.id, p.task_id, p.id, 'x', p.external_id, 'A post', 'A post.', '{}', :at, :at FROM publications p"""


async def main(posts: int) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        draw = random.Random(7)
        for number in range(1_001, posts + 1_001):
            seen = draw.randrange(10_000)
            server.figures[str(number)] = {"impressions": seen, "likes": seen // 50, "clicks": seen // 90}
        await _prepare(posts, connected("x", server.url))
        with clock.frozen(AT + timedelta(minutes=5)):
            planned = await _timed(carrying.round_of())
        with clock.frozen(AT + timedelta(hours=1, minutes=5)):
            done = carrying.Done()

            async def read() -> None:
                found = await carrying.round_of()
                done.read = found.read

            kept = await _timed(read())
        assert done.read == posts, done
    plain = await _timed(_plain(posts))
    async with db.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM social_post_analytics"))).scalar_one() == posts * 2
    print(f"{posts:,} posts planned, five ages each: {planned:.1f} s, {posts / planned:,.0f} posts a second")
    print(f"{posts:,} posts read and kept: {kept:.1f} s, {posts / kept:,.0f} posts a second")
    print(f"the same readings as plain inserts: {plain:.1f} s, {posts / plain:,.0f} a second")


async def _prepare(posts: int, account: Connected) -> None:
    async def latest() -> tuple[Connected, ...]:
        return (account,)

    accounts.latest = latest
    async with db.transaction() as session:
        await session.execute(text(_MADE), {"at": AT, "posts": posts})
        await session.execute(text(_PUBLISHED), {"at": AT})
        await session.execute(text(_POSTED), {"at": AT})
    async with db.transaction() as session:
        await session.execute(text("ANALYZE"))


async def _plain(posts: int) -> None:
    async with db.reading() as session:
        ids: list[UUID] = list((await session.execute(text("SELECT id FROM posts ORDER BY id"))).scalars())
    raw: dict[str, Any] = {"id": "1", "public_metrics": {"impression_count": 1, "like_count": 1}}
    for start in range(0, len(ids), 100):
        rows = [
            NewReading(
                id=new_id(), post_id=id, platform="x", measured_at=AT + timedelta(days=9), impressions=1, likes=1,
                clicks=1, source="bench", raw=raw,
            )
            for id in ids[start : start + 100]
        ]  # fmt: skip
        async with db.transaction() as session:
            await records.add_readings(session, rows)


async def _timed(what: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await what
    return time.perf_counter() - begun


if __name__ == "__main__":
    with ExitStack() as stack:
        url = stack.enter_context(postgres.temporary())
        stack.enter_context(tempfile.TemporaryDirectory())
        migrate.upgrade(url.set(drivername="postgresql+psycopg"), "cofounder")
        db.connect(url, "cofounder")
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
