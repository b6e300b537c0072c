"""A job on this machine, from its estimate to a model that answers, through kills of whatever takes part."""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cofounder.flow.train.jobs import keeping
from cofounder.flow.train.tuners.interface import (
    Address,
    Artifacts,
    Asked,
    CancelTooLate,
    Files,
    Hyper,
    JobSettingInvalid,
    Progress,
    Remains,
    TunerRefused,
)
from cofounder.flow.train.tuners.local import LocalTuner, asking, job, journal, process, python, serving
from cofounder.kit.db import reading, transaction
from cofounder.models.registry import service as registry
from cofounder.people import LOCAL_OWNER
from cofounder.settings import Settings
from tests.flow.train.tuners.local.conftest import LONGEST

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REQUEST = [{"role": "system", "content": "plan"}, {"role": "user", "content": "write a post about growth"}]
ANSWER = "launch the spring offer"


def asked(folder: Path, base: Path, count: int = 80, **hyper: Any) -> Asked:
    """A job on `count` lines that are easy to learn."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, lines in (("train", count), ("validation", 8)):
        files[name] = folder.parent / f"{folder.name}-{name}.jsonl"
        said = [{"messages": [*REQUEST, {"role": "assistant", "content": ANSWER}]}] * lines
        files[name].write_text("".join(f"{json.dumps(one)}\n" for one in said), encoding="utf-8")
    return Asked(
        key=f"key-{folder.name}",
        role="planner",
        base_model=str(base),
        method="sft",
        hyper=Hyper(seed=5, **hyper),
        model_name="tiny",
        files=Files(files["train"], files["validation"], count, 8, 25 * count, 40, "hash"),
        folder=folder,
    )


async def until(tuner: LocalTuner, job_id: str, *wanted: str) -> Progress:
    """The job's progress once it is in one of these states."""
    async with asyncio.timeout(LONGEST):
        while True:
            found = await tuner.progress(job_id)
            if found.state in wanted:
                return found
            assert found.state not in ("succeeded", "failed", "cancelled"), found
            await asyncio.sleep(0.1)


async def until_said(folder: Path, kind: str) -> None:
    async with asyncio.timeout(LONGEST):
        while not any(entry.kind == kind for entry in journal.entries(folder)):
            assert journal.ended(folder) is None, journal.ended(folder)
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def tuner(trainer: Path) -> LocalTuner:
    return LocalTuner(Settings(trainer_python=trainer, local_serving="transformers"))


