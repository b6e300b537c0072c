"""Two versions are compared line by line, and a reason is told only where it is one."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data import changing
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import Selected
from cofounder.flow.train.datasets import comparing, service
from cofounder.flow.train.datasets.absence.service import UNKNOWN
from cofounder.flow.train.datasets.schemas import DatasetOut
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import example, store_examples
from .test_files import upload
from .test_versions import make

_NEWEST = "That version takes the newest {} of what its filter lets through."


async def _by_age() -> list[UUID]:
    """The runs, the oldest request first."""
    async with reading() as session:
        found = select(Example.execution_id).order_by(Example.timestamp, Example.execution_id)
        return list((await session.scalars(found)).all())


async def why_not(absent: DatasetOut, held: DatasetOut) -> dict[UUID | None, str]:
    """What is told of each line that `held` has and `absent` has not."""
    async with reading() as session:
        found = await comparing.compare(session, absent.id, held.id, LOCAL_OWNER)
    return {one.execution_id: one.why for one in found.added_lines}


async def tag(tags: list[str], id: UUID | None = None, *, remove: bool = False) -> None:
    chosen = Selected(filter=Filter()) if id is None else Selected(execution_ids=[id])
    async with transaction() as session:
        await changing.tag(session, chosen, tags, by="anna", remove=remove)


async def archive(id: UUID, archived: bool) -> None:
    async with transaction() as session:
        await changing.put_away(session, Selected(execution_ids=[id]), by="anna", archived=archived)


async def withdraw(id: UUID) -> None:
    async with transaction() as session:
        await service.withdraw(session, id, "the customer asked", LOCAL_OWNER)


async def readmit(id: UUID) -> None:
    async with transaction() as session:
        await service.readmit(session, id, LOCAL_OWNER)


async def scored(id: UUID, score: str) -> None:
    async with transaction() as session:
        found = update(Example).where(Example.execution_id == id)
        await session.execute(found.values(quality_score=Decimal(score)))


@pytest.mark.parametrize(
    ("first", "second", "told"), [(5, 3, (3, 0, 2)), (3, 5, (3, 2, 0)), (4, 4, (4, 0, 0)), (1, 3, (1, 2, 0))]
)
async def test_equal_lines_that_were_kept_are_counted_one_by_one(
    database: Database, first: int, second: int, told: tuple[int, int, int]
) -> None:
    line = {"messages": [{"role": "user", "content": "Ask"}, {"role": "assistant", "content": "Told"}]}

    async def brought(n: int, **asked: Any) -> DatasetOut:
        return (await upload("\n".join([json.dumps(line)] * n).encode(), duplicates="keep", **asked)).dataset

    one, other = await brought(first), await brought(second, new_version=True)
    async with reading() as session:
        found = await comparing.compare(session, one.id, other.id, LOCAL_OWNER)
    assert (found.same, found.added, found.removed, found.relabelled) == (*told, 0)
    assert (len(found.added_lines), len(found.removed_lines)) == told[1:]


async def test_what_came_after_both_versions_is_no_reason(database: Database) -> None:
    ids = await store_examples(
        [example(number, quality_score=Decimal(score)) for number, score in enumerate(("0.9", "0.7"))]
    )
    few = await make("few", filters=Filter(quality_min=0.8))
    every = await make("every")
    by_score = "The filter of that version does not let it through. Its score is 0.7 now."
    assert await why_not(few, every) == {ids[1]: by_score}
    await tag(["later"])
    await withdraw(ids[1])
    await readmit(ids[1])
    assert await why_not(few, every) == {ids[1]: by_score}
    await withdraw(ids[1])
    assert "withdrawn" not in (await why_not(few, every))[ids[1]]
    await archive(ids[1], True)
    assert "archived" not in (await why_not(few, every))[ids[1]]


async def test_what_was_so_when_the_version_was_made_is_the_reason_though_it_is_so_no_more(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(6)])
    every = await make("every")
    tagged, away, gone, fell = ids[:4]
    await tag(["exclude"], tagged)
    await archive(away, True)
    await withdraw(gone)
    await scored(fell, "0.3")
    few = await make("few", filters=Filter(quality_min=0.5))
    await tag(["exclude"], tagged, remove=True)
    await archive(away, False)
    await readmit(gone)
    await tag(["later"])
    assert await why_not(few, every) == {
        tagged: "It was tagged exclude when that version was made, which its filter leaves out.",
        away: "The example was archived before that version was made.",
        gone: "The run was withdrawn when that version was made; it was readmitted since.",
        fell: "The filter of that version does not let it through. Its score is 0.3 now.",
    }
    await scored(fell, "0.9")
    assert (await why_not(few, every))[fell] == UNKNOWN


async def test_only_what_the_filter_asks_is_told(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(3)])
    every = await make("every")
    golden = await make("few", filters=Filter(intent_filter=["analyze"]))
    await tag(["gold"])
    intent = (
        "The filter of that version does not let it through. What it asks and the example does not answer: its intent."
    )
    assert await why_not(golden, every) == dict.fromkeys(ids[:2], intent)
    await tag(["best"], ids[0])
    best = await make("best", filters=Filter(include_tags=["best"]))
    await tag(["best"])
    lacking = "It was not tagged best when that version was made, as its filter asks."
    assert await why_not(best, every) == dict.fromkeys(ids[1:], lacking)
    newest = await make("newest", filters=Filter(limit=1))
    assert await why_not(newest, every) == dict.fromkeys(ids[:2], _NEWEST.format(1))


async def test_a_limit_that_was_not_reached_is_no_reason(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(3)])
    every = await make("every")
    await scored(ids[0], "0.3")
    roomy = await make("roomy", filters=Filter(quality_min=0.5, limit=100))
    just = await make("just", filters=Filter(quality_min=0.5, limit=2))
    nearly = await make("nearly", filters=Filter(quality_min=0.5, limit=3))
    await scored(ids[0], "0.9")
    assert await why_not(roomy, every) == {ids[0]: UNKNOWN}
    assert await why_not(just, every) == {ids[0]: _NEWEST.format(2)}
    assert await why_not(nearly, every) == {ids[0]: _NEWEST.format(3)}, "what has nothing for a line counts too"


async def test_what_is_newer_than_the_oldest_that_a_limit_took_in_was_not_kept_out_by_it(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(4)])
    every = await make("every")
    by_age = await _by_age()
    await scored(by_age[-1], "0.3")
    two = await make("two", filters=Filter(quality_min=0.5, limit=2))
    await scored(by_age[-1], "0.9")
    assert await why_not(two, every) == {by_age[-1]: UNKNOWN, by_age[0]: _NEWEST.format(2)}
    assert len(ids) == 4
