"""Health, readiness and the doctor: what is said of a running product, and what is not."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, leases
from cofounder.kit.clock import frozen, now
from cofounder.kit.db import DatabaseOutOfReach
from cofounder.kit.http import install
from cofounder.kit.testing import Database
from cofounder.ops import doctor, health
from cofounder.ops.routes import router
from cofounder.people import LOCAL_OWNER, create_key


def client() -> httpx.AsyncClient:
    app = FastAPI()
    install(app)
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_a_living_process_says_so_without_a_database() -> None:
    async with client() as http:
        answer = await http.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


async def test_ready_means_that_the_schema_is_the_one_this_program_wants(database: Database) -> None:
    async with client() as http:
        answer = await http.get("/api/ready")
        assert answer.status_code == 200
        assert answer.json()["workers"] == 0
        async with db.transaction() as session:
            await session.execute(text("UPDATE schema_revision SET version_num = 'older'"))
        answer = await http.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json()["code"] == "schema_behind"
    assert "older" in answer.json()["detail"]
    assert "cofounder db migrate" in answer.json()["hint"]


async def test_a_worker_counts_while_its_lease_holds(engine_running: Database) -> None:
    async with db.transaction() as session:
        before = len(await health.workers(session))
        await session.execute(
            text(
                "INSERT INTO leases (holder, role, process_id, fence, started_at, beat_at, expires_at) VALUES"
                " ('alive', 'worker', 1, gen_random_uuid(), :now, :now, :later),"
                " ('dead', 'worker', 2, gen_random_uuid(), :now, :now, :now),"
                " ('other', 'server', 3, gen_random_uuid(), :now, :now, :later)"
            ),
            {"now": now() - timedelta(seconds=1), "later": now() + timedelta(minutes=1)},
        )
        assert [one.holder for one in await health.workers(session)][before:] == ["alive"]
        with frozen(now() + timedelta(hours=1)):  # our clock and the database's need not agree
            assert [one.holder for one in await health.workers(session)][before:] == ["alive"]


async def test_a_held_lease_is_seen(database: Database) -> None:
    async with leases.held(role="worker"), db.transaction() as session:
        assert len(await health.workers(session)) == 1


async def test_the_doctor_says_how_to_mend_what_is_missing(session: AsyncSession) -> None:
    found = {one.name: one for one in await doctor.run(session)}
    assert found["API keys"].state == "missing"
    assert found["Worker"].state == "missing"
    assert all(one.mend for one in found.values() if one.state in ("failed", "expires"))


async def test_the_doctor_says_what_ends_soon(session: AsyncSession) -> None:
    await create_key(session, "soon", "viewer", LOCAL_OWNER, expires_at=now() + timedelta(days=3))
    await create_key(session, "later", "viewer", LOCAL_OWNER, expires_at=now() + timedelta(days=90))
    found = {one.name: one for one in await doctor.run(session)}
    assert found["API keys"].state == "ok"
    assert found["Key soon"].state == "expires"
    assert "Key later" not in found


async def test_an_unknown_outcome_is_shown_until_a_person_settles_it(session: AsyncSession) -> None:
    await session.execute(
        text(
            "INSERT INTO effects (id, kind, key, state, request, attempts, intended_at)"
            " VALUES (gen_random_uuid(), 'email.send', 'k', 'unknown', '{}', 1, :now)"
        ),
        {"now": now()},
    )
    found = {one.name: one for one in await doctor.run(session)}
    assert found["Unknown outcomes"].state == "failed"


def test_without_a_database_every_other_item_is_still_listed() -> None:
    found = doctor.without_database(DatabaseOutOfReach("Connection refused"))
    states = {one.name: one.state for one in found}
    assert states["Database"] == "failed"
    assert states["Python"] == "ok"
    assert {"Home", "Schema", "Worker", "API keys"} <= set(states)


def test_a_home_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    monkeypatch.setattr("cofounder.ops.doctor.postgres.default_home", lambda: Path("/proc/1/none"))
    monkeypatch.setattr("cofounder.ops.doctor.os.access", lambda *_: False)
    (found,) = doctor.home()
    assert found.state == "failed"
    assert "COFOUNDER_HOME" in found.mend
