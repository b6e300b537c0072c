"""An erased example's words stand nowhere any more: not in what it counted as, nor on the tombstones of versions."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from cofounder.app import wire
from cofounder.flow.learn import service as examples
from cofounder.flow.train.data import changing, erasing, forgetting
from cofounder.flow.train.data import service as data
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import Selected
from cofounder.flow.train.datasets import service
from cofounder.flow.train.datasets.errors import DatasetDeleted
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import example, store_examples

WORD = "zyxwer"
SAID = {
    "user_request": f"Write to {WORD}",
    "intent": f"{WORD}intent",
    "tags": [f"{WORD}tag"],
    "platforms": ["linkedin", f"{WORD}channel"],
    "persona": f"{WORD}persona",
    "models": [f"{WORD}model"],
    "execution_plan": {"agents": [f"{WORD}agent"]},
}


async def places(database: Database) -> set[str]:
    """The tables that hold the word."""
    async with reading() as session:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        tables = (await session.scalars(text(named))).all()
        counts = {
            one: await session.scalar(text(f'SELECT count(*) FROM "{one}" AS t WHERE t::text ~* :word'), {"word": WORD})
            for one in tables
        }
    return {one for one, count in counts.items() if count}


async def erase(id: UUID) -> None:
    async with transaction() as session:
        await erasing.erase(session, id, by="anna", reason="asked for")


@pytest.mark.parametrize("order", ["erased first", "deleted first"])
async def test_nothing_of_its_words_is_in_the_database(database: Database, order: str) -> None:
    wire()
    id, _ = await store_examples([example(1, **SAID), example(2)])
    made = await service.create(DatasetIn(name="few", filters=Filter(text=WORD)), LOCAL_OWNER)
    async with transaction() as session:
        await changing.tag(session, Selected(filter=Filter(text=WORD)), ["seen"], by="anna")
    if order == "erased first":
        await erase(id)
        assert await places(database) == {"training_datasets"}, "a version is what it was until it is deleted"
        await service.remove(made.id, "erased", LOCAL_OWNER)
    else:
        await service.remove(made.id, "a trial", LOCAL_OWNER)
        await erase(id)
    assert await places(database) == set()
    async with reading() as session:
        told = await service.get(session, made.id)
        assert (told.filters, told.recipe.get("filter"), told.statistics["lines"]) == ({}, None, 1)
        with pytest.raises(DatasetDeleted, match="its filter"):
            service.recipe_of(await service.found(session, made.id))
        assert WORD not in (await data.choices(session)).model_dump_json()
        assert (await data.stats(session, Filter())).total_count == 1


async def test_examples_like_it_say_nothing_of_it_any_more(database: Database) -> None:
    wire()
    first = example(1)
    entry = {"task_id": str(first["execution_id"]), "title": WORD, "topic": WORD}
    other = {"task_id": "01a20718-2734-76a4-8123-1111222233b3", "title": "another"}
    second = example(2, similar_historical_content=[other, entry, {"task_id": None, "title": "a post"}])
    await store_examples([first, second, example(3, similar_historical_content=[entry])])
    await erase(first["execution_id"])
    assert await places(database) == set()
    async with reading() as session:
        told = "SELECT similar_historical_content FROM orchestrator_training_data WHERE execution_id = :id"
        left = await session.scalar(text(told), {"id": second["execution_id"]})
    assert [one["title"] for one in left] == ["another", "a post"]


async def test_examples_like_it_are_found_by_an_index(database: Database) -> None:
    said: list[tuple[str, Any]] = []
    async with transaction() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))  # of few rows any plan is as good
        connection = await session.connection()
        assert connection.sync_connection is not None
        event.listen(
            connection.sync_connection,
            "before_cursor_execute",
            lambda c, cur, what, given, *_: said.append((what, given)),
        )
        await forgetting.forget(session, example(1)["execution_id"])
        (what, given) = next(one for one in said if "UPDATE orchestrator_training_data" in one[0])
        plan = await connection.exec_driver_sql(f"EXPLAIN {what}", given)
        assert "ix_orchestrator_training_data_history" in "\n".join(plan.scalars())


async def test_an_example_that_is_written_anew_does_not_bring_it_back(database: Database) -> None:
    wire()
    first, second = example(1), example(2)
    await store_examples([first, second])
    await erase(first["execution_id"])
    read: list[dict[str, Any]] = [
        {"task_id": str(first["execution_id"]), "title": WORD},
        {"task_id": None, "title": "a post"},
    ]
    async with transaction() as session:
        await examples.forget_erased(session, second["execution_id"], read)
        told = "SELECT similar_historical_content FROM orchestrator_training_data WHERE execution_id = :id"
        assert await session.scalar(text(told), {"id": second["execution_id"]}) == [read[1]]


async def test_what_others_have_too_stays_theirs(database: Database) -> None:
    wire()
    first, _ = await store_examples([example(1, **SAID), example(2, **{**SAID, "user_request": "Write"})])
    made = await service.create(DatasetIn(name="both"), LOCAL_OWNER)
    await service.remove(made.id, "a trial", LOCAL_OWNER)
    await erase(first)
    async with reading() as session:
        told = await service.get(session, made.id)
        assert "filter" in told.recipe
        assert "classes" not in told.statistics
        found = await data.stats(session, Filter(intent_filter=[f"{WORD}intent"], persona=f"{WORD}persona"))
    assert found.filtered_count == 1


async def test_a_label_that_comes_while_its_last_bearer_is_erased_is_listed(database: Database) -> None:
    (id,) = await store_examples([example(1, **SAID)])
    for number in range(2, 8):
        last = id
        coming = store_examples([example(number, **SAID)])
        _, (id,) = await asyncio.gather(erase(last), coming)
        async with reading() as session:
            assert (await data.stats(session, Filter())).by_intent == {f"{WORD}intent": 1}
            assert f"{WORD}persona" in (await data.choices(session)).personas
