"""Lines in and out: uploads, exports, the store, a full disk, a killed worker."""

import asyncio
import errno
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.cli.groups.datasets_telling import whole
from cofounder.flow.train.datasets import building, exporting, keeping, previewing, service, uploading
from cofounder.flow.train.datasets.errors import (
    DatasetEmpty,
    DatasetNameTaken,
    DatasetRoleDiffers,
    ExportAmbiguous,
    NoSuchPart,
    NothingLeftToTrain,
    UploadUnfit,
)
from cofounder.flow.train.datasets.schemas import DatasetExportIn, DatasetIn, DatasetOut, SplitIn, UploadOut
from cofounder.flow.train.formats import FORMATS
from cofounder.kit import db, store
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database, Spawned, until
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings

from .making import example, request, store_examples

ANSWER = {"role": "assistant", "content": "Yes."}


def conversation(asked: str, answered: str = "Yes.") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]}


async def upload(body: bytes, **options: Any) -> UploadOut:
    asked = {name: options.pop(name) for name in ("duplicates", "split", "new_version", "redact") if name in options}

    async def chunks() -> AsyncIterator[bytes]:
        for place in range(0, len(body), 7):
            yield body[place : place + 7]

    wish = DatasetIn.model_validate(
        {"name": "mine", "role": "writer", "split": {"by": "none"}, "duplicates": "exact"} | asked
    )
    return await uploading.upload(chunks(), wish, LOCAL_OWNER, **options)


def jsonl(*lines: Any) -> bytes:
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines).encode()


async def names(database: Database) -> list[str]:
    async with reading() as session:
        return [one.name for one in (await service.listed(session)).items]


def left(database: Database) -> list[str]:
    """Files below the store of this test."""
    return [str(one) for one in (database.home / "artifacts").rglob("*") if one.is_file()]


async def test_an_upload_is_a_version_of_its_own(database: Database) -> None:
    told = await upload(jsonl(conversation(request(1)), "", conversation(request(2)), conversation(request(2))))
    made = told.dataset
    assert (made.source, made.example_count, made.version, told.refused_count) == ("upload", 2, 1, 0)
    assert made.statistics["duplicates"]["exact"] == 1
    _, _, chunks = await exporting.of_version(made.id, "openai")
    back = [json.loads(line) for line in b"".join([chunk async for chunk in chunks]).splitlines()]
    assert sorted(one["messages"][0]["content"] for one in back) == sorted([request(1), request(2)])


async def test_each_refused_line_is_named_and_nothing_is_kept(database: Database) -> None:
    body = jsonl(conversation("fine"), "{nonsense", {"messages": []}, "[1]", conversation("x" * 400_000))
    with pytest.raises(UploadUnfit) as refused:
        await upload(body, target="openai")
    assert [one["field"] for one in refused.value.errors] == ["line 2", "line 3", "line 4", "line 5"]
    assert "tokens" in refused.value.errors[3]["message"]
    assert await names(database) == []
    assert left(database) == []
    told = await upload(body, target="openai", skip_refused=True)
    assert (told.refused_count, told.dataset.example_count) == (4, 1)
    assert [one.line for one in told.refused] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('"metadata": {"weight": 1e400}', "metadata.weight: It is not a finite number"),
        ('"metadata": {"deep": [{"in": [1, -1e400]}]}', "metadata.deep.0.in.1: It is not a finite number"),
        ('"metadata": {}, "aside": 1e999', "aside: It is not a finite number"),
        (f'"metadata": {{"quality_score": {"9" * 400}}}', "metadata.quality_score: It is too large a number"),
        (f'"metadata": {{"quality_score": {"9" * 400}.5}}', "metadata.quality_score: It is not a finite number"),
        ('"metadata": {"intent": "\\u0000"}', "metadata.intent: It holds a NUL character"),
    ],
)
async def test_a_line_that_could_not_be_written_again_is_refused_by_name(
    database: Database, written: str, place: str
) -> None:
    """1e400 is JSON, and becomes an infinity that no JSON, no CSV and no column can hold."""
    odd = f'{{"messages": {json.dumps(conversation("odd")["messages"])}, {written}}}'.encode()
    with pytest.raises(UploadUnfit) as refused:
        await upload(jsonl(conversation("fine")) + b"\n" + odd)
    assert [one["field"] for one in refused.value.errors] == ["line 2"]
    assert refused.value.errors[0]["message"].startswith(place)
    assert await names(database) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x1f\x8brest", "gzip"),
        (b"PAR1rest", "Parquet"),
        (b"[\n{}\n]", "list"),
        (b"name,age\nann,3\n", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (jsonl({"messages": [*conversation("a")["messages"][:1], {**ANSWER, "weight": 0}]}), "weight is 0"),
        (jsonl({"messages": [*conversation("a")["messages"][:1], {**ANSWER, "tool_calls": [{}]}]}), "tool_calls"),
        (json.dumps({"messages": [{"role": "user", "content": "\ud800"}]}).encode(), "not JSON"),
    ],
)
async def test_what_is_no_jsonl_is_told_what_it_is(database: Database, body: bytes, words: str) -> None:
    with pytest.raises(UploadUnfit, match=words):
        await upload(body)


