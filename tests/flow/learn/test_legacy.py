"""Each completed earlier task that is brought in becomes one example of its own time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cofounder.business.imports import service, steps
from cofounder.business.imports.schemas import Mapping, Units
from cofounder.flow.learn import steps as learning
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until

KNOWN = (steps.carry, learning.legacy_examples)  # the workflows, before an engine starts

TASKS = "id,request,status,created,completed\nt1,Write about bread,completed,2024-03-01,2024-03-02\nt2,Write about cake,cancelled,2024-03-01,\n"
POSTS = "id,task_id,network,title,body,published\np1,t1,linkedin,Bread,Our bread is baked at night.,2024-03-03\n"
READINGS = "post_id,network,date,views,clicks,shares,comments\np1,linkedin,2024-03-10,1000,20,5,5\n"
JUDGED = "task_id,score,accuracy,tone,date\nt1,91,95,88,2024-03-04\n"
MONEY = "month,revenue\n2024-01,1000\n2024-02,1200\n2024-03,9999\n"


async def brought(path: Path, kind: str, content: str, *, fields: dict[str, Any] | None = None) -> None:
    path.write_text(content)
    given = Mapping.model_validate({"fields": fields}) if fields else None
    async with transaction() as session:
        row = await service.begin_file(
            session, path, kind=kind, label=path.name, by=None, mapping=given, units=Units(period="month")
        )
        await service.start(session, row.id)

    async def done() -> bool:
        async with transaction() as session:
            found = await service.get(session, row.id)
            assert found.state not in ("failed", "refused"), found.problem
            return found.state == "done"

    await until(done, within=60)


async def examples() -> list[Any]:
    async with transaction() as session:
        return list((await session.execute(text("SELECT * FROM orchestrator_training_data"))).all())


async def test_an_earlier_task_becomes_one_example_with_its_world_its_post_and_its_evaluation(
    engine_running: Database, tmp_path: Path
) -> None:
    await brought(tmp_path / "money.csv", "financial", MONEY)
    await brought(tmp_path / "posts.csv", "posts", POSTS)
    await brought(tmp_path / "tasks.csv", "tasks", TASKS)
    await brought(tmp_path / "readings.csv", "social", READINGS)
    await brought(tmp_path / "judged.csv", "quality", JUDGED)

    async def whole() -> bool:
        found = await examples()
        return len(found) == 1 and bool(found[0].post_publication_metrics) and found[0].quality_score is not None

    await until(whole, within=60)
    (example,) = await examples()
    assert example.is_legacy
    assert example.success
    assert example.user_request == "Write about bread"
    assert example.timestamp == datetime(2024, 3, 1, tzinfo=UTC)
    assert example.plan is None
    assert example.execution_plan is None
    assert float(example.quality_score) == pytest.approx(0.91)
    assert example.quality_dimensions == {"accuracy": 0.95, "tone": 0.88}
    assert example.post_publication_metrics["linkedin"]["views"] == 1000
    assert example.post_publication_metrics["linkedin"]["engagement_rate"] == 0.03
    assert example.business_state["revenue_monthly"] == 1200  # February's: March was not over
    assert example.similar_historical_content == []
    assert example.platform_baseline == {}  # nothing was published yet
    await brought(tmp_path / "tasks.csv", "tasks", TASKS.replace("about bread", "about rye bread"))

    async def renewed() -> bool:
        return [row.user_request for row in await examples()] == ["Write about rye bread"]

    await until(renewed, within=60)
