"""What a job left at its target is deleted: everywhere, once or more often, through kills, never what is in use."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cofounder.flow.train import holding
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.jobs import remains, removing, service
from cofounder.flow.train.jobs.errors import (
    JobEnded,
    JobGoesOn,
    NothingLeft,
    RemainsGone,
    RemainsInUse,
    RemovalRuns,
)
from cofounder.flow.train.jobs.schemas import DeployIn, JobOut
from cofounder.flow.train.promotion import service as promotion
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database, Spawned
from cofounder.models.registry import service as registry
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
from tests.flow.train.tuners.servers.wire import Bad, Provider
from tests.flow.train.tuners.worlds import TARGETS, World, world

__all__ = ["together"]
PATIENT = {"COFOUNDER_TUNING_POLL_SECONDS": "0.1", "COFOUNDER_COST_LIMIT_USD": "1000000"}
LONG = 180.0


@pytest.fixture(params=TARGETS)
async def somewhere(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    holding.connect()
    async with world(request.param, tmp_path) as there:
        for name, value in {**there.environment(), **PATIENT}.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield there
    settings.cache_clear()


async def succeeded(provider: Any, **more: Any) -> JobOut:
    """A job whose model is at the provider; another process would be told the same."""
    made = await start(await version(), **more)
    if made.status == "waiting_approval":  # AWS tells no price
        async with transaction() as session:
            await service.approve(session, made.job_id, LOCAL_OWNER)
    provider.succeed(await handed_over(provider))
    return await reached(made.job_id, "succeeded")


async def deploy(id: UUID, provider: Provider) -> str:
    """The label of its model in the registry."""
    async with transaction() as session:
        await service.deploy(session, id, DeployIn(model_name="mine"), OPERATOR)

    async def there() -> dict[str, Any] | None:
        for one in provider.serving.values():
            one["state"] = "STARTED"
        told = (await job(id)).deployment or {}
        return told if told["state"] != "deploying" else None

    told = await until(there)
    assert told["state"] == "deployed", told
    return str(told["model"])


async def remove(id: UUID) -> JobOut:
    async with transaction() as session:
        return await remains.remove(session, id, LOCAL_OWNER)


async def retire(label: str) -> None:
    async with transaction() as session:
        await promotion.retire(session, (await registry.find(session, label)).id, "old", LOCAL_OWNER)


async def done(id: UUID, seconds: float = 60.0) -> dict[str, Any]:
    async def rests() -> dict[str, Any] | None:
        told = (await job(id)).removal or {}
        return told if told.get("state") not in (None, "removing") else None

    return await until(rests, seconds)  # type: ignore[no-any-return]


def uploaded(provider: Provider) -> list[str]:
    return [name for name, one in provider.files.items() if "probe" not in str(one.get("filename"))]


async def said(id: UUID) -> str:
    async with reading() as session:
        return " ".join(one.message for one in (await service.events(session, id)).items)


async def test_all_that_a_job_left_is_deleted_and_the_same_job_may_be_made_anew(
    somewhere: World, engine_running: None
) -> None:
    provider = somewhere.provider
    made = await succeeded(provider, target=somewhere.target, base_model=somewhere.base_model)
    label = await deploy(made.job_id, provider)
    with pytest.raises(RemainsInUse, match="mine@1 is in the registry, ready"):
        await remove(made.job_id)
    assert uploaded(provider)
    await retire(label)
    if somewhere.target == "together":
        await done(made.job_id)
    asked = await remove(made.job_id)
    assert (asked.removal or {})["state"] == "removing"
    told = await done(made.job_id)
    assert (told["state"], told["what"], told["by"]) == ("removed", "all", LOCAL_OWNER.who)
    assert (uploaded(provider), provider.models, provider.serving) == ([], set(), {})
    assert "What was left of it is deleted." in await said(made.job_id)
    with pytest.raises(RemainsGone):
        async with transaction() as session:
            await service.deploy(session, made.job_id, DeployIn(), OPERATOR)
    again = await start(made.dataset_id, target=somewhere.target, base_model=somewhere.base_model)
    assert (again.repeated, again.job_id == made.job_id) == (False, False)


async def test_what_fails_is_told_and_can_be_asked_for_again(together: Together, engine_running: None) -> None:
    made = await succeeded(together)
    together.bad.append(Bad(403, on="DELETE /v1/files", message="Only owners delete files."))
    await remove(made.job_id)
    told = await done(made.job_id)
    assert told["state"] == "failed"
    assert "Only owners delete files." in told["problem"]["detail"]
    assert "may still cost" in await said(made.job_id)
    together.bad[:] = [Bad(503, on="DELETE /v1/files", times=3), Bad(404, on="DELETE /v1/fine-tunes", times=1)]
    await remove(made.job_id)
    assert (await done(made.job_id))["state"] == "removed"
    assert uploaded(together) == []


async def test_nothing_that_is_used_or_goes_on_is_deleted(
    together: Together, engine_running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await start(await version())
    with pytest.raises(JobGoesOn):
        await remove(made.job_id)
    together.succeed(await handed_over(together))
    ended = await reached(made.job_id, "succeeded")
    label = await deploy(made.job_id, together)
    async with transaction() as session:
        id = (await registry.find(session, label)).id
        await registry.set_active(session, id, by=LOCAL_OWNER, force=True, reason="for a test")
    with pytest.raises(RemainsInUse, match="is the active planner") as refused:
        await remove(made.job_id)
    assert "Roll back" in refused.value.advice
    async with reading() as session:
        assert "Roll back" in ((await remains.shown(session, made.job_id)).first or "")
    async with transaction() as session:
        await registry.roll_back(session, "planner", by=LOCAL_OWNER)
        await registry.set_candidate(session, id, by=LOCAL_OWNER)
    with pytest.raises(RemainsInUse, match="the candidate planner"):
        await remove(made.job_id)
    await retire(label)
    await done(made.job_id)
    monkeypatch.setenv("COFOUNDER_MODEL", f"openai-compatible:{(ended.result or {})['model']}")
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "openai-compatible:*=0/0")
    settings.cache_clear()
    with pytest.raises(RemainsInUse, match="setting `model` names it"):
        await remove(made.job_id)
    assert len(together.models) == 1


async def test_retiring_stops_what_is_paid_by_the_minute_and_again_where_that_failed(
    together: Together, engine_running: None
) -> None:
    made = await succeeded(together)
    label = await deploy(made.job_id, together)
    together.bad.append(Bad(400, on="PATCH /v1/endpoints", message="Not now."))
    await retire(label)
    told = await done(made.job_id)
    assert (told["state"], told["what"]) == ("failed", "endpoint")
    assert "It was not stopped, and may still cost" in await said(made.job_id)
    together.bad.clear()
    await retire(label)
    assert (await done(made.job_id))["state"] == "removed"
    assert [one["state"] for one in together.serving.values()] == ["STOPPED"]
    number = ((await job(made.job_id)).removal or {})["number"]
    await retire(label)  # it rests already
    assert ((await job(made.job_id)).removal or {})["number"] == number
    assert together.models


async def test_of_a_job_that_never_began_nothing_is_left(together: Together) -> None:
    made = await start(await version())
    async with transaction() as session:
        row = await service.locked(session, made.job_id)
        row.state = "cancelled"
    with pytest.raises(NothingLeft):
        await remove(made.job_id)


async def test_deleting_twice_at_once_is_one_deletion(together: Together, engine_running: None) -> None:
    made = await succeeded(together)
    together.bad.append(Bad(503, on="GET /v1/fine-tunes", times=2))
    await remove(made.job_id)
    with pytest.raises(RemovalRuns):
        await remove(made.job_id)
    assert (await done(made.job_id))["state"] == "removed"


@pytest.mark.parametrize("lost", ["DELETE /v1/endpoints", "DELETE /v1/files", "DELETE /v1/fine-tunes"])
async def test_killed_between_the_providers_answer_and_ours(
    together: Together, database: Database, spawn: Callable[..., Spawned], lost: str
) -> None:
    """Each deletion is done there and its answer never heard: the next worker asks again, and gone is fine."""
    first = spawn("cofounder.cli", "worker", environment=surroundings(together))
    made = await succeeded(together)
    label = await deploy(made.job_id, together)
    await retire(label)
    await done(made.job_id, LONG)
    together.bad.append(Bad(503, on=lost, after=True))
    await remove(made.job_id)

    async def asked() -> bool:
        return any(one.startswith(lost) for one in together.asked)

    await until(asked, LONG)
    first.kill()
    together.bad.clear()
    spawn("cofounder.cli", "worker", environment=surroundings(together))
    assert (await done(made.job_id, LONG))["state"] == "removed"
    assert (uploaded(together), together.models, together.serving) == ([], set(), {})


async def test_five_dead_workers_end_it_so_that_it_can_be_asked_for_again(together: Together) -> None:
    made = await start(await version())
    async with transaction() as session:
        row = await service.locked(session, made.job_id)
        row.state, row.started_at = "failed", row.created_at
    asked = await remove(made.job_id)
    await removing.set_aside(f"removal:{made.job_id}:{(asked.removal or {})['number']}")
    assert ((await job(made.job_id)).removal or {})["state"] == "failed"
    assert ((await remove(made.job_id)).removal or {})["number"] == 2


async def test_what_failed_only_here_is_ended_at_its_target(somewhere: World, engine_running: None) -> None:
    provider = somewhere.provider
    made = await start(await version(), target=somewhere.target, base_model=somewhere.base_model)
    if made.status == "waiting_approval":
        async with transaction() as session:
            await service.approve(session, made.job_id, LOCAL_OWNER)
    remote = await handed_over(provider)
    provider.run(remote)
    await reached(made.job_id, "running")
    async with transaction() as session:  # as after two days without an answer
        row = await service.locked(session, made.job_id)
        row.state, row.problem, row.remote_id = "failed", {"code": "tuning_broke", "detail": "away", "hint": ""}, None
    assert (await job(made.job_id)).may_run
    told = await service.cancel(made.job_id, OPERATOR)
    assert (told.status, told.may_run, told.remote_id) == ("failed", False, remote)
    assert (await somewhere.tuner.progress(remote)).state in ("cancelling", "cancelled")
    with pytest.raises(JobEnded):
        await service.cancel(made.job_id, OPERATOR)


async def test_what_failed_here_and_is_over_there_has_ended(together: Together, engine_running: None) -> None:
    made = await start(await version())
    remote = await handed_over(together)
    await reached(made.job_id, "running")
    async with transaction() as session:
        row = await service.locked(session, made.job_id)
        row.state, row.problem = "failed", {"code": "tuner_refused", "detail": "no", "hint": ""}
    together.succeed(remote)
    with pytest.raises(JobEnded, match="nothing of it runs there"):
        await service.cancel(made.job_id, OPERATOR)
    assert not (await job(made.job_id)).may_run


async def test_a_model_is_deployed_after_its_dataset_was_deleted(together: Together, engine_running: None) -> None:
    """What it is to be asked with was kept when the job was made."""
    made = await succeeded(together)
    await datasets.remove(made.dataset_id, "space", LOCAL_OWNER)
    label = await deploy(made.job_id, together)
    async with reading() as session:
        model = await registry.find(session, label)
        assert model.system_prompt
        assert (await datasets.lineage(session, made.dataset_id)).models[0]["model"] == label
