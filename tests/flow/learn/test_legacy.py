"""Each completed earlier task that is brought in becomes one example of its own time."""

from csv import DictReader
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cofounder.business.imports import service, steps
from cofounder.business.imports.schemas import Mapping, Units
from cofounder.business.sample import loading as sample
from cofounder.flow.learn import steps as learning
from cofounder.flow.learn.insights import service as insights
from cofounder.flow.train.data import service as training
from cofounder.flow.train.data.export import export
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import FilterIn
from cofounder.kit.clock import now
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
    assert example.platforms == ["linkedin"]
    await brought(tmp_path / "tasks.csv", "tasks", TASKS.replace("about bread", "about rye bread"))

    async def renewed() -> bool:
        return [row.user_request for row in await examples()] == ["Write about rye bread"]

    await until(renewed, within=60)


async def test_what_earlier_work_cost_and_took_is_not_known_unless_it_is_said(
    engine_running: Database, tmp_path: Path
) -> None:
    priced = TASKS.replace("completed\n", "completed,cost\n", 1).replace(",2024-03-02\n", ",2024-03-02,0.35\n")
    more = "t3,Write about rolls,completed,2024-03-05,2024-03-06,\n"
    await brought(tmp_path / "tasks.csv", "tasks", priced.replace(",2024-03-01,\n", ",2024-03-01,,\n") + more)

    async def both() -> bool:
        return len(await examples()) == 2

    await until(both, within=60)
    bread, rolls = sorted(await examples(), key=lambda one: one.timestamp)
    assert (bread.cost, rolls.cost) == (Decimal("0.35"), None)
    assert (bread.seconds, rolls.seconds) == (None, None)
    told = ("actual_cost", "actual_duration", "refinements_needed")
    assert [rolls.execution_result[name] for name in told] == [None, None, None]
    async with transaction() as session:
        found = await insights.effectiveness(session, as_of=now())
        free = await training.find(session, FilterIn(cost_max=0.0))
        any_cost = await training.find(session, FilterIn(cost_min=0.0))
        csv = b"".join([line async for batch in export(session, Filter(), "csv") for line in batch]).decode()
    points = {one.metric: [(point.n, point.mean) for point in one.points] for one in found.series}
    assert (points["cost"], points["refinements"]) == ([(1, 0.35)], [])
    assert (free.items, [one.user_request for one in any_cost.items]) == ([], ["Write about bread"])
    said = {row["user_request"]: row for row in DictReader(StringIO(csv))}
    assert [said["Write about rolls"][name] for name in ("cost", "seconds", "refinements")] == ["", "", ""]


async def test_a_platform_that_becomes_known_later_is_that_of_the_example(
    engine_running: Database, tmp_path: Path
) -> None:
    await brought(tmp_path / "tasks.csv", "tasks", TASKS)

    async def made() -> bool:
        return len(await examples()) == 1

    await until(made, within=60)
    assert [one.platforms for one in await examples()] == [[]]
    await brought(tmp_path / "posts.csv", "posts", POSTS.replace("linkedin", "Twitter; LinkedIn"))

    async def known() -> bool:
        return [one.platforms for one in await examples()] == [["linkedin", "x"]]

    await until(known, within=60)
    async with transaction() as session:
        found = await training.find(session, FilterIn(platform="x"))
    assert (found.filtered_count, found.statistics.by_platform) == (1, {"linkedin": 1, "x": 1})


async def test_nothing_of_the_sample_company_is_told_of_our_own_earlier_work(
    engine_running: Database, tmp_path: Path
) -> None:
    async with transaction() as session:
        await sample.load(session, today=now().date())
    asked = (now() - timedelta(days=20)).date()
    tasks = f"id,request,status,created\nt1,Write a LinkedIn post about our growth,completed,{asked}\n"
    await brought(tmp_path / "tasks.csv", "tasks", tasks)

    async def made() -> bool:
        return len(await examples()) == 1

    await until(made, within=60)
    (example,) = await examples()
    assert not example.is_sample
    assert (example.business_state, example.similar_historical_content, example.platform_baseline) == ({}, [], {})


async def test_an_earlier_request_is_read_for_its_intent_and_a_title_is_not(
    engine_running: Database, tmp_path: Path
) -> None:
    tasks = """id,request,title,status,created
t1,Write a LinkedIn post about our growth,Growth,completed,2024-03-01
t2,,Write a LinkedIn post about our growth,completed,2024-03-02
t3,Autumn campaign: oat milk,,completed,2024-03-03
"""
    await brought(tmp_path / "tasks.csv", "tasks", tasks)

    async def made() -> bool:
        return len(await examples()) == 3

    await until(made, within=60)
    found = [one.intent for one in sorted(await examples(), key=lambda one: one.timestamp)]
    assert found == ["create_social_content_with_metrics", "unknown", "unknown"]