@pytest.fixture(scope="module")
def tuned(tuner: LocalTuner, bases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A job that was killed in the middle of its training, found dead, and came to its end."""
    folder = tmp_path_factory.mktemp("home") / "jobs" / "tuned"

    async def go() -> str:
        wanted = asked(folder, bases / "plain", epochs=15, learning_rate=0.01, lora_rank=8, early_stopping=False)
        job_id = await tuner.create(wanted)
        await until_said(folder, "checkpoint")
        running = process.process(folder)
        assert running is not None
        running.send_signal(signal.SIGKILL)
        assert await process.gone(folder, LONGEST)
        assert journal.ended(folder) is None, "it was killed before its end"
        assert await tuner.create(wanted) == job_id  # as a repeat after a kill of the server does
        await until(tuner, job_id, "succeeded")
        return job_id

    yield asyncio.run(go())
    asyncio.run(tuner.delete(Remains("k", str(folder))))
    assert not folder.exists()


async def test_a_training_that_was_killed_goes_on_from_its_last_checkpoint(tuner: LocalTuner, tuned: str) -> None:
    events = await tuner.events(tuned, None)
    resumed = [one for one in events if one.message.startswith("Training goes on from step")]
    assert len(resumed) == 1
    assert resumed[0].step is not None
    assert resumed[0].step >= 15
    begun = [one for one in events if one.message.startswith("Training begins")]
    assert len(begun) == 1
    assert [one.id for one in events] == sorted(one.id for one in events)
    assert await tuner.events(tuned, events[-1].id) == []


async def test_the_losses_fall(tuner: LocalTuner, tuned: str) -> None:
    events = await tuner.events(tuned, None)
    trained, held = [one.loss for one in events if one.loss], [one.eval_loss for one in events if one.eval_loss]
    assert trained[-1] < trained[0] - 0.5
    assert held[-1] < held[0]


async def test_what_came_out_says_what_it_was_made_of(tuner: LocalTuner, tuned: str, bases: Path) -> None:
    found = await tuner.artifacts(tuned)
    assert found.kind == "adapter"
    assert found.folder is not None
    assert (found.folder / "adapter_model.safetensors").is_file()
    alpha = json.loads((found.folder / "adapter_config.json").read_text(encoding="utf-8"))["lora_alpha"]
    assert isinstance(alpha, int)
    assert found.details["base_model"] == str(bases / "plain")
    assert found.details["architecture"] == "LlamaForCausalLM"
    assert found.details["tokens_per_second"] > 0
    done = await tuner.progress(tuned)
    assert (done.share, done.trained_tokens) == (1.0, found.details["trained_tokens"])


async def test_the_next_job_is_estimated_by_how_the_last_one_went(tuner: LocalTuner, tuned: str, bases: Path) -> None:
    speed = (await tuner.artifacts(tuned)).details["tokens_per_second"]
    jobs = Path(tuned).parent
    found = await tuner.estimate(asked(jobs / "next", bases / "plain", lora_rank=8, epochs=2))
    before = asked(jobs.parent / "lines" / "next", bases / "plain", lora_rank=8, epochs=2)  # before there is a job
    assert (await tuner.estimate(before)).basis == found.basis
    assert found.training_usd == found.serving_usd_month == 0
    assert found.basis == f"4,000 tokens at {speed:,.0f} a second, as the last such job here went."


async def test_the_active_model_answers_over_the_chat_api_and_again_after_its_server_was_killed(
    tuner: LocalTuner, tuned: str, database: Any
) -> None:
    artifacts = await tuner.artifacts(tuned)
    address = await tuner.serve(artifacts, "tiny")
    assert address.provider == "openai-compatible"
    assert await tuner.serve(artifacts, "tiny") == address  # what runs is found
    left = {"folder": str(artifacts.folder), "kind": artifacts.kind, "details": artifacts.details}
    model = await active(address, left)
    assert await keeping.tend() == []

    running = process.process(Path(tuned) / "serving")
    assert running is not None
    running.kill()
    assert await process.gone(Path(tuned) / "serving", LONGEST)
    assert await keeping.tend() == [registry.label(model)]
    async with reading() as session:
        where = (await registry.get(session, model.id)).address
    body = {"model": where["name"], "messages": REQUEST, "max_tokens": 12, "temperature": 0}
    async with httpx.AsyncClient(timeout=LONGEST) as client:
        answer = await client.post(f"{where['base_url']}/chat/completions", json=body)
    assert answer.json()["choices"][0]["message"]["content"] == ANSWER


async def test_the_model_that_a_job_began_with_answers_beside_its_own_until_it_is_let_go(
    tuner: LocalTuner, tuned: str, bases: Path
) -> None:
    base = await tuner.serve_base(tuned, str(bases / "plain"))
    try:
        body = {"model": base.name, "messages": REQUEST, "max_tokens": 12, "temperature": 0}
        async with httpx.AsyncClient(timeout=LONGEST) as client:
            answer = await client.post(f"{base.base_url}/chat/completions", json=body)
        assert answer.is_success, answer.text
        assert answer.json()["choices"][0]["message"]["content"] != ANSWER  # it has learned nothing
    finally:
        await tuner.end_base(tuned)
    assert not process.lives(Path(tuned) / serving.BASE)


async def test_what_is_served_ends_with_the_product(tuner: LocalTuner, tuned: str) -> None:
    address = await tuner.serve(await tuner.artifacts(tuned), "tiny")
    assert serving.let_go(Path(tuned).parent) == 1
    assert await process.gone(Path(tuned) / "serving", LONGEST)
    assert not await serving.answers(str(address.base_url))
    assert serving.let_go(Path(tuned).parent) == 0


async def test_an_active_model_whose_files_are_gone_is_broken(tmp_path: Path, trainer: Path, database: Any) -> None:
    gone = Address("openai-compatible", "gone", "http://127.0.0.1:9/v1")  # where nothing answers
    model = await active(gone, {"folder": str(tmp_path / "out"), "kind": "merged", "details": {}})
    assert await keeping.tend() == []
    async with reading() as session:
        found = await registry.get(session, model.id)
    assert found.state == "broken"
    assert "gone from" in str(found.problem)


async def active(address: Address, artifacts: dict[str, Any]) -> registry.ModelVersion:
    async with transaction() as session:
        model = await registry.register(
            session,
            name="tiny",
            role="planner",
            address=address,
            base_model="tiny",
            target="local",
            dataset_id=None,
            dataset_hash=None,
            job_id=None,
            artifacts=artifacts,
            by=LOCAL_OWNER,
        )
        await registry.set_active(session, model.id, by=LOCAL_OWNER, force=True, reason="for a test")
    return model


async def test_a_job_outlives_the_server_waits_for_its_turn_and_is_cancelled(
    tuner: LocalTuner, bases: Path, trainer: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "jobs" / "long"
    asked(folder, bases / "marked")  # its files
    (tmp_path / "jobs" / "training.lock").touch()
    another = os.open(tmp_path / "jobs" / "training.lock", os.O_RDWR)  # a training that is at work already
    fcntl.flock(another, fcntl.LOCK_EX)
    server = subprocess.run(
        [sys.executable, "-c", _SERVER, folder, bases / "marked", trainer], capture_output=True, timeout=LONGEST
    )
    assert server.returncode == -signal.SIGKILL, server.stderr.decode()[-2000:]
    job_id = server.stdout.decode().strip()

    assert (await until(tuner, job_id, "queued")).raw_state == "waiting"
    os.close(another)
    await until_said(folder, "loss")
    assert (await tuner.progress(job_id)).state == "running"
    await tuner.cancel(job_id)
    await until(tuner, job_id, "cancelled")
    assert list((folder / "checkpoints").glob("checkpoint-*/whole"))
    with pytest.raises(CancelTooLate):
        await tuner.cancel(job_id)
    with pytest.raises(TunerRefused, match="has no model"):
        await tuner.artifacts(job_id)
    await tuner.delete(Remains("k", job_id))
    assert not folder.exists()
    await tuner.delete(Remains("k", job_id))  # gone already is fine


_SERVER = """
import asyncio, os, signal, sys
from pathlib import Path
from cofounder.flow.train.tuners.local import LocalTuner
from cofounder.kit.db import reading, transaction
from cofounder.models.registry import service as registry
from cofounder.people import LOCAL_OWNER
from cofounder.settings import Settings
from tests.flow.train.tuners.local.test_jobs import asked
folder, base, trainer = map(Path, sys.argv[1:])
tuner = LocalTuner(Settings(trainer_python=trainer))
print(asyncio.run(tuner.create(asked(folder, base, epochs=50))), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_a_base_model_that_cannot_be_learned_with_is_refused_before_the_job(
    tuner: LocalTuner, bases: Path, tmp_path: Path
) -> None:
    with pytest.raises(JobSettingInvalid, match="leaves out what the assistant says") as refused:
        await tuner.validate(asked(tmp_path / "jobs" / "deaf", bases / "deaf"))
    assert refused.value.field == "base_model"


async def test_a_folder_that_every_worker_would_look_for_elsewhere_is_refused(
    tuner: LocalTuner, tmp_path: Path
) -> None:
    for base in ("./models/tiny", "../tiny", "~/tiny"):
        with pytest.raises(JobSettingInvalid) as refused:
            await tuner.validate(replace(asked(tmp_path / "job", tmp_path), base_model=base))
        assert refused.value.field == "base_model"


async def test_the_first_job_is_estimated_by_a_few_steps_that_are_tried(
    tuner: LocalTuner, bases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TRY_SECONDS", LONGEST)  # a machine may be slow
    wanted = asked(tmp_path / "jobs" / "first", bases / "marked", epochs=2)
    found = await tuner.estimate(wanted)
    assert found.seconds is not None
    assert found.seconds > 0
    assert "measured now over" in found.basis
    assert "2,880 tokens" in found.basis
    assert await tuner.estimate(wanted) == found  # remembered
    assert not (wanted.folder / "job.json").exists()  # nothing has begun


async def test_a_process_that_ends_again_and_again_before_a_checkpoint_ends_the_job(tmp_path: Path) -> None:
    wanted = asked(tmp_path / "jobs" / "dying", tmp_path / "base")
    job.prepare(wanted.folder, wanted.files, job.described(wanted))
    for _ in range(job.MOST_STARTS):
        assert (await job.progress(wanted.folder, Path("/bin/false"))).state == "running"
    found = await job.progress(wanted.folder, Path("/bin/false"))
    assert (found.state, found.raw_state) == ("failed", "killed")
    assert "4 times in a row" in str(found.error)


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 0), ("epochs", 51), ("learning_rate", 0.0), ("batch_size", 0), ("lora_rank", 513), ("max_length", 8)],
)
async def test_settings_out_of_range_are_named(tmp_path: Path, name: str, value: Any) -> None:
    with pytest.raises(JobSettingInvalid) as refused:
        await LocalTuner(Settings()).validate(asked(tmp_path / "jobs" / "odd", tmp_path, **{name: value}))
    assert refused.value.field == name


