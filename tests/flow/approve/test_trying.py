"""A change can be tried before it is stored: rendered, judged, compared, and nothing is bound by it."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.flow.approve import service
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.flow.server import signed_in
from tests.flow.waiting import ready


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("operator", "approver") as made:
        yield made


async def waiting() -> UUID:
    async with transaction() as session:
        id = await ready(session)
        await service.open_round(session, id)
    return id


async def counts() -> list[int]:
    async with transaction() as session:
        found = []
        for table in ("variants", "assessments", "approvals", "decisions", "audit_log"):
            found.append((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
        return found


async def test_a_change_is_shown_and_scored_and_nothing_is_written(clients: list[httpx.AsyncClient]) -> None:
    _, approver = clients
    id = await waiting()
    before, was = await counts(), (await approver.get(f"/api/orchestrator/approval/{id}")).json()
    body = {"edits": {"twitter": {"content": "We made 999,999 friends."}}}
    answer = await approver.post(f"/api/orchestrator/approval/{id}/preview", json=body)
    assert answer.status_code == 200, answer.text
    tried = answer.json()["channels"]["twitter"]
    assert tried["content"] == "We made 999,999 friends."
    assert tried["quality_score"] < was["channel_variants"]["twitter"]["quality_score"]
    assert any(issue["dimension"] == "accuracy" for issue in tried["issues"])
    assert {change["op"] for change in tried["diff"]} >= {"insert", "delete"}
    assert answer.json()["fingerprint"] == was["fingerprint"]
    assert await counts() == before
    assert (await approver.get(f"/api/orchestrator/approval/{id}")).json() == was


async def test_what_is_tried_is_what_storing_it_would_give(clients: list[httpx.AsyncClient]) -> None:
    _, approver = clients
    id = await waiting()
    body = {"edits": {"linkedin": {"content": "Revenue was $150,000.\n\nWhat did you learn this year?"}}}
    tried = (await approver.post(f"/api/orchestrator/approval/{id}/preview", json=body)).json()["channels"]["linkedin"]
    stored = (await approver.put(f"/api/orchestrator/approval/{id}/draft", json=body)).json()["channel_variants"][
        "linkedin"
    ]
    assert tried["exact_text"] == stored["exact_text"]
    assert tried["quality_score"] == pytest.approx(stored["quality_score"], abs=1e-3)
    assert tried["length"] == stored["length"]


async def test_a_text_that_is_too_long_is_told_with_its_length(clients: list[httpx.AsyncClient]) -> None:
    _, approver = clients
    body = {"edits": {"x": {"content": "word " * 100}}}
    answer = await approver.post(f"/api/orchestrator/approval/{await waiting()}/preview", json=body)
    assert answer.status_code == 200, answer.text
    (tried,) = answer.json()["channels"].values()
    assert (tried["fits"], tried["limit"]) == (False, 280)


@pytest.mark.parametrize(
    ("edits", "field"),
    [({"fax": {"content": "Hello"}}, "edits.fax"), ({"linkedin": {"content": " "}}, "edits.linkedin"), ({}, "edits")],
)
async def test_what_cannot_be_tried_is_named(
    clients: list[httpx.AsyncClient], edits: dict[str, object], field: str
) -> None:
    _, approver = clients
    answer = await approver.post(f"/api/orchestrator/approval/{await waiting()}/preview", json={"edits": edits})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_only_an_approver_may_try(clients: list[httpx.AsyncClient]) -> None:
    operator, _ = clients
    answer = await operator.post(
        f"/api/orchestrator/approval/{await waiting()}/preview", json={"edits": {"x": {"content": "a"}}}
    )
    assert answer.status_code == 403
