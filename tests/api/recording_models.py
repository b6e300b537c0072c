"""The registry of tuned models, walked through once for the examples of the OpenAPI. Nothing answers at its address."""

import json
from typing import Any
from uuid import UUID

from cofounder.flow.train.benchmark import queries
from cofounder.flow.train.benchmark.tables import Benchmark
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import until
from cofounder.models.registry import service as registry

from .test_calls import asked

AT = "/api/orchestrator/models"
LINES = 12


def _line(number: int) -> str:
    channel = ("linkedin", "x", "facebook")[number % 3]
    answer = {
        "intent": "create_social_content",
        "domain": "content",
        "channels": [channel],
        "actions": [{"kind": "create_post", "channels": [channel], "wants_metrics": False}],
    }
    asked = f"Write a post for {channel} about our offer number {number}"
    turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": json.dumps(answer)}]
    return json.dumps({"messages": turns})


async def models(ask: Any) -> None:
    """Calls of a task; register two versions, compare one, promote it, go back, retire it."""
    await ask("get_task_calls", "GET", f"/api/tasks/{await asked()}/calls")
    upload = "/api/orchestrator/training/datasets/upload?name=requests&role=planner&split=random&validation=0&test=0.5"
    content = "\n".join(_line(number) for number in range(LINES)) + "\n"
    answer = await ask.house.admin.post(upload, content=content)
    assert answer.is_success, answer.text
    dataset = answer.json()["data"]["dataset"]
    ids = []
    async with transaction() as session:
        for _ in range(2):
            row = await registry.register(
                session,
                name="planner-small",
                role="planner",
                address={"provider": "openai-compatible", "name": "planner-small", "base_url": "http://127.0.0.1:9/v1"},
                base_model="tiny-llama",
                target="local",
                dataset_id=UUID(dataset["id"]),
                dataset_hash=dataset["content_hash"],
                job_id=None,
                artifacts={},
                by="key:ci",
            )
            ids.append(str(row.id))
    await ask("list_models", "GET", f"{AT}/list?role=planner&limit=2")
    wish = {"model": "planner-small@2", "most": 3}
    begun = (await ask("benchmark_model", "POST", f"{AT}/benchmark", wish))["data"]

    async def over() -> bool:
        found = (await ask.house.admin.get(f"{AT}/benchmark/{begun['id']}")).json()["data"]
        return bool(found["state"] != "running")

    await until(over, within=120)
    await ask("get_benchmark", "GET", f"{AT}/benchmark/{begun['id']}")
    await ask("cancel_benchmark", "POST", f"{AT}/benchmark/{await _another(begun['id'])}/cancel")
    await ask("set_candidate_model", "PUT", f"{AT}/candidate", {"model": "planner-small@1", "daily_usd": 0.5})
    forced = {"model": "planner-small@2", "force": True, "reason": "It is compared by hand this week."}
    await ask("set_active_model", "PUT", f"{AT}/active", forced)
    await ask("show_active_models", "GET", f"{AT}/active")
    await ask(
        "roll_back_model",
        "POST",
        f"{AT}/roll-back",
        {"role": "planner", "active": "planner-small@2", "reason": "It was a trial."},
    )
    await ask("list_promotions", "GET", f"{AT}/history?role=planner")
    await ask("get_model", "GET", f"{AT}/{ids[1]}")
    await ask("retire_model", "POST", f"{AT}/{ids[1]}/retire", {"reason": "A better version is there."})


async def _another(id: str) -> str:
    """The same benchmark as one that nobody carries out."""
    async with transaction() as session:
        row = await queries.one(session, UUID(id))
        assert row is not None
        kept = {name: getattr(row, name) for name in Benchmark.__table__.columns.keys()}  # noqa: SIM118
        kept |= {"id": new_id(), "state": "running", "finished_at": None, "results": None, "gate": None}
        await queries.add(session, Benchmark(**kept))
    return str(kept["id"])
