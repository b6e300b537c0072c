"""What is exported can be read back, is what was asked for, and fits into the same memory at any size."""

import csv
import io
import json
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.learn import queries, service
from cofounder.flow.train.data import export, lines
from cofounder.flow.train.data.errors import QualityUnclear
from cofounder.flow.train.data.export import filters_of
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.lines import COLUMNS
from cofounder.flow.train.data.schemas import ExportIn
from cofounder.flow.train.data.writing import queries as written
from cofounder.flow.train.data.writing.service import DIMENSIONS
from cofounder.flow.train.roles import redaction
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.waiting import APPROVER, ready

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def row(**changes: Any) -> dict[str, Any]:
    return {
        "execution_id": new_id(),
        "user_request": "Write a post",
        "intent": "create_social_content",
        "timestamp": AT,
        "business_state": {"revenue_monthly": 150000},
        "similar_historical_content": [],
        "platform_baseline": {},
        "execution_plan": {"steps": 2, "agents": ["content"], "estimated_duration": 4, "estimated_cost": 0.0},
        "plan": {"steps": [{"id": "draft", "tool": "content.draft"}]},
        "execution_result": {"refinements_needed": 0},
        "quality_score": Decimal("0.906"),
        "quality_dimensions": {"accuracy": 0.95},
        "user_approval": True,
        "decision": {"verdict": "approve", "by": "key:ann", "feedback": None},
        "cost": Decimal("0.12"),
        "seconds": 47.0,
        "patterns_discovered": [],
        "business_correlations": {},
        "success": True,
        "tags": [],
        "platforms": ["linkedin"],
        "models": ["offline"],
        "created_at": now(),
        "updated_at": now(),
        **changes,
    }


async def put(session: AsyncSession, **changes: Any) -> None:
    await queries.upsert(session, row(**changes))


async def whole(session: AsyncSession, format: Any, *, redact: bool = True, **filters: Any) -> str:
    batches = export.export(session, Filter(**filters), format, redact=redact)
    return b"".join([line async for lines in batches for line in lines]).decode()


async def exported(session: AsyncSession, **filters: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await whole(session, "jsonl", **filters)).splitlines()]


async def table(session: AsyncSession, **filters: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(await whole(session, "csv", **filters), newline="")))


async def test_a_decided_run_is_a_line_that_a_tuner_can_read(session: AsyncSession) -> None:
    id = await ready(session)
    await approvals.open_round(session, id)
    await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    made = await service.upsert_example(session, id)
    (line,) = await exported(session)
    assert [message["role"] for message in line["messages"]] == ["system", "user", "assistant"]
    assert line["messages"][1]["content"] == made.user_request
    answer = json.loads(line["messages"][2]["content"])
    assert answer["plan"] == made.plan
    assert answer["expected_quality"] == float(made.quality_score or 0)
    assert answer["business_context"]["business_state"] == made.business_state
    assert line["metadata"]["intent"] == made.intent
    assert line["metadata"]["success"] is True


async def test_scores_and_money_are_numbers_and_exact(session: AsyncSession) -> None:
    await put(session)
    file = await whole(session, "jsonl")
    assert '"quality_score": 0.906' in file
    (cells,) = await table(session)
    assert (cells["quality_score"], cells["cost"], cells["quality_accuracy"]) == ("0.906", "0.12", "0.95")
    assert cells["timestamp"] == "2026-11-02T09:30:00Z"


