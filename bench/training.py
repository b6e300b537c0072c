"""Training data at a million examples: pages, filters with counts and statistics, tagging half of them.

python -m bench.training [EXAMPLES]      # 1,000,000 by default; the straightforward way beside it at 50,000

The straightforward way loads the rows into Python, filters and counts them there, and tags one after the other.
"""

import asyncio
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import psutil
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data import changing, service
from cofounder.flow.train.data.schemas import FilterIn, TagByDateIn
from cofounder.kit import db, migrate, postgres
from cofounder.kit.db import reading, transaction

BY = "bench"
BESIDE = 50_000
TIMES = 8
HALF = datetime(2025, 7, 2, tzinfo=UTC)

# A run of two years a thousand intents, tags, voices and models wide as a busy house has them; about 4 kB an example.
_MAKE = """INSERT INTO orchestrator_training_data (execution_id, user_request, intent, timestamp, business_state,
  similar_historical_content, platform_baseline, execution_plan, plan, execution_result, quality_score,
  quality_dimensions, user_approval, decision, final_text, cost, seconds, post_publication_metrics,
  patterns_discovered, business_correlations, success, is_legacy, is_sample, is_high_quality, training_ready, tags,
  persona, platforms, models, decided_at)
SELECT uuidv7((timestamptz '2025-01-01' + (n::float8 / {count} * 364.9) * interval '1 day') - now()),
  (ARRAY['Write a post about','Plan a campaign on','Compare figures of','Announce','Explain'])[1 + (r * 5)::int % 5]
    || ' ' || (ARRAY['growth','hiring','our launch','customer stories','pricing','the new bakery'])[1 + (q * 6)::int % 6]
    || ' in week ' || n % 104 || ' for region ' || n % 997,
  (ARRAY['create_social_content','create_social_content_with_metrics','write_email','analyse_metrics','write_blog',
    'plan_campaign','forecast','check_compliance'])[1 + (power(s, 2) * 8)::int % 8],
  timestamptz '2025-01-01' + (n::float8 / {count} * 364.9) * interval '1 day' + r * interval '1 hour',
  jsonb_build_object('revenue_monthly', 100000 + n % 90000, 'growth_rate', round(r::numeric, 3), 'customers', n % 5000,
    'conversion_rate', round(q::numeric, 4), 'monthly_website_traffic', n * 7 % 400000),
  (SELECT jsonb_agg(jsonb_build_object('task_id', md5(n::text || i), 'topic', md5(i || n::text), 'quality_score', r,
    'title', md5(n || 't' || i) || ' ' || md5(i || 'u' || n), 'reasons', ARRAY[md5(i::text), md5(n::text)]))
    FROM generate_series(1, 4) AS i),
  jsonb_build_object('linkedin', jsonb_build_object('avg_engagement_rate', 0.028, 'avg_views_per_post', 2850)),
  jsonb_build_object('steps', 4 + n % 5, 'agents', (ARRAY['["content"]','["financial","content"]',
    '["financial","content","publisher"]','["market","content","compliance"]'])[1 + n % 4]::jsonb,
    'estimated_duration', 45, 'estimated_cost', 0.12),
  (SELECT jsonb_build_object('steps', jsonb_agg(jsonb_build_object('id', 'step_' || i, 'tool', 'content.draft_' || i,
    'inputs', jsonb_build_object('from', md5(n || 'i' || i), 'words', md5(i || 'w' || n) || md5(n || 'x' || i)))))
    FROM generate_series(1, 6) AS i),
  jsonb_build_object('actual_duration', 40 + n % 60, 'refinements_needed', n % 3, 'status', 'completed'),
  CASE WHEN n % 25 <> 0 THEN round((0.4 + 0.6 * sqrt(q))::numeric, 4) END,
  jsonb_build_object('accuracy', r, 'completeness', q, 'tone', s, 'engagement_potential', r),
  CASE n % 10 WHEN 0 THEN NULL WHEN 1 THEN false ELSE true END,
  CASE n % 10 WHEN 0 THEN NULL ELSE jsonb_build_object('verdict', CASE n % 10 WHEN 1 THEN 'reject' ELSE 'approve' END,
    'by', 'key:ann', 'automatic', n % 10 = 2, 'feedback', md5(n::text)) END,
  jsonb_build_object('linkedin', repeat(md5(n::text) || ' ' || md5(n || 'z') || ' ', 10)),
  round((r * 0.4)::numeric, 6), 20 + n % 80,
  CASE WHEN n % 3 = 0 THEN jsonb_build_object('linkedin', jsonb_build_object('views', n % 4000)) END,
  '[]', '{{}}', n % 12 <> 0, n % 7 = 0, false, q > 0.56, n % 10 NOT IN (0), (ARRAY['{{}}','{{}}','{{}}','{{production}}',
    '{{production,manual_approved}}','{{manual_approved}}','{{low_quality}}','{{development}}','{{test}}','{{exclude}}',
    '{{gold}}','{{campaign-7}}'])[1 + (power(s, 1.5) * 12)::int % 12]::text[],
  (ARRAY['humanVoice','newsReporter','storyteller','coach','dataNerd',NULL])[1 + (s * 6)::int % 6],
  (ARRAY['{{linkedin}}','{{linkedin,x}}','{{email}}','{{blog}}','{{x}}'])[1 + (power(q, 2) * 5)::int % 5]::text[],
  (ARRAY['{{offline}}','{{claude-opus}}','{{gpt-5,offline}}'])[1 + n % 3]::text[], now()
FROM (SELECT n, random() AS r, random() AS q, random() AS s FROM generate_series({first}, {last}) AS n OFFSET 0) AS drawn"""

FILTERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "quality at least 0.85": {"quality_min": 0.85},
    "quality 0.70 to 0.90": {"quality_min": 0.7, "quality_max": 0.9},
    "quality 0.8125 to 0.9375": {"quality_min": 0.8125, "quality_max": 0.9375},
    "tagged production": {"include_tags": ["production"]},
    "not gold, succeeded": {"exclude_tags": ["gold"], "success_only": True},
    "two intents": {"intent_filter": ["write_email", "write_blog"]},
    "for LinkedIn, approved": {"platform": "linkedin", "decision": "approved"},
    "imported, measured": {"is_legacy": True, "has_outcome": True},
    "development": {"include_tags": ["development"]},
    "one week": {"date_after": "2025-06-01", "date_before": "2025-06-07"},
    "one month": {"date_after": "2025-06-01", "date_before": "2025-06-30"},
    "a quarter, quality at least 0.8": {"date_after": "2025-04-01", "date_before": "2025-06-30", "quality_min": 0.8},
    "half a year": {"date_after": "2025-01-01", "date_before": "2025-07-01"},
    "everything by date": {"date_after": "2025-01-01", "date_before": "2025-12-31"},
    "one voice": {"persona": "coach"},
    "one model, succeeded": {"model": "claude-opus", "success_only": True},
    "one agent": {"agent": "compliance"},
    "cost 0.1 to 0.2": {"cost_min": 0.1, "cost_max": 0.2},
    "two words": {"text": "bakery 997"},
    "a common word": {"text": "pricing"},
}


def told(name: str, found: list[float]) -> None:
    found = sorted(found)
    p95 = found[min(len(found) - 1, round(0.95 * len(found)))]
    print(
        f"{name:44} p50 {1000 * statistics.median(found):8.1f} ms   p95 {1000 * p95:8.1f} ms   n {len(found)}",
        flush=True,
    )


async def timed(act: Callable[[AsyncSession], Awaitable[Any]], times: int) -> list[float]:
    found = []
    for _ in range(times):
        async with transaction() as session:  # as a request has it
            began = time.perf_counter()
            await act(session)
            found.append(time.perf_counter() - began)
    return found


