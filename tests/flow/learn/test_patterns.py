"""A pattern stands, is confirmed by new posts or retired by them, and a person's word holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.learn.patterns import giving, service
from cofounder.flow.learn.patterns.schemas import PatternIn, PatternOut
from cofounder.kit import clock
from cofounder.kit.clock import now
from cofounder.people import Caller
from tests.flow.learn.published import conditions, publish, search

MARA = Caller(name="mara", role="approver", kind="person")
QUESTION = (("has_question", "yes"),)


@asynccontextmanager
async def later(monkeypatch: pytest.MonkeyPatch, days: float) -> AsyncIterator[None]:
    """The clock of the product, some days on."""
    real = clock.now
    with monkeypatch.context() as patched:
        for module in ("settling", "service"):
            patched.setattr(f"cofounder.flow.learn.patterns.{module}.now", lambda: real() + timedelta(days=days))
        patched.setattr("tests.flow.learn.published.now", lambda: real() + timedelta(days=days))
        yield


async def question(session: AsyncSession) -> PatternOut:
    """The pattern of posts with a question, whatever became of it."""
    found = await service.listed(session)
    every = [*found.patterns, *found.watching, *found.retired, *found.rejected]
    return next(one for one in every if one.metric == "engagement" and conditions([one]) == {QUESTION})


async def test_a_pattern_that_stands_tells_all_that_it_rests_on(session: AsyncSession) -> None:
    await publish(session, 120, effect=0.7)
    run = await search(session)
    assert (run.state, run.n["engagement"]) == ("succeeded", 120)
    assert run.tested >= 3
    found = await service.listed(session)
    one = await question(session)
    assert one.state == "active"
    assert one.low is not None
    assert one.high is not None
    assert 0 < one.low < one.effect < one.high
    assert one.q <= 0.1
    assert f"{one.support} of 120 posts" in one.sentence
    assert f"{run.tested} tested" in one.sentence
    assert "next 10 matching posts" in one.refuted_by
    assert {id for group in found.groups for id in group.patterns} == {each.id for each in found.patterns}
    assert {id for cluster in found.clusters for id in cluster.patterns} == {each.id for each in found.patterns}


async def test_what_a_weekday_seems_to_add_to_a_question_by_chance_does_not_stand(session: AsyncSession) -> None:
    """Drawn so that questions of a Wednesday look better than other questions (p below 0.05), which is chance."""
    with clock.frozen(datetime(2026, 11, 22, 6, 12, tzinfo=UTC)):
        await publish(session, 240, effect=0.6)
        await search(session)
        found = await service.listed(session)
    assert conditions(found.patterns) == {QUESTION}


async def test_without_any_effect_nothing_stands_and_candidates_are_watched(session: AsyncSession) -> None:
    await publish(session, 120, effect=0.0, seed=2)
    await search(session)
    found = await service.listed(session)
    assert (found.patterns, found.message) == ([], "No pattern stands yet.")
    assert found.watching
    assert all(one.why and one.stood_since is None for one in found.watching)
    assert await giving.standing(session, as_of=now()) == []


async def test_a_search_of_the_same_rows_changes_nothing(session: AsyncSession) -> None:
    await publish(session, 80, effect=0.8)
    first = await search(session)
    before = await question(session)
    again = await search(session)
    assert (again.state, again.input_hash) == ("unchanged", first.input_hash)
    assert await question(session) == before


async def test_ten_new_posts_with_the_same_sign_confirm_it(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(session, 100, effect=0.8)
    await search(session)
    assert (await question(session)).last_confirmed is None
    async with later(monkeypatch, 30):
        await publish(session, 60, effect=0.8, seed=3)
        run = await search(session)
    one = await question(session)
    assert (one.state, one.confirmations, run.confirmed >= 1) == ("active", 1, True)
    assert one.last_confirmed is not None


async def test_new_posts_that_say_the_opposite_retire_it_with_the_date(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(session, 300, effect=1.0)
    await search(session)
    async with later(monkeypatch, 40):
        await publish(session, 60, effect=-0.8, seed=4)
        run = await search(session)
    one = await question(session)
    assert (one.state, run.retired >= 1) == ("retired", True)
    assert one.retired_at is not None
    assert one.why is not None
    assert "new matching posts" in one.why
    assert one.id not in {each.id for each in await giving.standing(session, as_of=now() + timedelta(days=50))}


async def test_what_was_rejected_stays_rejected_whatever_later_searches_find(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(session, 100, effect=0.9)
    await search(session)
    one = await question(session)
    said = await service.change(session, one.id, PatternIn(rejected=True, why="We do not ask."), by=MARA)
    assert (said.state, said.rejected_by) == ("rejected", "person:mara")
    async with later(monkeypatch, 30):
        await publish(session, 60, effect=0.9, seed=5)
        await search(session)
    assert (await question(session)).state == "rejected"
    assert one.id not in {each.id for each in await giving.standing(session, as_of=now() + timedelta(days=60))}
    noted = (
        await session.execute(text("SELECT action, who FROM audit_log WHERE object_id = :id"), {"id": str(one.id)})
    ).all()
    assert [tuple(row) for row in noted] == [("pattern.rejected", "person:mara")]


async def test_what_adds_to_a_rejected_pattern_falls_with_it_and_may_stand_again_with_it(session: AsyncSession) -> None:
    await publish(session, 240, effect=0.6, numbered=0.9)
    await search(session)
    pair = next(one for one in (await service.listed(session)).patterns if _is_pair(one))
    one = await question(session)
    await service.change(session, one.id, PatternIn(rejected=True), by=MARA)
    assert not {one.id, pair.id} & {each.id for each in await giving.standing(session, as_of=now())}
    for _ in range(2):  # at once, and after a search that finds the pair again
        fallen = (await service.get(session, pair.id)).model_dump()
        assert (fallen["state"], fallen["stood_since"]) == ("watching", None)
        assert fallen["why"] == "A person rejected posts with a question, which is a part of it."
        assert (await search(session)).state == "succeeded"
        await publish(session, 1, effect=0.6)
    await service.change(session, one.id, PatternIn(rejected=False), by=MARA)
    await search(session)
    assert {(await service.get(session, id)).state for id in (one.id, pair.id)} == {"active"}
    assert (await search(session)).state == "unchanged"


def _is_pair(one: PatternOut) -> bool:
    named = {each.feature for each in one.conditions}
    return one.metric == "engagement" and named == {"has_question", "has_number"}


async def test_a_pin_and_a_note_are_kept_and_change_no_figure(session: AsyncSession) -> None:
    await publish(session, 100, effect=0.9)
    await search(session)
    one = await question(session)
    said = await service.change(session, one.id, PatternIn(pinned=True, note="Ask one thing only."), by=MARA)
    assert (said.pinned, said.note, said.noted_by) == (True, "Ask one thing only.", "person:mara")
    assert (said.effect, said.q, said.state) == (one.effect, one.q, one.state)
    assert (await service.listed(session)).patterns[0].id == one.id


async def test_a_writer_is_given_what_stood_at_the_time_and_nothing_that_was_learned_later(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Point in time: before the search nothing stood; after a rejection the earlier view is still there."""
    before = now()
    await publish(session, 100, effect=0.9)
    await search(session)
    between = now()
    one = await question(session)
    assert await giving.standing(session, as_of=before) == []
    given = await giving.standing(session, as_of=between, channels=["linkedin"])
    assert one.id in {each.id for each in given}
    assert await giving.standing(session, as_of=between, channels=["x"]) == []
    await service.change(session, one.id, PatternIn(rejected=True), by=MARA)
    assert one.id not in {each.id for each in await giving.standing(session, as_of=now())}
    assert one.id in {each.id for each in await giving.standing(session, as_of=between)}


