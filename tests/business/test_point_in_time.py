"""A row made or measured after `as_of`, planted in every table, changes no answer about that time."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import sample
from cofounder.business.context import embedder, index, predicting, service
from cofounder.business.context.predicting import Text
from cofounder.business.derive import audience, baselines, returns
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewPost, NewReading, NewTask, NewWebDay
from cofounder.business.similar import passages, similar_content
from cofounder.business.state import business_state
from cofounder.kit import db
from cofounder.kit.testing import Database

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
PLANTED = (
    *("tasks", "posts", "social_post_analytics", "web_analytics", "financial_metrics"),
    *("quality_evaluations", "latest_readings", "context_items", "context_vectors", "predictions", "matches"),
)


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
    ):
        await session.execute(text(statement), {"task": made.id, "at": LATER})


async def counts() -> dict[str, int]:
    async with db.reading() as session:
        return {name: int(await session.scalar(text(f"SELECT count(*) FROM {name}")) or 0) for name in PLANTED}


async def same_after_planting() -> None:
    before = await answers(NOW)
    held = await counts()
    async with db.transaction() as session:
        await plant(session)
    await index.refresh()
    predicting.forget()
    grown = await counts()
    assert all(grown[name] >= held[name] for name in PLANTED)
    assert all(grown[name] > held[name] for name in PLANTED if not name.startswith("context_"))
    after = await answers(NOW)
    for name, told in before.items():
        assert after[name] == told, name
    later = await answers(LATER + timedelta(days=40))
    changed = [name for name, told in before.items() if later[name] != told]
    assert {"state", "similar", "baselines", "topics", "topic", "audience", "growth", "recent"} <= set(changed)


async def test_nothing_planted_later_changes_an_answer_about_a_short_history(company: Database) -> None:
    await same_after_planting()


async def test_nor_of_a_history_that_has_an_index(company: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(index, "INDEX_FROM", 10)
    monkeypatch.setattr(embedder, "fit_apart", embedder.fit)
    told = await index.refresh()
    assert told.kind == "tfidf_svd"
    assert told.items > 50
    await same_after_planting()
