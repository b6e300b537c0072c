"""A person at the page: what they decide bears their name, and what they had open ends with their sign-in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.approve import service as approvals
from cofounder.kit import live
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER, users
from tests.flow.waiting import ready

from .conftest import House, problem
from .test_events import opened

PASSWORD = "four words in a row"


@asynccontextmanager
async def page(house: House, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that this person signed in with."""
    async with httpx.AsyncClient(base_url=house.url, headers={"Origin": house.url}, timeout=20) as made:
        answer = await made.post("/api/auth/sign-in", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield made


async def person(name: str, role: str) -> None:
    async with transaction() as session:
        await users.add(session, name, role, LOCAL_OWNER, password=PASSWORD)


async def test_a_decision_bears_the_name_of_the_person_who_took_it(house: House) -> None:
    await person("Mara Ilves", "approver")
    await person("Otto", "operator")
    async with transaction() as session:
        id = await ready(session)
        await approvals.open_round(session, id)
    seen = (await house.viewer.get(f"/api/orchestrator/approval/{id}")).json()
    decision = {"task_id": str(id), "approved": True, "fingerprint": seen["fingerprint"]}
    async with page(house, "Otto") as otto, page(house, "Mara Ilves") as mara:
        problem(await otto.post("/api/orchestrator/approve", json=decision), 403, "not_allowed")
        decided = await mara.post("/api/orchestrator/approve", json=decision)
        assert decided.status_code == 200, decided.text
    async with transaction() as session:
        by = (await session.scalars(text("SELECT by FROM decisions"))).all()
    assert by == ["person:Mara Ilves"]
    listed = (await house.admin.get("/api/audit", params={"object_id": str(id)})).json()["items"]
    assert ("person:Mara Ilves", "task.approved") in [(entry["who"], entry["action"]) for entry in listed]


async def shut_out(session: AsyncSession, row: Any) -> None:
    await users.disable(session, row, LOCAL_OWNER)


async def demote(session: AsyncSession, row: Any) -> None:
    await users.set_role(session, row, "viewer", LOCAL_OWNER)


async def other_password(session: AsyncSession, row: Any) -> None:
    await users.set_password(session, row, "four other words here", LOCAL_OWNER)


async def sign_out(session: AsyncSession, row: Any) -> None:
    await users.sign_out_everywhere(session, row, LOCAL_OWNER)


@pytest.mark.parametrize("end", [shut_out, demote, other_password, sign_out])
async def test_an_open_stream_ends_with_what_let_it_in(
    house: House, monkeypatch: pytest.MonkeyPatch, end: Callable[[AsyncSession, Any], Awaitable[None]]
) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.1)
    await person("Mara", "approver")
    async with page(house, "Mara") as mara, opened(mara) as stream:
        assert await stream.next() == ("beat", None)
        async with transaction() as session:
            await end(session, await users.named(session, "mara"))
        async with asyncio.timeout(60):
            async for _ in stream.lines:  # until it ends
                pass


async def test_signing_out_of_one_page_leaves_the_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.1)
    await person("Mara", "viewer")
    async with page(house, "Mara") as one, page(house, "Mara") as other, opened(other) as stream:
        assert (await one.post("/api/auth/sign-out")).status_code == 204
        problem(await one.get("/api/auth/me"), 401, "not_signed_in")
        assert (await other.get("/api/auth/me")).json()["name"] == "Mara"
        assert [await stream.next() for _ in range(3)] == [("beat", None)] * 3


async def test_the_audit_log_is_read_by_time(house: House) -> None:
    await person("One", "viewer")
    await person("Two", "viewer")
    asked = {"action": "person.added"}
    second, first = (await house.admin.get("/api/audit", params=asked)).json()["items"]

    async def found(**limits: str) -> list[str]:
        answer = await house.admin.get("/api/audit", params={**asked, **limits})
        return [entry["details"]["name"] for entry in answer.json()["items"]]

    assert await found(since=second["at"]) == ["Two"]
    assert await found(until=second["at"]) == ["One"]
    assert await found(since=first["at"]) == ["Two", "One"]
    problem(await house.admin.get("/api/audit", params={"since": "yesterday"}), 422, "request_invalid", "since")


@pytest.mark.parametrize("moment", ["0.5", "1893456000", "-7", "2030-01-31", "2030-01-31T09:00:00"])
async def test_a_number_or_a_time_without_its_zone_is_no_time(house: House, moment: str) -> None:
    problem(await house.admin.get("/api/audit", params={"until": moment}), 422, "request_invalid", "until")
