"""A row made or measured after `as_of`, planted in every table, changes no answer about that time."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import sample
from cofounder.business.context import embedder, index, predicting, service
from cofounder.business.context import tables as context_tables
from cofounder.business.context.predicting import Text
from cofounder.business.derive import audience, baselines, returns
from cofounder.business.derive import tables as derive_tables
from cofounder.business.imports import tables as imports_tables
from cofounder.business.matching import service as matching
from cofounder.business.matching import tables as matching_tables
from cofounder.business.records import service as records
from cofounder.business.records import tables as records_tables
from cofounder.business.records.schemas import NewFinancial, NewPost, NewReading, NewTask, NewWebDay
from cofounder.business.similar import passages, similar_content
from cofounder.business.state import business_state
from cofounder.kit import clock, db
from cofounder.kit.testing import Database

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
SLICE = (records_tables, derive_tables, context_tables, matching_tables, imports_tables)
PLANTED = sorted(
    {
        each.__tablename__
        for module in SLICE
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, db.Row) and hasattr(each, "__tablename__")
    }
)
OF_AN_INDEX = {"embedders", "context_items", "context_vectors"}


@pytest_asyncio.fixture
async def company(database: Database) -> AsyncIterator[Database]:
    predicting.forget()
    async with db.transaction() as session:
        await sample.load(session, today=TODAY)
    yield database
    predicting.forget()


async def answers(as_of: datetime) -> dict[str, Any]:
    """Every answer that a plan, an example or a person is given about history."""
    draft = Text(content="How to store coffee beans so that they stay fresh for weeks?", topic="coffee")
    async with db.reading() as session:
        found: dict[str, Any] = {
            "state": (await business_state(session, as_of=as_of)).__dict__,
            "similar": await similar_content(session, "fresh coffee beans", as_of=as_of, limit=20),
            "passages": await passages(session, "fresh coffee beans", as_of=as_of),
            "baselines": await baselines.baselines(session, as_of=as_of),
            "topics": await service.all_topics(session, as_of=as_of, days=3650),
            "clusters": await service.all_topics(session, as_of=as_of, days=3650, by="cluster"),
            "topic": await service.topic_effectiveness(session, "coffee", as_of=as_of, days=3650),
            "times": await service.best_times(session, "linkedin", as_of=as_of),
            "audience": [await audience.breakdown(session, part, as_of=as_of, days=3650) for part in audience.PARTS],
            "growth": await service.growth_rates(session, as_of=as_of),
            "anomalies": await service.anomalies(session, as_of=as_of),
            "correlations": await service.correlation_analysis(session, as_of=as_of),
            "returns": await returns.returns(session, "channel", as_of=as_of),
            "prediction": await predicting.predict(session, draft, "linkedin", as_of=as_of),
            "context": await service.enrich(session, None, "coffee", as_of=as_of),
            "recent": await records.recent_posts(session, as_of),
        }
    return found


async def plant(session: AsyncSession) -> None:
    """One row a table, each as loud as it can be, none of it known at NOW."""
    task = NewTask(request="Fresh coffee beans, fresh coffee beans", topic="coffee", title="Fresh coffee beans",
                   status="completed", quality_score=Decimal(1), created_at=LATER, completed_at=LATER, is_sample=False)  # fmt: skip
    made = await records.add_task(session, task)
    post = await records.add_post(
        session,
        NewPost(task_id=made.id, platform="linkedin", content="Fresh coffee beans", topic="coffee", published_at=LATER),
    )
    (old, *_) = await records.recent_posts(session, NOW)
    loud = {
        "views": 10**9,
        "clicks": 10**9,
        "shares": 10**9,
        "comments": 10**9,
        "revenue": Decimal(10**9),
        "source": "t",
    }
    for id, platform, at in ((post.id, "linkedin", LATER), (old.id, old.platform, LATER)):
        await records.add_readings(session, [NewReading(post_id=id, platform=platform, measured_at=at, **loud)])
    known = {"measured_at": LATER, "sessions": 10**9, "conversions": 10**9}
    parts = ("source", "campaign", "device", "browser", "country", "audience", "funnel_step", "page_id")
    await records.add_web_days(session, [NewWebDay(day=TODAY - timedelta(days=3), **known)])
    for part in parts:
        await records.add_web_days(
            session, [NewWebDay(day=TODAY - timedelta(days=3), post_id=old.id, **{part: "x"}, **known)]
        )
    for channel in ("", "linkedin"):
        row = NewFinancial(
            metric_type="revenue", metric_value=Decimal(10**12), unit="usd", currency="USD", source="t", channel=channel,
            period_start=date(2026, 10, 1), period_end=date(2026, 10, 31), measured_at=LATER,
        )  # fmt: skip
        await records.add_financial(session, [row])
    for statement in (
        "INSERT INTO quality_evaluations (id, task_id, evaluator, score, measured_at) VALUES (gen_random_uuid(), :task, 'x', 1, :at)",
        """INSERT INTO predictions (id, task_id, channel, as_of, made_at, outcomes)
           VALUES (gen_random_uuid(), :task, 'linkedin', :at, :at, '{"engagement_rate": {"low": 0, "high": 1}}')""",
        """INSERT INTO matches (id, kind, subject, target_id, method, confidence, state, evidence, made_at)
           VALUES (gen_random_uuid(), 'post_task', 'x', :task, 'title', 0.7, 'doubtful', '{}', :at)""",
        """INSERT INTO imports (id, kind, state, source_type, label, source, form, mapping, units, counts, created_at, finished_at)
           VALUES (:task, 'posts', 'done', 'file', 'x', '{}', '{}', '{}', '{}', '{}', :at, :at)""",
        """INSERT INTO import_refusals (import_id, line, "column", code, reason) VALUES (:task, 1, 'x', 'missing', 'x')""",
        """INSERT INTO import_sources (id, name, type, kind, config, form, mapping, units, created_at)
           VALUES (:task, 'x', 'folder', 'posts', '{}', '{}', '{}', '{}', :at)""",
        "INSERT INTO import_files (source_id, digest, name, seen_at) VALUES (:task, 'x', 'x', :at)",
        """INSERT INTO earlier_contents (id, table_name, row_id, content, known_at, replaced_at)
           VALUES (gen_random_uuid(), 'posts', :old, '{"content": "Fresh coffee beans"}', :at, :at)""",
    ):
        await session.execute(text(statement), {"task": made.id, "at": LATER, "old": old.id})


# What nobody has placed yet, all of it measured long before NOW: a person places it a minute after.
LOOSE = (
    """INSERT INTO social_post_analytics (id, post_external_id, platform, measured_at, views, clicks, shares, comments, revenue, source)
       SELECT gen_random_uuid(), 'loose', p.platform, :before, 1000000, 900000, 9, 9, 1000000, 't' FROM posts p WHERE p.id = :post""",
    """INSERT INTO web_analytics (id, day, page_id, sessions, conversions, revenue, measured_at)
       VALUES (gen_random_uuid(), CAST(:day AS date), '/loose', 1000000, 900000, 1000000, :before)""",
    """INSERT INTO quality_evaluations (id, task_external_id, evaluator, score, measured_at)
       VALUES (gen_random_uuid(), 'loose', 'x', 0, :before)""",
    """INSERT INTO posts (id, platform, content, topic, hashtags, published_at, is_sample)
       SELECT gen_random_uuid(), 'linkedin', 'Fresh coffee beans, loose', 'coffee', '{}', :before, p.is_sample FROM posts p WHERE p.id = :post""",
    """INSERT INTO matches (id, kind, subject, target_id, method, confidence, state, evidence, made_at)
       SELECT gen_random_uuid(), 'reading_post', natural_key::text, CAST(:post AS uuid), 'title', 0.7, 'doubtful', CAST('{}' AS jsonb), CAST(:before AS timestamptz)
         FROM social_post_analytics WHERE post_external_id = 'loose'
       UNION ALL SELECT gen_random_uuid(), 'web_post', '/loose' || chr(31) || chr(31), CAST(:post AS uuid), 'title', 0.7, 'doubtful', CAST('{}' AS jsonb), CAST(:before AS timestamptz)
       UNION ALL SELECT gen_random_uuid(), 'evaluation_task', 'loose', CAST(:task AS uuid), 'title', 0.7, 'doubtful', CAST('{}' AS jsonb), CAST(:before AS timestamptz)
       UNION ALL SELECT gen_random_uuid(), 'post_task', id::text, CAST(:task AS uuid), 'title', 0.7, 'doubtful', CAST('{}' AS jsonb), CAST(:before AS timestamptz)
         FROM posts WHERE content = 'Fresh coffee beans, loose'""",
)


async def leave_loose(session: AsyncSession) -> None:
    (old, *_) = [post for post in await records.recent_posts(session, NOW) if post.task_id is not None]
    asked = {"before": NOW - timedelta(days=1), "day": TODAY - timedelta(days=2), "post": old.id, "task": old.task_id}
    for statement in LOOSE:
        await session.execute(text(statement), asked)


async def place(session: AsyncSession) -> None:
    """A person's word on everything that waits for one."""
    doubtful = (await matching.listed(session, state="doubtful")).items
    mine = [one for one in doubtful if one.subject != "x"]
    assert {one.kind for one in mine} == {"reading_post", "web_post", "evaluation_task", "post_task"}
    with clock.frozen(LATER):
        for one in mine:
            await matching.decide(session, one.id, confirmed=True, by="test")
    for table in ("social_post_analytics", "web_analytics", "quality_evaluations", "posts"):
        assert await session.scalar(text(f"SELECT count(*) FROM {table} WHERE linked_at = :at"), {"at": LATER}) == 1


