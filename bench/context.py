"""Questions about history at size: similar work among many posts, usual results and topics over many readings.

Run: make bench, or python -m bench.context [POSTS [READINGS]]; 1,000,000 of each where nothing is said. An embedded
server of its own with its own settings. Beside it: PostgreSQL's full text alone for the search, and for the sums the
way that asks post by post. Made-up words, as often as words are (Zipf), posts on 200 subjects, ten readings a post.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from sqlalchemy import text

from cofounder.business.context import index, search
from cofounder.business.derive import baselines, topics
from cofounder.business.similar import similar_content
from cofounder.kit import db, migrate, postgres
from cofounder.kit.ids import new_id

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WORDS, SUBJECTS, ASKED, NAIVE = 40_000, 200, 200, 1_000
BATCH = 20_000


class Writer:
    """Titles and texts of made-up words: half of a subject's own, half of everybody's."""

    def __init__(self, seed: int = 1) -> None:
        self.random = Random(seed)
        syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
        names = Random(7)
        self.words = [
            "".join(names.choice(syllables) for _ in range(names.randint(2, 4))) + str(at % 7) for at in range(WORDS)
        ]
        self.often = list(accumulate(1 / (at + 10) for at in range(WORDS)))
        self.subjects = [Random(subject).sample(range(WORDS), 80) for subject in range(SUBJECTS)]

    def line(self, count: int, subject: int) -> str:
        common = self.random.choices(self.words, cum_weights=self.often, k=count - count // 2)
        own = [self.words[at] for at in self.random.choices(self.subjects[subject], k=count // 2)]
        made = [*common, *own]
        self.random.shuffle(made)
        return " ".join(made)


async def write_posts(count: int) -> None:
    writer = Writer()
    platforms = ("linkedin", "x", "facebook", "email")
    columns = [
        "id",
        "platform",
        "title",
        "content",
        "topic",
        "hashtags",
        "published_at",
        "created_at",
        "known_at",
        "origin",
    ]
    for start in range(0, count, BATCH):
        rows: list[tuple[Any, ...]] = []
        for at in range(start, min(start + BATCH, count)):
            subject = writer.random.randrange(SUBJECTS)
            out = NOW - timedelta(minutes=10 * (count - at) % 1_000_000)
            rows.append(
                (
                    new_id(),
                    platforms[at % 4],
                    writer.line(8, subject),
                    writer.line(24, subject),
                    f"subject {subject}",
                    [],
                    out,
                    out,
                    out,
                    "bench",
                )
            )
        async with db.transaction() as session:
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.copy_records_to_table("posts", records=rows, columns=columns)


async def write_readings(count: int) -> None:
    """Ten a post, counters that grow; written in the order of time, as they come."""
    async with db.transaction() as session:
        await session.execute(
            text("""INSERT INTO social_post_analytics
              (id, post_id, platform, measured_at, impressions, views, clicks, likes, shares, comments, source, flags)
            SELECT gen_random_uuid(), p.id, p.platform, least(p.published_at + make_interval(hours => 12 * k), :now),
              120 * k + n % 500, 100 * k + n % 400, 3 * k + n % 5, 2 * k, k, k % 3, 'bench', '{}'
            FROM generate_series(1, 10) k,
              (SELECT id, platform, published_at, row_number() OVER () AS n FROM posts ORDER BY id LIMIT :posts) p
            ON CONFLICT DO NOTHING"""),
            {"now": NOW - timedelta(hours=1), "posts": count // 10},
        )


async def timed(ask: Callable[[], Awaitable[Any]], times: int) -> list[float]:
    """Milliseconds of each, the first one left out."""
    await ask()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        found.append(1_000 * (time.perf_counter() - began))
    return sorted(found)


def told(name: str, found: list[float]) -> None:
    p95 = found[min(int(0.95 * len(found)), len(found) - 1)]
    print(f"  {name:<44} median {statistics.median(found):8.1f} ms   p95 {p95:8.1f} ms   n {len(found)}")


FULL_TEXT = """SELECT id FROM context_items, (SELECT string_agg(quote_literal(word), ' | ')::tsquery AS asked
  FROM unnest(tsvector_to_array(to_tsvector('english', :topic))) word) q