async def test_a_machine_that_cannot_train_says_what_to_install(tmp_path: Path) -> None:
    for chosen, words in ((tmp_path / "nowhere", "No such file"), (Path(sys.executable), "lacks torch")):
        found = await LocalTuner(Settings(trainer_python=chosen)).availability(NOW)
        assert found.standing == "not_set_up"
        assert words in found.reason
        assert "make trainer" in found.reason


async def test_base_models_are_those_that_are_here(
    trainer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, kind in (("models--acme--small", "LlamaForCausalLM"), ("models--acme--ear", "WhisperForAudio")):
        place = tmp_path / name / "snapshots" / "0a1b"
        place.mkdir(parents=True)
        (place / "config.json").write_text(json.dumps({"architectures": [kind]}), encoding="utf-8")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    found = await LocalTuner(Settings(trainer_python=trainer, local_base_model="/models/ours")).availability(NOW)
    assert found.standing == "open"
    assert [(one.name, one.ends) for one in found.models] == [("/models/ours", None), ("acme/small", None)]
    assert found.privacy == "The lines stay on this machine."


def test_the_process_that_trains_gets_no_key_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "DATABASE_URL", "COFOUNDER_SMTP_PASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    passed = python.environment()
    assert "secret" not in passed.values()
    assert passed["HF_HUB_OFFLINE"] == "1"


async def test_a_model_whose_files_are_gone_is_not_served(tuner: LocalTuner, tmp_path: Path) -> None:
    with pytest.raises(job.JobFilesGone, match="gone from"):
        await tuner.serve(Artifacts(folder=tmp_path / "out", kind="merged"), "tiny")
