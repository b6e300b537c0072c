"""A file that would hold nothing is refused with the reason, and one that holds fewer than were chosen says so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.flow.train.datasets import service as datasets
from cofounder.kit import db
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from tests.flow.server import signed_in
from tests.flow.train.datasets.making import example, store_examples

AT = "/api/orchestrator/training"
WHY = "Of 3 examples that fit the filter none has a plan to learn from."
WHAT = "4 older ones have: raise the limit, or leave it out."
NO_TEXT = "Of 3 examples that fit the filter none has a text that a person approved."


def rows() -> list[dict[str, Any]]:
    """Four with a plan and a text, then three, the newest, that have neither."""
    bare = {"plan": None, "final_text": None, "user_approval": None, "decision": None}
    return [example(number, **(bare if number > 3 else {})) for number in range(7)]


@pytest_asyncio.fixture
async def operator(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    await store_examples(rows())
    async with signed_in("operator") as (made,):
        yield made


@pytest.mark.parametrize(
    ("path", "asked", "why"),
    [
        ("export", {"limit": 3}, WHY),
        ("datasets/export", {"limit": 3, "role": "planner"}, WHY),
        ("datasets/export", {"limit": 3, "role": "planner", "format": "csv"}, WHY),
        ("datasets/export", {"limit": 3, "role": "planner", "format": "parquet"}, WHY),
        ("datasets/export", {"limit": 3, "role": "writer"}, NO_TEXT),
        (
            "datasets/export",
            {"role": "writer", "format": "dpo"},
            "Of 7 examples that fit the filter none has two texts",
        ),
        ("export", {"format": "csv", "filters": {"persona": "nobody"}}, "No example fits the filter."),
    ],
)
async def test_what_would_be_empty_is_refused_with_the_reason(
    operator: httpx.AsyncClient, path: str, asked: dict[str, Any], why: str
) -> None:
    answer = await operator.post(f"{AT}/{path}", json=asked)
    said = answer.json()["error"]
    assert (answer.status_code, said["code"]) == (422, "nothing_to_export")
    assert said["detail"].startswith(why)
    assert said["hint"] == WHAT or "limit" not in asked
    made = {"name": "none", "role": asked.get("role", "planner"), "filters": {"limit": 3}}
    if "limit" in asked:
        refused = (await operator.post(f"{AT}/datasets", json=made)).json()["error"]
        assert (refused["detail"], refused["hint"]) == (said["detail"], said["hint"]), "a version is refused alike"


async def test_a_preview_says_why_there_is_nothing(operator: httpx.AsyncClient) -> None:
    none = (await operator.post(f"{AT}/data/preview", json={"filter": {"limit": 3}})).json()["data"]
    assert (none["lines"], none["reason"]) == ([], f"{WHY} {WHAT}")
    some = (await operator.post(f"{AT}/data/preview", json={"filter": {"limit": 4}})).json()["data"]
    assert (len(some["lines"]), some["reason"]) == (1, None)


async def test_how_many_of_the_chosen_are_in_a_file_is_said_with_it(operator: httpx.AsyncClient) -> None:
    async with transaction() as session:
        await datasets.withdraw(session, rows()[0]["execution_id"], "the customer asked", LOCAL_OWNER)
    for path, asked, used in (
        ("export", {}, "3"),
        ("export", {"format": "csv"}, "6"),
        ("datasets/export", {"role": "writer", "format": "csv"}, "3"),
    ):
        answer = await operator.post(f"{AT}/{path}", json=asked)
        assert (answer.headers["x-examples"], answer.headers["x-examples-used"]) == ("7", used)
        assert len(answer.text.splitlines()) - answer.text.startswith(("execution_id", "messages", "id,")) >= int(used)
    gone = await operator.post(f"{AT}/export", json={"filters": {"date_before": rows()[0]["timestamp"].isoformat()}})
    assert gone.json()["error"]["detail"] == "The example that fits the filter is withdrawn."


@pytest.fixture
def stored(database: Database) -> None:
    async def put() -> None:
        await store_examples(rows())
        await db.dispose()

    asyncio.run(put())


def test_the_command_says_how_many_and_refuses_nothing_at_all(
    stored: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    into = tmp_path / "lines.jsonl"
    for group in (["examples"], ["datasets"]):
        assert (
            run([*group, "export", "--limit", "3", "--out" if group == ["datasets"] else "-o", str(into)]) == out.USAGE
        )
        assert WHY in capsys.readouterr().err
        assert not into.exists()
    assert run(["examples", "export", "-o", str(into)]) == 0
    told = capsys.readouterr().err
    assert "4 lines of 7 examples" in told
    assert "3 have no plan" in told
    assert len(into.read_text().splitlines()) == 4
    assert run(["datasets", "export", "--role", "writer"]) == 0
    assert "4 of 7 examples are in the file; 3 have no text that a person approved." in capsys.readouterr().err
    assert run(["training", "preview", "--since", "2026-01-01T13:00:00Z"]) == 0
    assert WHY in capsys.readouterr().out
