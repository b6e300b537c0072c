"""A planner's short lines: what is read in a request, and no plan."""

import json
from typing import Any

from sqlalchemy import insert

from cofounder.business.records.tables import Task
from cofounder.flow.train.datasets import building, exporting, service
from cofounder.flow.train.datasets.schemas import DatasetIn, DatasetOut
from cofounder.flow.train.roles import reading
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.models.trained import READS, SYSTEM
from cofounder.people import LOCAL_OWNER

from .making import example, store_examples

KEPT = {
    "intent": "multi_step",
    "domain": "mixed",
    "channels": ["linkedin", "email"],
    "topic": "growth",
    "actions": [
        {"kind": "analyse_metrics", "channels": [], "wants_metrics": True, "topic": "x"},
        {"kind": "create_post", "channels": ["linkedin"], "wants_metrics": True, "topic": "y"},
    ],
}


async def answers(made: DatasetOut) -> list[tuple[str, dict[str, Any]]]:
    """(system prompt, answer) of each line."""
    _, _, chunks = await exporting.of_version(made.id, "jsonl")
    found = [json.loads(line) for line in b"".join([chunk async for chunk in chunks]).splitlines()]
    return [(one["messages"][0]["content"], json.loads(one["messages"][2]["content"])) for one in found]


async def test_short_lines_hold_the_reading_that_the_task_kept_and_else_what_the_label_says(database: Database) -> None:
    rows = [example(number) for number in range(2)]
    rows[1]["intent"] = "create_social_content_with_metrics"
    ids = await store_examples(rows)
    async with transaction() as session:
        await session.execute(
            insert(Task).values(
                id=ids[0], request=rows[0]["user_request"], source="user", status="completed", intent=KEPT,
                as_of=rows[0]["timestamp"], created_at=rows[0]["timestamp"],
            )
        )  # fmt: skip
    made = await service.create(DatasetIn(name="short", answer="intent"), LOCAL_OWNER)
    assert made.recipe["answer"] == "intent"
    (first, kept), (second, derived) = await answers(made)
    assert first == second == READS
    actions = [{name: one[name] for name in ("kind", "channels", "wants_metrics")} for one in KEPT["actions"]]  # type: ignore[index]
    assert kept == {"intent": "multi_step", "domain": "mixed", "channels": ["linkedin", "email"], "actions": actions}
    assert derived["actions"] == [{"kind": "create_post", "channels": ["linkedin"], "wants_metrics": True}]
    assert building.recipe(DatasetIn(name="short", answer="intent")) == made.recipe


async def test_a_version_with_whole_plans_keeps_the_recipe_and_the_hash_it_had(database: Database) -> None:
    await store_examples([example(number) for number in range(3)])
    made = await service.create(DatasetIn(name="whole"), LOCAL_OWNER)
    assert "answer" not in made.recipe
    assert made.recipe["system_prompt"] == SYSTEM["planner"]
    short = await service.create(DatasetIn(name="short", answer="intent"), LOCAL_OWNER)
    assert short.content_hash != made.content_hash


def test_of_several_steps_the_plan_says_which_actions_there_were() -> None:
    plan = {
        "steps": [
            {"tool": "financial.forecast"},
            {"tool": "content.draft", "produces": "variant:linkedin"},
            {"tool": "content.draft", "produces": "variant:email"},
        ]
    }
    found = reading.answer(None, "multi_step", [], json.dumps(plan))
    assert [(one["kind"], one["channels"]) for one in found["actions"]] == [
        ("forecast_metrics", []),
        ("create_post", ["linkedin"]),
        ("write_email", ["email"]),
    ]
    assert (found["domain"], found["channels"]) == ("mixed", ["linkedin", "email"])


def test_a_label_that_says_nothing_of_actions_gives_none() -> None:
    assert reading.answer(None, "unknown", ["x"], None) == {"intent": "unknown", "domain": "content", "channels": ["x"]}
