"""Versions of datasets: whole, unchangeable, the same everywhere."""

import asyncio
import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import update

from cofounder import api
from cofounder.flow.learn.service import Example
from cofounder.flow.train.data import changing, erasing
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import Selected
from cofounder.flow.train.datasets import building, comparing, exporting, previewing, service
from cofounder.flow.train.datasets.errors import (
    DatasetDeleted,
    DatasetEmpty,
    DatasetMissing,
    DatasetNameTaken,
    DatasetRoleDiffers,
)
from cofounder.flow.train.datasets.schemas import DatasetChange, DatasetIn, DatasetOut, SplitIn
from cofounder.flow.train.roles import redaction
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER

from .making import HOUSE, START, example, request, store_examples


async def make(name: str = "plans", **asked: Any) -> DatasetOut:
    return await service.create(DatasetIn(name=name, **asked), LOCAL_OWNER)


async def downloaded(id: UUID, format: str = "jsonl", split: str = "all") -> bytes:
    _, _, chunks = await exporting.of_version(id, format, split)
    return b"".join([chunk async for chunk in chunks])


async def retag(id: UUID, tags: list[str]) -> None:
    async with transaction() as session:
        await session.execute(update(Example).where(Example.execution_id == id).values(tags=tags))


async def test_a_version_has_exact_members_files_and_a_hash(database: Database) -> None:
    await store_examples([example(number) for number in range(100)])
    made = await make()
    assert (made.state, made.version, made.example_count, made.is_current) == ("ready", 1, 100, True)
    assert made.splits == {"train": 80, "validation": 10, "test": 10}
    assert len(made.content_hash or "") == 64
    assert made.leakage["clean"]
    whole = await downloaded(made.id)
    assert len(whole.splitlines()) == 100
    assert sum(file.bytes for file in made.files) == len(whole) == made.file_size
    part = await downloaded(made.id, split="validation")
    (file,) = [one for one in made.files if one.split == "validation"]
    assert hashlib.sha256(part).hexdigest() == file.sha256
    line = json.loads(whole.splitlines()[0])
    assert [one["role"] for one in line["messages"]] == ["system", "user", "assistant"]
    assert json.loads(line["messages"][2]["content"])["plan"]["steps"][0]["tool"] == "content.write"
    async with reading() as session:
        shown = await previewing.preview(session, made.id, LOCAL_OWNER, offset=10, limit=5)
    assert [one.position for one in shown.items] == [10, 11, 12, 13, 14]
    assert all(one.line.encode() + b"\n" in whole for one in shown.items)


async def test_the_hash_is_the_same_whatever_the_ids_and_the_order(database: Database) -> None:
    await store_examples([example(number) for number in range(40)])
    first = await make(seed=7)
    async with transaction() as session:
        for number in reversed(range(40)):  # as on a machine on which the same work came in otherwise
            here = Example.execution_id == uuid5(HOUSE, f"{number}")
            await session.execute(update(Example).where(here).values(execution_id=uuid4()))
    again = await make("again", seed=7)
    assert again.content_hash == first.content_hash
    assert (await make("other", seed=8)).content_hash != first.content_hash
    assert (await make("plain", seed=7, redact=False)).content_hash != first.content_hash
    assert (await make("system", seed=7, system_prompt="Plan.")).content_hash != first.content_hash
    assert (await make("time", seed=7, split=SplitIn(by="time"))).content_hash != first.content_hash
    assert (await make("filter", seed=7, filters=Filter(success_only=True))).content_hash != first.content_hash


