"""Phases that share a durable step: each still begins, ends and is repeated by its own row."""

import asyncio
from collections import Counter
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.flow.request import phases, queries
from cofounder.flow.request.phases import Ended, Result, done, ended, skipped, together
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import until

ran: Counter[str] = Counter()
fails: set[str] = set()


class Broken(RuntimeError):
    """The worker dies here."""


@phases.phase("planning")
async def first(task_id: UUID) -> Result:
    ran["first"] += 1
    return skipped("Nothing to do.")


@phases.phase("tool_discovery")
async def second(task_id: UUID) -> Result:
    ran["second"] += 1
    if "second" in fails:
        raise Broken
    return done(note="Found.") if "end" not in fails else ended("Over.")


@phases.phase("delegation")
async def third(task_id: UUID, word: str) -> Result:
    ran["third"] += 1
    return done(note=word, word=word)


three = together("test.three", first, second, third)


@pytest.fixture
async def task(database) -> UUID:
    ran.clear()
    fails.clear()
    async with transaction() as session:
        made = await records.add_task(session, request="Write")
        await queries.add_phases(session, made.id, phases.PHASES)
    return made.id


async def rows(task: UUID) -> dict[str, tuple[str, str | None]]:
    async with transaction() as session:
        return {row.name: (row.state, row.note) for row in (await queries.phases(session, task))[:3]}


async def test_phases_run_in_turn_and_the_last_one_answers(task):
    assert (await three(str(task), "go"))["word"] == "go"
    assert await rows(task) == {
        "planning": ("skipped", "Nothing to do."),
        "tool_discovery": ("done", "Found."),
        "delegation": ("done", "go"),
    }


async def test_a_phase_that_is_done_is_not_run_again_with_its_step(task):
    fails.add("second")
    with pytest.raises(Broken):
        await phases._in_turn((first, second, third), task, ("go",))
    fails.clear()
    await three(str(task), "go")
    assert ran == {"first": 1, "second": 2, "third": 1}


async def test_phases_marked_again_run_once_more(task):
    await three(str(task), "go")
    async with transaction() as session:
        await phases.again(session, task, "tool_discovery")
    await three(str(task), "on")
    assert ran == {"first": 1, "second": 2, "third": 2}


async def test_a_phase_that_ends_the_task_is_the_last(task):
    fails.add("end")
    with pytest.raises(Ended, match="Over"):
        await three(str(task), "go")
    assert ran == {"first": 1, "second": 1}


async def test_no_phase_begins_once_the_task_is_cancelled(task):
    async with transaction() as session:
        await records.update_task(session, task, status="cancelled")
    with pytest.raises(Ended, match="cancelled"):
        await three(str(task), "go")
    assert not ran


async def enters(task: UUID, name: str) -> None:
    """What another worker does that took the task over."""
    async with transaction() as session:
        await queries.enter_phase(session, task, name, whatever=False, at=now())


async def standing(task: UUID) -> tuple[str, str | None]:
    async with transaction() as session:
        found = await records.get_task(session, task)
        return found.status, found.phase


async def test_a_worker_that_wakes_late_leaves_a_task_alone_that_waits_for_a_person(task):
    async with transaction() as session:
        await records.update_task(session, task, status="pending_approval", phase="approval")
    found = await phases._in_turn((first, second, third), task, ("go",))
    assert (found["state"], found["note"]) == ("waiting", "Another worker carries this task.")
    assert await standing(task) == ("pending_approval", "approval")
    assert not ran


async def test_what_a_phase_made_is_not_written_once_another_worker_has_entered_it(task):
    @phases.phase("planning")
    async def slow(task_id: UUID) -> Result:
        await enters(task, "planning")
        async with transaction() as session:
            await phases.ours(session, task_id)
            ran["written"] += 1
        return done(note="Too late.")

    found = await phases._in_turn((slow, second, third), task, ("go",))
    assert found["note"] == "Another worker carries this task."
    assert not ran
    assert (await rows(task))["planning"] == ("running", None)


