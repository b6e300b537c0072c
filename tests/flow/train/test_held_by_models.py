"""A run that is withdrawn names the models that were trained with it."""

from cofounder.app import wire
from cofounder.flow.train.datasets import service
from cofounder.flow.train.datasets.schemas import DatasetIn
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
