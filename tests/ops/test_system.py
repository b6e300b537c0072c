"""How the product is, over HTTP: what lives, what is wrong, what it can reach."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from cofounder import app
from cofounder.kit import leases
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.ops import queries
from cofounder.settings import settings
from tests.flow.server import signed_in


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    app.wire()
    async with signed_in("viewer", "admin") as made:
        yield made


async def test_without_a_worker_it_is_not_well_and_with_one_it_is(clients: list[httpx.AsyncClient]) -> None:
    viewer, _ = clients
    alone = (await viewer.get("/api/system")).json()
    assert (alone["well"], alone["workers"]) == (False, [])
    assert alone["database"]["current"]
    async with leases.held(role="worker"):
        told = (await viewer.get("/api/system")).json()
    assert (told["well"], len(told["workers"])) == (True, 1)


async def test_an_open_alert_is_told_until_it_is_cleared(clients: list[httpx.AsyncClient]) -> None:
    viewer, _ = clients
    async with transaction() as session:
        await queries.raise_alert(session, "stalled", "a task", "Stands still.", at=now())
    async with leases.held(role="worker"):
        told = (await viewer.get("/api/system")).json()
        assert [(one["kind"], one["subject"]) for one in told["alerts"]] == [("stalled", "a task")]
        assert not told["well"]
        async with transaction() as session:
            await queries.clear(session, "stalled", "a task", at=now())
        assert (await viewer.get("/api/system")).json()["alerts"] == []


async def test_that_no_worker_runs_is_an_alert_which_says_what_waits_and_what_to_do(
    clients: list[httpx.AsyncClient],
) -> None:
    viewer, admin = clients
    (alone,) = (await viewer.get("/api/system")).json()["alerts"]
    assert (alone["kind"], alone["subject"]) == ("no_worker", "worker")
    assert "No task waits" in alone["detail"]
    for number, words in ((1, "1 task waits"), (2, "2 tasks wait")):
        made = await admin.post(
            "/api/orchestrator/process", json={"request": f"Write a short post about day {number}."}
        )
        assert made.is_success
        (told,) = (await viewer.get("/api/system")).json()["alerts"]
        assert words in told["detail"]
        assert "cofounder up" in told["detail"]
    async with leases.held(role="worker"):
        pass
    async with leases.alive("worker"):
        assert (await viewer.get("/api/system")).json()["alerts"] == []


async def test_what_a_model_or_a_channel_lacks_is_said_and_no_key_is(
    clients: list[httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, _ = clients
    monkeypatch.setenv("COFOUNDER_MODEL", "openai-compatible:any")
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "openai-compatible:*=0/0")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-words")
    settings.cache_clear()
    answer = await viewer.get("/api/system")
    told = answer.json()
    assert [(one["name"], one["state"]) for one in told["models"]][-1] == ("Model offline", "ok")
    assert told["models"][0]["state"] == "failed"
    states = {one["name"]: one["state"] for one in told["channels"]}
    assert states["Outbox"] == "ok"
    assert states["LinkedIn"] == "missing"
    assert "sk-secret-words" not in answer.text


async def test_each_model_and_channel_says_where_it_comes_from_and_how_to_change_it(
    clients: list[httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, _ = clients
    monkeypatch.setenv("COFOUNDER_MODEL", "openai-compatible:any")
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "openai-compatible:*=0/0")
    settings.cache_clear()
    told = (await viewer.get("/api/system")).json()
    assert [one["source"] for one in told["models"]] == ["environment", "default"]
    assert all("COFOUNDER_MODEL" in one["change"] for one in told["models"])
    before = {one["name"]: one for one in told["channels"]}
    assert (before["LinkedIn"]["source"], before["E-mail"]["source"]) == ("default", "default")
    assert "COFOUNDER_SMTP_HOST" in before["E-mail"]["change"]
    assert "Connect an account" in before["LinkedIn"]["change"]
    monkeypatch.setenv("COFOUNDER_SMTP_HOST", "mail.example.org")
    monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "Us <us@example.org>")
    monkeypatch.setenv("COFOUNDER_EMAIL_RECIPIENTS", "list@example.org")
    settings.cache_clear()
    after = {one["name"]: one for one in (await viewer.get("/api/system")).json()["channels"]}
    assert (after["E-mail"]["state"], after["E-mail"]["source"]) == ("ok", "environment")
    assert "COFOUNDER_SMTP_" in after["E-mail"]["change"]


async def test_the_checks_are_the_doctors_and_for_an_admin(clients: list[httpx.AsyncClient]) -> None:
    viewer, admin = clients
    assert (await viewer.get("/api/system/checks")).status_code == 403
    told = (await admin.get("/api/system/checks")).json()
    assert {"Python", "Database", "Worker", "Outbox", "Model offline"} <= {one["name"] for one in told["items"]}
    assert told["total"] == len(told["items"])
