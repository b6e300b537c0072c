"""A task is planned by the active tuned planner; a plan that does not hold is planned by the built-in one."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from cofounder.app import wire
from cofounder.business.records import service as records
from cofounder.flow.plan import planner
from cofounder.flow.plan import service as plans
from cofounder.flow.plan import steps as planning
from cofounder.flow.plan.schemas import Plan
from cofounder.flow.request import queries
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.models import service as models
from cofounder.models.offline.parser import parse
from cofounder.models.registry import service as registry
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.models.plain_server import serving

ASKED = "Create a LinkedIn post about our Q4 growth metrics"
LEARNED = "Create an X post about our Q4 growth metrics"


@pytest.fixture(autouse=True)
def wired(database: Database) -> None:
    wire()


async def active(url: str, role: str = "planner") -> None:
    async with transaction() as session:
        made = await registry.register(
            session,
            name="small",
            role=role,
            address={"provider": "openai-compatible", "name": "small", "base_url": url},
            base_model="tiny",
            target="local",
            dataset_id=None,
            dataset_hash=None,
            job_id=None,
            artifacts={},
            by=LOCAL_OWNER,
        )
        await registry.set_active(session, made.id, by=LOCAL_OWNER, force=True, reason="for a test")


async def planned() -> tuple[UUID, Plan]:
    async with transaction() as session:
        id = (await requests.submit(session, ProcessIn(request=ASKED), by="ann")).id
        await queries.enter_phase(session, id, "planning", whatever=False, at=now())
    for phase in (planning.planning, planning.tool_discovery):
        assert (await phase.work(id))["state"] == "done"
    async with transaction() as session:
        return id, await plans.current(session, id)


def learned() -> dict[str, Any]:
    """The plan of another request, so that it shows whose plan is used."""
    plan = planner.sketch(parse(LEARNED, today=date(2026, 11, 21)), has_metrics=False)
    return plan.model_dump(mode="json")


async def test_the_task_runs_the_tuned_planners_plan() -> None:
    answer = {"plan": learned(), "expected_quality": 0.9, "business_context": {}}
    async with serving(lambda asked: json.dumps(answer)) as server:
        await active(server.url)
        id, plan = await planned()
        assert [step.tool for step in plan.steps if step.produces] == ["content.draft"]
        assert [step.produces for step in plan.steps if step.produces] == ["variant:x"]
        assert plan.critical_path_seconds > 0  # estimated as any other
        async with transaction() as session:
            task = await records.get_task(session, id)
            assert await models.models_used(session, id) == ["tuned:small@1"]
        assert (task.intent or {})["channels"] == ["x"]
        assert "plan" not in (task.intent or {})


@pytest.mark.parametrize("wrong", ["tool", "reference", "cycle"])
async def test_a_plan_that_does_not_hold_is_not_run(wrong: str) -> None:
    plan = learned()
    first, last = plan["steps"][0], plan["steps"][-1]
    if wrong == "tool":
        last["tool"] = "publishing.publish_now"
    elif wrong == "reference":
        last["inputs"]["request"] = {"$ref": "steps.nowhere.text"}
    else:
        first["depends_on"], last["depends_on"] = [last["id"]], [first["id"]]
    async with serving(lambda asked: json.dumps({"plan": plan})) as server:
        await active(server.url)
        id, used = await planned()
        assert [step.produces for step in used.steps if step.produces] == ["variant:linkedin"]
        async with transaction() as session:
            failed, answered = await models.task_calls(session, id)
        assert "the plan does not hold" in failed["error"]
        assert (answered["model"], answered["fallback_from"]) == ("offline", "tuned:small@1")


async def test_a_plan_costs_what_the_active_tuned_writer_costs_where_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """3,000 tokens in and 700 out, at 50 dollars for a million of each."""
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "tuned:small=50/50")
    settings.cache_clear()
    text = {"request": "Write", "topic": "growth", "channel": "x"}
    steps = [
        {"id": "draft", "tool": "content.draft", "inputs": text},
        {"id": "edit", "tool": "content.edit", "inputs": {"text": "We grew."}},  # no tuned writer learned it
    ]

    async def costs() -> tuple[dict[str, float], float]:
        plan = await plans.check({"steps": steps})
        return {step.id: step.estimated_cost for step in plan.steps}, plan.estimated_cost

    assert await costs() == ({"draft": 0, "edit": 0}, 0)
    await active("http://192.0.2.1/v1", "writer")
    assert await costs() == ({"draft": 0.185, "edit": 0}, 0.185)
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "tuned:small=0/0")
    monkeypatch.setenv("COFOUNDER_MODEL", "openai:gpt-5")
    settings.cache_clear()
    found, whole = await costs()
    assert found["draft"] == 0  # though the model that is set is dear
    assert found["edit"] == whole > 0
    settings.cache_clear()