async def test_what_is_held_out_leaves_something_to_train_on(database: Database) -> None:
    body = jsonl(*[conversation(request(number)) for number in range(4)])
    with pytest.raises(NothingLeftToTrain):
        await upload(body, split={"by": "random", "validation": 0.5, "test": 0.5})
    await store_examples([example(number) for number in range(4)])
    wish = DatasetIn.model_validate({"name": "all", "split": {"by": "time", "validation": 0.5, "test": 0.5}})
    with pytest.raises(NothingLeftToTrain):
        await service.create(wish, LOCAL_OWNER)
    assert await names(database) == []


async def test_formats_that_are_json_lines_all_have_names_of_their_own(database: Database) -> None:
    made = (await upload(jsonl(conversation(request(1))))).dataset
    named = [(await exporting.of_version(made.id, one))[0] for one in ("jsonl", "openai", "gemini", "csv", "parquet")]
    assert named == ["mine-v1.jsonl", "mine-v1-openai.jsonl", "mine-v1-gemini.jsonl", "mine-v1.csv", "mine-v1.parquet"]


async def test_an_empty_upload_is_refused(database: Database) -> None:
    with pytest.raises(DatasetEmpty):
        await upload(b"\n\n")


async def test_leaks_of_an_upload_are_found(database: Database) -> None:
    lines = [
        conversation(request(number, words=40) + end, f"Answer {number}{end}")
        for number in range(40)
        for end in ("", " now")
    ]
    told = await upload(jsonl(*lines), duplicates="keep", split={"by": "random", "validation": 0.3, "test": 0.2})
    assert told.dataset.leakage["near"] > 5


async def test_every_format_of_a_version_and_of_a_filter_is_read_back(database: Database) -> None:
    await store_examples([example(number) for number in range(25)])
    made = await service.create(DatasetIn(name="plans"), LOCAL_OWNER)
    for format in (name for name, one in FORMATS.items() if one.kind == "lines"):
        wish = {"format": format, "redact": False}
        for _, known, chunks in (
            await exporting.of_version(made.id, format),
            await exporting.begin(DatasetExportIn.model_validate(wish), LOCAL_OWNER),
        ):
            whole = b"".join([chunk async for chunk in chunks])
            if format == "parquet":
                assert pl.read_parquet(io.BytesIO(whole)).height == 25
            elif format == "csv":
                assert whole.startswith(known.header)
                assert pl.read_csv(io.BytesIO(whole)).height == 25
            else:
                assert len([known.read(line) for line in whole.splitlines()]) == 25
    with pytest.raises(NoSuchPart):
        await exporting.of_version(made.id, "dpo")


async def test_a_parquet_file_is_written_in_groups_of_rows_and_holds_all_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_ROWS", 10)
    ids = await store_examples([example(number) for number in range(25)])
    _, _, chunks = await exporting.begin(DatasetExportIn(format="parquet"), LOCAL_OWNER)
    whole = pl.read_parquet(io.BytesIO(b"".join([chunk async for chunk in chunks])))
    assert whole["execution_id"].to_list() == [str(id) for id in ids]


