"""How long it takes to draw a voice, and to look at how all of them did.

Run: python -m bench.personas [POSTS]; 100,000 where nothing is said. A choice is the product's own, with its reads and
its row, committed and not, among 12 voices and among 200. A look reads a year of posts with two readings each, one of
them new since the look before, divides what was counted since, learns and writes the weights. Seconds by the clock and
of the processor: the machine's load is printed too. The figures stand in docs/reference/performance.md.
"""

import asyncio
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.imports import database_seconds
from cofounder.kit import clock, db, migrate, postgres
from cofounder.kit.ids import new_id
from cofounder.personas import NAMES, choose, optimising
from cofounder.personas.followers import crediting
from cofounder.personas.followers import queries as counts

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
TIMES, LOOKS = 200, 3
PLATFORMS = ("linkedin", "x", "facebook")

_POSTS = text(
    """
INSERT INTO posts (id, platform, title, content, persona, category, hashtags, flags, published_at, known_at, created_at)
SELECT gen_random_uuid(), (CAST(:platforms AS text[]))[1 + n % 3], 'A post', 'A post.',
  (CAST(:voices AS text[]))[1 + floor(random() * :count)::int], 'topic ' || n % 12, '{}', '{}', at, at, at
FROM (SELECT n, CAST(:now AS timestamptz) - make_interval(secs => 365 * 86400.0 * (1 - n / :posts::float8)) AS at
  FROM generate_series(1, :posts) n) made""".replace(":posts::float8", "CAST(:posts AS float8)")
)
_READINGS = text("""
INSERT INTO social_post_analytics (id, post_id, post_external_id, platform, measured_at, known_at, impressions, likes,
  source, flags)
SELECT gen_random_uuid(), p.id, p.id::text, p.platform, p.published_at + make_interval(hours => h),
  p.published_at + make_interval(hours => h), round(exp(6.5 + 1.2 * (random() + random() + random() - 1.5) * 2))
    * CASE WHEN h = 24 THEN 0.7 ELSE 1.0 END, 1, 'bench', '{}'
FROM posts p, (VALUES (24), (73)) reading(h) WHERE p.published_at + make_interval(hours => h) <= :now""")
_COUNTS = text("""
INSERT INTO follower_counts (id, platform, counted_at, count, said_by, said_at)
SELECT gen_random_uuid(), platform, CAST(:now AS timestamptz) - make_interval(days => 365 - d), 1000 + d * 300, 'bench',
  now() FROM generate_series(0, 364) d, unnest(CAST(:platforms AS text[])) platform""")
_OWN = text("""
INSERT INTO own_personas (id, name, "like", weight, instructions, style, made_by, made_at, changed_by, changed_at)
SELECT 'own' || n, 'Own ' || n, 'humanVoice', 0.01, '', '{}', 'bench', now(), 'bench', now()
FROM generate_series(1, :count) n""")


async def made(posts: int) -> None:
    async with db.transaction() as session:
        common = {"platforms": list(PLATFORMS), "now": NOW, "posts": posts}
        await session.execute(_POSTS, {**common, "voices": list(NAMES), "count": len(NAMES)})
        await session.execute(_READINGS, {"now": NOW})
        await session.execute(_COUNTS, {"platforms": list(PLATFORMS), "now": NOW})
    async with db.transaction() as session:
        for table in ("posts", "social_post_analytics", "follower_counts"):
            await session.execute(text(f"ANALYZE {table}"))


async def chosen(voices: int) -> None:
    """What one choice takes, in a transaction of its own and inside one that stands."""
    url, spent, whole = db.place()[0], [], []
    own, served = time.process_time(), database_seconds(url)
    context = {"topic": "topic 3", "channels": ["x"]}
    for _ in range(TIMES):
        begun = time.perf_counter()
        async with db.transaction() as session:
            inside = time.perf_counter()
            await choose(session, new_id(), "main", context)
            spent.append(time.perf_counter() - inside)
        whole.append(time.perf_counter() - begun)
    told = [f"{statistics.quantiles(one, n=20)[9] * 1000:.2f} / {statistics.quantiles(one, n=20)[18] * 1000:.2f} ms"
            for one in (spent, whole)]  # fmt: skip
    own, served = time.process_time() - own, database_seconds(url) - served
    print(f"a choice among {voices}: processor, commit included: Python {own / TIMES * 1000:.2f} ms, PostgreSQL "
          f"{served / TIMES * 1000:.2f} ms", flush=True)  # fmt: skip
    print(f"a choice among {voices}: p50 / p95 {told[0]}; with its transaction and commit {told[1]}", flush=True)


async def looked(session: AsyncSession, moment: datetime, policy: str) -> Any:
    return await optimising.optimise(session, as_of=moment, by="bench", mode="autonomous", policy=policy)


async def looks(posts: int) -> None:
    begun, spent = time.perf_counter(), time.process_time()
    async with db.transaction() as session:
        await crediting.credit(session, NOW - timedelta(days=1))
    print(f"all the books of a year: {time.perf_counter() - begun:.1f} s, Python {time.process_time() - spent:.1f} s")
    async with db.transaction() as session:
        for table in ("follower_intervals", "follower_credits"):
            await session.execute(text(f"ANALYZE {table}"))
    for policy in ("default", "blueprint"):
        found = []
        for number in range(LOOKS):
            moment = NOW + timedelta(hours=6 * number)
            async with db.transaction() as session:
                await counts.put_count(session, "x", moment, 120_000 + 100 * number, by="bench")
            begun, spent, served = time.perf_counter(), time.process_time(), database_seconds(db.place()[0])
            with clock.frozen(moment):
                async with db.transaction() as session:
                    row = await looked(session, moment, policy)
            database = database_seconds(db.place()[0]) - served
            found.append((time.perf_counter() - begun, time.process_time() - spent, database))
            assert row.status == "success"
        wall, cpu, base = (statistics.median(one) for one in zip(*found, strict=True))
        print(
            f"a look by {policy} at {posts:,} posts: {wall:.2f} s; processor: Python {cpu:.2f} s, PostgreSQL {base:.2f} s (median of {LOOKS})",
            flush=True,
        )


async def main(posts: int) -> None:
    with postgres.temporary() as url:
        db.connect(url)
        await asyncio.to_thread(migrate.upgrade, url, "cofounder")
        print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
        await chosen(len(NAMES))
        await made(posts)
        await looks(posts)
        await chosen(len(NAMES))
        async with db.transaction() as session:
            await session.execute(_OWN, {"count": 200 - len(NAMES)})
        await chosen(200)
        print(f"load after: {os.getloadavg()[0]:.1f}", flush=True)
        await db.dispose()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
