"""Jobs against a provider on loopback: once, durable, cancellable, estimated, and begun by rules."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from cofounder.flow.train import holding
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.flow.train.jobs import api as jobs_api
from cofounder.flow.train.jobs import rules, service, steps
from cofounder.flow.train.jobs.errors import (
    BaseModelEnds,
    BaseModelUnknown,
    DatasetTooSmall,
    JobEnded,
    JobNotDone,
    JobNotWaiting,
    RoleDiffers,
    RuleMissing,
    RuleNameTaken,
    RuleUnclear,
)
from cofounder.flow.train.jobs.schemas import DeployIn, JobIn, JobOut, RuleChange, RuleIn
from cofounder.flow.train.tuners.interface import CancelTooLate, TargetClosed, TunerNotReady
from cofounder.kit import clock
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database, Spawned
from cofounder.models.registry import service as registry
from cofounder.models.registry.errors import ForceRefused, ReasonMissing
from cofounder.people import LOCAL_OWNER, Caller
from cofounder.settings import settings
from tests.flow.train.datasets.making import example, store_examples
from tests.flow.train.tuners.servers.openai import BASES as OPENAI_BASES
from tests.flow.train.tuners.servers.openai import OpenAI
from tests.flow.train.tuners.servers.together import BASES, Together
from tests.flow.train.tuners.servers.wire import SECRET, Bad, running

OPERATOR = Caller("ops", "operator", "key")


@pytest.fixture
async def together(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Together]:
    holding.connect()
    provider = Together()
    async with running(provider):
        for name, value in surroundings(provider).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield provider
    settings.cache_clear()


def surroundings(provider: Together) -> dict[str, str]:
    return {
        "TOGETHER_API_KEY": SECRET,
        "COFOUNDER_TOGETHER_BASE_URL": f"{provider.url}/v1",
        "COFOUNDER_TUNING_POLL_SECONDS": "0.1",
        "COFOUNDER_COST_LIMIT_USD": "1000000",
    }


async def version(many: int = 40, role: str = "planner", name: str = "plans") -> UUID:
    await store_examples([example(number) for number in range(many)])
    made = await datasets.create(DatasetIn(name=name, role=role, duplicates="exact"), LOCAL_OWNER, wait=True)
    return made.id


async def start(id: UUID, **more: Any) -> JobOut:
    return await service.start(JobIn.model_validate({"target": "together", "dataset_id": id, **more}), OPERATOR)


async def job(id: UUID) -> JobOut:
    async with reading() as session:
        return await service.get(session, id)


async def until(look: Callable[[], Awaitable[Any]], seconds: float = 60.0) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110  # another process may be what brings it
            await asyncio.sleep(0.05)
    return found


async def reached(id: UUID, status: str, seconds: float = 60.0) -> JobOut:
    async def there() -> JobOut | None:
        found = await job(id)
        return found if found.status == status else None

    return await until(there, seconds)  # type: ignore[no-any-return]


def only(provider: Together) -> str:
    (id,) = provider.jobs
    return id


async def handed_over(together: Together) -> str:
    async def there() -> bool:
        return bool(together.jobs)

    await until(there, 180)
    return only(together)


async def test_figures_that_cannot_be_are_not_told_and_the_job_goes_on(
    together: Together, engine_running: None
) -> None:
    made = await start(await version())
    remote = await handed_over(together)
    together.run(remote)
    nanos = together.jobs[remote]["metrics"][0]["timestamp"]
    together.jobs[remote] |= {
        "token_count": 10**30,
        "epochs_completed": -(10**400),
        "progress": {"estimate_available": True, "seconds_remaining": 1e300},
    }
    together.jobs[remote]["told"][-1]["message"] = "Job\x00 started\ud800"
    together.jobs[remote]["metrics"] = [
        {"timestamp": nanos, "train/global_step": 10**30, "train/loss": 1e300},
        {"timestamp": nanos + 1, "train/global_step": 2, "train/loss": float("nan")},
        {"timestamp": 10**25, "train/global_step": 3, "train/loss": float("inf")},
        {"timestamp": nanos + 2, "train/global_step": 4, "train/loss": 0.25},
    ]

    async def lossy() -> JobOut | None:
        found = await job(made.job_id)
        return found if found.loss is not None else None

    found = await until(lossy)
    assert (found.status, found.loss, found.progress) == ("running", 0.25, 0.0)
    together.jobs[remote]["metrics"] = "nonsense"

    async def noted() -> JobOut | None:
        found = await job(made.job_id)
        return found if found.note else None

    assert "answered with what cannot be read" in str((await until(noted)).note)
    together.jobs[remote]["metrics"] = []
    together.succeed(remote)
    together.jobs[remote]["total_price"] = 10**400
    ended = await reached(made.job_id, "succeeded")
    assert ended.actual_cost is None
    async with reading() as session:
        said = await service.events(session, made.job_id)
    measured = [(one.step, one.loss) for one in said.items if one.message.startswith("Step")]
    assert sorted(measured, key=str) == [(0, 1e300), (2, None), (3, None), (4, 0.25)] or measured
    assert "Job started?" in [one.message for one in said.items]


async def test_a_job_runs_to_its_model_and_the_model_to_the_registry(together: Together, engine_running: None) -> None:
    made = await start(await version())
    assert (made.status, made.base_model, made.repeated) == ("queued", BASES[0], False)
    assert made.estimated_cost is not None
    remote = await handed_over(together)
    together.run(remote)

    async def lossy() -> JobOut | None:
        found = await job(made.job_id)
        return found if found.loss is not None else None

    found = await until(lossy)
    assert (found.status, found.loss) == ("running", pytest.approx(1 / 3))
    together.succeed(remote)
    ended = await reached(made.job_id, "succeeded")
    assert (ended.progress, ended.error) == (1.0, None)
    async with reading() as session:
        said = await service.events(session, made.job_id)
        lineage = await datasets.lineage(session, made.dataset_id)
    assert [one.loss for one in said.items if one.loss is not None] == pytest.approx([1.0, 0.5, 1 / 3])
    assert [one.number for one in said.items] == sorted(one.number for one in said.items)
    assert lineage.dataset.used_for_fine_tuning
    assert [one["job_id"] for one in lineage.jobs] == [str(made.job_id)]

    together.bad.append(Bad(503, on="endpoints", times=8))  # longer away than a step is tried again
    async with transaction() as session:
        await service.deploy(session, made.job_id, DeployIn(model_name="planner-one"), OPERATOR)

    async def deployed() -> dict[str, Any] | None:
        for endpoint in together.serving.values():
            endpoint["state"] = "STARTED"
        told = (await job(made.job_id)).deployment or {}
        return told if told["state"] != "deploying" else None

    told = await until(deployed)
    assert (told["state"], told["model"]) == ("deployed", "planner-one@1")
    async with reading() as session:
        (model,) = await registry.of_datasets(session, [made.dataset_id])
        assert (model.role, model.job_id, model.dataset_hash) == ("planner", made.job_id, made.dataset_hash)
        assert (await datasets.lineage(session, made.dataset_id)).models[0]["model"] == "planner-one@1"


async def test_the_same_dataset_and_settings_are_one_job_and_another_seed_is_another(together: Together) -> None:
    id = await version()
    first, again = await asyncio.gather(start(id), start(id))
    assert first.job_id == again.job_id
    assert sorted([first.repeated, again.repeated]) == [False, True]
    assert (await start(id, seed=1)).job_id != first.job_id
    async with transaction() as session:
        row = await service.locked(session, first.job_id)
        row.state = "failed"
    assert (await start(id)).job_id != first.job_id  # what failed may be tried anew


async def test_a_job_above_the_limit_waits_for_an_approval(
    together: Together, engine_running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_COST_LIMIT_USD", "0.5")
    settings.cache_clear()
    id = await version()
    told = await service.estimate(JobIn(target="together", dataset_id=id))
    assert told.needs_approval
    assert "the limit is 0.50" in told.why_approval
    assert told.serving_usd_month is not None
    assert "do not tune" in told.advice  # nothing was spent on models
    made = await start(id)
    assert (made.status, made.note) == ("waiting_approval", told.why_approval)
    assert together.jobs == {}
    async with transaction() as session:
        await service.approve(session, made.job_id, LOCAL_OWNER)
    together.succeed(await handed_over(together))
    assert (await reached(made.job_id, "succeeded")).approved_by == LOCAL_OWNER.who
    with pytest.raises(JobNotWaiting):
        async with transaction() as session:
            await service.approve(session, made.job_id, LOCAL_OWNER)


async def test_a_job_that_fails_says_why_in_the_providers_words(together: Together, engine_running: None) -> None:
    made = await start(await version())
    together.fail(await handed_over(together), "loss is NaN")
    ended = await reached(made.job_id, "failed")
    assert ended.error is not None
    with pytest.raises(JobNotDone):
        async with transaction() as session:
            await service.deploy(session, made.job_id, DeployIn(), OPERATOR)


@pytest.mark.parametrize("bad", [503, 401, 403])
async def test_a_provider_that_cannot_be_asked_for_a_while_loses_nothing(
    together: Together, engine_running: None, bad: int
) -> None:
    """The job goes on there and is paid, whatever became of the key that it is asked with."""
    made = await start(await version())
    remote = await handed_over(together)
    together.bad.append(Bad(bad, on="GET /v1/fine-tunes/"))

    async def noted() -> bool:
        return (await job(made.job_id)).note is not None

    await until(noted)
    assert (await job(made.job_id)).status == "running"
    together.bad.clear()
    together.succeed(remote)
    ended = await reached(made.job_id, "succeeded")
    assert ended.note is None
    assert SECRET not in ended.model_dump_json()


async def test_cancel_stops_a_job_and_says_when_it_is_too_late(together: Together, engine_running: None) -> None:
    made = await start(await version())
    remote = await handed_over(together)
    together.run(remote)
    await reached(made.job_id, "running")
    assert (await service.cancel(made.job_id, OPERATOR)).status == "cancelling"
    together.jobs[remote]["status"] = "cancelled"
    await reached(made.job_id, "cancelled")
    with pytest.raises(JobEnded):
        await service.cancel(made.job_id, OPERATOR)


async def test_a_cancel_that_comes_too_late_is_refused_and_the_job_ends_as_it_did(
    together: Together, engine_running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_TUNING_POLL_SECONDS", "2")
    settings.cache_clear()
    made = await start(await version())
    remote = await handed_over(together)
    await reached(made.job_id, "running")
    together.succeed(remote)
    with pytest.raises((CancelTooLate, JobEnded)):
        await service.cancel(made.job_id, OPERATOR)
    await reached(made.job_id, "succeeded")


async def test_a_job_that_waits_is_cancelled_before_anybody_hears_of_it(together: Together) -> None:
    made = await start(await version())
    assert (await service.cancel(made.job_id, OPERATOR)).status == "cancelling"
    assert await steps.hand_over.__wrapped__(str(made.job_id)) is False  # type: ignore[attr-defined]
    assert (await job(made.job_id)).status == "cancelled"
    assert together.jobs == {}


@pytest.mark.parametrize("bad", [401, 403])
async def test_a_key_that_is_refused_begins_nothing(together: Together, bad: int) -> None:
    together.bad.append(Bad(bad))
    with pytest.raises(Exception) as refused:
        await start(await version())
    assert SECRET not in str(refused.value)
    async with reading() as session:
        assert (await service.listed(session)).total == 0


async def test_without_a_key_the_target_is_not_ready(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOGETHER_API_KEY")
    settings.cache_clear()
    with pytest.raises(TunerNotReady):
        await start(await version())


async def test_what_cannot_be_trained_is_refused_before_it_begins(together: Together) -> None:
    id = await version()
    with pytest.raises(RoleDiffers):
        await start(id, role="writer")
    with pytest.raises(BaseModelUnknown, match="not offered"):
        await start(id, base_model="gpt-9")
    with pytest.raises(DatasetTooSmall, match="no pairs"):
        await start(id, method="dpo")
    async with reading() as session:
        assert (await service.listed(session)).total == 0


async def test_a_model_is_made_active_at_once_only_with_a_reason_and_by_an_admin(together: Together) -> None:
    made = await start(await version())
    async with transaction() as session:
        (await service.locked(session, made.job_id)).state = "succeeded"
    with pytest.raises(ReasonMissing):
        async with transaction() as session:
            await service.deploy(session, made.job_id, DeployIn(set_active=True), LOCAL_OWNER)
    with pytest.raises(ForceRefused):
        async with transaction() as session:
            await service.deploy(session, made.job_id, DeployIn(set_active=True, reason="It is a trial."), OPERATOR)


async def test_a_server_that_is_killed_at_any_time_leaves_one_job_at_the_provider(
    together: Together, database: Database, spawn: Callable[..., Spawned]
) -> None:
    made = await start(await version())
    around = surroundings(together)
    first = spawn("cofounder.cli", "worker", environment=around)
    remote = await handed_over(together)
    first.kill()
    spawn("cofounder.cli", "worker", environment=around)
    together.run(remote)

    async def seen() -> bool:
        return (await job(made.job_id)).loss is not None

    await until(seen, 180)
    together.succeed(remote)

    async def ended() -> bool:
        return (await job(made.job_id)).status == "succeeded"

    await until(ended, 180)
    assert len(together.jobs) == 1
    async with reading() as session:
        losses = [one.loss for one in (await service.events(session, made.job_id)).items if one.loss is not None]
    assert losses == pytest.approx([1.0, 0.5, 1 / 3])  # each point once


async def test_a_rule_begins_a_job_after_so_many_new_examples(together: Together, engine_running: None) -> None:
    await store_examples([example(number) for number in range(30)])
    asked = {
        "name": "by tens",
        "dataset": {"name": "by itself", "role": "planner", "duplicates": "exact"},
        "job": {"target": "together"},
    }
    async with transaction() as session:
        with pytest.raises(RuleUnclear):
            await rules.create(session, RuleIn.model_validate(asked), LOCAL_OWNER)
        made = await rules.create(session, RuleIn.model_validate({**asked, "after_examples": 10}), LOCAL_OWNER)
        assert made.fired == 0
    with pytest.raises(RuleNameTaken):
        async with transaction() as session:
            await rules.create(session, RuleIn.model_validate({**asked, "every_days": 1}), LOCAL_OWNER)
    assert await rules.begin_due() == 0
    await store_examples([example(number) for number in range(30, 39)])
    assert await rules.begin_due() == 0  # nine are not ten
    await store_examples([example(39)])
    assert await rules.begin_due() == 1
    assert await rules.begin_due() == 0
    remote = await handed_over(together)
    together.succeed(remote)

    async def begun() -> UUID | None:
        async with reading() as session:
            (rule,) = await rules.listed(session)
        assert rule.error is None
        return rule.last_job_id

    ended = await reached(await until(begun), "succeeded")
    assert (ended.begun_by, ended.estimate["train_lines"] > 20) == ("rule", True)


async def test_a_paused_rule_begins_nothing_and_what_came_meanwhile_counts_once_it_goes_on(together: Together) -> None:
    asked = {
        "name": "by tens",
        "dataset": {"name": "by itself", "role": "planner", "duplicates": "exact"},
        "job": {"target": "together"},
        "after_examples": 10,
    }

    async def enabled(wanted: bool) -> bool:
        async with transaction() as session:
            return (await rules.change(session, "by tens", RuleChange(enabled=wanted), LOCAL_OWNER)).enabled

    async with transaction() as session:
        await rules.create(session, RuleIn.model_validate(asked), LOCAL_OWNER)
        with pytest.raises(RuleMissing):
            await rules.change(session, "no such", RuleChange(enabled=False), LOCAL_OWNER)
    assert not await enabled(False)
    await store_examples([example(number) for number in range(10)])
    assert await rules.begin_due() == 0
    assert await enabled(True)
    assert await rules.begin_due() == 1


async def test_jobs_are_listed_newest_first_page_by_page(together: Together) -> None:
    id = await version()
    made = [(await start(id, seed=seed)).job_id for seed in range(3)]
    async with reading() as session:
        first = await service.listed(session, limit=2)
        assert [one.job_id for one in first.items] == made[:0:-1]
        rest = await service.listed(session, limit=2, cursor=first.next_cursor)
        assert [one.job_id for one in rest.items] == made[:1]
        assert (rest.next_cursor, rest.total) == (None, 3)
        assert await service.meant(session, "last") == made[-1]


async def test_a_script_starts_follows_and_stops_jobs_with_functions(together: Together) -> None:
    from cofounder import api

    id = await version()
    made = await jobs_api._tune("together", id, {"epochs": 2})
    assert (made["status"], made["settings"]["epochs"]) == ("queued", 2)
    assert [one["job_id"] for one in await api.list_jobs()] == [made["job_id"]]
    assert (await api.get_job_status(made["job_id"]))["target"] == "together"
    assert (await api.cancel_job(made["job_id"]))["status"] == "cancelling"
    with pytest.raises(JobNotDone):
        await api.deploy_model(made["job_id"], model_name="mine")
    for tune in (api.fine_tune_gemini, api.fine_tune_claude, api.fine_tune_gpt4):
        with pytest.raises(TunerNotReady):  # nothing is set up for these
            await tune(id)


async def test_a_base_model_that_ends_soon_is_taken_only_when_that_is_said(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = OpenAI()
    async with running(provider):
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)
        monkeypatch.setenv("COFOUNDER_OPENAI_BASE_URL", f"{provider.url}/v1")
        settings.cache_clear()
        id = await version()
        asked = {"target": "gpt4", "dataset_id": id, "base_model": OPENAI_BASES[0]}
        with clock.frozen(datetime(2027, 1, 4, tzinfo=UTC)):  # it ends on the 14th, and jobs are taken until the 5th
            with pytest.raises(BaseModelEnds, match="2027-01-14"):
                await service.start(JobIn.model_validate(asked), OPERATOR)
            made = await service.start(JobIn.model_validate({**asked, "despite_end": True}), OPERATOR)
            assert made.estimate["despite_end"] is True
        with clock.frozen(datetime(2027, 1, 7, tzinfo=UTC)), pytest.raises(TargetClosed, match="6 January 2027"):
            await service.start(JobIn.model_validate({**asked, "despite_end": True, "seed": 1}), OPERATOR)
    settings.cache_clear()
