"""Lists and counts say exactly what a loop over all examples would say."""

import csv
import io
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.learn.service import Example
from cofounder.flow.train.data import export, queries, service
from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import FilterIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.flow.train.data.examples import FIRST, asked, lets_through, made, put_all
from tests.flow.train.data.test_export import put


def expected(filter: Filter, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Oldest first; of them the newest so many where the filter has a limit."""
    found = [one for one in rows if lets_through(filter, one)]
    found.sort(key=lambda one: (one["timestamp"], one["execution_id"]))
    return found if filter.limit is None else found[-filter.limit :]


def page_of(filter: Filter, size: int) -> FilterIn:
    """The filter as it is asked for a page."""
    return FilterIn.model_validate(filter.model_dump() | {"limit": size, "newest": filter.limit})


async def in_order(session: AsyncSession, filter: Filter) -> list[str]:
    """The ids of a table of the filter, as its file has them."""
    lines = [line.decode() async for some in export.export(session, filter, "csv") for line in some]
    return [one["execution_id"] for one in csv.DictReader(io.StringIO("".join(lines), newline=""))]


async def agrees(session: AsyncSession, filter: Filter, rows: list[dict[str, Any]]) -> None:
    """Statistics, page, file and condition against the loop."""
    wanted = expected(filter, rows)
    ids = [one["execution_id"] for one in wanted]
    scores = [one["quality_score"] for one in wanted if one["quality_score"] is not None]
    stats = await service.stats(session, filter)
    assert (await service.find(session, page_of(filter, 1))).statistics == stats
    assert stats.total_examples == stats.filtered_count == len(wanted), filter
    assert stats.judged == len(scores)
    mean = None if not scores else round(float(sum(scores)) / len(scores), 4)
    assert stats.avg_quality_score == pytest.approx(mean, abs=1e-4)
    ran = [one["success"] for one in wanted if not one["is_legacy"]]
    assert (stats.ran, stats.success_rate) == (len(ran), round(sum(ran) / len(ran), 4) if ran else None)
    assert stats.by_intent == Counter(one["intent"] for one in wanted)
    assert stats.by_platform == Counter(name for one in wanted for name in one["platforms"])
    tags = Counter(tag for one in wanted for tag in one["tags"])
    assert {tag: n for tag, n in stats.by_tag.items() if tag != "training_ready"} == tags
    spread = Counter(min(int(score * 10_000) // 2_000, 4) for score in scores)
    assert list(stats.quality_score_distribution.values()) == [spread[place] for place in range(5)]
    assert stats.date_range.earliest == (wanted[0]["timestamp"] if wanted else None)
    assert stats.date_range.latest == (wanted[-1]["timestamp"] if wanted else None)
    house = Filter(include_sample=filter.include_sample, archived=filter.archived)
    everything = Filter.model_validate(house.model_dump())
    of = sum(
        (everything.include_sample or not one["is_sample"])
        and (everything.archived is None or everything.archived == (one["archived_at"] is not None))
        for one in rows
    )
    assert stats.total_count == of
    page = await service.find(session, page_of(filter, 7))
    assert [one.execution_id for one in page.items] == ids[::-1][:7]
    assert (page.total, page.filtered_count, page.total_count) == (len(ids), len(ids), of)
    assert await in_order(session, filter) == [str(id) for id in ids]
    same = await session.scalars(select(Example.execution_id).where(queries.where(filter)))
    assert set(same.all()) == set(ids)


async def test_counts_and_lists_agree_with_a_loop_over_everything(session: AsyncSession) -> None:
    rows = made(seed=1, n=220)
    await put_all(session, rows)
    await agrees(session, Filter(), rows)
    found = 0
    for seed in range(60):
        filter = asked(seed)
        await agrees(session, filter, rows)
        found += bool(expected(filter, rows))
    assert found > 35  # the filters find something


@pytest.mark.parametrize("bound", [0.0, 0.7, 0.85, 0.8501, 0.9999, 1.0])
async def test_a_bound_of_quality_is_exact_on_both_sides(session: AsyncSession, bound: float) -> None:
    rows = made(seed=2, n=40)
    for place, one in enumerate(rows):
        near = round(bound * 10_000) + place % 5 - 2
        one["quality_score"] = type(one["cost"])(min(max(near, 0), 10_000)) / 10_000
    await put_all(session, rows)
    await agrees(session, Filter(quality_min=bound), rows)
    await agrees(session, Filter(quality_max=bound), rows)
    await agrees(session, Filter(quality_min=bound, quality_max=bound), rows)


async def test_pages_show_each_example_once_whatever_comes_between(session: AsyncSession) -> None:
    rows = made(seed=3, n=60)
    for one in rows:
        one.update(tags=[], is_sample=False, archived_at=None, timestamp=rows[0]["timestamp"])
    await put_all(session, rows)
    seen: list[Any] = []
    cursor = None
    while True:
        page = await service.page(session, cursor=cursor, limit=9)
        assert page.total == len(rows) + (1 if seen else 0)
        if not seen:
            await put_all(session, [{**made(seed=4, n=1)[0], "tags": [], "is_sample": False, "archived_at": None}])
        seen += [one.execution_id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert set(seen) >= {one["execution_id"] for one in rows}
    assert len(seen) == len(set(seen))
    by_offset = await service.page(session, offset=9, limit=9)
    assert len(by_offset.items) == 9


@pytest.mark.parametrize("cursor", ["", "nonsense", "MjAyNi0wMS0wMXxub3BlCg==", "\udcff"])
async def test_a_cursor_from_elsewhere_is_refused_by_its_name(session: AsyncSession, cursor: str) -> None:
    with pytest.raises(CursorInvalid) as raised:
        await service.page(session, cursor=cursor)
    assert raised.value.problem()["errors"][0]["field"] == "cursor"


async def test_the_statistics_of_nothing_have_no_means(session: AsyncSession) -> None:
    stats = await service.stats(session, Filter())
    assert (stats.total_examples, stats.avg_quality_score, stats.success_rate) == (0, None, None)
    assert stats.quality_score_distribution == {"0.0-0.2": 0, "0.2-0.4": 0, "0.4-0.6": 0, "0.6-0.8": 0, "0.8-1.0": 0}
    assert (await service.page(session)).items == []


async def all_agree(rows: list[dict[str, Any]], *filters: Filter) -> None:
    async with transaction() as session:
        for filter in filters:
            await agrees(session, filter, rows)


async def test_adding_up_the_lines_and_making_all_anew_change_no_count(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(seed=5, n=80)
    async with transaction() as session:
        await put_all(session, rows)
    async with transaction() as session:
        await session.execute(text("UPDATE orchestrator_training_data SET intent = 'analyse'"))
    for one in rows:
        one["intent"] = "analyse"
    monkeypatch.setattr(counting, "_LINES_KEPT", 10)
    async with transaction() as session:
        assert await counting.tidy_counts(session) > 80
    await all_agree(rows, Filter())
    async with transaction() as session:
        assert await service.rebuild(session) == len(rows)
    await all_agree(rows, Filter(quality_min=0.6), Filter(text="coffee"), Filter(agent="financial"))


async def test_an_example_that_changes_or_goes_is_counted_as_it_is_now(database: Database) -> None:
    rows = made(seed=6, n=50)
    async with transaction() as session:
        await put_all(session, rows)
    for one in rows[:20]:
        one.update({"intent": "analyse", "user_request": "Write about spring", "platforms": ["email"]})
    async with transaction() as session:
        await put_all(session, rows[:20])
        await session.execute(
            text("DELETE FROM orchestrator_training_data WHERE execution_id = ANY(:ids)"),
            {"ids": [one["execution_id"] for one in rows[30:]]},
        )
    await all_agree(rows[:30], Filter(), Filter(text="spring"))
    async with transaction() as session:
        await session.execute(text("TRUNCATE orchestrator_training_data"))
    await all_agree([], Filter())


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({}, {"plain"}),
        ({"include_tags": ["test"]}, {"test", "both"}),
        ({"include_tags": ["development"]}, {"both"}),
        ({"include_tags": ["exclude"]}, {"exclude", "tested"}),
        ({"include_tags": ["test", "exclude"]}, {"tested"}),
        ({"include_tags": ["test"], "exclude_tags": ["development"]}, {"test"}),
        ({"include_hidden": True}, {"plain", "test", "both", "exclude", "tested"}),
        ({"include_hidden": True, "include_tags": ["test"]}, {"test", "both", "tested"}),
        ({"include_hidden": True, "exclude_tags": ["exclude"]}, {"plain", "test", "both"}),
        ({"include_hidden": True, "archived": None}, {"plain", "test", "both", "exclude", "tested", "away"}),
    ],
)
async def test_a_second_tag_hides_nothing_that_was_asked_for(
    session: AsyncSession, said: dict[str, Any], names: set[str]
) -> None:
    """Who asks for tests does not ask for what is excluded; who looks for everything finds it."""
    there = {
        "plain": [],
        "test": ["test"],
        "both": ["test", "development"],
        "exclude": ["exclude"],
        "tested": ["test", "exclude"],
        "away": ["development", "exclude", "test"],
    }
    for name, tags in there.items():
        await put(session, user_request=f"Ask {name}", tags=tags, archived_at=FIRST if name == "away" else None)
    page = await service.find(session, FilterIn.model_validate({"text": "ask", **said}))
    assert {one.user_request.removeprefix("Ask ") for one in page.items} == names
    assert page.filtered_count == len(names)


async def test_a_bound_on_the_cost_is_as_exact_as_it_was_written(session: AsyncSession) -> None:
    await put(session, cost=Decimal("0.1"))
    for said, n in (
        ({"cost_min": 0.1, "cost_max": 0.1}, 1),
        ({"cost_min": 0.1000009}, 0),
        ({"cost_max": 0.0999999}, 0),
        ({"cost_min": 0.0999999, "cost_max": 0.1000009}, 1),
    ):
        assert (await service.stats(session, Filter.model_validate(said))).filtered_count == n, said
