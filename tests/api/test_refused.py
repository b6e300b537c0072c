"""What a person or a program can do wrong: each gets a clear error that names the field, and no table changes.

The same at the command line is in tests/cli/test_refused.py; a full disk and a mail server that hangs up are in
tests/channels and tests/flow/publish.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision, Edit
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.people import LOCAL_OWNER, create_key, revoke_key
from tests.flow.waiting import APPROVER, BODIES, ready

from .conftest import House, everything, problem

PROCESS = "/api/orchestrator/process"
APPROVE = "/api/orchestrator/approve"
ASK = "Create a LinkedIn post about our Q4 growth metrics"
READ = {"id": "read", "tool": "financial.read_metrics", "inputs": {"as_of": "2026-01-31"}}


@asynccontextmanager
async def nothing_written() -> AsyncIterator[None]:
    before = await everything()
    assert len(before) > 25
    yield
    after = await everything()
    assert {name for name in before if before[name] != after[name]} == set()


async def waiting() -> UUID:
    """A task whose texts wait for a decision."""
    async with transaction() as session:
        id = await ready(session)
        await approvals.open_round(session, id)
    return id


def figures(**values: Any) -> dict[str, Any]:
    return {"request": ASK, "business_metrics": values}


def planned(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"request": ASK, "plan": {"steps": list(steps)}}


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        pytest.param({"request": ""}, 422, "request_invalid", "request", id="an empty request"),
        pytest.param({"request": " \n"}, 422, "request_invalid", "request", id="a request of blanks"),
        pytest.param({"request": "a" * 1_000_000}, 413, "body_too_large", None, id="a megabyte"),
        pytest.param({"request": "a" * 999_000}, 422, "request_invalid", "request", id="just under a megabyte"),
        pytest.param(
            {"request": ASK, "preferences": {"channels": ["linkedin", "tiktok"]}},
            422,
            "unknown_channel",
            "preferences.channels.1",
            id="an unknown channel",
        ),
        pytest.param(
            figures(revenue_monthly=-1),
            422,
            "metric_invalid",
            "business_metrics.revenue_monthly",
            id="negative revenue",
        ),
        pytest.param(
            figures(conversion_rate=4.5),
            422,
            "metric_invalid",
            "business_metrics.conversion_rate",
            id="a rate over one",
        ),
        pytest.param(
            figures(conversion_rate=-0.1), 422, "metric_invalid", "business_metrics.conversion_rate", id="below zero"
        ),
        pytest.param(
            figures(customer_count="320"),
            422,
            "metric_invalid",
            "business_metrics.customer_count",
            id="text in a number",
        ),
        pytest.param(
            figures(customer_count=False), 422, "metric_invalid", "business_metrics.customer_count", id="false in one"
        ),
        pytest.param(
            {"request": ASK, "priority": False}, 422, "request_invalid", "priority", id="false for a priority"
        ),
        pytest.param(
            planned({**READ, "tool": "financial.guess"}), 422, "unknown_tool", "plan.steps.0.tool", id="an unknown tool"
        ),
        pytest.param(
            planned({**READ, "depends_on": ["read"]}), 422, "plan_has_cycle", "plan.steps", id="a plan in a circle"
        ),
        pytest.param({"request": ASK, "plan": {"steps": []}}, 422, "plan_unreadable", "plan.steps", id="an empty plan"),
        pytest.param(
            planned({**READ, "inputs": {"as_of": 5}}),
            422,
            "wrong_type",
            "plan.steps.0.inputs.as_of",
            id="a wrong input",
        ),
    ],
)
async def test_a_request_that_does_not_fit(
    house: House, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    async with nothing_written():
        told = problem(await house.operator.post(PROCESS, json=body), status, code, field)
        assert told["hint"]


async def test_an_unknown_task_is_not_found_wherever_it_is_named(house: House) -> None:
    nobody = str(new_id())
    edits = {"edits": {"x": {"content": "We open at nine."}}}
    async with nothing_written():
        for method, path, body in (
            ("GET", f"/api/tasks/{nobody}", None),
            ("GET", f"/api/orchestrator/status/{nobody}", None),
            ("GET", f"/api/orchestrator/approval/{nobody}", None),
            ("PUT", f"/api/orchestrator/approval/{nobody}/draft", edits),
            ("POST", APPROVE, {"task_id": nobody, "approved": True}),
            ("POST", f"/api/orchestrator/clarify/{nobody}", {"answers": {"topic": "bread"}}),
            ("POST", f"/api/tasks/{nobody}/pause", None),
            ("POST", f"/api/tasks/{nobody}/resume", None),
            ("POST", f"/api/tasks/{nobody}/cancel", None),
            ("POST", f"/api/tasks/{nobody}/rerun", {"step": "read"}),
        ):
            told = problem(await house.admin.request(method, path, json=body), 404, "task_missing")
            assert nobody in told["detail"]
            assert told["hint"]


async def test_a_decision_twice_of_an_old_round_and_on_an_old_text(house: House) -> None:
    id = await waiting()
    good = {"task_id": str(id), "approved": True}
    first = (await house.viewer.get(f"/api/orchestrator/approval/{id}")).json()["fingerprint"]
    async with nothing_written():
        problem(await house.approver.post(APPROVE, json={**good, "round": 2}), 409, "old_round", "round")
    async with transaction() as session:
        edit = {"twitter": Edit(content=BODIES["x"].replace("jumped", "rose"))}
        await approvals.edit_draft(session, id, edit, seen=first, by=APPROVER)
    async with nothing_written():
        for stale in ({**good, "fingerprint": first}, good, {**good, "fingerprint": "0" * 64}):
            told = problem(await house.approver.post(APPROVE, json=stale), 409, "draft_changed", "fingerprint")
            assert "fingerprint" in told["hint"]
    changes = Decision(task_id=id, verdict="changes", feedback="Shorter.", fingerprint=await _now(house, id))
    async with transaction() as session:
        await approvals.decide(session, changes, by=APPROVER)
    async with nothing_written():
        problem(await house.approver.post(APPROVE, json={**good, "round": 1}), 409, "already_decided")
        problem(await house.approver.post(APPROVE, json=good), 409, "already_decided")
    async with transaction() as session:
        await approvals.open_round(session, id)
    async with nothing_written():
        told = problem(await house.approver.post(APPROVE, json={**good, "round": 1}), 409, "old_round", "round")
        assert "round 2" in told["detail"]


async def _now(house: House, id: UUID) -> str:
    return str((await house.viewer.get(f"/api/orchestrator/approval/{id}")).json()["fingerprint"])


async def test_who_may_not_approve_cannot_whatever_the_decision_says(house: House) -> None:
    id = await waiting()
    good = {"task_id": str(id), "approved": True, "fingerprint": await _now(house, id)}
    async with nothing_written():
        for client in (house.viewer, house.operator):
            for body in (good, {**good, "round": 7}, {}, {"task_id": "17"}):
                told = problem(await client.post(APPROVE, json=body), 403, "not_allowed")
                assert "approver" in told["detail"]
            broken = await client.post(APPROVE, content="{", headers={"Content-Type": "application/json"})
            problem(broken, 403, "not_allowed")
        problem(await house.anonymous.post(APPROVE, json=good), 401, "not_signed_in")


async def test_a_key_that_expired_or_was_revoked_decides_nothing(house: House) -> None:
    id = await waiting()
    good = {"task_id": str(id), "approved": True}
    async with transaction() as session:
        ended, row = await create_key(session, "ended", "admin", LOCAL_OWNER, expires_at=now() + timedelta(hours=1))
        row.expires_at = now() - timedelta(seconds=1)
        revoked, _ = await create_key(session, "revoked", "admin", LOCAL_OWNER)
        await revoke_key(session, "revoked", LOCAL_OWNER)
    async with nothing_written():
        for key in (ended, revoked):
            headers = {"Authorization": f"Bearer {key}"}
            problem(await house.anonymous.post(APPROVE, json=good, headers=headers), 401, "not_signed_in")
            problem(await house.anonymous.post(PROCESS, json={"request": ASK}, headers=headers), 401, "not_signed_in")


async def test_a_decision_that_fails_half_way_leaves_nothing(house: House) -> None:
    """The decision is written before its publications are enqueued; a fault between the two takes back both."""
    id = await waiting()
    good = {"task_id": str(id), "approved": True, "fingerprint": await _now(house, id)}
    async with transaction() as session:
        await session.execute(text("ALTER TABLE dbos.workflow_status RENAME TO elsewhere"))

    async def decided() -> list[Any]:
        async with transaction() as session:
            found = await session.execute(text("SELECT id FROM decisions UNION ALL SELECT id FROM publications"))
            return list(found)

    before = await decided()
    headers = {"Idempotency-Key": "once"}
    problem(await house.approver.post(APPROVE, json=good, headers=headers), 500, "internal_error")
    assert await decided() == before == []
    async with transaction() as session:
        await session.execute(text("ALTER TABLE dbos.elsewhere RENAME TO workflow_status"))
    # the same key may be used again after an error
    assert (await house.approver.post(APPROVE, json=good, headers=headers)).status_code == 200


async def test_two_different_decisions_at_once_are_one(house: House) -> None:
    id = await waiting()
    good = {"task_id": str(id), "fingerprint": await _now(house, id)}
    said: list[dict[str, Any]] = [{"approved": True}, {"approved": False, "feedback": "No."}] * 3
    answers = await asyncio.gather(*(house.approver.post(APPROVE, json={**good, **one}) for one in said))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 5
    async with transaction() as session:
        found = (await session.execute(text("SELECT count(*) FROM decisions"))).scalar_one()
    assert found == 1


async def test_a_broken_body_tells_a_stranger_nothing(house: House) -> None:
    typed = {"Content-Type": "application/json"}
    twice = json.dumps({"request": ASK})[:-1] + ', "request": "another"}'
    async with nothing_written():
        for content in ("{", "[1,", b"\xff", twice, '{"request": "a", "priority": ' + "9" * 5_000 + "}"):
            problem(await house.anonymous.post(PROCESS, content=content, headers=typed), 401, "not_signed_in")
            problem(await house.viewer.post(PROCESS, content=content, headers=typed), 403, "not_allowed")
            told = problem(await house.operator.post(PROCESS, content=content, headers=typed), 400, "body_unreadable")
            assert told["detail"] != "The body is not JSON."  # it says where
        problem(await house.anonymous.post(PROCESS, content="x", headers={"Content-Type": "text/plain"}), 401)
