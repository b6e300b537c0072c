"""What the site saw of earlier work: visits, orders and money matched to its posts, as of a time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import posts
from cofounder.business.derive.attributed import after_publish
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading, NewTask, NewWebDay
from cofounder.business.similar import similar_content
from cofounder.flow.learn import history
from cofounder.kit.ids import new_id

OUT, NOW = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)


async def published(session: AsyncSession) -> NewPost:
    task = NewTask(
        id=new_id(), request="Write about sourdough", topic="sourdough", status="completed", created_at=OUT,
        completed_at=OUT,
    )  # fmt: skip
    post = NewPost(id=new_id(), task_id=task.id, platform="linkedin", content="Our sourdough rests.", published_at=OUT)
    await records.add_history(session, [task], [post], [])
    return post


def day(post: NewPost, at: datetime, **more: object) -> NewWebDay:
    given = {"day": date(2026, 6, 3), "post_id": post.id, "page_id": "/sourdough", "measured_at": at}
    return NewWebDay.model_validate({**given, **more})


async def test_an_example_tells_what_the_site_saw_of_similar_work_and_nothing_measured_later(
    session: AsyncSession,
) -> None:
    post = await published(session)
    await records.add_web_days(
        session,
        [
            day(post, OUT + timedelta(days=3), sessions=40, conversions=2, revenue=Decimal(3400), currency="USD"),
            day(post, OUT + timedelta(days=3), sessions=30, device="phone"),  # a part of the same visits
            day(post, NOW + timedelta(hours=1), day=date(2026, 6, 4), sessions=900, revenue=Decimal(9), currency="USD"),
        ],
    )
    spent = NewReading.model_validate(
        {"post_id": post.id, "platform": "linkedin", "measured_at": OUT + timedelta(days=4), "source": "t", "views": 9}
    )
    await records.add_readings(session, [spent])
    (found,) = await similar_content(session, "sourdough", as_of=NOW)
    (told,) = history.similar({history.SIMILAR: {"items": [found.model_dump(mode="json")]}})
    assert told["post_metrics_after_publish"] == {
        "website_traffic_attributed": 40,
        "conversions_attributed": 2,
        "revenue_attributed": 3400.0,
        "currency": "USD",
        "roi": None,  # no cost is known
    }


async def test_return_is_revenue_over_what_run_and_posts_cost(session: AsyncSession) -> None:
    post = await published(session)
    assert post.id is not None
    assert post.task_id is not None
    await session.execute(text("UPDATE tasks SET cost = 1.70 WHERE id = :id"), {"id": post.task_id})
    await records.add_web_days(session, [day(post, OUT, sessions=5, revenue=Decimal(3400), currency="USD")])
    (told,) = await after_publish(session, [[post.id]], as_of=NOW)
    assert told is not None
    assert told.roi == 2000
    (euros,) = await after_publish(session, [[]], as_of=NOW)
    assert euros is None


async def test_work_that_no_visit_is_matched_to_has_none(session: AsyncSession) -> None:
    await published(session)
    (found,) = await similar_content(session, "sourdough", as_of=NOW)
    assert found.after_publish is None


async def test_where_the_site_saw_no_visit_the_posts_clicks_stand_and_are_named_so(session: AsyncSession) -> None:
    post = await published(session)
    assert post.id is not None
    spent = NewReading.model_validate(
        {"post_id": post.id, "platform": "linkedin", "measured_at": OUT + timedelta(days=4), "source": "t", "clicks": 5}
    )
    await records.add_readings(session, [spent])
    (clicked,) = await posts.listed(session, as_of=NOW, days=365, limit=9)
    assert (clicked["visits"], clicked["visits_are_clicks"]) == (5, True)
    await records.add_web_days(session, [day(post, OUT + timedelta(days=3), sessions=40)])
    (visited,) = await posts.listed(session, as_of=NOW, days=365, limit=9)
    assert (visited["visits"], visited["visits_are_clicks"]) == (40, False)