async def test_another_formatter_or_policy_is_another_hash(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await store_examples([example(number) for number in range(10)])
    first = await make()
    monkeypatch.setitem(__import__("cofounder.flow.train.roles.shaper", fromlist=["x"]).FORMATTER, "planner", 99)
    assert (await make("formatter")).content_hash != first.content_hash
    monkeypatch.undo()
    monkeypatch.setattr(redaction, "policy", lambda: "personal-data/99")
    assert (await make("policy")).content_hash != first.content_hash


async def test_a_version_downloads_byte_for_byte_after_its_examples_were_retagged(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(30)])
    first = await make()
    before = {format: await downloaded(first.id, format) for format in ("jsonl", "openai", "gemini", "csv")}
    await retag(ids[0], ["exclude"])
    await retag(ids[1], ["production", "manual_approved"])
    assert {format: await downloaded(first.id, format) for format in before} == before
    second = await make(new_version=True)
    assert (second.version, second.example_count) == (2, 29)
    assert second.content_hash != first.content_hash
    async with reading() as session:
        found = await comparing.compare(session, first.id, second.id, LOCAL_OWNER)
        assert not (await service.get(session, first.id)).is_current
    assert (found.same, found.added, found.removed, found.relabelled) == (28, 0, 1, 1)
    (removed,) = found.removed_lines
    assert removed.execution_id == ids[0]
    assert removed.why == "It was tagged exclude when that version was made, which its filter leaves out."
    (relabelled,) = found.relabelled_lines
    assert relabelled.labels == {"tags": [["production"], ["manual_approved", "production"]]}


async def test_the_line_that_stands_is_the_better_one_and_is_named(database: Database) -> None:
    same = {"user_request": request(1), "plan": {"steps": []}, "business_state": {}, "tags": []}
    rows = [example(number) for number in range(10, 30)]
    rows.append(example(1, **same, quality_score=Decimal("0.80"), timestamp=START))
    rows.append(example(2, **same, quality_score=Decimal("0.80"), timestamp=START + timedelta(days=1)))
    rows.append(example(3, user_request=request(1, words=40), quality_score=Decimal("0.90")))
    rows.append(example(4, user_request=request(1, words=40) + " please", quality_score=Decimal("0.95")))
    ids = await store_examples(rows)
    made = await make()
    async with reading() as session:
        left = await service.left_out(session, made.id)
    told = {(one.execution_id, one.reason, one.stands_for) for one in left.items}
    assert told == {(ids[-2], "near", ids[-1]), (ids[-4], "exact", ids[-3])}
    assert made.statistics["duplicates"] == {"exact": 1, "near": 1}
    assert (await make("kept", duplicates="keep")).example_count == 24


async def test_a_name_that_is_taken_is_refused_until_a_new_version_is_meant(database: Database) -> None:
    await store_examples([example(number) for number in range(5)])
    await make()
    with pytest.raises(DatasetNameTaken):
        await make()
    assert (await make(new_version=True)).version == 2


async def test_nothing_to_learn_from_makes_no_version(database: Database) -> None:
    with pytest.raises(DatasetEmpty):
        await make()
    async with reading() as session:
        assert (await service.listed(session)).total == 0


async def test_a_name_goes_back_to_an_earlier_version_and_over_a_tombstone(database: Database) -> None:
    await store_examples([example(number) for number in range(6)])
    first = await make()
    second = await make(new_version=True, seed=3)
    async with transaction() as session:
        assert (await service.roll_back(session, first.id, LOCAL_OWNER)).is_current
        assert (await service.named(session, "plans")).id == first.id
        assert (await service.named(session, "plans@2")).id == second.id
    gone = await service.remove(first.id, "made by mistake", LOCAL_OWNER)
    assert (gone.state, gone.deleted_why, gone.is_current) == ("deleted", "made by mistake", False)
    async with transaction() as session:
        assert (await service.named(session, "plans")).id == second.id
        held = await service.held_by(session, uuid5(HOUSE, "0"))
        assert {(one.version, one.state) for one in held.datasets} == {(1, "deleted"), (2, "ready")}
    with pytest.raises(DatasetDeleted):
        await downloaded(first.id)
    assert len((await downloaded(second.id)).splitlines()) == 6  # the other has its files still


async def test_a_withdrawn_run_is_in_no_version_made_after(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(10)])
    first = await make()
    async with transaction() as session:
        held = await service.withdraw(session, ids[3], "the customer asked", LOCAL_OWNER)
    assert [one.dataset_id for one in held.datasets] == [first.id]
    second = await make(new_version=True)
    async with reading() as session:
        found = await comparing.compare(session, first.id, second.id, LOCAL_OWNER)
    assert [(one.execution_id, one.why) for one in found.removed_lines] == [(ids[3], "The run was withdrawn.")]
    async with transaction() as session:
        await service.readmit(session, ids[3], LOCAL_OWNER)
    assert (await make(new_version=True)).example_count == 10