async def counts() -> dict[str, int]:
    async with db.reading() as session:
        return {name: int(await session.scalar(text(f"SELECT count(*) FROM {name}")) or 0) for name in PLANTED}


async def same_after_planting() -> None:
    async with db.transaction() as session:
        await leave_loose(session)
    await index.refresh()
    before = await answers(NOW)
    held = await counts()
    async with db.transaction() as session:
        await plant(session)
        await place(session)
    told = await index.refresh()
    if told.kind is not None:
        await index.refresh(again=True)  # topics are found anew, in other words
    predicting.forget()
    grown = await counts()
    for name in PLANTED:
        assert grown[name] > held[name] or (name in OF_AN_INDEX and told.kind is None), name
    after = await answers(NOW)
    for name, answer in before.items():
        assert after[name] == answer, name
    later = await answers(LATER + timedelta(days=40))
    changed = [name for name, answer in before.items() if later[name] != answer]
    assert {"state", "similar", "baselines", "topics", "topic", "audience", "growth", "recent"} <= set(changed)


async def test_nothing_planted_later_changes_an_answer_about_a_short_history(company: Database) -> None:
    await same_after_planting()


@pytest.mark.parametrize("fitted_at", [NOW - timedelta(hours=1), LATER - timedelta(seconds=30)])
async def test_nor_of_a_history_that_has_an_index(company: Database, monkeypatch: Any, fitted_at: datetime) -> None:
    monkeypatch.setattr(index, "INDEX_FROM", 10)
    monkeypatch.setattr(embedder, "fit_apart", embedder.fit)
    with clock.frozen(fitted_at):
        told = await index.refresh()
    assert told.kind == "tfidf_svd"
    assert told.items > 50
    with clock.frozen(LATER + timedelta(minutes=5)):
        await same_after_planting()
