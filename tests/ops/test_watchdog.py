"""A task that should move and does not is found, said, and started again once."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder import app, journey
from cofounder.business.records import service as records
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.schemas import Plan, PlanStep
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.run import service as runs
from cofounder.flow.run import stalled
from cofounder.flow.run import status as view
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.ops import doctor, health, watchdog
from cofounder.settings import settings

del journey  # imported for the workflow it registers


@pytest.fixture
def short(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second without progress is too long."""
    monkeypatch.setenv("COFOUNDER_STALLED_MINUTES", str(0.5 / 60))
    settings.cache_clear()
    app.wire()


async def born(request: str = "Create a LinkedIn post about our growth", **said: object) -> UUID:
    async with transaction() as session:
        body = ProcessIn.model_validate({"request": request, "business_metrics": {"revenue_monthly": 150000}, **said})
        return (await requests.submit(session, body, by="test")).id


async def look() -> list[UUID]:
    return await watchdog.look(watchdog.Looked(stalled.find, stalled.tell, stalled.end))


async def held_up(task_id: UUID) -> None:
    """As a worker that hangs in a step: taken from the queue, and nothing comes of it."""
    async with transaction() as session:
        await session.execute(
            text(
                "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = 'hangs' WHERE workflow_uuid = :id;"
            ),
            {"id": str(task_id)},
        )
        await session.execute(text("UPDATE tasks SET status = 'running', phase = 'planning'"))
        await session.execute(text("UPDATE tasks SET created_at = :at"), {"at": now() - timedelta(minutes=1)})


async def status(task_id: UUID) -> str:
    async with transaction() as session:
        return (await view.status(session, task_id)).status


async def alerts() -> list[tuple[str, bool, bool]]:
    async with transaction() as session:
        rows = await session.execute(text("SELECT detail, acted_at, cleared_at FROM alerts ORDER BY raised_at"))
        return [(detail, acted is not None, cleared is not None) for detail, acted, cleared in rows]


async def test_a_task_that_stands_still_is_said_and_started_again_once(short: None) -> None:
    task_id = await born()
    await held_up(task_id)
    assert await look() == [task_id]
    assert await look() == []  # once
    state = await durable.status(task_id)
    assert state is not None
    assert state.status == "ENQUEUED"
    [(said, acted, cleared)] = await alerts()
    assert "Nothing of it has moved since" in said
    assert "started again" in said
    assert (acted, cleared) == (True, False)
    async with transaction() as session:
        assert (await health.readiness(session)).stalled == 1
        [finding] = [one for one in await doctor.run(session) if one.name == "A task that does not move"]
        note = {phase.name: phase.note for phase in (await view.status(session, task_id)).phases}["planning"]
    assert finding.state == "failed"
    assert str(task_id) in finding.detail
    assert "started again" in (note or "")
    await durable.close()


async def test_a_worker_that_looks_brings_a_stuck_task_to_its_end_and_closes_the_report(short: None) -> None:
    task_id = await born()
    await held_up(task_id)
    async with transaction() as session:  # so that no takeover finds it: only the watchdog can
        await session.execute(
            text(
                "INSERT INTO leases (holder, role, process_id, fence, started_at, beat_at, expires_at)"
                " VALUES ('hangs', 'worker', 1, gen_random_uuid(), now(), now(), now() + interval '1 hour')"
            )
        )
    async with app.working():

        async def rests() -> bool:
            return await status(task_id) == "pending_approval"

        await until(rests, within=40)

        async def closed() -> bool:
            return [cleared for _, _, cleared in await alerts()] == [True]

        await until(closed, within=20)
    async with transaction() as session:
        assert (await health.readiness(session)).stalled == 0


async def test_whoever_waits_for_a_person_a_time_or_a_long_step_is_left_alone(short: None) -> None:
    asked, later, paused, long = await born("Make a post"), await born(), await born(), await born()
    for task_id in (asked, later, paused, long):
        await held_up(task_id)
    changes = {
        asked: "status = 'needs_clarification'",
        later: "status = 'queued', not_before = now() + interval '1 hour'",
        paused: "is_paused = true",
        long: "status = 'running'",
    }
    async with transaction() as session:
        for task_id, change in changes.items():
            await session.execute(text(f"UPDATE tasks SET {change} WHERE id = :id"), {"id": task_id})
        slow = Plan(goal="growth", steps=[PlanStep(id="slow", tool="content.draft", timeout_seconds=3600)])
        await plans.store(session, long, slow, source="supplied")
        await runs.sync_steps(session, long, slow)
        await session.execute(text("UPDATE steps SET state = 'running'"))
    assert await look() == []
    assert await alerts() == []
    await durable.close()


async def test_a_task_that_was_started_again_in_vain_fails_once_its_workflow_is_over(short: None) -> None:
    task_id = await born()
    await held_up(task_id)
    assert await look() == [task_id]
    async with transaction() as session:
        await session.execute(text("UPDATE dbos.workflow_status SET status = 'ERROR'"))
    assert await look() == [task_id]
    assert await status(task_id) == "failed"
    await durable.close()


async def test_a_task_whose_workflow_is_over_fails_in_words_and_is_not_started_again(short: None) -> None:
    task_id = await born()
    await held_up(task_id)
    async with transaction() as session:
        await session.execute(text("UPDATE dbos.workflow_status SET status = 'ERROR'"))
    assert await look() == [task_id]
    [(said, _, _)] = await alerts()
    assert "--rerun" in said
    state = await durable.status(task_id)
    assert state is not None
    assert state.status == "ERROR"
    async with transaction() as session:
        task = await records.get_task(session, task_id)
        assert (task.status, (task.error or {})["code"]) == ("failed", "nobody_carries")
        examples = "SELECT workflow_uuid FROM dbos.workflow_status WHERE name = 'example'"
        assert list(await session.scalars(text(examples))) == [f"example:{task_id}:nobody"]
    assert await look() == []
    assert [cleared for _, _, cleared in await alerts()] == [True]
    await durable.close()