async def test_of_an_example_that_was_archived_in_between_a_comparison_says_so(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(4)])
    first = await make()
    async with transaction() as session:
        await changing.put_away(session, Selected(execution_ids=[ids[1]]), by=LOCAL_OWNER.who, archived=True)
    second = await make(new_version=True)
    async with reading() as session:
        found = await comparing.compare(session, first.id, second.id, LOCAL_OWNER)
    told = [(one.execution_id, one.why) for one in found.removed_lines]
    assert told == [(ids[1], "The example was archived before that version was made.")]


async def test_a_run_that_two_withdraw_at_once_is_withdrawn_once(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(2)])

    async def withdraw() -> bool:
        async with transaction() as session:
            return (await service.withdraw(session, ids[0], "the customer asked", LOCAL_OWNER)).withdrawn

    assert all(await asyncio.gather(*(withdraw() for _ in range(6))))


async def test_a_version_can_be_described_anew_and_put_away(database: Database) -> None:
    await store_examples([example(number) for number in range(3)])
    made = await make()
    async with transaction() as session:
        told = await service.change(
            session, made.id, DatasetChange(description="For November", archived=True), LOCAL_OWNER
        )
        assert (told.description, told.archived) == ("For November", True)
        assert (await service.listed(session)).total == 0
        assert (await service.listed(session, archived=True)).total == 1


async def test_a_script_makes_and_finds_versions(database: Database) -> None:
    await store_examples([example(number) for number in range(4)])
    made = await api.create_dataset("plans", "For a script", {"quality_min": 0.7}, seed=5)
    assert (made["name"], made["version"], made["example_count"]) == ("plans", 1, 4)
    assert [one["id"] for one in await api.list_datasets()] == [made["id"]]
    assert await api.get_dataset("plans@1") == await api.get_dataset(made["id"])


async def test_a_version_that_nobody_wants_any_more_is_called_off_in_the_middle(database: Database) -> None:
    """What is still coming from the database is not waited for, and the reason is what is told."""
    await store_examples([example(number) for number in range(2_500)])

    async def unwanted(phase: str, done: int, total: int | None) -> None:
        raise building.Gone

    with pytest.raises(building.Gone):
        await service.create(DatasetIn(name="plans"), LOCAL_OWNER, wait=True, tell=unwanted)
    made = await service.create(DatasetIn(name="plans"), LOCAL_OWNER, wait=True)
    assert made.example_count > 2_000


async def test_a_name_stands_for_its_highest_version_when_the_one_it_stood_for_is_deleted(database: Database) -> None:
    """Numbers are given when a version is ready: the one that was asked for first may be the newest."""
    await store_examples([example(number) for number in range(3)])
    first, second, third = [await make(new_version=True) for _ in range(3)]
    async with transaction() as session:  # the second took long to make: it was asked for before the first
        earlier = first.created_at - timedelta(hours=1)
        await session.execute(update(service.Version).where(service.Version.id == second.id).values(created_at=earlier))
    await service.remove(third.id, "It was a trial.", LOCAL_OWNER)
    async with reading() as session:
        assert (await service.named(session, "plans")).version == 2
        assert [one.version for one in (await service.lineage(session, first.id)).versions] == [3, 2, 1]


async def test_one_name_is_one_dataset_however_it_is_written(database: Database) -> None:
    await store_examples([example(number) for number in range(3)])
    await make("big")
    with pytest.raises(DatasetNameTaken, match="'big'"):
        await make("BIG")
    again = await make("Big", new_version=True)
    assert (again.name, again.version) == ("big", 2)
    async with reading() as session:
        assert (await service.named(session, "BIG")).version == 2
        assert (await service.named(session, "BIG@1")).version == 1
        assert (await service.listed(session, name="bIg")).total == 2
        for odd in ("big@²", "big@" + "9" * 30):
            with pytest.raises(DatasetMissing):
                await service.named(session, odd)


