"""Phases that share a durable step: each still begins, ends and is repeated by its own row."""

from collections import Counter
from uuid import UUID

import pytest

from cofounder.business.records import service as records
from cofounder.flow.request import phases, queries
from cofounder.flow.request.phases import Ended, Result, done, ended, skipped, together
from cofounder.kit.db import transaction

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
