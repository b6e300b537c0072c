"""train jobs: what each cost or will cost, and why one wanted an approver."""

import asyncio
import json

import pytest

from cofounder.cli.program import run
from cofounder.flow.train.jobs import service
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.flow.train.jobs.test_jobs import start, together, version
from tests.flow.train.tuners.servers.together import Together

__all__ = ["together"]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(["train", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


async def test_a_job_says_its_cost_and_why_it_waits_or_was_approved(
    together: Together, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COFOUNDER_COST_LIMIT_USD", "0.5")
    monkeypatch.setenv("COLUMNS", "300")
    settings.cache_clear()
    made = await start(await version())
    assert made.estimated_cost is not None

    async def told(*arguments: str) -> str:  # each command has its own loop
        return await asyncio.to_thread(said, capsys, *arguments)

    price, short = f"about ${made.estimated_cost:.2f}", str(made.job_id)[:13]
    listed = await told("jobs")
    assert price in listed
    assert f"{short} waits for an approver: {made.note}" in listed
    shown = await told("show", "last")
    assert price in shown
    assert f"Waits for an approver: {made.note}" in shown
    async with transaction() as session:
        await service.approve(session, made.job_id, LOCAL_OWNER)
    assert f"{short} approved by {LOCAL_OWNER.who}: {made.note}" in await told("jobs")
    assert f"Approved by {LOCAL_OWNER.who}: {made.note}" in await told("show", "last")
    (as_json,) = json.loads(await asyncio.to_thread(raw, capsys))["items"]
    assert (as_json["actual_cost"], as_json["approved_by"]) == (None, LOCAL_OWNER.who)


def raw(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["train", "jobs", "--json"]) == 0
    return capsys.readouterr().out