class Full(MemoryFileSystem):  # type: ignore[misc]
    """A bucket without room."""

    protocol = "full"

    def put_file(self, *places: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


async def test_of_uploads_of_one_name_at_once_only_the_one_that_is_kept_has_files(database: Database) -> None:
    bodies = [jsonl(conversation(request(number))) for number in range(3)]
    told = await asyncio.gather(*[upload(body) for body in bodies], return_exceptions=True)
    (made,) = [one for one in told if isinstance(one, UploadOut)]
    assert sum(isinstance(one, DatasetNameTaken) for one in told) == 2
    assert [Path(one).name for one in left(database)] == [made.dataset.files[0].sha256]
    same = jsonl(conversation(request(7)))
    kept = (await upload(same, new_version=True)).dataset
    with pytest.raises(DatasetNameTaken):
        await upload(same)
    assert len(left(database)) == 2, "a refused upload takes nothing from a version that has the same file"
    assert await _lines_of(kept) == 1


DIES = """
import asyncio, json, os, sys
from cofounder.flow.train.datasets import building, uploading
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.kit import db
from cofounder.people import LOCAL_OWNER

async def die(*given, **named):
    os.kill(os.getpid(), 9)

async def lines():
    turns = [{"role": "user", "content": "Write"}, {"role": "assistant", "content": sys.argv[3]}]
    yield json.dumps({"messages": turns}).encode()

building.settle = die
db.connect(sys.argv[1], sys.argv[2])
wish = DatasetIn.model_validate({"name": "killed", "role": "writer", "split": {"by": "none"}})
asyncio.run(uploading.upload(lines(), wish, LOCAL_OWNER))
"""


async def test_a_maker_that_is_killed_before_its_version_is_known_leaves_no_file_for_good(database: Database) -> None:
    url, schema = db.place()
    at = url.render_as_string(hide_password=False)
    lines = jsonl({"messages": [{"role": "user", "content": "Write"}, {"role": "assistant", "content": "Kept."}]})
    kept = await upload(lines)
    for said in ("Lost.", "Kept."):
        command = [sys.executable, "-c", DIES, at, schema, said]
        died = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
        assert died.returncode == -9, died.stderr
    assert len([one for one in left(database) if ".part" not in one]) == 2
    assert await keeping.remove_parts() == 2
    assert [Path(one).name for one in left(database)] == [kept.dataset.files[0].sha256]


async def test_a_full_store_says_so_and_keeps_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.register_implementation("full", Full, clobber=True)
    await store_examples([example(number) for number in range(5)])
    monkeypatch.setenv("COFOUNDER_ARTIFACTS", "full://bucket/datasets")
    settings.cache_clear()
    with pytest.raises(store.StoreFull):
        await service.create(DatasetIn(name="plans"), LOCAL_OWNER)
    assert await names(database) == []
    assert left(database) == []


async def test_a_version_lies_in_a_bucket_as_in_a_folder(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await store_examples([example(number) for number in range(12)])
    here = await service.create(DatasetIn(name="here"), LOCAL_OWNER)
    _, _, chunks = await exporting.of_version(here.id, "jsonl")
    whole = b"".join([chunk async for chunk in chunks])
    await service.remove(here.id, "a version elsewhere that has the same files keeps them", LOCAL_OWNER)
    monkeypatch.setenv("COFOUNDER_ARTIFACTS", "memory://bucket/datasets")
    settings.cache_clear()
    there = await service.create(DatasetIn(name="there"), LOCAL_OWNER)
    _, _, chunks = await exporting.of_version(there.id, "jsonl")
    assert b"".join([chunk async for chunk in chunks]) == whole
    assert there.content_hash == here.content_hash
    async with reading() as session:
        assert len((await previewing.preview(session, there.id, LOCAL_OWNER)).items) == 12
    await service.remove(there.id, "no longer needed", LOCAL_OWNER)
    assert MemoryFileSystem().find("/bucket/datasets") == []


async def _lines_of(version: DatasetOut) -> int:
    _, _, chunks = await exporting.of_version(version.id, "jsonl")
    return b"".join([chunk async for chunk in chunks]).count(b"\n")


async def test_a_version_is_not_known_when_its_files_went_with_another_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_examples([example(number) for number in range(5)])
    first = await service.create(DatasetIn(name="first"), LOCAL_OWNER)
    press = building.press

    async def pressed(*given: Any) -> Any:
        made = await press(*given)
        await service.remove(first.id, "while one like it is made", LOCAL_OWNER)
        return made

    monkeypatch.setattr(building, "press", pressed)
    with pytest.raises(store.StoreOutOfReach):
        await service.create(DatasetIn(name="second"), LOCAL_OWNER)
    monkeypatch.setattr(building, "press", press)
    assert await names(database) == []
    assert await _lines_of(await service.create(DatasetIn(name="second"), LOCAL_OWNER)) == 5


async def test_a_deleted_version_leaves_its_files_to_one_that_became_ready_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_examples([example(number) for number in range(5)])
    first = await service.create(DatasetIn(name="first"), LOCAL_OWNER)
    made: list[DatasetOut] = []

    @asynccontextmanager
    async def then_made() -> AsyncIterator[AsyncSession]:
        async with transaction() as session:
            yield session
        if not made:  # the tombstone is committed, and no file is gone yet
            made.append(first)
            monkeypatch.setattr(service, "transaction", transaction)
            made[0] = await service.create(DatasetIn(name="second"), LOCAL_OWNER)

    monkeypatch.setattr(service, "transaction", then_made)
    await service.remove(first.id, "one like it is made", LOCAL_OWNER)
    assert made[0].id != first.id
    assert await _lines_of(made[0]) == 5


async def test_files_that_were_taken_away_are_missed_in_words(database: Database) -> None:
    await store_examples([example(number) for number in range(5)])
    made = await service.create(DatasetIn(name="plans"), LOCAL_OWNER)
    for path in left(database):
        await asyncio.to_thread(Path(path).unlink)
    _, _, chunks = await exporting.of_version(made.id, "jsonl")
    with pytest.raises(store.ArtifactLost):
        await anext(chunks)


async def test_a_large_version_survives_the_death_of_its_maker(
    database: Database, spawn: Callable[..., Spawned], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 10)
    await store_examples([example(number) for number in range(3_000)])
    asked = await service.create(DatasetIn(name="plans", split=SplitIn(by="none")), LOCAL_OWNER)
    assert (asked.state, asked.version) == ("building", None)

    async def state() -> str:
        async with transaction() as session:
            return (await service.get(session, asked.id)).state

    short = {"COFOUNDER_LEASE_SECONDS": "1"}
    first = spawn("cofounder.cli", "worker", environment=short)

    async def begun() -> bool:
        async with reading() as session:
            found = await service.get(session, asked.id)
        return found.state == "ready" or (found.progress is not None and found.progress.phase != "waiting")

    await until(begun, 180)
    first.kill()
    seen = await state()
    spawn("cofounder.cli", "worker", environment=short)

    async def ready() -> bool:
        return await state() == "ready"

    await until(ready, 240)
    async with reading() as session:
        made = await service.get(session, asked.id)
        listed = await service.listed(session)
    assert (made.version, made.example_count, listed.total) == (1, 3_000, 1), seen
    _, _, chunks = await exporting.of_version(made.id, "jsonl")
    assert len(b"".join([chunk async for chunk in chunks]).splitlines()) == 3_000


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"filters": {}}, "filters"),
        ({"limit": 1}, "limit"),
        ({"min_quality": 0.9}, "min_quality"),
        ({"filter_by_quality": True}, "filter_by_quality"),
        ({"tags": ["gold"]}, "tags"),
        ({"role": "writer"}, "role"),
        ({"redact": False}, "redact"),
        ({"redact": True}, "redact"),
    ],
)
async def test_an_export_of_a_version_passes_over_nothing_that_was_asked(
    database: Database, said: dict[str, Any], field: str
) -> None:
    made = (await upload(jsonl(conversation(request(1)), conversation(request(2))))).dataset
    with pytest.raises(ExportAmbiguous) as refused:
        await exporting.begin(DatasetExportIn.model_validate({"dataset_id": made.id, **said}), LOCAL_OWNER)
    assert (refused.value.field, field in str(refused.value)) == (field, True)
    plain = DatasetExportIn.model_validate({"dataset_id": made.id, "split": "all", "limit": None, "tags": []})
    _, _, chunks = await exporting.begin(plain, LOCAL_OWNER)
    assert len(b"".join([chunk async for chunk in chunks]).splitlines()) == 2


