"""Lines on their way out: of a version as they were kept, or of what a filter lets through now. Any size, little memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import export, lacking
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.lacking import Tally
from cofounder.flow.train.data.leaving import let_out
from cofounder.flow.train.data.writing import service as writing
from cofounder.flow.train.datasets import queries, service, shaping
from cofounder.flow.train.datasets.errors import ExportAmbiguous, NoSuchPart
from cofounder.flow.train.datasets.schemas import DatasetExportIn, Role, UsableOut
from cofounder.flow.train.formats import Format, loaded, of_name
from cofounder.flow.train.formats.chat import read as chat_line
from cofounder.flow.train.formats.table import COLUMNS, row
from cofounder.flow.train.roles.shaper import Shaper
from cofounder.kit import store
from cofounder.kit.clock import today
from cofounder.kit.db import reading, transaction
from cofounder.people import Caller

_RATIO = 3.0
_ROWS = 5_000  # of a group of a Parquet file
_PIECE = 500_000  # bytes of a kept file that are taken up together


def narrowed(asked: DatasetExportIn) -> Filter:
    """All that an export asks for as one filter. Raises QualityUnclear."""
    filters = asked.filters or Filter()
    return export.narrowed(filters, asked.filter_by_quality, asked.min_quality, asked.tags, asked.limit)


_OF_A_FILTER = ("filters", "role", "redact", "filter_by_quality", "min_quality", "tags", "limit")


def refuse_beside(asked: DatasetExportIn) -> None:
    """A version leaves as it was made: refuse what would be passed over. Raises ExportAmbiguous."""
    for name in _OF_A_FILTER:
        if name in asked.model_fields_set and getattr(asked, name) not in (None, []):
            raise ExportAmbiguous(f"{name} says nothing of a dataset: it leaves as it was made.", field=name)


async def begin(asked: DatasetExportIn, by: Caller) -> tuple[str, Format, AsyncIterator[bytes]]:
    """(a name for the file, its format, its bytes). What can be wrong is found before the first byte.

    Raises ExportAmbiguous, QualityUnclear, FormatUnknown, NoSuchPart, PersonalDataStays, DatasetMissing, DatasetDeleted,
    DatasetNotReady. The first byte raises NothingToExport where a filter lets nothing through that has a line.
    """
    format = of_name(asked.format)
    if asked.dataset_id is not None:
        refuse_beside(asked)
        return await leave(asked.dataset_id, format.name, asked.split, by)
    if asked.split != "all":
        raise NoSuchPart("What a filter lets through is not divided.", field="split")
    if format.kind == "pairs" and asked.role != "writer":
        raise NoSuchPart("Pairs come only with the role writer.", field="role")
    filter = narrowed(asked)
    if not asked.redact:
        await let_out(by, format.name, {"role": asked.role, "filter": filter.canonical()})
    name = f"{asked.role}-{today().isoformat()}{_form(format)}"
    lines = live(filter, asked.role, redact=asked.redact, pairs=format.kind == "pairs")
    return name, format, _in_format(lines, format)


async def counts(asked: DatasetExportIn) -> Tally | None:
    """How many examples fit and how many are in the file; None where that is not known before it is written."""
    if asked.dataset_id is not None or of_name(asked.format).kind == "pairs":
        return None
    return await lacking.told_before(narrowed(asked), queries.needs(asked.role))


async def usable(filter: Filter, role: Role) -> UsableOut:
    """What a version of this role would be made of."""
    found = await lacking.told_before(filter, queries.needs(role))
    if found is None:
        return UsableOut(role=role, fit=None, used=None, missing=None)
    return UsableOut(role=role, fit=found.fit, used=found.used, missing=found.missing(role))


def _form(format: Format) -> str:
    """The end of a file's name, which tells formats apart that are JSON lines all."""
    return f".{format.suffix}" if format.name in ("jsonl", format.suffix) else f"-{format.name}.{format.suffix}"


async def leave(id: UUID, format: str, split: str, by: Caller) -> tuple[str, Format, AsyncIterator[bytes]]:
    """`of_version` for somebody who takes the file away: where it keeps personal data an admin alone, by name.

    Raises PersonalDataStays and what `of_version` raises.
    """
    file = await of_version(id, format, split)
    async with reading() as session:
        row = await service.ready(session, id)
    if service.keeps_personal_data(row):
        service.may_have(row, by)
        details = {"dataset": str(id), "name": row.name, "version": row.version, "split": split}
        await let_out(by, file[1].name, details)
    return file


