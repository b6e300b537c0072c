"""A run that is withdrawn names the models that were trained with it."""

from uuid import UUID

import pytest

from cofounder import api
from cofounder.app import wire
from cofounder.flow.train.data import erasing
from cofounder.flow.train.data import service as data
from cofounder.flow.train.data.errors import ExampleErased
from cofounder.flow.train.datasets import service
from cofounder.flow.train.datasets.schemas import DatasetChange, DatasetIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.models.registry import service as registry
from cofounder.people import LOCAL_OWNER
from tests.flow.train.datasets.making import example, store_examples


async def test_a_withdrawn_run_names_the_models_that_learned_from_it(database: Database) -> None:
    wire()
    first, *_ = await store_examples([example(number) for number in range(3)])
    made = await service.create(DatasetIn(name="plans"), LOCAL_OWNER)
    async with transaction() as session:
        model = await registry.register(
            session,
            name="small",
            role="planner",
            address={"provider": "ollama", "name": "small", "base_url": None},
            base_model="tiny",
            target="local",
            dataset_id=made.id,
            dataset_hash=made.content_hash,
            job_id=None,
            artifacts={},
            by=LOCAL_OWNER,
        )
        assert model.system_prompt == made.recipe["system_prompt"]
        held = await service.withdraw(session, first, "The customer asked for it.", LOCAL_OWNER)
    assert [one["model"] for one in held.models] == ["small@1"]
    assert held.withdrawn
    await service.remove(made.id, "It was a trial.", LOCAL_OWNER)
    async with transaction() as session:
        left = await erasing.erase(session, first, by="anna", reason="asked for by mail")
    assert [(one.kind, one.name, one.state) for one in left.held_by] == [("model", "small@1", "ready")]


async def test_a_tombstone_names_only_what_still_holds_a_copy(database: Database) -> None:
    wire()
    first, *_ = await store_examples([example(number) for number in range(3)])
    gone = await service.create(DatasetIn(name="plans"), LOCAL_OWNER)
    kept = await service.create(DatasetIn(name="plans", new_version=True, seed=4), LOCAL_OWNER)
    async with transaction() as session:
        await service.change(session, kept.id, DatasetChange(archived=True), LOCAL_OWNER)
    await service.remove(gone.id, "It was a trial.", LOCAL_OWNER)
    async with transaction() as session:
        left = await erasing.erase(session, first, by="anna", reason="asked for by mail")
        assert [(one.name, one.version, one.state) for one in left.held_by] == [("plans", "2", "archived")]
        assert len((await service.held_by(session, first)).datasets) == 2, (
            "who asks for all is told of deleted ones too"
        )
        with pytest.raises(ExampleErased):
            await service.withdraw(session, first, "asked for by mail", LOCAL_OWNER)
        assert not (await service.held_by(session, first)).withdrawn
    await service.remove(kept.id, "Its lines were erased.", LOCAL_OWNER)
    async with transaction() as session:
        told = await data.show(session, first)
        assert told.erased is not None
        assert told.erased.held_by == []


async def test_what_was_erased_is_not_brought_back_by_saving_it_again(database: Database) -> None:
    given = {"user_request": "Write about tea", "intent": "content_generation"}
    stored = await api.save_training_example(given)
    id = UUID(stored["execution_id"])
    assert (await api.save_training_example({**given, "execution_id": str(id)}))["execution_id"] == str(id)
    async with transaction() as session:
        await erasing.erase(session, id, by="anna", reason="asked for by mail")
    with pytest.raises(ExampleErased) as refused:
        await api.save_training_example({**given, "execution_id": str(id)})
    assert refused.value.field == "execution_id"
