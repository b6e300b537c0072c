"""The whole loop on this machine: examples, a dataset, a small model tuned here, served, compared, promoted, used, and back.

COFOUNDER_TEST_LONG=1 learns from 2,000 requests, and prints what came out.
"""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cofounder import app
from cofounder.flow.request import service as tasks
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.train.benchmark import service as benchmarks
from cofounder.flow.train.benchmark.schemas import BenchmarkIn
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.flow.train.jobs import service as jobs
from cofounder.flow.train.jobs.schemas import DeployIn, JobIn
from cofounder.flow.train.promotion import service as promotion
from cofounder.flow.train.promotion.schemas import ActiveIn, RollBackIn
from cofounder.flow.train.tuners.interface import Remains, TunerNotReady
from cofounder.flow.train.tuners.local import LocalTuner, python
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from cofounder.settings import Settings, settings
from tests.flow.train.datasets.making import store_examples
from tests.journey import tuned_planner

LONG = bool(os.environ.get("COFOUNDER_TEST_LONG"))
MANY, EPOCHS = (2_000, 6) if LONG else (400, 9)
PROMPT = "Read the request."


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a language model that knows nothing yet."""
    try:
        found = asyncio.run(python.found(Settings())).python
    except TunerNotReady as error:
        pytest.skip(f"Local tuning is not installed: make trainer. ({error.detail})")
    folder, words = tmp_path / "small-llama", tmp_path / "words.txt"
    words.write_text(tuned_planner.words_of(tuned_planner.requests(200)), encoding="utf-8")
    subprocess.run([found, "-c", tuned_planner.BASE, folder, words], check=True, capture_output=True, timeout=300)
    monkeypatch.setenv("COFOUNDER_LOCAL_SERVING", "transformers")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other starve on a machine with other work
    settings.cache_clear()
    return folder


async def until(look: Callable[[], Awaitable[Any]], seconds: float = 900.0) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110  # another process may be what brings it
            await asyncio.sleep(0.2)
    return found


async def tuned(base: Path) -> Any:
    """The job that tunes the model on what was read in the company's requests."""
    await store_examples(tuned_planner.requests(MANY))
    asked = DatasetIn(name="requests", role="planner", duplicates="exact", answer="intent", system_prompt=PROMPT)
    asked.split.test, asked.split.by = 0.2, "random"
    version = await datasets.create(asked, LOCAL_OWNER, wait=True)
    wanted = {"epochs": EPOCHS, "learning_rate": 0.003, "batch_size": 16, "lora_rank": 0, "model_name": "house-planner"}
    job = await jobs.start(
        JobIn.model_validate({"target": "local", "dataset_id": version.id, "base_model": str(base), **wanted}),
        LOCAL_OWNER,
    )
    assert job.status == "queued", job.note

    async def ended() -> Any:
        async with reading() as session:
            found = await jobs.get(session, job.job_id)
        return found if found.status in ("succeeded", "failed", "cancelled") else None

    found = await until(ended)
    assert found.status == "succeeded", found.error
    return found


async def deployed(job: Any) -> str:
    async with transaction() as session:
        await jobs.deploy(session, job.job_id, DeployIn(), LOCAL_OWNER)

    async def there() -> Any:
        async with reading() as session:
            told = (await jobs.get(session, job.job_id)).deployment or {}
        return told if told.get("state") != "deploying" else None

    told = await until(there)
    assert told["state"] == "deployed", told
    return str(told["model"])


async def compared(model: str) -> Any:
    async with transaction() as session:
        begun = await benchmarks.begin(session, BenchmarkIn(model=model, most=400 if LONG else 60), LOCAL_OWNER)

    async def over() -> Any:
        async with reading() as session:
            found = await benchmarks.get(session, begun.id)
        return found if found.state != "running" else None

    found = await until(over)
    assert found.state == "succeeded", found.problem
    return found


async def planned(request: str) -> list[dict[str, Any]]:
    """The calls that planned a task, once it is planned."""
    async with transaction() as session:
        stored = await tasks.submit(session, ProcessIn(request=request, review_plan=True), by=LOCAL_OWNER.who)

    async def there() -> Any:
        async with reading() as session:
            found = await session.execute(
                text("SELECT model, state, error FROM model_calls WHERE task_id = :id AND role = 'planner'"),
                {"id": stored.id},
            )
            calls = [dict(row._mapping) for row in found]
        return calls if any(one["state"] == "answered" for one in calls) else None

    return await until(there)  # type: ignore[no-any-return]


async def test_a_small_model_learns_the_houses_words_here_plans_a_task_and_goes_back(
    base: Path, database: Database
) -> None:
    app.wire()
    async with app.working():
        job = await tuned(base)
        try:
            await learnt(await deployed(job))
        finally:
            await LocalTuner(settings()).delete(
                Remains(str(job.job_id), job.remote_id)
            )  # its server outlives whoever started it


async def learnt(model: str) -> None:
    """Compare it, use it, and go back."""
    result = await compared(model)
    print(result.model_dump_json(indent=1))
    assert result.gate["passed"], result.gate
    assert result.results["left_out"] == {}
    knows = {part: found["means"]["intent"] for part, found in result.results["contenders"].items()}
    assert knows["base"] < knows["built_in"] < knows["candidate"], knows
    async with transaction() as session:
        await promotion.promote(session, ActiveIn(model=model), LOCAL_OWNER)
    calls = await planned("let the bird sing about the second shop")
    assert any(one["model"] == f"tuned:{model}" and one["state"] == "answered" for one in calls), calls
    async with transaction() as session:
        await promotion.roll_back(session, RollBackIn(role="planner", active=model, reason="shown"), LOCAL_OWNER)
    calls = await planned("let the bird sing about the oven")
    assert [one["model"] for one in calls] == ["offline"]
