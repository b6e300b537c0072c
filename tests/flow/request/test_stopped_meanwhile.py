"""What a person says while a phase is at work stands, whatever that phase is about to write."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.app import wire
from cofounder.business.records import service as records
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve import steps as approving
from cofounder.flow.plan import service as plans
from cofounder.flow.plan import steps as planning
from cofounder.flow.request import queries
from cofounder.flow.request import service as requests
from cofounder.flow.request.phases import Ended
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.run import steps as running
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from tests.flow.waiting import ready

Say = Callable[..., Awaitable[records.TaskRow]]
VAGUE = "Write something"


@pytest.fixture(autouse=True)
def wired(database: Database) -> None:
    wire()


async def begun(request: str, phase: str, **more: Any) -> UUID:
    """A task that runs in a phase, whose journey nobody carries."""
    async with transaction() as session:
        id = (await requests.submit(session, ProcessIn(request=request, **more), by="ann")).id
        await queries.enter_phase(session, id, phase, whatever=False, at=now())
    return id


async def meanwhile(say: Say, id: UUID, work: Awaitable[Any]) -> Any:
    """What `work` gives, where a person says something of the task just before it writes what it found."""
    async with transaction() as session:
        await say(session, id, by="ann")
        at_work = asyncio.ensure_future(work)
        await until(_somebody_waits_for_the_task)
    return await at_work


async def _somebody_waits_for_the_task() -> bool:
    async with transaction() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await session.scalar(text(waiting)))


async def status(id: UUID) -> str:
    async with transaction() as session:
        return (await records.get_task(session, id)).status


async def test_a_task_that_is_cancelled_while_it_is_understood_does_not_come_back_with_a_question() -> None:
    id = await begun(VAGUE, "planning")
    found = await meanwhile(requests.cancel, id, planning.planning.work(id))
    assert (found["state"], await status(id)) == ("ended", "cancelled")


async def test_the_same_request_left_alone_asks_back() -> None:
    id = await begun(VAGUE, "planning")
    assert ((await planning.planning.work(id))["state"], await status(id)) == ("waiting", "needs_clarification")


async def test_a_task_that_is_paused_while_it_is_understood_asks_when_it_goes_on() -> None:
    id = await begun(VAGUE, "planning")
    found = await meanwhile(requests.pause, id, planning.planning.work(id))
    assert (found["state"], found["topic"], await status(id)) == ("waiting", "work", "paused")
    async with transaction() as session:
        await requests.resume(session, id, by="ann")
    await planning.planning.work(id)
    assert await status(id) == "needs_clarification"


async def test_a_task_that_is_cancelled_while_it_is_handed_out_is_not_put_off_instead() -> None:
    id = await begun("Write a LinkedIn post about hiring", "planning", not_before=now() + timedelta(days=1))
    await planning.planning.work(id)
    await planning.tool_discovery.work(id)
    found = await meanwhile(requests.cancel, id, running.delegation.work(id))
    assert (found["state"], await status(id)) == ("ended", "cancelled")


async def test_nobody_is_asked_about_the_plan_of_a_cancelled_task() -> None:
    async with transaction() as session:
        id = await ready(session)
        await queries.add_phases(session, id, ("planning",))
    with pytest.raises(Ended):
        await meanwhile(requests.cancel, id, approving.plan_review(str(id)))
    assert await status(id) == "cancelled"


async def test_a_paused_task_that_may_decide_by_itself_does_not() -> None:
    async with transaction() as session:
        id = await ready(session, "linkedin", automatic=True)
        await requests.pause(session, id, by="ann")
    assert (await approving.approval.work(id, 0))["state"] == "waiting"
    async with transaction() as session:
        assert await approvals.decisions(session, id) == []
        await requests.resume(session, id, by="ann")
    assert (await approving.approval.work(id, 0))["state"] == "open"
    assert await status(id) == "approved"


async def test_a_task_that_asks_still_asks_when_its_pause_ends() -> None:
    async with transaction() as session:
        id = await ready(session)
        await requests.pause(session, id, by="ann")
        plan = await plans.current(session, id)
        await approvals.open_round(session, id, "plan", plan.model_dump(mode="json"))
        await _resumed(session, id)
    assert await status(id) == "pending_approval"


async def _resumed(session: AsyncSession, id: UUID) -> None:
    assert not (await requests.resume(session, id, by="ann")).is_paused
