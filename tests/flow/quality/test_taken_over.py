"""A worker that was taken for dead and wakes in the middle of a refinement changes no text that waits for a person."""

from typing import Any
from uuid import UUID

import pytest

from cofounder.app import wire
from cofounder.flow.approve import service as approvals
from cofounder.flow.quality import steps
from cofounder.flow.request import phases, queries
from cofounder.flow.run import service as run
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people.preferences import put_setting
from tests.flow.waiting import draft, ready


@pytest.fixture
async def task(database: Database) -> UUID:
    """One whose text is to be refined, whatever it says."""
    wire()
    async with transaction() as session:
        await put_setting(session, "quality_threshold", 1.0, by="ann")
        id = await ready(session, "linkedin")
        await queries.add_phases(session, id, phases.PHASES)
    return id


def answers(monkeypatch: pytest.MonkeyPatch, task: UUID, *, overtaken: bool) -> None:
    """A writer that takes its time: meanwhile another worker may take the task over, and bring it to its end."""

    async def call(name: str, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        async with transaction() as session:
            if overtaken:
                await queries.enter_phase(session, task, "refinement", whatever=False, at=now())
                await queries.enter_phase(session, task, "approval", whatever=True, at=now())
                await approvals.open_round(session, task)
        return {"draft": draft("linkedin", body="Another text, which nobody has seen.").model_dump(mode="json")}

    monkeypatch.setattr("cofounder.flow.quality.steps.registry.call", call)


async def versions(task: UUID) -> list[int]:
    async with transaction() as session:
        return [row.version for row in await run.variants(session, task)]


async def test_a_refinement_that_comes_too_late_is_not_kept(task: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, task, overtaken=True)
    found = await phases._in_turn((steps.refinement,), task, ())
    assert found["note"] == "Another worker carries this task."
    assert await versions(task) == [1]
    async with transaction() as session:
        waiting = await approvals.view(session, task)
    assert waiting.status == "pending_approval"


async def test_a_refinement_that_comes_in_time_is_kept(task: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, task, overtaken=False)
    found = await phases._in_turn((steps.refinement,), task, ())
    assert found["state"] == "done"
    assert len(await versions(task)) > 1
