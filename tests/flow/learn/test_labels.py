"""What the world says of an example carries its own time, and whoever changes a reading marks the example."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewPost, NewReading, NewWebDay
from cofounder.flow.learn import labels, queries, renewing, service
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database

OUT = datetime(2026, 9, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "age"),
    [(0.5, None), (1, "1h"), (5.9, "1h"), (6, "6h"), (24, "24h"), (71, "24h"), (72, "72h"), (168, "7d"), (400, None)],
)
def test_a_reading_belongs_to_the_last_age_that_it_has_reached(hours: float, age: str | None) -> None:
    assert labels.age_of(timedelta(hours=hours)) == age


def test_of_two_readings_of_one_age_the_first_counts_whatever_comes_later() -> None:
    id = new_id()
    post = {"id": id, "platform": "x", "published_at": OUT}
    read = [{"measured_at": OUT + timedelta(hours=h), "views": h * 10, "revenue": None} for h in (2, 4, 30, 40, 100)]
    found = labels.of_readings([post], {id: read})
    assert [(one["age"], one["values"]["views"]) for one in found] == [("1h", 20), ("24h", 300), ("72h", 1000)]
    assert labels.known_at(found, OUT + timedelta(hours=30)) == found[:2]


async def ran(session: AsyncSession, **more: Any) -> UUID:
    """A finished run of September with an example and a post of its own."""
    task = await records.add_task(
        session, request="Write a post", status="completed", created_at=OUT - timedelta(hours=1),
        completed_at=OUT, is_legacy=True, source="legacy", **more,
    )  # fmt: skip
    await records.update_task(session, task.id, cost=Decimal("0.12"))
    await service.upsert_example(session, task.id)
    return task.id


async def publish(session: AsyncSession, task_id: UUID) -> UUID:
    post = NewPost(task_id=task_id, platform="linkedin", content="We opened.", published_at=OUT)
    return (await records.add_post(session, post)).id


async def read(session: AsyncSession, post_id: UUID, hours: float, **counts: Any) -> None:
    at = OUT + timedelta(hours=hours)
    await records.add_readings(
        session, [NewReading(post_id=post_id, platform="linkedin", measured_at=at, source="test", **counts)]
    )


async def marks(session: AsyncSession) -> list[UUID]:
    return list((await session.execute(text("SELECT execution_id FROM stale_examples ORDER BY id"))).scalars())


async def test_attributed_visits_and_revenue_are_summed_with_the_return_on_what_it_cost(session: AsyncSession) -> None:
    id = await ran(session)
    post = await publish(session, id)
    await read(session, post, 80, views=3421, clicks=87, shares=12, comments=8)
    await records.add_web_days(
        session,
        [
            NewWebDay(
                day=OUT.date(), sessions=45, conversions=2, revenue=Decimal(3400), measured_at=OUT + timedelta(days=2)
            )
        ],
    )
    await session.execute(text("UPDATE web_analytics SET post_id = :post"), {"post": post})
    assert await service.relabel(session, id)
    made = await service.get(session, id)
    assert made is not None
    assert made.post_publication_metrics is not None
    assert made.post_publication_metrics["linkedin"]["views"] == 3421
    told = {name: value for name, value in made.post_publication_metrics.items() if name != "linkedin"}
    assert told == {
        "website_traffic_attributed": 45,
        "conversions_attributed": 2,
        "revenue_attributed": 3400.0,
        "roi_on_cost": round(3400 / 0.12, 1),
    }
    assert made.roi_on_cost == round(3400 / 0.12, 1)
    assert {one["name"] for one in made.labels} >= {"reading", "attribution"}


async def _revenue(session: AsyncSession, month: int, amount: int, currency: str = "USD") -> None:
    """A month's revenue, known on the next one's first day."""
    end = datetime(2026, month + 1, 1, tzinfo=UTC) - timedelta(days=1)
    await records.add_financial(
        session,
        [
            NewFinancial(
                metric_type="revenue", metric_value=Decimal(amount), unit="usd", source="test", currency=currency,
                period_start=end.date().replace(day=1), period_end=end.date(), measured_at=end + timedelta(days=1),
            )
        ],
    )  # fmt: skip


async def test_the_state_a_month_later_is_told_beside_the_one_of_the_request(session: AsyncSession) -> None:
    for month, revenue in ((7, 100), (8, 110), (9, 132)):
        await _revenue(session, month, revenue)
    made = await service.get(session, await ran(session))
    assert made is not None
    assert made.metrics_delta is not None
    assert made.metrics_delta["revenue_monthly"] == {"before": 110.0, "after": 132.0, "change": 0.2}
    assert made.business_impact == {"revenue": 0.2}


async def test_a_state_in_another_currency_a_month_later_is_no_change(session: AsyncSession) -> None:
    for month, revenue, currency in ((7, 100, "USD"), (8, 110, "USD"), (9, 132, "EUR")):
        await _revenue(session, month, revenue, currency)
    made = await service.get(session, await ran(session))
    assert made is not None
    assert "revenue_monthly" not in (made.metrics_delta or {})
    assert made.business_impact is None


async def test_a_label_done_again_changes_nothing(session: AsyncSession) -> None:
    id = await ran(session)
    await read(session, await publish(session, id), 30, views=100, clicks=3)
    await service.relabel(session, id)
    first = await service.get(session, id)
    assert first is not None
    before = (first.labels, first.post_publication_metrics, first.updated_at)
    await service.relabel(session, id)
    again = await service.get(session, id)
    assert again is not None
    assert (again.labels, again.post_publication_metrics, again.updated_at) == before


async def test_whoever_writes_a_reading_or_matches_a_post_marks_the_example(session: AsyncSession) -> None:
    id, other = await ran(session), await ran(session)
    post = await publish(session, id)
    await session.execute(text("DELETE FROM stale_examples"))
    await read(session, post, 2, views=10)
    assert await marks(session) == [id]
    await session.execute(text("DELETE FROM stale_examples"))
    await session.execute(text("UPDATE social_post_analytics SET views = 11"))
    assert set(await marks(session)) == {id}
    await session.execute(text("DELETE FROM stale_examples"))
    await session.execute(text("UPDATE posts SET task_id = :other"), {"other": other})
    assert set(await marks(session)) == {id, other}


async def test_marked_examples_are_brought_up_to_date_and_the_marks_are_gone(database: Database) -> None:
    async with transaction() as session:
        id = await ran(session)
        await read(session, await publish(session, id), 90, views=500, clicks=20)
    assert await renewing.renew_some() == 1
    async with transaction() as session:
        made = await service.get(session, id)
        assert made is not None
        assert [one["age"] for one in made.labels if one["name"] == "reading"] == ["72h"]
        assert await marks(session) == []
    assert await renewing.renew_some() == 0


async def test_a_mark_that_came_meanwhile_stays(session: AsyncSession) -> None:
    id = await ran(session)
    post = await publish(session, id)
    await read(session, post, 2, views=10)
    seen = await queries.marked(session, 10)
    await read(session, post, 7, views=20)
    await queries.unmark(session, id, seen[id])
    assert await marks(session) == [id]


async def test_an_erased_example_is_not_written_down_again(session: AsyncSession) -> None:
    id = await ran(session)
    await session.execute(
        text("UPDATE orchestrator_training_data SET erased_at = :at, labels = '[]' WHERE execution_id = :id"),
        {"at": now(), "id": id},
    )
    await read(session, await publish(session, id), 90, views=500)
    assert await service.relabel(session, id) is False
