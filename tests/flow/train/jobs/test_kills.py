"""A worker that is killed while a job is in any of its states: the next one goes on, and the provider has one job."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cofounder.flow.train import holding
from cofounder.flow.train.jobs import service
from cofounder.flow.train.jobs.schemas import DeployIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, Spawned
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
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
from tests.flow.train.tuners.test_contract import CREATE
from tests.flow.train.tuners.worlds import TARGETS, World, world

__all__ = ["together"]
PATIENT = {"COFOUNDER_TUNING_POLL_SECONDS": "0.1", "COFOUNDER_COST_LIMIT_USD": "1000000"}
LONG = 180.0  # seconds; a dead worker's work is taken over when its lease is over


@pytest.fixture
def worker(together: Together, database: Database, spawn: Callable[..., Spawned]) -> Callable[[], Spawned]:
    return lambda: spawn("cofounder.cli", "worker", environment=surroundings(together))


@pytest.fixture(params=TARGETS)
async def somewhere(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Each target with its provider on loopback, as workers know it too."""
    holding.connect()
    async with world(request.param, tmp_path) as there:
        for name, value in {**there.environment(), **PATIENT}.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield there
    settings.cache_clear()


@pytest.fixture
def worker_there(somewhere: World, spawn: Callable[..., Spawned]) -> Callable[[], Spawned]:
    return lambda: spawn("cofounder.cli", "worker", environment={**somewhere.environment(), **PATIENT})


async def test_killed_before_the_providers_answer_came_and_again_while_it_runs(
    somewhere: World, worker_there: Callable[[], Spawned]
) -> None:
    provider = somewhere.provider
    made = await start(await version(), target=somewhere.target, base_model=somewhere.base_model)
    if made.status == "waiting_approval":  # AWS tells no price
        async with transaction() as session:
            await service.approve(session, made.job_id, LOCAL_OWNER)
    provider.bad.append(Bad(503, on=CREATE[somewhere.target], after=True, times=1))  # made there, and the answer lost
    first = worker_there()
    remote = await handed_over(provider)
    first.kill()
    provider.bad.clear()
    second = worker_there()
    provider.run(remote)
    await reached(made.job_id, "running", LONG)
    second.kill()
    provider.succeed(remote)
    worker_there()
    assert (await reached(made.job_id, "succeeded", LONG)).error is None
    assert len(provider.jobs) == 1


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