async def test_an_empty_selection_says_what_to_do(database: Database) -> None:
    with pytest.raises(DatasetEmpty, match="No example fits the filter") as refused:
        await make()
    assert "Ask for a few tasks" in refused.value.advice
    await store_examples([example(number, is_sample=True, plan=None, is_legacy=True) for number in range(3)])
    with pytest.raises(DatasetEmpty, match="Of 3 examples that fit the filter none has a plan") as refused:
        await make()
    assert "Ask for a few tasks" in refused.value.advice
    await store_examples([example(9, is_sample=True)])
    with pytest.raises(DatasetEmpty, match="Only examples of the sample company fit") as refused:
        await make()
    assert "include_sample" in refused.value.advice
    assert (await make(filters=Filter(include_sample=True))).example_count == 1


async def test_a_next_version_is_for_whom_the_version_before_was(database: Database) -> None:
    await store_examples([example(number, final_text={"linkedin": f"Text {number}."}) for number in range(5)])
    assert (await make("wr", role="writer")).role == "writer"
    second = await make("WR", new_version=True)
    assert (second.role, second.version) == ("writer", 2)
    with pytest.raises(DatasetRoleDiffers, match="'wr' are for a writer, not for a planner") as refused:
        await make("wr", role="planner", new_version=True)
    assert (refused.value.field, refused.value.status) == ("role", 409)
    assert (await api.create_dataset("wr", new_version=True))["role"] == "writer"
    async with reading() as session:
        assert (await service.named(session, "wr")).version == 3
    assert (await make("other", role="planner")).role == "planner"
    for one in await api.list_datasets("wr"):
        await service.remove(UUID(one["id"]), "It was a trial.", LOCAL_OWNER)
    assert (await make("wr")).role == "writer", "a deleted version still says what it was"
    await service.remove((await make("wr", new_version=True)).id, "It was a trial.", LOCAL_OWNER)
    for one in await api.list_datasets("wr"):
        await service.remove(UUID(one["id"]), "It was a trial.", LOCAL_OWNER)
    assert (await make("wr", role="planner")).role == "planner", "a name whose versions are all gone is free"


async def test_a_next_version_is_made_like_the_version_before_but_for_what_is_said(database: Database) -> None:
    await store_examples([example(number) for number in range(8)])
    first = await make(answer="intent", seed=7, split=SplitIn(by="none"))

    def made(one: DatasetOut) -> tuple[Any, ...]:
        return one.recipe.get("answer"), one.recipe["seed"], one.recipe["split"]["by"]

    second = await make(new_version=True)
    assert made(second) == made(first) == ("intent", 7, "none")
    assert made(await make(new_version=True, seed=0, answer="plan")) == (None, 0, "none")
    for one in await api.list_datasets("plans"):
        await service.remove(UUID(one["id"]), "It was a trial.", LOCAL_OWNER)
    assert made(await make(split=SplitIn(by="random"))) == (None, 0, "random")


async def test_of_parts_that_are_said_by_half_the_other_half_is_that_of_the_version_before(database: Database) -> None:
    await store_examples([example(number) for number in range(8)])
    await make(seed=7, split=SplitIn(by="time", validation=0.25, test=0.2, together=["topic"]))
    recipe = (await make(new_version=True, split=SplitIn(test=0.3))).recipe
    assert recipe["split"] == {"by": "time", "validation": 0.25, "test": 0.3, "together": ["topic"]}
    assert recipe["seed"] == 7
    assert (await make("other", split=SplitIn(test=0.3))).recipe["split"]["by"] == "group"


async def test_an_erased_example_is_told_as_erased_and_not_as_tagged_anew(database: Database) -> None:
    ids = await store_examples([example(number) for number in range(30)])
    first = await make()
    async with transaction() as session:
        await erasing.erase(session, ids[0], by="anna", reason="asked for by mail")
    await retag(ids[1], ["exclude"])
    second = await make(new_version=True)
    other = await make("other", filters=Filter(quality_min=0.1))
    late = await store_examples([example(77)])
    third = await make(new_version=True)
    async with transaction() as session:
        await erasing.erase(session, late[0], by="anna", reason="asked for by mail")
    async with reading() as session:
        for absent in (second, other):
            found = await comparing.compare(session, first.id, absent.id, LOCAL_OWNER)
            why = {one.execution_id: one.why for one in found.removed_lines}
            assert why[ids[0]] == "The example was erased."
        assert why[ids[1]] != "The example was erased."
        (added,) = (await comparing.compare(session, second.id, third.id, LOCAL_OWNER)).added_lines
        assert added.why == "The example was erased since, and with it what would say why."
