"""A provider that asks to wait, or is away: the job is asked for again when it was said, and not before."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from cofounder.flow.train import holding
from cofounder.flow.train.jobs import service, steps
from cofounder.flow.train.jobs.schemas import JobOut
from cofounder.kit import clock, durable
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.flow.train.jobs.test_jobs import (
    OPERATOR,
    handed_over,
    job,
    reached,
    start,
    together,
    until,
    version,
)
from tests.flow.train.tuners.servers.together import Together
from tests.flow.train.tuners.servers.wire import SECRET, Bad
from tests.flow.train.tuners.test_contract import CREATE
from tests.flow.train.tuners.worlds import TARGETS, World, world

__all__ = ["together"]
HAND_OVER = CREATE["together"]
hand_over = steps.hand_over.__wrapped__  # type: ignore[attr-defined]
follow = steps.follow.__wrapped__  # type: ignore[attr-defined]


@pytest.fixture
async def somewhere(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A target with its provider on loopback, at which every job waits for an approval."""
    holding.connect()
    async with world(request.param, tmp_path) as there:
        around = {"COFOUNDER_TUNING_POLL_SECONDS": "7", "COFOUNDER_COST_LIMIT_USD": "0"}
        for name, value in {**there.environment(), **around}.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield there
    settings.cache_clear()


async def approve(id: UUID) -> None:
    async with transaction() as session:
        await service.approve(session, id, LOCAL_OWNER)


async def begun(there: World) -> JobOut:
    made = await start(await version(), target=there.target, base_model=there.base_model)
    if made.status == "waiting_approval":
        await approve(made.job_id)
    return made


@pytest.fixture
async def approvable(together: Together, monkeypatch: pytest.MonkeyPatch) -> Together:
    """Together, where a bad day may begin between the asking for a job and its first step."""
    monkeypatch.setenv("COFOUNDER_COST_LIMIT_USD", "0.5")
    settings.cache_clear()
    return together


async def told(id: UUID) -> list[tuple[str, str]]:
    async with reading() as session:
        return [(one.level, one.message) for one in (await service.events(session, id)).items]


async def waits(id: UUID) -> None:
    async def there() -> bool:
        return (await durable.progress(f"tuning:{id}")).waiting

    await until(there)


async def test_a_provider_that_is_away_at_the_start_gets_the_job_when_it_is_back(
    approvable: Together, engine_running: None
) -> None:
    made = await start(await version())
    approvable.bad.append(Bad(503, on=HAND_OVER, times=12))  # longer away than a step is tried again
    await approve(made.job_id)
    await handed_over(approvable)
    assert (await reached(made.job_id, "running")).note is None
    said = [level for level, _ in await told(made.job_id)]
    assert said.count("warning") == 1  # said once, not at each look
    assert approvable.called(HAND_OVER) == 13


async def test_the_wait_that_is_asked_for_at_the_start_is_kept_and_a_cancel_ends_it(
    approvable: Together, engine_running: None
) -> None:
    made = await start(await version())
    bad = Bad(429, on=HAND_OVER, headers={"Retry-After": "300"})
    approvable.bad.append(bad)
    await approve(made.job_id)
    await waits(made.job_id)
    found = await job(made.job_id)
    assert (found.status, approvable.called(HAND_OVER)) == ("queued", 1)
    assert "asks to wait (429)" in str(found.note)
    (warning,) = [message for level, message in await told(made.job_id) if level == "warning"]
    assert "does not take it now; it is asked again" in warning
    assert SECRET not in warning
    assert (await service.cancel(made.job_id, OPERATOR)).status == "cancelling"
    ended = await reached(made.job_id, "cancelled")
    assert (ended.error, ended.may_run, approvable.jobs) == (None, False, {})
    assert approvable.called(HAND_OVER) == 1
    assert "It was cancelled before together took it." in [message for _, message in await told(made.job_id)]


async def test_the_wait_that_is_asked_for_of_a_running_job_is_kept(together: Together, engine_running: None) -> None:
    made = await start(await version())
    remote = await handed_over(together)
    together.run(remote)
    await reached(made.job_id, "running")
    look = f"GET /v1/fine-tunes/{remote}"
    together.bad.append(Bad(429, on=look, headers={"Retry-After": "120"}))
    before = together.called(look)

    async def noted() -> bool:
        return (await job(made.job_id)).note is not None

    await until(noted)
    await waits(made.job_id)
    assert together.called(look) - before <= 2  # one may have been on its way
    together.bad.clear()
    await service.cancel(made.job_id, OPERATOR)  # a person need not wait
    together.jobs[remote]["status"] = "cancelled"
    await reached(made.job_id, "cancelled")


