"""Plans are decided in rounds of their own; what passes may be decided by policy, and says so."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.app import wire
from cofounder.business.records import service as records
from cofounder.flow.approve import service
from cofounder.flow.approve.errors import (
    VerdictUnfit,
)
from cofounder.flow.approve.outcome import publication_id
from cofounder.flow.plan import service as plans
from cofounder.flow.run import service as run
from cofounder.kit.db import transaction
from cofounder.kit.errors import InputInvalid
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.flow.approve.rounds import GUARANTEED, decide, enqueued
from tests.flow.waiting import draft, ready


async def test_a_plan_is_decided_in_a_round_of_its_own(session: AsyncSession) -> None:
    id = await ready(session)
    plan = await plans.current(session, id)
    round = await service.open_round(session, id, "plan", plan.model_dump(mode="json"))
    assert round.kind == "plan"
    assert (await service.view(session, id)).plan == plan.model_dump(mode="json")
    with pytest.raises(VerdictUnfit):
        await decide(session, id, verdict="changes", feedback="Cheaper.")
    said = await decide(session, id, approved=True, kind="plan")
    assert (said.status, said.publications, said.texts) == ("running", [], {})
    again = await service.open_round(session, id)
    assert (again.round, again.kind) == (2, "content")


async def test_with_approval_off_what_passes_is_decided_automatically(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await session.execute(
        text(
            "INSERT INTO settings (name, value, set_at, set_by) VALUES ('approval', '{\"value\": false}', now(), 'ann')"
        )
    )
    passing, failing = await ready(session, "linkedin"), await ready(session, "email")
    assert (await service.open_round(session, passing)).decided
    (row,) = await service.decisions(session, passing)
    assert (row.by, row.verdict) == ("automatic", "approve")
    assert (await service.view(session, passing)).decision.automatic  # type: ignore[union-attr]
    assert not (await service.open_round(session, failing)).decided
    assert (await records.get_task(session, failing)).status == "pending_approval"


async def test_a_run_without_a_person_is_approved_into_the_outbox(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HOST": "127.0.0.1", "PORT": "25"}.items():
        monkeypatch.setenv(f"COFOUNDER_SMTP_{name}", value)
    monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "news@acme.example")
    monkeypatch.setenv("COFOUNDER_EMAIL_RECIPIENTS", "ada@reader.example")
    settings.cache_clear()
    id = await ready(session, "email", automatic=True)
    assert (await service.open_round(session, id)).decided
    (decision,) = await service.decisions(session, id)
    assert await enqueued(session, "publication") == [str(publication_id(decision.id, "email", "outbox"))]
    settings.cache_clear()


async def test_nobody_approves_a_forbidden_promise_automatically(session: AsyncSession) -> None:
    id = await ready(session, "linkedin", automatic=True, drafts={"linkedin": draft("linkedin", body=GUARANTEED)})
    assert not (await service.open_round(session, id)).decided


async def test_a_person_may_change_the_plan_that_runs(database: Database) -> None:
    async with transaction() as session:
        wire()
        id = await ready(session)
        await service.open_round(session, id, "plan", (await plans.current(session, id)).model_dump(mode="json"))
        only = {"id": "read_state", "tool": "business.state", "inputs": {"as_of": {"$ref": "task.as_of"}}}
        with pytest.raises(InputInvalid):
            await decide(session, id, approved=True, plan={"steps": [{**only, "tool": "business.no_such_tool"}]})
        said = await decide(session, id, approved=True, plan={"steps": [only]})
        assert said.status == "running"
        row = await plans.current_row(session, id)
        assert row is not None
        assert (row.source, [step["id"] for step in row.document["steps"]]) == ("edited", ["read_state"])
        assert "read_state" in [step.node for step in await run.steps(session, id)]