async def of_version(id: UUID, format: str, split: str = "all") -> tuple[str, Format, AsyncIterator[bytes]]:
    """(a name for the file, its format, its bytes) of a version or a part of it.

    Raises DatasetMissing, DatasetDeleted, DatasetNotReady, FormatUnknown, NoSuchPart.
    """
    chosen = of_name(format)
    service.part_number(split)
    async with reading() as session:
        row = await service.ready(session, id)
    mine = [one for one in row.files if one["kind"] == chosen.kind]
    if not mine:
        raise NoSuchPart(f"{row.name} holds no {chosen.kind}.", field="format")
    keys = [str(one["key"]) for one in mine if split in ("all", one["split"])]
    if not keys:
        raise NoSuchPart(f"{row.name} has no lines in {split}.", field="split")
    part = "" if split == "all" else f"-{split}"
    name = f"{row.name.replace(' ', '-')}-v{row.version}{part}{_form(chosen)}"
    if chosen.name == "jsonl":
        return name, chosen, _whole(keys)
    return name, chosen, _in_format(_kept(keys), chosen)


async def _whole(keys: Iterable[str]) -> AsyncIterator[bytes]:
    """The files as they were kept, byte for byte."""
    for key in keys:
        async for chunk in store.chunks(key):
            yield chunk


async def _kept(keys: Iterable[str]) -> AsyncIterator[list[bytes]]:
    """Their lines, some at a time."""
    for key in keys:
        rest = b""
        async for chunk in store.chunks(key):
            *lines, rest = (rest + chunk).split(b"\n")
            yield lines


async def live(filter: Filter, role: str, *, redact: bool, pairs: bool = False) -> AsyncIterator[list[bytes]]:
    """Lines of what a filter lets through now, in a transaction that lives as long as they are asked for.

    Raises NothingToExport before the first of them.
    """
    async with transaction() as session:
        why = partial(lacking.reason, session, filter, "pairs" if pairs else role, queries.needs(role))
        async with aclosing(lacking.or_refuse(_live(session, filter, role, redact, pairs), why)) as found:
            async for lines in found:
                yield lines


async def _live(
    session: AsyncSession, filter: Filter, role: str, redact: bool, pairs: bool
) -> AsyncGenerator[list[bytes], None]:
    if role == "planner":
        async with aclosing(writing.planner(session, filter, redact=redact)) as found:
            async for lines in found:
                yield lines
        return
    shaper = Shaper(role, redact=redact, bare=True)
    batches = shaping.lines(session, filter, shaper, ratio=_RATIO, left_out=Counter())
    async for entries, both in batches:
        yield [one.line for one in (both if pairs else entries)]


async def _in_format(lines: AsyncIterator[list[bytes]], format: Format) -> AsyncIterator[bytes]:
    if format.name == "parquet":
        async for chunk in _parquet(lines):
            yield chunk
        return
    head = format.header or b""
    async for some in lines:
        if some:
            yield head + await asyncio.to_thread(_written, some, format)
            head = b""


def _written(lines: list[bytes], format: Format) -> bytes:
    if format.name == "jsonl":
        return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
    read: Any = loaded if format.kind == "pairs" else chat_line
    return b"".join([format.write(read(line)) for line in lines if line])


async def _parquet(lines: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    """Columns need all lines before their first byte: they go to a scratch file and are turned there, a part at a time."""
    with store.scratch() as folder:
        kept = folder / "lines"
        with kept.open("wb") as file:
            async for some in lines:
                await asyncio.to_thread(file.writelines, [line.rstrip(b"\n") + b"\n" for line in some if line])
        made = await asyncio.to_thread(_turned, kept)
        with made.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _PIECE):
                yield chunk


def _turned(kept: Path) -> Path:
    """The lines as columns, in groups of rows: no more than a few groups are in memory at once."""
    import polars as pl
    from polars.io.plugins import register_io_source

    kinds: dict[str, Any] = {"success": pl.Boolean, "quality_score": pl.Float64}
    schema = {name: kinds.get(name, pl.String()) for name in COLUMNS}

    def groups(wanted: list[str] | None, *_: Any) -> Iterator[pl.DataFrame]:
        with kept.open("rb") as file:
            while some := list(islice(file, _ROWS)):
                found = pl.DataFrame([row(chat_line(line)) for line in some], schema=schema, orient="row")
                yield found if wanted is None else found.select(wanted)

    made = kept.with_suffix(".parquet")
    try:
        register_io_source(groups, schema=schema).sink_parquet(made, row_group_size=_ROWS)
    except pl.exceptions.ComputeError as error:
        if "No space left" in str(error):
            raise store.StoreFull() from error
        raise
    return made
