"""Verdicts are kept once a version, with everything that explains them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.quality import queries, service
from cofounder.kit.clock import frozen
from cofounder.kit.ids import new_id
from tests.flow.quality.bakery import GOOD_POST, GOOD_TWEET, subject

GOOD = subject(GOOD_POST)
WRONG = subject(GOOD_POST.replace("12%", "14%") + " Call +49 170 5550123.")


async def test_a_verdict_reads_back_as_it_was_given(session: AsyncSession) -> None:
    task = new_id()
    given = await service.judge(session, task, "linkedin", 1, WRONG, 0)
    kept = await service.of_version(session, task, "linkedin", 1)
    assert kept == given
    assert kept is not None
    assert kept.capped_by
    assert kept.findings


async def test_judging_a_version_again_keeps_one_row(session: AsyncSession) -> None:
    task = new_id()
    await service.judge(session, task, "linkedin", 1, WRONG, 0)
    again = await service.judge(session, task, "linkedin", 1, GOOD, 0)
    count = await session.scalar(text("SELECT count(*) FROM assessments WHERE task_id = :task"), {"task": task})
    assert count == 1
    assert await service.latest(session, task) == {"linkedin": again}


async def test_the_newest_version_of_each_channel_is_the_latest(session: AsyncSession) -> None:
    task = new_id()
    await service.judge(session, task, "linkedin", 1, WRONG, 0)
    second = await service.judge(session, task, "linkedin", 2, GOOD, 1)
    tweet = await service.judge(session, task, "x", 1, subject(GOOD_TWEET, "x"), 0)
    assert await service.latest(session, task) == {"linkedin": second, "x": tweet}


async def test_a_blocking_issue_is_told_apart(session: AsyncSession) -> None:
    blocked = await service.judge(session, new_id(), "linkedin", 1, subject(GOOD_POST + " {slot}"), 0)
    assert [issue.code for issue in service.blocking(blocked)] == ["empty_slot"]
    assert service.blocking(await service.judge(session, new_id(), "linkedin", 1, GOOD, 0)) == []


async def _decide(session: AsyncSession, task: object, round: int, verdict: str, at: datetime) -> None:
    await session.execute(
        text(
            "INSERT INTO decisions (id, task_id, round, kind, verdict, by, fingerprint, channels, feedback, decided_at) "
            "VALUES (:id, :task, :round, 'content', :verdict, 'ann', 'f', '{}', 'shorter', :at)"
        ),
        {"id": new_id(), "task": task, "round": round, "verdict": verdict, "at": at},
    )


async def test_the_loop_starts_anew_after_a_decision(session: AsyncSession) -> None:
    task, start = new_id(), datetime(2026, 4, 1, 9, tzinfo=UTC)
    with frozen(start):
        await service.judge(session, task, "linkedin", 1, WRONG, 0)
        await service.judge(session, task, "linkedin", 2, GOOD, 1)
    assert len(await queries.since_last_decision(session, task, "linkedin")) == 2
    assert await queries.open_feedback(session, task) is None
    await _decide(session, task, 1, "changes", start + timedelta(hours=1))
    assert await queries.since_last_decision(session, task, "linkedin") == []
    assert await queries.open_feedback(session, task) == "shorter"
    with frozen(start + timedelta(hours=2)):
        await service.judge(session, task, "linkedin", 2, GOOD, 0)
    assert [row.version for row in await queries.since_last_decision(session, task, "linkedin")] == [2]
    await _decide(session, task, 2, "approve", start + timedelta(hours=3))
    assert await queries.open_feedback(session, task) is None
