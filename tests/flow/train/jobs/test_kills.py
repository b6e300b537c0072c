"""A worker that is killed while a job is in any of its states: the next one goes on, and the provider has one job."""

from collections.abc import Callable

import pytest

from cofounder.flow.train.jobs import service
from cofounder.flow.train.jobs.schemas import DeployIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, Spawned
from tests.flow.train.jobs.test_jobs import (
    OPERATOR,
    handed_over,
    job,
    reached,
    start,
    surroundings,
    together,
    until,
    version,
)
from tests.flow.train.tuners.servers.together import Together
from tests.flow.train.tuners.servers.wire import Bad

__all__ = ["together"]
LONG = 180.0  # seconds; a dead worker's work is taken over when its lease is over


@pytest.fixture
def worker(together: Together, database: Database, spawn: Callable[..., Spawned]) -> Callable[[], Spawned]:
    return lambda: spawn("cofounder.cli", "worker", environment=surroundings(together))


async def test_killed_before_the_providers_answer_came(together: Together, worker: Callable[[], Spawned]) -> None:
    made = await start(await version())
    together.bad.append(Bad(503, on="POST /v1/fine-tunes", after=True, times=1))  # made there, and the answer lost
    first = worker()
    remote = await handed_over(together)
    first.kill()
    together.bad.clear()
    together.succeed(remote)
    worker()
    assert (await reached(made.job_id, "succeeded", LONG)).remote_id == remote
    assert len(together.jobs) == 1


async def test_killed_while_it_is_cancelled(together: Together, worker: Callable[[], Spawned]) -> None:
    made = await start(await version())
    first = worker()
    remote = await handed_over(together)
    together.run(remote)
    await reached(made.job_id, "running", LONG)
    await service.cancel(made.job_id, OPERATOR)
    first.kill()
    together.jobs[remote]["status"] = "cancelled"
    worker()
    assert (await reached(made.job_id, "cancelled", LONG)).error is None
    assert len(together.jobs) == 1


async def test_killed_while_its_model_is_deployed(together: Together, worker: Callable[[], Spawned]) -> None:
    made = await start(await version())
    first = worker()
    together.succeed(await handed_over(together))
    await reached(made.job_id, "succeeded", LONG)
    async with transaction() as session:
        await service.deploy(session, made.job_id, DeployIn(model_name="killed"), OPERATOR)

    async def begun() -> bool:
        return bool(together.serving)

    await until(begun, LONG)
    first.kill()
    for endpoint in together.serving.values():
        endpoint["state"] = "STARTED"
    worker()

    async def there() -> bool:
        return ((await job(made.job_id)).deployment or {}).get("state") == "deployed"

    await until(there, LONG)
    assert ((await job(made.job_id)).deployment or {})["model"] == "killed@1"
    assert len(together.serving) == 1  # it is paid by the minute
