"""Similar earlier work, own passages and baselines, as of a time."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import sample
from cofounder.business.derive.baselines import baselines
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading, NewTask
from cofounder.business.similar import likeness, passages, similar_content

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


async def fill(session: AsyncSession) -> None:
    await sample.load(session, today=date(2026, 11, 21))


async def plant_later(session: AsyncSession) -> None:
    """Rows that nothing as of NOW may see: a task, its post, and a new reading of an old post."""
    task = NewTask(
        request="Write about a bakery", topic="bakery", title="Bakery", status="completed",
        created_at=LATER, completed_at=LATER,
    )  # fmt: skip
    made = await records.add_task(session, task)
    post = NewPost(
        task_id=made.id, platform="linkedin", content="The bakery, the bakery and the bakery again, with bread."
    )
    await records.add_post(session, post.model_copy(update={"published_at": LATER}))
    (old, *_) = await records.recent_posts(session, NOW)
    reading = NewReading(post_id=old.id, platform=old.platform, measured_at=LATER, views=9, clicks=9, source="t")
    await records.add_readings(session, [reading])


async def test_nothing_made_or_measured_later_is_seen(session: AsyncSession) -> None:
    await fill(session)
    before = (
        await similar_content(session, "a bakery", as_of=NOW),
        await baselines(session, as_of=NOW),
        await passages(session, "a bakery", as_of=NOW),
    )
    await plant_later(session)
    after = (
        await similar_content(session, "a bakery", as_of=NOW),
        await baselines(session, as_of=NOW),
        await passages(session, "a bakery", as_of=NOW),
    )
    assert after == before
    assert (await similar_content(session, "a bakery", as_of=LATER))[0].title == "Bakery"


async def test_the_task_on_the_topic_comes_first_with_its_reasons(session: AsyncSession) -> None:
    await fill(session)
    found = await similar_content(session, "customer story about a bakery", as_of=NOW)
    assert found[0].title == "The bakery that opens at five"
    assert found[0].post_metrics
    assert found[0].similarity > 0.2
    assert any("similarity" in reason for reason in found[0].reasons)
    assert any("days old" in reason for reason in found[0].reasons)


async def test_channels_narrow_what_counts_as_similar(session: AsyncSession) -> None:
    await fill(session)
    found = await similar_content(session, "coffee", channels=["blog"], as_of=NOW, limit=20)
    assert found
    assert all(any(m.platform == "blog" for m in item.post_metrics) for item in found)


async def test_an_unrelated_topic_has_no_similar_work_and_no_passages(session: AsyncSession) -> None:
    await fill(session)
    assert await similar_content(session, "quantum chromodynamics", as_of=NOW) == []
    assert await passages(session, "quantum chromodynamics", as_of=NOW) == []
    assert await similar_content(session, "the of and", as_of=NOW) == []


async def test_passages_are_own_words_without_greetings_one_a_task(session: AsyncSession) -> None:
    await fill(session)
    found = await passages(session, "how to store and clean for fresh coffee", as_of=NOW, limit=6)
    assert 2 <= len(found) <= 6
    written = {post.content for post in await records.posts(session, as_of=NOW)}
    for passage in found:
        assert all(any(part in content for content in written) for part in passage.text.split("\n\n"))
        assert "Hello," not in passage.text
        assert "#" not in passage.text
    assert len({passage.url.rsplit("/", 1)[-1] for passage in found if passage.url}) == len(found)


async def test_an_imported_post_without_a_task_is_found_too(session: AsyncSession) -> None:
    post = NewPost(platform="linkedin", content="Our glazed teapots survive the dishwasher and the cat.")
    await records.add_post(session, post.model_copy(update={"published_at": NOW - timedelta(days=2)}))
    (found,) = await similar_content(session, "teapots", as_of=NOW)
    assert found.task_id is None


async def test_a_platform_without_posts_has_count_nought_and_no_rate(session: AsyncSession) -> None:
    await fill(session)
    found = await baselines(session, channels=["linkedin", "tiktok"], as_of=NOW)
    assert found["tiktok"].count == 0
    assert found["tiktok"].avg_engagement_rate is None
    assert found["linkedin"].count > 30
    assert found["linkedin"].this_month.count == 0
    rate = found["linkedin"].avg_engagement_rate
    assert rate is not None
    assert 0.01 < rate < 0.08


def test_plural_and_singular_are_alike() -> None:
    one, other = likeness("customer stories", ["a customer story", "a roasting drum"])
    assert one > 0.5
    assert other == 0