@pytest.mark.parametrize("somewhere", TARGETS, indirect=True)
async def test_each_step_tells_how_long_its_target_asks_to_wait(somewhere: World) -> None:
    made = await begun(somewhere)
    provider, id = somewhere.provider, str(made.job_id)
    provider.bad[:] = [Bad(429, on=CREATE[somewhere.target], headers={"Retry-After": "300"}, times=1)]
    assert await hand_over(id) == 300.0
    provider.bad[:] = [Bad(503, on=CREATE[somewhere.target], times=1)]
    assert await hand_over(id) == 7.0  # it named none
    assert await hand_over(id) is True
    provider.asked.clear()
    provider.bad[:] = [Bad(429, on="GET ", headers={"Retry-After": "120"})]
    assert await follow(id) == 120.0
    assert sum(line.startswith("GET ") for line in provider.asked) == 1


@pytest.mark.parametrize("somewhere", ["openai"], indirect=True)
async def test_a_model_whose_name_cannot_be_asked_for_yet_is_waited_for(somewhere: World) -> None:
    made = await begun(somewhere)
    provider, id = somewhere.provider, str(made.job_id)
    assert await hand_over(id) is True
    provider.succeed(next(iter(provider.jobs)))
    provider.bad[:] = [Bad(503, on="/checkpoints", headers={"Retry-After": "60"})]
    assert await follow(id) == 60.0
    assert (await job(made.job_id)).status == "running"
    provider.bad.clear()
    assert await follow(id) is False
    assert (await job(made.job_id)).status == "succeeded"


@pytest.mark.parametrize("somewhere", TARGETS, indirect=True)
async def test_cancelled_while_it_is_handed_over_where_nothing_was_taken(somewhere: World) -> None:
    made = await begun(somewhere)
    somewhere.provider.bad[:] = [Bad(503, on=CREATE[somewhere.target])]
    await hand_over(str(made.job_id))
    await service.cancel(made.job_id, OPERATOR)
    assert await hand_over(str(made.job_id)) is False
    ended = await job(made.job_id)
    assert (ended.status, ended.error, somewhere.provider.jobs) == ("cancelled", None, {})


@pytest.mark.parametrize("somewhere", TARGETS, indirect=True)
async def test_cancelled_while_it_is_handed_over_where_it_was_taken_it_is_ended_there(somewhere: World) -> None:
    made = await begun(somewhere)
    provider, id = somewhere.provider, str(made.job_id)
    provider.bad[:] = [Bad(503, on=CREATE[somewhere.target], after=True)]
    await hand_over(id)
    (remote,) = provider.jobs
    await service.cancel(made.job_id, OPERATOR)
    assert await hand_over(id) is True
    found = await job(made.job_id)
    assert (found.status, found.remote_id) == ("cancelling", remote)
    provider.bad.clear()
    await steps._look(made.job_id)
    assert (await somewhere.tuner.progress(remote)).state in ("cancelling", "cancelled")


async def test_after_a_cancel_a_provider_that_answers_nothing_is_asked_again_whether_it_took_it(
    together: Together,
) -> None:
    made = await start(await version())
    together.bad[:] = [Bad(429, on="/v1/fine-tunes", headers={"Retry-After": "300"})]
    assert await hand_over(str(made.job_id)) == 300.0
    await service.cancel(made.job_id, OPERATOR)
    assert await hand_over(str(made.job_id)) == 300.0  # nobody can say yet that it was not taken
    assert (await job(made.job_id)).status == "cancelling"
    together.bad.clear()
    assert await hand_over(str(made.job_id)) is False
    assert (await job(made.job_id)).status == "cancelled"


async def test_after_two_days_it_is_given_up_and_said_that_it_may_run_there(together: Together) -> None:
    made = await start(await version())
    id = str(made.job_id)
    together.bad.append(Bad(503, on="/v1/fine-tunes"))
    begun_at = clock.now()
    assert await hand_over(id) == pytest.approx(0.1)
    with clock.frozen(begun_at + timedelta(hours=47)):
        assert await hand_over(id) == pytest.approx(0.1)
    with clock.frozen(begun_at + timedelta(hours=49)):
        assert await hand_over(id) is False
    ended = await job(made.job_id)
    assert (ended.status, ended.may_run, (ended.error or {})["code"]) == ("failed", True, "tuning_broke")


async def test_two_days_count_anew_once_a_provider_took_the_job(together: Together) -> None:
    made = await start(await version())
    id = str(made.job_id)
    together.bad.append(Bad(503, on=HAND_OVER, times=1))
    await hand_over(id)
    begun_at = clock.now()
    with clock.frozen(begun_at + timedelta(hours=47)):
        assert await hand_over(id) is True
    together.bad.append(Bad(503, on="GET /v1/fine-tunes", headers={"Retry-After": "600"}))
    with clock.frozen(begun_at + timedelta(hours=49)):
        assert await follow(id) == 600.0
    assert (await job(made.job_id)).status == "running"