WHERE words @@ asked AND at <= :now ORDER BY ts_rank_cd(words, asked) DESC LIMIT 10"""


async def similar_work(posts: int) -> None:
    began = time.perf_counter()
    state = await index.refresh()
    print(
        f"index of {state.items:,} posts: {time.perf_counter() - began:.0f} s; {state.note} recall@10 by meaning {state.recall}"
    )
    writer = Writer(seed=2)
    async with db.reading() as session:
        size = await session.scalar(
            text(
                "SELECT pg_size_pretty(pg_total_relation_size('context_vectors') + pg_total_relation_size('context_items'))"
            )
        )
        print(f"  on disk {size}")

        def asked() -> str:
            return writer.line(6, writer.random.randrange(SUBJECTS))

        told(
            "candidates by words and meaning",
            await timed(lambda: search.candidates(session, asked(), as_of=NOW), ASKED),
        )
        told(
            "similar work, ranked with its outcomes",
            await timed(lambda: similar_content(session, asked(), as_of=NOW), ASKED),
        )
        full = await timed(lambda: session.execute(text(FULL_TEXT), {"topic": asked(), "now": NOW}), 10)
        told("PostgreSQL's full text alone", full)


NAIVE_ONE = """SELECT views, clicks, shares, comments FROM social_post_analytics
WHERE post_id = :id AND measured_at <= :now ORDER BY measured_at DESC LIMIT 1"""


async def usual_results(readings: int) -> None:
    async with db.reading() as session:
        held = await session.scalar(text("SELECT count(*) FROM social_post_analytics"))
        read = await session.scalar(text("SELECT count(*) FROM latest_readings"))
        print(f"{held:,} readings of {read:,} posts")
        told("baselines of every platform", await timed(lambda: baselines.baselines(session, as_of=NOW), 15))
        told("effectiveness of every topic, 180 days", await timed(lambda: topics.by_category(session, as_of=NOW), 15))
        told("effectiveness of one topic", await timed(lambda: topics.of_topic(session, "subject 7", as_of=NOW), 15))
        then = NOW - timedelta(days=200)
        told("baselines as of 200 days ago", await timed(lambda: baselines.baselines(session, as_of=then), 5))
        ids = list(
            (await session.execute(text("SELECT post_id FROM latest_readings LIMIT :n"), {"n": NAIVE})).scalars()
        )
        began = time.perf_counter()
        for id in ids:
            (await session.execute(text(NAIVE_ONE), {"id": id, "now": NOW})).one()
        each = (time.perf_counter() - began) / len(ids)
        print(
            f"  post by post: {1_000 * each:.2f} ms each, so {each * read:.0f} s for all of them (reckoned from {len(ids):,})"
        )


async def main(posts: int, readings: int) -> None:
    with postgres.temporary() as url:
        db.connect(url)
        migrate.upgrade(url)
        began = time.perf_counter()
        await write_posts(posts)
        print(f"{posts:,} posts written in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        await write_readings(readings)
        print(f"{readings:,} readings written in {time.perf_counter() - began:.0f} s, the newest of each post kept")
        async with db.reading() as session:
            for table in ("posts", "social_post_analytics", "latest_readings"):
                await session.execute(text(f"VACUUM ANALYZE {table}"))
        await usual_results(readings)
        await similar_work(posts)
        await db.dispose()


if __name__ == "__main__":
    asked = [int(one.replace("_", "").replace(",", "")) for one in sys.argv[1:]]
    asyncio.run(main(*(asked + [1_000_000, 1_000_000][len(asked) :])))
