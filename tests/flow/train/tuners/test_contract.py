"""What every target promises, each beside its provider's own wire: states, bad days, and what a kill leaves."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cofounder.flow.train.tuners.interface import (
    Availability,
    CancelTooLate,
    DatasetUnfit,
    Hyper,
    JobSettingInvalid,
    Remains,
    TargetClosed,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.kit import clock
from cofounder.kit.errors import CofounderError
from tests.flow.train.tuners.servers.wire import SECRET, Bad
from tests.flow.train.tuners.worlds import KEY, TARGETS, World, world

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CREATE = {
    "openai": "POST /v1/fine_tuning/jobs",
    "together": "POST /v1/fine-tunes",
    "gemini": "POST /v1beta1/projects/acme-42/locations/us-central1/tuningJobs",
    "bedrock": "POST /model-customization-jobs",
}
BAD_WORDS = (SECRET, "sk-wrong", "PRIVATE KEY", "AKIAWRONG")


@pytest.fixture(params=TARGETS)
async def there(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    with clock.frozen(NOW):
        async with world(request.param, tmp_path) as made:
            yield made


def holds_no_secret(said: CofounderError | Availability) -> None:
    words = str(said.problem()) if isinstance(said, CofounderError) else str(said)
    assert not [one for one in BAD_WORDS if one in words]


async def test_a_job_goes_from_its_lines_to_an_address_and_away_again(there: World) -> None:
    tuner, asked = there.tuner, there.asked()
    told = await tuner.availability(NOW)
    assert told.standing in ("open", "closing")
    assert told.checked
    assert there.base_model in [one.name for one in told.models]
    await tuner.validate(asked)
    id = await tuner.create(asked)
    assert (await tuner.progress(id)).state == "queued"
    there.provider.run(id)
    running = await tuner.progress(id)
    assert running.state == "running"
    assert running.share is not None
    assert 0 < running.share < 1
    there.provider.succeed(id)
    done = await there.tuner.progress(id)  # by another process
    assert (done.state, done.share, done.error) == ("succeeded", 1.0, None)
    assert done.model
    left = await tuner.artifacts(id)
    assert left.remote == done.model
    address = await tuner.serve(left, asked.model_name)
    assert address.provider == {"gemini": "google"}.get(there.target, there.target)
    assert await tuner.serve(left, asked.model_name) == address
    assert len(there.provider.serving) == (0 if there.target == "openai" else 1)
    assert not await tuner.delete(Remains(KEY, id))
    assert (there.provider.models, there.provider.serving) == (set(), {})
    assert not [one for one in there.provider.files if "probe" not in str(there.provider.files[one].get("filename"))]
    await tuner.delete(Remains(KEY, id))  # gone already


async def test_what_was_written_is_what_arrives(there: World) -> None:
    asked = there.asked()
    await there.tuner.create(asked)
    arrived = [one["content"] for one in there.provider.files.values()]
    assert len(arrived) == 2
    assert all(f"Fresh bread, {number} loaves.".encode() in arrived[0] for number in range(asked.files.train_lines))
    if there.target != "bedrock":  # Nova's lines have a form of their own
        assert arrived[0] == asked.files.train.read_bytes()


async def test_a_job_without_a_validation_file_is_taken(there: World) -> None:
    id = await there.tuner.create(there.asked(validation=False))
    assert (await there.tuner.progress(id)).state == "queued"
    assert len(there.provider.files) == 1


async def test_a_job_that_fails_says_why_in_the_providers_words(there: World) -> None:
    id = await there.tuner.create(there.asked())
    there.provider.fail(id, "Line 7 of the training file is unsafe.")
    told = await there.tuner.progress(id)
    assert told.state == "failed"
    assert told.error == "Line 7 of the training file is unsafe."
    with pytest.raises(TunerRefused):
        await there.tuner.artifacts(id)


async def test_events_come_oldest_first_and_each_once(there: World) -> None:
    tuner = there.tuner
    id = await tuner.create(there.asked())
    first = list(await tuner.events(id, None))
    there.provider.run(id)
    second = list(await tuner.events(id, first[-1].id if first else None))
    there.provider.succeed(id)
    third = list(await tuner.events(id, (first + second)[-1].id))
    told = first + second + third
    assert first
    assert second
    assert third
    assert [one.id for one in told] == sorted({one.id for one in told})
    assert await tuner.events(id, told[-1].id) == []
    assert [one.id for one in await tuner.events(id, None)] == [one.id for one in told]
    curve = [(one.step, one.loss) for one in told if one.loss is not None]
    assert len(curve) >= (0 if there.loses_a_curve else 2)
    assert curve == sorted(curve)


async def test_a_running_job_is_cancelled_and_a_second_cancel_changes_nothing(there: World) -> None:
    id = await there.tuner.create(there.asked())
    there.provider.run(id)
    await there.tuner.cancel(id)
    assert (await there.tuner.progress(id)).state in ("cancelling", "cancelled")
    await there.tuner.cancel(id)


@pytest.mark.parametrize("end", ["succeed", "fail"])
async def test_a_cancel_that_comes_too_late_says_so(there: World, end: str) -> None:
    id = await there.tuner.create(there.asked())
    there.provider.run(id)
    there.provider.succeed(id) if end == "succeed" else there.provider.fail(id, "Broken.")
    with pytest.raises(CancelTooLate) as caught:
        await there.tuner.cancel(id)
    holds_no_secret(caught.value)


async def test_the_same_job_twice_is_one_job_and_one_upload(there: World) -> None:
    first = await there.tuner.create(there.asked())
    there.provider.run(first)
    assert await there.tuner.create(there.asked()) == first
    there.provider.succeed(first)
    assert await there.tuner.create(there.asked()) == first
    assert len(there.provider.jobs) == 1
    assert len(there.provider.files) == len(
        {str(one.get("filename")) + name for name, one in there.provider.files.items()}
    )
    assert there.provider.called(CREATE[there.target]) == 1
    other = await there.tuner.create(there.asked(key="beef" * 10))
    assert other != first
    assert len(there.provider.jobs) == 2


async def test_a_job_whose_making_was_not_heard_of_is_found(there: World) -> None:
    there.provider.bad.append(Bad(502, on=CREATE[there.target], times=1, after=True))
    with pytest.raises(TunerAway):
        await there.tuner.create(there.asked())
    id = await there.tuner.create(there.asked())
    assert list(there.provider.jobs) == [id]


async def test_what_was_uploaded_before_a_kill_is_used_by_the_next_attempt(there: World) -> None:
    there.provider.bad.append(Bad(503, on=CREATE[there.target], times=1))
    with pytest.raises(TunerAway):
        await there.tuner.create(there.asked())
    left = dict(there.provider.files)
    assert len(left) == 2
    await there.tuner.create(there.asked())
    assert dict(there.provider.files) == left


async def test_after_a_job_that_failed_the_same_may_be_tried_anew(there: World) -> None:
    first = await there.tuner.create(there.asked())
    there.provider.fail(first, "Broken.")
    again = await there.tuner.create(there.asked())
    assert again != first
    assert (await there.tuner.progress(again)).state == "queued"
    assert await there.tuner.create(there.asked()) == again


async def test_without_a_key_the_target_says_what_is_missing(there: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    names = ("openai_api_key", "together_api_key", "vertex_project", "bedrock_region")
    tuner = there.with_settings(**dict.fromkeys(names))
    told = await tuner.availability(NOW)
    assert told.standing == "not_set_up"
    assert "Settings" in told.reason
    with pytest.raises(TunerNotReady):
        await tuner.validate(there.asked())
    assert there.provider.asked == []


async def test_a_wrong_key_is_told_without_showing_it(there: World) -> None:
    tuner = there.with_settings(**there.wrong_key)
    told = await tuner.availability(NOW)
    assert told.standing == "not_set_up"
    holds_no_secret(told)
    with pytest.raises(TunerNotReady) as caught:
        await tuner.validate(there.asked())
    holds_no_secret(caught.value)
    assert "Settings" in caught.value.advice


async def test_a_target_that_is_not_offered_to_the_account_is_closed_in_its_own_words(there: World) -> None:
    place = "/v1beta1" if there.target == "gemini" else ""  # signing in is another matter
    there.provider.bad.append(Bad(403, on=place, message="Your organization may not tune models."))
    told = await there.tuner.availability(NOW)
    assert told.standing == "closed"
    assert "Your organization may not tune models." in told.reason
    holds_no_secret(told)
    with pytest.raises(TargetClosed) as caught:
        await there.tuner.validate(there.asked())
    holds_no_secret(caught.value)
    assert "may not tune models" in caught.value.detail


async def test_a_refusal_when_the_job_is_made_is_final(there: World) -> None:
    there.provider.bad.append(Bad(403, on=CREATE[there.target], message="Not for this account."))
    with pytest.raises(TargetClosed, match="Not for this account") as caught:
        await there.tuner.create(there.asked())
    holds_no_secret(caught.value)
    there.provider.bad[:] = [Bad(400, on=CREATE[there.target], message="The model cannot be tuned here.")]
    with pytest.raises(TunerRefused, match="cannot be tuned here") as refused:
        await there.tuner.create(there.asked())
    holds_no_secret(refused.value)
    assert there.provider.jobs == {}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_bad_day_of_the_provider_never_ends_a_job(there: World, status: int) -> None:
    tuner = there.tuner
    id = await tuner.create(there.asked())
    there.provider.run(id)
    there.provider.bad.append(Bad(status, headers={"Retry-After": "7"}))
    for call in (tuner.progress(id), tuner.events(id, None), tuner.cancel(id), tuner.artifacts(id),
                 tuner.delete(Remains(KEY, id))):  # fmt: skip
        with pytest.raises(TunerAway) as caught:
            await call
        assert caught.value.extra["retry_after"] == 7
        holds_no_secret(caught.value)
    with pytest.raises(TunerAway):
        await tuner.create(there.asked())
    told = await tuner.availability(NOW)
    assert told.standing in ("open", "closing")
    assert not told.checked
    holds_no_secret(told)
    there.provider.bad.clear()
    assert (await tuner.progress(id)).state == "running"
    assert list(there.provider.jobs) == [id]


async def test_a_provider_that_cannot_be_reached_is_away(there: World) -> None:
    id = await there.tuner.create(there.asked())
    nowhere = "http://127.0.0.1:9"
    bases = ("openai_base_url", "together_base_url", "vertex_base_url", "bedrock_base_url")
    tuner = there.with_settings(**dict.fromkeys(bases, nowhere))
    with pytest.raises(TunerAway):
        await tuner.progress(id)
    told = await tuner.availability(NOW)
    assert told.standing in ("open", "closing")
    assert not told.checked


async def test_a_job_that_the_provider_does_not_know_is_refused(there: World) -> None:
    id = await there.tuner.create(there.asked())
    there.provider.jobs.clear()
    with pytest.raises(TunerRefused):
        await there.tuner.progress(id)
    await there.tuner.delete(Remains(KEY, id))


UNFIT: dict[str, dict[str, Any]] = {
    "no such base model": {"base_model": "a-model-of-nobody"},
    "too many epochs": {"hyper": Hyper(epochs=51)},
    "no epoch": {"hyper": Hyper(epochs=0)},
    "a rate that is far off": {"hyper": Hyper(learning_rate=1_000.0)},
    "a batch that is far off": {"hyper": Hyper(batch_size=100_000)},
}


@pytest.mark.parametrize("name", UNFIT)
async def test_settings_that_are_not_possible_are_refused_before_anything_starts(there: World, name: str) -> None:
    with pytest.raises(JobSettingInvalid) as caught:
        await there.tuner.validate(there.asked(**UNFIT[name]))
    assert caught.value.field
    assert there.provider.files == {}


async def test_a_line_over_the_window_is_named_and_nothing_is_cut(there: World) -> None:
    asked = there.asked(hyper=Hyper(max_length=60))
    await there.tuner.validate(there.asked(hyper=Hyper(max_length=4_000)))
    with pytest.raises(DatasetUnfit, match=r"Line 1 of the training file .* at most 60 are taken"):
        await there.tuner.validate(asked)


async def test_a_line_that_no_window_holds_is_refused(there: World) -> None:
    asked = there.asked(lines=12 if there.target != "bedrock" else 40, words=60_000)
    with pytest.raises(
        DatasetUnfit, match=r"Line 1 of the training file may have [\d,]+ tokens; at most [\d,]+ are taken"
    ):
        await there.tuner.validate(asked)


async def test_an_estimate_names_its_basis_and_what_serving_costs(there: World) -> None:
    asked = there.asked(hyper=Hyper(epochs=2))
    told = await there.tuner.estimate(asked)
    assert f"{asked.files.train_tokens * 2:,} trained tokens" in told.basis
    assert told.note
    if there.target == "bedrock":
        assert told.training_usd is None
        assert "tells no price" in told.note
    else:
        assert told.training_usd is not None
        assert told.training_usd > 0
    assert told.serving_usd_month is not None
    assert told.serving_usd_month == {"together": Decimal("2872.8"), "bedrock": Decimal("1.95")}.get(there.target, 0)
    assert KEY not in str([one.get("filename") for one in there.provider.files.values()])  # no line left this machine


async def test_no_repr_of_a_tuner_shows_a_secret(there: World) -> None:
    tuner = there.tuner
    await tuner.availability(NOW)
    assert not re.search(SECRET, repr(tuner) + repr(vars(tuner)))


def mine(there: World) -> list[str]:
    """The names of what was uploaded for a job."""
    return [name for name, one in there.provider.files.items() if "probe" not in str(one.get("filename"))]


async def test_what_was_uploaded_for_a_job_that_was_never_made_is_deleted(there: World) -> None:
    there.provider.bad.append(Bad(400, on=CREATE[there.target], message="Not today."))
    with pytest.raises(TunerRefused):
        await there.tuner.create(there.asked())
    assert len(mine(there)) == 2
    await there.tuner.delete(Remains(KEY))
    assert mine(there) == []


async def test_a_job_whose_name_there_was_never_heard_of_is_deleted_with_its_model(there: World) -> None:
    there.provider.bad.append(Bad(502, on=CREATE[there.target], times=1, after=True))
    with pytest.raises(TunerAway):
        await there.tuner.create(there.asked())
    (id,) = there.provider.jobs
    assert await there.tuner.find(KEY) == id
    there.provider.succeed(id)
    await there.tuner.delete(Remains(KEY))
    assert (there.provider.models, mine(there)) == (set(), [])


async def test_what_still_runs_is_stopped_before_it_is_taken_apart(there: World) -> None:
    id = await there.tuner.create(there.asked())
    there.provider.run(id)
    try:
        await there.tuner.delete(Remains(KEY, id))
    except TunerAway:  # it takes its time to stop
        assert len(mine(there)) == 2
        there.provider.jobs[id] |= {"status": "Stopped"} if there.target == "bedrock" else {
            "status": "cancelled", "state": "JOB_STATE_CANCELLED"
        }  # fmt: skip
        await there.tuner.delete(Remains(KEY, id))
    assert mine(there) == []


async def test_the_job_of_another_is_let_be(there: World) -> None:
    first, other = await there.tuner.create(there.asked()), await there.tuner.create(there.asked(key="beef" * 10))
    for id in (first, other):
        there.provider.succeed(id)
    left = await there.tuner.artifacts(other)
    await there.tuner.serve(left, "other")
    await there.tuner.delete(Remains(KEY, first))
    assert len(mine(there)) >= 2
    assert (await there.tuner.artifacts(other)).remote == left.remote
    assert await there.tuner.serve(left, "other")


async def test_only_what_is_paid_by_the_minute_is_stopped_and_deploying_starts_it_again(there: World) -> None:
    id = await there.tuner.create(there.asked())
    there.provider.succeed(id)
    left = await there.tuner.artifacts(id)
    await there.tuner.serve(left, "mine")
    remains = Remains(KEY, id, left.remote)
    assert await there.tuner.rest(remains) is (there.target == "together")
    assert not await there.tuner.rest(remains)  # once
    if there.target == "together":
        assert [one["state"] for one in there.provider.serving.values()] == ["STOPPED"]
        await there.tuner.serve(left, "mine")
        assert [one["state"] for one in there.provider.serving.values()] == ["STARTED"]
    assert (await there.tuner.artifacts(id)).remote == left.remote