async def test_a_part_that_was_asked_for_and_holds_nothing_is_said(database: Database) -> None:
    body = jsonl(*[conversation(request(number)) for number in range(4)])
    few = (await upload(body, split={"by": "group", "validation": 0.1, "test": 0.1})).dataset
    assert few.splits == {"train": 4, "validation": 0, "test": 0}
    assert few.warnings == [
        "No line is held out for validation: 10% of 4 lines came to none.",
        "No line is held out for test: 10% of 4 lines came to none.",
    ]
    assert "Leakage: nothing is held out" in whole(few)
    undivided = (await upload(body, new_version=True)).dataset
    assert (undivided.warnings, "Leakage: nothing is held out" in whole(undivided)) == ([], True)
    half = (await upload(body, new_version=True, split={"by": "random", "validation": 0.5, "test": 0})).dataset
    assert (half.warnings, "Leakage: none found" in whole(half)) == ([], True)


async def test_an_upload_is_for_whom_the_version_before_was(database: Database) -> None:
    body = jsonl(*[conversation(request(number)) for number in range(4)])

    async def brought(**asked: Any) -> str:
        async def chunks() -> AsyncIterator[bytes]:
            yield body

        return (await uploading.upload(chunks(), DatasetIn(duplicates="exact", **asked), LOCAL_OWNER)).dataset.role

    assert await brought(name="texts") == "writer"
    assert await brought(name="scores", role="judge") == "judge"
    assert await brought(name="scores", new_version=True) == "judge"
    with pytest.raises(DatasetRoleDiffers):
        await brought(name="scores", new_version=True, role="writer")