async def test_tests_and_samples_stay_out_unless_asked_for(session: AsyncSession) -> None:
    await put(session, user_request="real", tags=["production"])
    for tag in ("development", "test", "exclude"):
        await put(session, user_request=tag, tags=[tag])
    await put(session, user_request="sample", is_sample=True)
    assert [cells["user_request"] for cells in await table(session)] == ["real"]
    assert [cells["user_request"] for cells in await table(session, include_tags=["test"])] == ["test"]
    assert len(await table(session, include_sample=True)) == 2


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "abcd"),
        ({"quality_min": 0.85}, "ab"),
        ({"quality_min": 0.906}, "a"),
        ({"quality_max": 0.85}, "bc"),
        ({"intent_filter": ["analyse_metrics"]}, "b"),
        ({"success_only": True}, "abd"),
        ({"platform": "twitter"}, "c"),
        ({"include_tags": ["production", "mine"]}, "a"),
        ({"exclude_tags": ["mine", "other"]}, "cd"),
        ({"date_after": AT}, "bcd"),
        ({"date_before": AT}, "ab"),
        ({"limit": 2}, "cd"),
    ],
)
async def test_each_filter_narrows_as_it_says(session: AsyncSession, filters: dict[str, Any], expected: str) -> None:
    day = AT.replace(day=1)
    await put(session, user_request="a", tags=["production", "mine"], timestamp=day)
    await put(session, user_request="b", tags=["other"], quality_score=Decimal("0.85"), intent="analyse_metrics")
    await put(
        session,
        user_request="c",
        quality_score=Decimal("0.5"),
        success=False,
        platforms=["x"],
        timestamp=AT.replace(day=3),
    )
    await put(session, user_request="d", quality_score=None, timestamp=AT.replace(day=4))
    assert "".join(cells["user_request"] for cells in await table(session, **filters)) == expected


async def test_an_example_without_a_plan_has_no_planner_line(session: AsyncSession) -> None:
    await put(session, plan=None, execution_plan=None, is_legacy=True)
    assert await exported(session) == []
    assert len(await table(session)) == 1


async def test_an_empty_table_still_has_its_header(session: AsyncSession) -> None:
    file = await whole(session, "csv")
    assert file.splitlines() == [",".join([*COLUMNS, *(f"quality_{name}" for name in DIMENSIONS)])]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
async def test_no_cell_is_a_formula(session: AsyncSession, start: str) -> None:
    await put(session, user_request=f'{start}HYPERLINK("http://evil.example","x")', tags=[f"{start}1+1"])
    (cells,) = await table(session)
    assert cells["user_request"].startswith("'")
    assert cells["tags"].startswith("'") is bool(start.strip())  # a tag begins with no blank


@given(cells=st.lists(st.text() | st.integers() | st.floats(allow_nan=False) | st.none(), min_size=1))
def test_a_row_is_read_back_with_as_many_cells(cells: list[Any]) -> None:
    (back,) = csv.reader(io.StringIO(lines.row_of(cells), newline=""))
    assert len(back) == len(cells)
    for cell, read in zip(cells, back, strict=True):
        if isinstance(cell, str):
            assert read.removeprefix("'") == cell.replace("\x00", "").removeprefix("'")
        elif cell is not None:
            assert float(read) == float(cell)


@pytest.mark.parametrize(
    ("wanted", "least"),
    [
        ({}, None),
        ({"filter_by_quality": False}, None),
        ({"filter_by_quality": True}, 0.85),
        ({"filter_by_quality": 0.7}, 0.7),
        ({"filter_by_quality": 1}, 1.0),
        ({"min_quality": 0.6}, 0.6),
        ({"filter_by_quality": True, "min_quality": 0.9, "filters": {"quality_min": 0.5}}, 0.9),
    ],
)
def test_the_least_quality_may_be_said_in_any_of_its_ways(wanted: dict[str, Any], least: float | None) -> None:
    assert filters_of(ExportIn.model_validate(wanted)).quality_min == least


@pytest.mark.parametrize(
    ("said", "field"), [({"min_quality": 0.9}, "min_quality"), ({"filter_by_quality": True}, "filter_by_quality")]
)
def test_a_least_quality_above_the_most_is_refused_by_its_name(said: dict[str, Any], field: str) -> None:
    with pytest.raises(QualityUnclear, match="above quality_max") as refused:
        filters_of(ExportIn.model_validate({"filters": {"quality_max": 0.5}, **said}))
    assert refused.value.field == field


def test_a_quality_beyond_one_is_refused() -> None:
    with pytest.raises(QualityUnclear):
        filters_of(ExportIn(filter_by_quality=85.0))


async def test_an_export_of_any_size_fits_into_the_same_memory(database: Database) -> None:
    async with transaction() as session:
        await put(session, user_request="x" * 4_000)
        columns = "execution_id, " + ", ".join(name for name in row() if name != "execution_id")
        picked = columns.replace("execution_id", "gen_random_uuid()", 1)
        await session.execute(
            text(
                f"INSERT INTO orchestrator_training_data ({columns}) "
                f"SELECT {picked} FROM orchestrator_training_data, generate_series(1, 5000)"
            )
        )
    async with transaction() as session:
        count = size = 0
        tracemalloc.start()
        async for lines_of_it in export.export(session, Filter(), "jsonl", redact=False):
            count, size = count + len(lines_of_it), size + sum(map(len, lines_of_it))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 5001
    assert size > 20_000_000
    assert peak < size / 3, (peak, size)


