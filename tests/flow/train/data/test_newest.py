"""A filter's limit means the newest so many of what the rest lets through, wherever the filter is used."""

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import changing, export, service
from cofounder.flow.train.data.errors import ExamplesChanged
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import FilterIn, Selected
from cofounder.flow.train.datasets import exporting, queries
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from tests.flow.train.data.examples import asked, made, put_all
from tests.flow.train.data.test_changing import tags
from tests.flow.train.data.test_counting import agrees, expected
from tests.flow.train.datasets.making import example, store_examples

BY = "key:ann"
FIVE = Filter(limit=5)


def ids_of(lines: str) -> list[UUID]:
    return [UUID(json.loads(line)["metadata"]["execution_id"]) for line in lines.splitlines()]


async def written(session: AsyncSession, filter: Filter, format: Any) -> str:
    return b"".join([line async for some in export.export(session, filter, format) for line in some]).decode()


async def test_counts_pages_and_files_agree_with_a_loop_that_takes_the_newest(session: AsyncSession) -> None:
    rows = made(seed=1, n=120)
    await put_all(session, rows)
    for seed, limit in enumerate((1, 3, 5, 11, 40, 500) * 4):
        await agrees(session, asked(seed).model_copy(update={"limit": limit}), rows)
    await agrees(session, FIVE, rows)
    await agrees(session, Filter(limit=500), rows)


async def test_pages_of_the_newest_end_with_the_last_of_them(session: AsyncSession) -> None:
    rows = made(seed=2, n=60)
    await put_all(session, rows)
    wanted = [one["execution_id"] for one in expected(Filter(limit=12), rows)][::-1]
    seen: list[UUID] = []
    cursor = None
    while True:
        page = await service.find(session, FilterIn(newest=12, limit=5, cursor=cursor))
        assert (page.total, page.filtered_count) == (12, 12)
        seen += [one.execution_id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == wanted
    assert len((await service.find(session, FilterIn(newest=12, limit=50, offset=10))).items) == 2


async def test_the_preview_is_the_beginning_of_the_file(session: AsyncSession) -> None:
    await put_all(session, made(seed=3, n=60))
    lines = (await written(session, Filter(limit=12), "jsonl")).splitlines()
    assert len(lines) == 12
    assert (await service.preview(session, Filter(limit=12), "jsonl", 4)).lines == lines[:4]
    assert (await service.preview(session, Filter(limit=2), "jsonl", 4)).lines == lines[-2:]
    table = await service.preview(session, Filter(limit=12), "csv", 4)
    assert [table.header, *table.lines] == (await written(session, Filter(limit=12), "csv")).splitlines()[:5]


async def test_what_cannot_be_learned_from_leaves_the_newest_it_does_not_let_older_ones_in(
    session: AsyncSession,
) -> None:
    rows = made(seed=4, n=20)
    for one in rows:
        one.update(tags=[], is_sample=False, archived_at=None)
    newest = sorted(rows, key=lambda one: (one["timestamp"], one["execution_id"]))[-5:]
    newest[2]["plan"] = None
    await put_all(session, rows)
    wanted = [one["execution_id"] for one in newest]
    cells = csv.DictReader(io.StringIO(await written(session, FIVE, "csv"), newline=""))
    assert [UUID(one["execution_id"]) for one in cells] == wanted
    assert ids_of(await written(session, FIVE, "jsonl")) == [id for id in wanted if id != newest[2]["execution_id"]]


async def test_so_many_were_seen_counts_the_newest_only(session: AsyncSession) -> None:
    rows = made(seed=5, n=40)
    await put_all(session, rows)
    all_of_it = (await service.stats(session, Filter())).filtered_count
    assert all_of_it > 5
    with pytest.raises(ExamplesChanged):
        await changing.tag(session, Selected(filter=FIVE, expected=all_of_it), ["q5"], by=BY)
    assert (await changing.tag(session, Selected(filter=FIVE, expected=5), ["q5"], by=BY)).count == 5
    now = await tags(session)
    assert {id for id, had in now.items() if "q5" in had} == {one["execution_id"] for one in expected(FIVE, rows)}
    with pytest.raises(ExamplesChanged):
        await changing.put_away(session, Selected(filter=FIVE, expected=all_of_it), by=BY, archived=True)
    assert (await changing.put_away(session, Selected(filter=FIVE, expected=5), by=BY, archived=True)).count == 5
    with pytest.raises(ExamplesChanged):
        await changing.put_away(session, Selected(filter=FIVE, expected=6), by=BY, archived=False)
    assert (await changing.put_away(session, Selected(filter=FIVE, expected=5), by=BY, archived=False)).count == 5


@pytest.mark.parametrize("role", ["planner", "writer", "judge"])
async def test_a_version_and_an_export_of_a_role_hold_the_newest(database: Database, role: Any) -> None:
    rows = [example(n) for n in range(20)]
    await store_examples(rows)
    newest = {one["execution_id"] for one in sorted(rows, key=lambda one: one["timestamp"])[-5:]}
    async with transaction() as session:
        assert await queries.count(session, FIVE, role) == 5
    asked = DatasetIn.model_validate({"name": "few", "role": role, "filters": {"limit": 5}, "split": {"by": "none"}})
    made = await datasets.create(asked, LOCAL_OWNER)
    kept = b"".join([piece async for piece in (await exporting.of_version(made.id, "jsonl"))[2]]).decode()
    assert made.example_count == 5
    assert set(ids_of(kept)) == newest
    live = [line async for some in exporting.live(FIVE, role, redact=True) for line in some]
    assert len(live) == 5
