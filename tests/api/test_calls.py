"""Which models were asked for a task, over HTTP and at the command line."""

import asyncio
import json
from decimal import Decimal
from uuid import UUID

import pytest

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models import calls
from cofounder.models.chain import Target

from .conftest import House, problem

ROUTED = {
    "task_type": "draft",
    "complexity": "MEDIUM",
    "tier": "STANDARD",
    "rule": "complexity",
    "why": "A draft of medium complexity begins with a standard model.",
    "order": ["openai:gpt-5-mini", "offline"],
}


async def asked() -> UUID:
    """A task for which one model failed and another one answered."""
    async with db.transaction() as session:
        task = await records.add_task(session, NewTask(request="Say it", status="running"))
    call = calls.Call("writer", {"brief": "x"}, task.id, "step:draft_linkedin:1", 1, "1", ROUTED)
    failed = await calls.intend(call, Target("openai", "gpt-5"), None, Decimal("0.05"))
    assert failed is not None
    await calls.fail(failed, "The key was refused.", calls.Spent())
    answered = await calls.intend(call, Target("openai", "gpt-5-mini"), "openai:gpt-5", Decimal("0.01"))
    assert answered is not None
    await calls.answer(answered, {"text": "It."}, calls.Spent(tokens_in=1_200, tokens_out=300, seconds=1.5))
    return task.id


async def test_a_task_tells_which_models_were_asked_and_why(house: House) -> None:
    task_id = await asked()
    failed, answered = (await house.viewer.get(f"/api/tasks/{task_id}/calls")).json()
    assert (failed["state"], failed["error"]) == ("failed", "The key was refused.")
    assert (answered["model"], answered["fallback_from"]) == ("openai:gpt-5-mini", "openai:gpt-5")
    assert (answered["tokens_in"], answered["tokens_out"], answered["seconds"]) == (1_200, 300, 1.5)
    assert answered["routed"] == ROUTED
    assert "brief" not in json.dumps([failed, answered])  # what was sent is not told


async def test_calls_of_no_task_are_not_there(house: House) -> None:
    problem(await house.viewer.get(f"/api/tasks/{new_id()}/calls"), 404)


def test_the_command_line_tells_the_same(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    async def prepare() -> UUID:
        task_id = await asked()
        await db.dispose()
        return task_id

    task_id = asyncio.run(prepare())
    assert run(["models", "calls", str(task_id)]) == 0
    said = capsys.readouterr().out
    assert "The key was refused." in said
    assert "begins with a standard model" in said
    assert run(["models", "calls", str(task_id), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[1]["model"] == "openai:gpt-5-mini"