ODD = 'A "quote", a \\\\backslash\\n, a tab\t, a line\nend, \r, \x0b\x1f\x7f, é, 🥐, \u2028, </script>, \\u0041, $1, :x, %s'


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"user_request": ODD, "intent": ODD, "tags": [ODD, "b", "a", "Z", "é"], "decision": {"verdict": ODD}},
        {"plan": {ODD: [ODD, 1.50, None, True, {"deep": [ODD]}]}, "business_state": {"a": ODD, "n": 1e30, "z": -0.0}},
        {"quality_score": None, "decision": None, "post_publication_metrics": None, "platforms": []},
        {
            "post_publication_metrics": {"linkedin": {"views": 3}},
            "patterns_discovered": [ODD],
            "platforms": ["x", "email"],
        },
        {"timestamp": AT.replace(microsecond=120), "success": False, "tags": ["one"]},
        {"platform_baseline": {"linkedin": {"rate": 0.0280}}, "similar_historical_content": [{"topic": ODD}]},
    ],
)
async def test_the_database_spells_a_line_as_everybody_does(session: AsyncSession, changes: dict[str, Any]) -> None:
    await put(session, **changes)
    spelt = await whole(session, "jsonl", redact=False)
    assert spelt == await whole(session, "jsonl")  # nothing in it is personal data, so both ways say the same
    assert json.loads(spelt)["messages"][1]["content"] == changes.get("user_request", "Write a post")


async def test_every_score_is_the_same_number_for_the_database_and_for_python(session: AsyncSession) -> None:
    asked = text(
        f"SELECT {written.SCORE} FROM (SELECT (n / 10000.0)::numeric(5, 4) AS quality_score "
        "FROM generate_series(0, 10000) AS n ORDER BY n) AS e"
    )
    found = (await session.scalars(asked)).all()
    assert found == [repr(n / 10_000) for n in range(10_001)]


PERSONAL = "Write to ann.lee@corner.io or call +49 30 123 456 78"


async def test_nothing_leaves_that_the_detector_finds(session: AsyncSession) -> None:
    await put(
        session,
        user_request=PERSONAL,
        intent="for bob@corner.io",
        tags=["ann@corner.io", "production"],
        plan={"steps": [{"inputs": {"note": PERSONAL}}]},
        business_state={"contact": PERSONAL},
        similar_historical_content=[{"title": PERSONAL}],
        post_publication_metrics={"note": PERSONAL},
        patterns_discovered=[PERSONAL],
        decision={"verdict": "approve", "by": "person:ann@corner.io", "feedback": PERSONAL},
    )
    (line,) = await exported(session)
    (cells,) = await table(session)
    assert redaction.left_in([{"content": json.dumps(line)}, {"content": json.dumps(cells)}]) == []
    assert line["messages"][1]["content"] == "Write to [EMAIL_1] or call [PHONE_1]"
    assert cells["user_request"] == line["messages"][1]["content"]
    assert cells["timestamp"] == "2026-11-02T09:30:00Z"
    assert "ann.lee@corner.io" in await whole(session, "jsonl", redact=False)
    assert "ann.lee@corner.io" in await whole(session, "csv", redact=False)


async def test_an_export_that_is_left_half_read_gives_its_connection_back(database: Database) -> None:
    async with transaction() as session:
        await put(session, user_request="x" * 4_000)
        columns = "execution_id, " + ", ".join(name for name in row() if name != "execution_id")
        picked = columns.replace("execution_id", "gen_random_uuid()", 1)
        await session.execute(
            text(
                f"INSERT INTO orchestrator_training_data ({columns}) "
                f"SELECT {picked} FROM orchestrator_training_data, generate_series(1, 2000)"
            )
        )
    async with transaction() as session:
        batches = export.export(session, Filter(), "jsonl", redact=False)
        assert len(await anext(batches)) < 2_000
        await batches.aclose()
    async with transaction() as session:
        assert len((await whole(session, "jsonl", redact=False)).splitlines()) == 2_001
