"""What users' scripts import from `cofounder.api` about training data."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from cofounder import api
from cofounder.flow.learn import service as learning
from cofounder.flow.train.data import erasing
from cofounder.flow.train.data.adding import ExampleOfARun
from cofounder.flow.train.data.errors import ExampleErased
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.waiting import ready

GIVEN = {
    "user_request": "Write a post about our bakery",
    "intent": "create_social_content",
    "timestamp": "2026-01-31T09:00:00Z",
    "plan": {"steps": [{"id": "draft", "tool": "content.draft"}]},
    "final_text": {"x": "We open at five."},
    "quality_score": 0.9,
    "user_approval": True,
    "platforms": ["x"],
}


async def test_a_script_stores_tags_counts_and_exports(database: Database, tmp_path: Path) -> None:
    best = await api.save_training_example(GIVEN)
    poor = await api.save_training_example({**GIVEN, "quality_score": 0.6, "user_approval": False, "plan": None})
    assert (best["training_ready"], best["tags"]) == (True, ["manual_approved"])
    assert (poor["training_ready"], poor["tags"]) == (False, ["low_quality"])
    assert [one["execution_id"] for one in await api.get_all_training_data(limit=1, offset=1)] == [best["execution_id"]]
    found = await api.filter_training_data(quality_min=0.85)
    assert (found["filtered_count"], found["total_count"], found["avg_quality"]) == (1, 2, 0.9)
    done = await api.add_tags([best["execution_id"]], ["gold"])
    assert done["count"] == 1
    assert (await api.get_statistics(include_tags=["gold"]))["total_examples"] == 1
    assert (await api.remove_tags([best["execution_id"]], ["gold"]))["count"] == 1
    assert (await api.tag_by_date_range(["development"], date_before="2026-01-31"))["count"] == 2
    assert (await api.tag_by_quality(0.6, ["weak"]))["count"] == 0
    assert await api.export_as_jsonl(tmp_path / "none.jsonl") == 0
    assert await api.export_as_jsonl(tmp_path / "some.jsonl", include_tags=["development"]) == 1
    (line,) = (tmp_path / "some.jsonl").read_text().splitlines()
    assert json.loads(line)["metadata"]["execution_id"] == best["execution_id"]


async def test_what_is_left_out_is_not_known(database: Database) -> None:
    stored = await api.save_training_example({**GIVEN, "is_legacy": False})
    await api.save_training_example({**GIVEN, "is_legacy": False, "cost": 0.5, "seconds": 4})
    assert (stored["cost"], stored["seconds"]) == (None, None)
    assert (await api.filter_training_data(cost_max=0.0))["items"] == []
    async with transaction() as session:
        summary = await learning.summary(session)
    assert (summary.total_executions, summary.total_cost, summary.avg_cost) == (2, 0.5, 0.5)
    assert (summary.total_seconds, summary.avg_seconds) == (4.0, 4.0)
    async with transaction() as session:
        assert not await learning.relabel(session, UUID(stored["execution_id"]))


async def test_saving_again_changes_the_same_example(database: Database) -> None:
    first = await api.save_training_example(GIVEN)
    again = await api.save_training_example({**GIVEN, "execution_id": first["execution_id"], "quality_score": 0.95})
    assert again["execution_id"] == first["execution_id"]
    assert (await api.get_statistics())["avg_quality_score"] == 0.95


async def test_an_example_of_a_run_follows_from_the_run(database: Database) -> None:
    async with transaction() as session:
        task = await ready(session)
    assert UUID((await api.save_training_example(task))["execution_id"]) == task
    with pytest.raises(ExampleOfARun):
        await api.save_training_example({**GIVEN, "execution_id": str(task)})


async def test_an_erased_run_is_not_saved_and_says_so(database: Database) -> None:
    async with transaction() as session:
        task = await ready(session)
    await api.save_training_example(task)
    async with transaction() as session:
        await erasing.erase(session, task, by="anna", reason="asked for")
    with pytest.raises(ExampleErased, match="anna erased it on"):
        await api.save_training_example(task)


async def test_a_field_that_is_unknown_or_unfit_is_named(database: Database) -> None:
    with pytest.raises(ValidationError, match="quality_minimum"):
        await api.filter_training_data(quality_minimum=0.8)
    with pytest.raises(ValidationError, match="intent"):
        await api.save_training_example({"user_request": "x", "execution_id": str(new_id())})
    assert (await api.get_statistics())["total_examples"] == 0
