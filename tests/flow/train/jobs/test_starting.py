"""Starting a job over HTTP: its dataset by id or by name, and asked for again it is the same job."""

from collections.abc import AsyncIterator

import httpx
import pytest

from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.schemas import DatasetIn, SplitIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER, audit_entries
from cofounder.settings import settings
from tests.flow.server import signed_in
from tests.flow.train.benchmark.test_benchmark import dataset
from tests.flow.train.jobs.test_jobs import surroundings, version
from tests.flow.train.tuners.servers.together import Together
from tests.flow.train.tuners.servers.wire import running

AT = "/api/orchestrator/training/fine-tune"


@pytest.fixture
async def operator(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    provider = Together()
    async with running(provider), signed_in("operator") as (made,):
        for name, value in surroundings(provider).items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield made
    settings.cache_clear()


async def test_the_same_dataset_and_settings_are_the_same_job_and_200(operator: httpx.AsyncClient) -> None:
    asked = {"target": "together", "dataset_id": str(await version()), "epochs": 2}
    first, second = [await operator.post(AT, json=asked) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200), second.text
    made, again = first.json()["data"], second.json()["data"]
    assert (made["repeated"], again["repeated"]) == (False, True)
    assert made["job_id"] == again["job_id"]
    other = await operator.post(AT, json={**asked, "epochs": 3})
    assert other.status_code == 201
    assert other.json()["data"]["job_id"] != made["job_id"]


async def test_a_dataset_may_be_named_as_at_the_command_line(operator: httpx.AsyncClient) -> None:
    id = str(await version())
    asked = {"target": "together", "dataset_id": "plans"}
    first = await operator.post(AT, json=asked)
    assert first.status_code == 201, first.text
    assert first.json()["data"]["dataset_id"] == id
    again = await operator.post(AT, json={**asked, "dataset_id": "plans@1"})
    assert (again.status_code, again.json()["data"]["job_id"]) == (200, first.json()["data"]["job_id"])
    priced = await operator.post(f"{AT}/estimate", json=asked)
    assert priced.json()["data"]["warnings"] == []
    assert priced.json()["data"]["repeats"] == first.json()["data"]["job_id"]


async def test_an_estimate_on_a_dataset_that_holds_nothing_out_says_what_will_be_missing(
    operator: httpx.AsyncClient,
) -> None:
    whole = await dataset(40, split=SplitIn(by="none"))
    priced = await operator.post(f"{AT}/estimate", json={"target": "together", "dataset_id": str(whole.id)})
    (warning,) = priced.json()["data"]["warnings"]
    assert "requests has no test part" in warning
    assert "Make a version whose split has one" in warning


@pytest.mark.parametrize("words", ["nothing", "plans@9", "plans@x", "2b7c"])
async def test_a_name_of_no_dataset_is_told_with_its_field(operator: httpx.AsyncClient, words: str) -> None:
    await version()
    answer = await operator.post(AT, json={"target": "together", "dataset_id": words})
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["code"], error["errors"][0]["field"]) == ("dataset_missing", "dataset_id")
    assert repr(words) in error["detail"]
    assert "NAME@VERSION" in error["hint"]


async def test_only_an_admin_trains_on_a_version_that_keeps_personal_data(
    operator: httpx.AsyncClient, database: Database
) -> None:
    await version()
    raw = DatasetIn(name="raw", redact=False, duplicates="exact")
    made = await datasets.create(raw, LOCAL_OWNER, wait=True)
    asked = {"target": "together", "dataset_id": str(made.id)}
    refused = await operator.post(AT, json=asked)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data_stays")
    async with signed_in("admin") as (admin,):
        allowed = await admin.post(AT, json=asked)
    assert allowed.status_code == 201, allowed.text
    async with transaction() as session:
        said = [one for one in await audit_entries(session) if one.action == "training.let_out"]
    assert [(one.object_id, one.details["dataset"]) for one in said] == [("together", str(made.id))]
