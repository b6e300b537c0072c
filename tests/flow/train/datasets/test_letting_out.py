"""A version that keeps personal data is an admin's alone, whatever door its lines would leave by, and the log says who."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from cofounder.flow.train.datasets import exporting, service
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.models.registry import service as registry
from cofounder.people import LOCAL_OWNER, audit_entries
from tests.flow.server import signed_in

from .making import example, request, store_examples

AT = "/api/orchestrator/training"
ANN = "ann.lee@corner.io"


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    said = [f"Write to {ANN}. {request(number)}" for number in range(3)]
    await store_examples(
        [
            example(number, user_request=text, intent=ANN, final_text={ANN: text}, persona=ANN, platforms=[ANN])
            for number, text in enumerate(said)
        ]
    )
    async with signed_in("viewer", "operator", "admin") as made:
        yield made


async def raw(name: str = "raw", **asked: Any) -> UUID:
    wish = DatasetIn.model_validate({"name": name, "redact": False, "split": {"by": "none"}, **asked})
    return (await service.create(wish, LOCAL_OWNER)).id


async def let_out() -> list[tuple[str, str | None, Any]]:
    async with transaction() as session:
        entries = await audit_entries(session)
    return [(one.who, one.object_id, one.details) for one in entries if one.action == "training.let_out"]


async def test_its_files_are_an_admins_and_each_that_leaves_is_in_the_log(clients: list[httpx.AsyncClient]) -> None:
    _, operator, admin = clients
    id = await raw()
    wanted: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"{AT}/datasets/{id}/download", {"params": {"format": "csv"}}),
        ("POST", f"{AT}/datasets/export", {"json": {"dataset_id": str(id), "format": "openai"}}),
    ]
    for method, path, asked in wanted:
        refused = await operator.request(method, path, **asked)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data_stays")
        assert "without it" in refused.json()["error"]["hint"]
        assert ANN not in refused.text
    assert await let_out() == []
    for method, path, asked in wanted:
        allowed = await admin.request(method, path, **asked)
        assert allowed.status_code == 200
        assert ANN in allowed.text
    logged = await let_out()
    assert sorted(str(what) for _, what, _ in logged) == ["csv", "openai"]
    assert {details["dataset"] for _, _, details in logged} == {str(id)}


async def test_a_version_without_personal_data_is_an_operators(clients: list[httpx.AsyncClient]) -> None:
    made = await service.create(DatasetIn(name="clean"), LOCAL_OWNER)
    answer = await clients[1].get(f"{AT}/datasets/{made.id}/download")
    assert (answer.status_code, ANN in answer.text) == (200, False)
    assert await let_out() == []


@pytest.mark.parametrize("format", ["jsonl", "gemini", "csv"])
async def test_others_see_placeholders_in_its_lines(clients: list[httpx.AsyncClient], format: str) -> None:
    viewer, operator, admin = clients
    path, asked = f"{AT}/datasets/{await raw(role='writer')}/preview", {"format": format}
    for one in (viewer, operator):
        seen = await one.get(path, params=asked)
        assert (seen.status_code, seen.json()["data"]["redacted"]) == (200, True)
        assert ANN not in seen.text
        assert "[EMAIL_1]" in seen.text
    whole = await admin.get(path, params=asked)
    assert whole.json()["data"]["redacted"] is False
    assert ANN in whole.text


async def test_neither_its_counts_nor_a_comparison_with_it_tell_others(clients: list[httpx.AsyncClient]) -> None:
    viewer, _, admin = clients
    first, second = await raw(), await raw("less", filters={"limit": 1})
    told = (await viewer.get(f"{AT}/datasets/{first}")).json()["data"]["statistics"]["classes"]
    assert told["intent"] == {"[EMAIL_1]": 3}
    assert told["channel"] == {"[EMAIL_1]": 3}
    compared = f"{AT}/datasets/{first}/compare/{second}"
    assert ANN in (await admin.get(compared)).text
    seen = await viewer.get(compared)
    assert seen.json()["data"]["removed"] == 2
    assert ANN not in seen.text


async def test_a_comparison_cuts_no_address_and_touches_no_id(clients: list[httpx.AsyncClient]) -> None:
    viewer = clients[0]
    second = await raw("rest", filters={"text": ANN})
    long = f"{'Write of bread and of ovens, ' * 6}now. Then write to {ANN} at once"
    assert long[:200].endswith(ANN[:7]), "the two hundredth character stands in the address"
    (id,) = await store_examples(
        [example(50, execution_id=UUID("2ed145f4-7998-1798-8302-0cf694b19e9f"), user_request=long)]
    )
    first = await raw(filters={"text": "ovens"})
    answer = await viewer.get(f"{AT}/datasets/{second}/compare/{first}")
    assert answer.status_code == 200
    seen = answer.json()["data"]
    lines = [*seen["added_lines"], *seen["removed_lines"]]
    assert str(id) in {one["execution_id"] for one in lines}
    assert ANN[:7] not in "".join(one["request"] for one in lines)
    for place, version in enumerate((second, first)):
        recipe = (await viewer.get(f"{AT}/datasets/{version}")).json()["data"]["recipe"]
        assert seen["recipe"]["filter"][place] == recipe["filter"], "what was asked for is told one way"


async def test_a_rule_makes_no_such_version_as_it_works_as_an_operator(clients: list[httpx.AsyncClient]) -> None:
    rule = {"name": "weekly", "every_days": 7, "dataset": {"name": "raw", "redact": False}, "job": {"target": "local"}}
    refused = await clients[2].post(f"{AT}/rules", json=rule)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data_stays")
    assert refused.json()["error"]["errors"][0]["field"] == "dataset.redact"


async def test_a_benchmark_sends_its_lines_to_models_so_it_is_an_admins_too(clients: list[httpx.AsyncClient]) -> None:
    _, operator, admin = clients
    await store_examples([example(number, user_request=f"{request(number)} for {ANN}") for number in range(10, 40)])
    id = await raw(split={"by": "random", "validation": 0, "test": 0.5})
    async with transaction() as session:
        model = await registry.register(
            session,
            name="small",
            role="planner",
            address={"provider": "openai-compatible", "name": "small", "base_url": "http://127.0.0.1:9/v1"},
            base_model="tiny",
            target="local",
            dataset_id=None,
            dataset_hash=None,
            job_id=None,
            by=LOCAL_OWNER,
            artifacts={},
        )
    asked = {"model": "small", "dataset_id": str(id)}
    refused = await operator.post("/api/orchestrator/models/benchmark", json=asked)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data_stays")
    assert await let_out() == []
    begun = await admin.post("/api/orchestrator/models/benchmark", json=asked)
    assert begun.status_code == 202, begun.text
    ((_, what, details),) = await let_out()
    assert (what, details["dataset"], details["model"]) == ("benchmark", str(id), registry.label(model))


async def test_what_this_machine_takes_out_is_in_the_log_too(clients: list[httpx.AsyncClient]) -> None:
    _, _, chunks = await exporting.leave(await raw(), "jsonl", "all", LOCAL_OWNER)
    assert ANN.encode() in b"".join([chunk async for chunk in chunks])
    ((who, what, _),) = await let_out()
    assert (who, what) == (LOCAL_OWNER.who, "jsonl")