async def make(count: int) -> None:
    began = time.perf_counter()
    for first in range(1, count + 1, 50_000):
        async with transaction() as session:
            await session.execute(text("SELECT set_config('cofounder.training', 'bulk', true)"))
            last = min(first + 49_999, count)
            await session.execute(text(_MAKE.format(count=count, first=first, last=last)))
    print(f"{count:,} examples written in {time.perf_counter() - began:.1f} s", flush=True)
    began = time.perf_counter()
    async with transaction() as session:
        await service.rebuild(session)
    print(f"facts and counts made anew in {time.perf_counter() - began:.1f} s", flush=True)
    async with db.engine().connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM (ANALYZE)"))
        size = "SELECT pg_size_pretty(pg_total_relation_size('orchestrator_training_data'))"
        facts = "SELECT pg_size_pretty(pg_relation_size('training_facts')), (SELECT count(*) FROM training_kinds)"
        print(
            "examples",
            *(await alone.execute(text(size))).one(),
            "facts, kinds",
            *(await alone.execute(text(facts))).one(),
        )


async def pages() -> None:
    told("first page", await timed(lambda session: service.page(session), 5 * TIMES))
    async with reading() as session:
        cursor = (await service.page(session, limit=1000)).next_cursor
    told("page after the first thousand", await timed(lambda s: service.page(s, cursor=cursor), 5 * TIMES))


async def filters(times: int) -> None:
    everything: list[float] = []
    for name, said in FILTERS.items():
        found = await timed(lambda session, said=said: both(session, said), times)  # type: ignore[misc]
        told(name, found)
        everything += found
    told("filter, count and statistics: all of these", everything)


async def both(session: AsyncSession, said: dict[str, Any]) -> None:
    """What the page asks for when a slider moves: the first page of the list, the counts and the statistics."""
    found = await service.find(session, FilterIn.model_validate(said))
    assert found.statistics.filtered_count == found.filtered_count


async def tagging() -> None:
    began, busy = time.perf_counter(), _processor()
    async with transaction() as session:
        done = await changing.tag_by_date(session, TagByDateIn(date_before=HALF, tags=["earlier"]), by=BY)
    print(
        f"{done.count:,} tagged in {time.perf_counter() - began:.1f} s, {_processor() - busy:.1f} s of processor",
        flush=True,
    )
    assert done.undo_token is not None
    began = time.perf_counter()
    async with transaction() as session:
        undone = await changing.undo(session, done.undo_token, by=BY)
    print(f"{undone.count:,} taken back in {time.perf_counter() - began:.1f} s", flush=True)


def _processor() -> float:
    """Seconds of processor of this process's PostgreSQL so far."""
    spent = 0.0
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres":
                used = process.cpu_times()
                spent += used.user + used.system
        except psutil.Error:
            continue
    return spent


async def beside(rows: int) -> None:
    """The straightforward way, of as many rows as it bears."""
    before, began = _memory(), time.perf_counter()
    async with reading() as session:
        found = list((await session.scalars(select(Example).order_by(Example.timestamp.desc()).limit(rows))).all())
        chosen = [
            one
            for one in found
            if one.quality_score is not None
            and one.quality_score >= 0.85
            and not {"development", "test", "exclude"} & set(one.tags)
        ]
        Counter(one.intent for one in chosen), Counter(tag for one in chosen for tag in one.tags)
    spent = time.perf_counter() - began
    print(f"all of {rows:,} rows in Python: {spent:.2f} s, {_memory() - before:.0f} MB more", flush=True)
    few, began = found[:2_000], time.perf_counter()
    async with transaction() as session:
        for one in few:
            asked = {"id": one.execution_id, "tags": [*one.tags, "earlier"]}
            await session.execute(
                text("UPDATE orchestrator_training_data SET tags = :tags WHERE execution_id = :id"), asked
            )
    spent = time.perf_counter() - began
    print(
        f"{len(few):,} tagged one after the other: {spent:.2f} s, {500_000 * spent / len(few):.0f} s for 500,000",
        flush=True,
    )


def _memory() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss / 1e6)


async def main(count: int) -> None:
    with postgres.temporary() as url:
        db.connect(url)
        await asyncio.to_thread(migrate.upgrade, url, "cofounder")
        await make(count)
        await pages()
        await filters(TIMES)
        await tagging()
        print("at once after that, before the database has cleaned up:")
        await pages()
        await filters(2)
        await beside(min(count, BESIDE))
        await db.dispose()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