async def test_a_worker_that_was_overtaken_goes_on_with_no_other_phase(task):
    async def entered() -> list[datetime | None]:
        async with transaction() as session:
            return [row.entered_at for row in await queries.phases(session, task)]

    others: list[datetime | None] = []

    @phases.phase("planning")
    async def slow(task_id: UUID) -> Result:
        await enters(task, "planning")
        await enters(task, "tool_discovery")
        others.extend(await entered())
        return done(note="Too late.")

    await phases._in_turn((slow, second, third), task, ("go",))
    assert not ran
    assert await standing(task) == ("running", "tool_discovery")
    assert await entered() == others  # the other's entry is still the one that may write


async def test_a_phase_may_write_while_the_task_is_its_own(task):
    @phases.phase("planning")
    async def quick(task_id: UUID) -> Result:
        async with transaction() as session:
            ran[(await phases.ours(session, task_id)).status] += 1
        return done(note="In time.")

    await phases._in_turn((quick, second, third), task, ("go",))
    assert ran == {"running": 1, "second": 1, "third": 1}
    assert (await rows(task))["planning"] == ("done", "In time.")


async def test_a_worker_that_wakes_late_does_not_open_again_what_a_person_decided(task):
    @phases.phase("approval", whatever=True)
    async def asks(task_id: UUID) -> Result:
        return phases.opened(note="Waits for a person.")

    async def approval() -> tuple[str, str | None]:
        async with transaction() as session:
            return {row.name: (row.state, row.note) for row in await queries.phases(session, task)}["approval"]

    async with transaction() as session:
        await records.update_task(session, task, status="running")
    assert (await phases._in_turn((asks,), task, ()))["state"] == "open"
    async with transaction() as session:
        await phases.close(session, task, "approval", note="Approved by Ann.")
        await records.update_task(session, task, status="completed", phase="learning")
    found = await phases._in_turn((asks,), task, ())
    assert found["note"] == "Another worker carries this task."
    assert await approval() == ("done", "Approved by Ann.")
    assert await standing(task) == ("completed", "learning")
    async with transaction() as session:
        await records.update_task(session, task, status="running")  # changes were asked for
    assert (await phases._in_turn((asks,), task, ()))["state"] == "open"
    assert await approval() == ("waiting", "Waits for a person.")


async def test_a_last_phase_that_is_done_answers_again_after_a_kill(task):
    @phases.phase("learning", whatever=True)
    async def learns(task_id: UUID) -> Result:
        ran["learns"] += 1
        return done(note="Kept.")

    async with transaction() as session:
        await records.update_task(session, task, status="completed")
    for _ in range(2):
        assert (await phases._in_turn((learns,), task, ()))["state"] == "done"
    assert ran == {"learns": 2}


async def test_a_task_that_is_cancelled_while_it_goes_on_to_the_next_phase_is_no_deadlock(task):
    """Whoever cancels holds the task and then writes its phases; so must the phase that ends and the one that begins."""
    entry = await phases._next(task, None, first)
    assert isinstance(entry, phases.Entry)
    left = phases.Left(entry, done())
    async with transaction() as session:
        await records.get_task(session, task, lock=True)
        for goes_on in (phases._next(task, left, second), phases._leave(left)):
            job = asyncio.create_task(goes_on)
            await until(waits_for_a_lock)
            assert not await asyncio.wait_for(other_locks(task), 30), "it holds a phase while it waits for the task"
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)


async def waits_for_a_lock() -> bool:
    async with transaction() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await session.scalar(text(waiting)))


async def other_locks(task: UUID) -> bool:
    """Whether somebody holds the row of the phase that ends."""
    async with transaction() as session:
        free = "SELECT id FROM phases WHERE task_id = :task AND name = 'planning' FOR UPDATE SKIP LOCKED"
        return await session.scalar(text(free), {"task": task}) is None
