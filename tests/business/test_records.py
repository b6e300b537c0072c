"""Tasks and posts through their one service."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading, NewTask, NewWebDay, TaskFilter
from cofounder.kit import clock
from cofounder.kit.ids import new_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


async def test_a_task_is_found_as_it_was_written(session: AsyncSession) -> None:
    with clock.frozen(NOW):
        made = await records.add_task(session, NewTask(request="Write a post", preferences={"tone": "warm"}))
    found = await records.get_task(session, made.id)
    assert (found.request, found.status, found.as_of, found.created_at) == ("Write a post", "queued", NOW, NOW)
    assert found.preferences == {"tone": "warm"}


async def test_a_task_may_be_given_field_by_field(session: AsyncSession) -> None:
    made = await records.add_task(session, request="Write", idempotency_key="k")
    again = await records.find_task(session, idempotency_key="k")
    assert again is not None
    assert again.id == made.id
    assert await records.find_task(session, idempotency_key="other") is None


async def test_a_missing_task_is_an_error_with_a_hint(session: AsyncSession) -> None:
    with pytest.raises(records.TaskMissing) as missing:
        await records.get_task(session, new_id())
    assert missing.value.status == 404
    assert missing.value.advice


async def test_only_columns_of_a_task_may_change(session: AsyncSession) -> None:
    task = await records.add_task(session, request="Write")
    await records.update_task(session, task.id, status="running", phase="planning")
    assert (task.status, task.phase) == ("running", "planning")
    changed = await records.get_task(session, task.id, lock=True)
    assert (changed.status, changed.phase) == ("running", "planning")
    with pytest.raises(TypeError, match="no field mood"):
        await records.update_task(session, task.id, mood="good")
    with pytest.raises(TypeError, match="created_at"):
        await records.update_task(session, task.id, created_at=NOW)


async def test_pages_hold_every_task_once_also_when_times_are_equal(session: AsyncSession) -> None:
    made = {(await records.add_task(session, request=f"Task {n}", created_at=NOW)).id for n in range(7)}
    seen, cursor = [], None
    while True:
        page = await records.list_tasks(session, cursor=cursor, limit=3)
        assert page.total == 7
        seen += [task.id for task in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == made


async def test_filters_narrow_the_list_and_its_total(session: AsyncSession) -> None:
    await records.add_task(session, request="About 100% cotton", source="api")
    await records.add_task(session, request="About 100 sheep", source="schedule", is_sample=True)
    found = await records.list_tasks(session, TaskFilter(text="100%"))
    assert [task.source for task in found.items] == ["api"]
    assert (await records.list_tasks(session, TaskFilter(is_sample=True))).total == 1
    assert (await records.list_tasks(session, TaskFilter(source=["api", "schedule"]))).total == 2
    assert (await records.list_tasks(session, TaskFilter(status="completed"))).total == 0


async def test_who_waits_longest_comes_first_on_every_page(session: AsyncSession) -> None:
    made = [
        (await records.add_task(session, request=f"Task {n}", created_at=NOW + timedelta(minutes=n // 2))).id
        for n in range(7)
    ]
    seen, cursor = [], None
    while True:
        page = await records.list_tasks(session, cursor=cursor, limit=3, oldest=True)
        seen += [task.id for task in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert set(seen) == set(made)
    assert len(seen) == len(made)
    newest = [task.id for task in (await records.list_tasks(session)).items]
    assert seen == newest[::-1]


@pytest.mark.parametrize("cursor", ["zzz", "", "a2V5", "ä"])
async def test_a_cursor_that_is_none_of_ours_is_refused(session: AsyncSession, cursor: str) -> None:
    with pytest.raises(records.CursorInvalid):
        await records.list_tasks(session, cursor=cursor)


async def test_the_latest_reading_as_of_a_time_counts_and_never_the_sum(session: AsyncSession) -> None:
    post = await records.add_post(session, NewPost(platform="x", content="Hello", published_at=NOW))
    readings = [
        NewReading(post_id=post.id, platform="x", measured_at=NOW + timedelta(hours=h), views=v, clicks=c, source="t")
        for h, v, c in ((1, 100, 5), (24, 400, 10))
    ]
    await records.add_readings(session, readings)
    (early,) = await records.recent_posts(session, NOW + timedelta(hours=2))
    assert (early.views, early.engagement_rate) == (100, 0.05)
    (late,) = await records.recent_posts(session, NOW + timedelta(days=2))
    assert (late.views, late.engagement_rate) == (400, 0.025)
    (unread,) = await records.recent_posts(session, NOW)
    assert (unread.views, unread.engagement_rate) == (None, None)
    assert await records.recent_posts(session, NOW - timedelta(seconds=1)) == []


async def test_a_days_whole_site_wins_over_its_pages(session: AsyncSession) -> None:
    day, other = NOW.date(), NOW.date() - timedelta(days=1)
    await records.add_web_days(
        session,
        [
            NewWebDay(day=day, sessions=100, conversions=4, measured_at=NOW),
            NewWebDay(day=day, page_id="/a", sessions=70, measured_at=NOW),
            NewWebDay(day=day, source="ads", sessions=30, measured_at=NOW),
            NewWebDay(day=other, page_id="/a", sessions=50, conversion_rate=0.1, measured_at=NOW),
            NewWebDay(day=other, page_id="/b", sessions=20, conversions=1, measured_at=NOW),
        ],
    )
    assert await records.web_days(session, NOW) == [(other, 70, None, 6), (day, 100, None, 4)]