async def test_a_reading_from_after_the_time_of_the_search_is_not_seen(session: AsyncSession) -> None:
    ids = await publish(session, 80, effect=0.8)
    run = await search(session)
    later_reading = """INSERT INTO social_post_analytics
      (id, post_id, platform, measured_at, clicks, source, known_at, origin, flags)
      SELECT gen_random_uuid(), id, platform, now() + interval '1 day', 999999, 'test', now(), '', '{}' FROM posts
      WHERE id = ANY(:ids)"""
    await session.execute(text(later_reading), {"ids": ids})
    again = await search(session)
    assert (again.state, again.input_hash) == ("unchanged", run.input_hash)


async def test_tests_and_what_is_excluded_are_not_learned_from(session: AsyncSession) -> None:
    await publish(session, 60, effect=0.8)
    for post in list((await session.execute(text("SELECT id FROM posts"))).scalars()):
        task = await records.add_task(session, request="r", status="completed")
        await records.update_task(session, task.id, automatic=True)
        await session.execute(
            text("UPDATE posts SET task_id = :task WHERE id = :post"), {"task": task.id, "post": post}
        )
    assert (await search(session)).n["engagement"] == 0


async def test_who_asks_for_a_pattern_that_is_none_is_told_so(session: AsyncSession) -> None:
    with pytest.raises(service.PatternMissing):
        await service.get(session, UUID(int=1))
