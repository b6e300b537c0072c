"""Datasets at a million examples: a version with hash, parts and duplicates; its download; an export of a filter.

python -m bench.datasets [EXAMPLES]      # 1,000,000 by default; the straightforward way beside it at 20,000

The straightforward way loads the rows into Python, writes each with json.dumps, and looks for near duplicates with
datasketch's own MinHash and LSH.
"""

import asyncio
import json
import os
import resource
import sys
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import psutil
from sqlalchemy import select, text

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.datasets import exporting, likeness, service
from cofounder.flow.train.datasets.schemas import DatasetExportIn, DatasetIn
from cofounder.kit import db, migrate, postgres
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings

BESIDE = 20_000
# One in twenty repeats the request of the one before, with a word more.
_MAKE = """INSERT INTO orchestrator_training_data (execution_id, user_request, intent, timestamp, business_state,
  similar_historical_content, platform_baseline, execution_plan, plan, execution_result, quality_score, quality_dimensions,
  user_approval, decision, cost, seconds, patterns_discovered, business_correlations, success, tags, platforms, models)
SELECT uuidv7(timestamptz '2025-01-01' + n * interval '30 seconds' - now()), 'Write a post about ' || (SELECT string_agg(substr(md5((n - (n % 20 = 0)::int)::text || i), 1, 6), ' ')
    FROM generate_series(1, 16) AS i) || CASE WHEN n % 20 = 0 THEN ' please' ELSE '' END,
  'create_social_content', timestamptz '2025-01-01' + n * interval '30 seconds',
  jsonb_build_object('revenue_monthly', 100000 + n % 90000, 'customers', n % 5000),
  jsonb_build_array(jsonb_build_object('topic', md5(n::text), 'quality_score', 0.9)),
  jsonb_build_object('linkedin', jsonb_build_object('avg_engagement_rate', 0.028)), '{"steps": 3, "agents": ["content"]}',
  (SELECT jsonb_build_object('steps', jsonb_agg(jsonb_build_object('id', 'step_' || i, 'tool', 'content.draft',
    'inputs', jsonb_build_object('words', md5(i || 'w' || n))))) FROM generate_series(1, 4) AS i),
  '{}', round((0.5 + (n % 50) / 100.0)::numeric, 4), '{}', true, '{"verdict": "approve"}', 0.1, 3, '[]', '{}', true,
  '{production}', '{linkedin}', '{}'
FROM generate_series(1, :count) AS n"""


class Peak:
    """The most memory that this process had inside the block, in MB."""

    def __enter__(self) -> "Peak":
        self.megabytes, self._over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def _look(self) -> None:
        mine = psutil.Process()
        while not self._over.wait(0.05):
            self.megabytes = max(self.megabytes, mine.memory_info().rss / 1e6)

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()


async def drained(chunks: AsyncIterator[bytes]) -> int:
    return sum([len(chunk) async for chunk in chunks])


async def timed(name: str, work: Any, count: int) -> Any:
    """Run, and say seconds, seconds of this process's processor, lines a second and memory."""
    processor = time.process_time()
    begun = time.perf_counter()
    with Peak() as peak:
        found = await work
    seconds, busy = time.perf_counter() - begun, time.process_time() - processor
    print(
        f"{name}: {seconds:.1f} s ({busy:.1f} s of our processor), {count / seconds:,.0f} lines/s, "
        f"{peak.megabytes:.0f} MB at most",
        flush=True,
    )
    return found


async def straightforward(count: int) -> int:
    from datasketch import MinHash, MinHashLSH

    async with db.reading() as session:
        rows = list((await session.scalars(select(Example).order_by(Example.timestamp).limit(count))).all())
    lines, index, kept = [], MinHashLSH(threshold=likeness.NEAR, num_perm=likeness.PERMUTATIONS), 0
    for row in rows:
        words = row.user_request.lower().split()
        signature = MinHash(num_perm=likeness.PERMUTATIONS)
        signature.update_batch([" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)])
        if not index.query(signature):
            index.insert(str(row.execution_id), signature)
            kept += 1
        lines.append(json.dumps({"request": row.user_request, "plan": row.plan, "state": row.business_state}))
    return kept


async def main(count: int) -> None:
    async with db.transaction() as session:
        await session.execute(text(_MAKE), {"count": count})
    async with db.engine().connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("ANALYZE"))
    print(f"{count:,} examples, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    wish = DatasetExportIn(filters=Filter(), redact=False)
    size = await timed("export of a filter, jsonl", drained((await exporting.begin(wish, LOCAL_OWNER))[2]), count)
    print(f"  {size / 1e6:,.0f} MB")
    few = min(BESIDE, count)
    wish = DatasetExportIn(filters=Filter(limit=few))
    chunks = (await exporting.begin(wish, LOCAL_OWNER))[2]
    await timed(f"the same of {few:,}, personal data replaced", drained(chunks), few)
    asked = DatasetIn(name="bench", redact=False)
    made = await timed("version with hash, parts, duplicates", service.create(asked, LOCAL_OWNER, wait=True), count)
    print(f"  {made.example_count:,} lines, {made.statistics['duplicates']}, leakage clean: {made.leakage['clean']}")
    for format in ("jsonl", "openai", "gemini", "csv", "parquet"):
        chunks = (await exporting.of_version(made.id, format))[2]
        await timed(f"download, {format}", drained(chunks), made.example_count)
    beside = min(BESIDE, count)
    await timed(f"straightforward way, {beside:,} examples", straightforward(beside), beside)
    print(f"most memory of all: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


async def run(count: int) -> None:
    with postgres.temporary() as url:
        migrate.upgrade(url, "cofounder")
        db.connect(url)
        try:
            await main(count)
        finally:
            await db.dispose()


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as home:
        os.environ["COFOUNDER_HOME"] = home
        settings.cache_clear()
        asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
