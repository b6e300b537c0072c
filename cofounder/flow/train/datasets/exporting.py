"""Lines on their way out: of a version as they were kept, or of what a filter lets through now. Any size, little memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from cofounder.flow.learn.example import HIGH_QUALITY
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.datasets import service, shaping
from cofounder.flow.train.datasets.errors import ExportAmbiguous, NoSuchPart
from cofounder.flow.train.datasets.schemas import DatasetExportIn
from cofounder.flow.train.formats import Format, loaded, of_name
from cofounder.flow.train.formats.chat import read as chat_line
from cofounder.flow.train.formats.table import COLUMNS, row
from cofounder.flow.train.roles.shaper import Shaper
from cofounder.kit import store
from cofounder.kit.clock import today
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import InputInvalid

_RATIO = 3.0
_PIECE = 500_000  # bytes of a kept file that are taken up together


class QualityUnclear(InputInvalid):
    """filter_by_quality takes true, false, or the least score between 0 and 1."""

    hint = "For example true, which means 0.85 and up, or 0.9."


def narrowed(asked: DatasetExportIn) -> Filter:
    """All that an export asks for as one filter; what narrows more wins. Raises QualityUnclear."""
    filters = asked.filters or Filter()
    least = [score for score in (filters.quality_min, asked.min_quality, _least(asked)) if score is not None]
    limits = [limit for limit in (filters.limit, asked.limit) if limit is not None]
    tags = list(dict.fromkeys([*filters.include_tags, *asked.tags]))
    return Filter.model_validate(
        filters.model_dump()
        | {"quality_min": max(least, default=None), "limit": min(limits, default=None), "include_tags": tags}
    )


def _least(asked: DatasetExportIn) -> float | None:
    said = asked.filter_by_quality
    if said is None or said is False:
        return None
    if said is True:
        return float(HIGH_QUALITY)
    if not 0 <= said <= 1:
        raise QualityUnclear(field="filter_by_quality")
    return float(said)


async def begin(asked: DatasetExportIn) -> tuple[str, Format, AsyncIterator[bytes]]:
    """(a name for the file, its format, its bytes). What can be wrong is found before the first byte.

    Raises ExportAmbiguous, QualityUnclear, FormatUnknown, NoSuchPart, DatasetMissing, DatasetDeleted, DatasetNotReady.
    """
    format = of_name(asked.format)
    if asked.dataset_id is not None:
        if asked.filters is not None:
            raise ExportAmbiguous(field="filters")
        return await of_version(asked.dataset_id, format.name, asked.split)
    if asked.split != "all":
        raise NoSuchPart("What a filter lets through is not divided.", field="split")
    if format.kind == "pairs" and asked.role != "writer":
        raise NoSuchPart("Pairs come only with the role writer.", field="role")
    name = f"{asked.role}-{today().isoformat()}.{format.suffix}"
    return (
        name,
        format,
        _in_format(live(narrowed(asked), asked.role, redact=asked.redact, pairs=_is_pairs(format)), format),
    )


def _is_pairs(format: Format) -> bool:
    return format.kind == "pairs"


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
    name = f"{row.name.replace(' ', '-')}-v{row.version}{part}.{chosen.suffix}"
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
    """Lines of what a filter lets through now, in a transaction that lives as long as they are asked for."""
    shaper = Shaper(role, redact=redact, bare=True)
    async with transaction() as session:
        batches = shaping.lines(session, filter, shaper, ratio=_RATIO, left_out=Counter())
        async for entries, found in batches:
            yield [one.line for one in (found if pairs else entries)]


async def _in_format(lines: AsyncIterator[list[bytes]], format: Format) -> AsyncIterator[bytes]:
    if format.name == "parquet":
        async for chunk in _parquet(lines):
            yield chunk
        return
    if format.header:
        yield format.header
    async for some in lines:
        if some:
            yield await asyncio.to_thread(_written, some, format)


def _written(lines: list[bytes], format: Format) -> bytes:
    if format.name == "jsonl":
        return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
    read: Any = loaded if format.kind == "pairs" else chat_line
    return b"".join([format.write(read(line)) for line in lines if line])


async def _parquet(lines: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    """Columns need all lines before their first byte: they go to a scratch file and are turned there, a part at a time."""
    with store.scratch() as folder:
        flat = folder / "rows"
        with flat.open("wb") as file:
            async for some in lines:
                await asyncio.to_thread(file.write, _flat(some))
        made = await asyncio.to_thread(_turned, flat)
        with made.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _PIECE):
                yield chunk


def _flat(lines: list[bytes]) -> bytes:
    from cofounder.flow.train.formats import dumped

    return b"".join([dumped(row(chat_line(line))) + b"\n" for line in lines if line])


def _turned(flat: Path) -> Path:
    import polars as pl

    schema = {name: {"success": pl.Boolean, "quality_score": pl.Float64}.get(name, pl.String) for name in COLUMNS}
    made = flat.with_suffix(".parquet")
    if not flat.stat().st_size:
        pl.DataFrame(schema=schema).write_parquet(made)
        return made
    try:
        pl.scan_ndjson(flat, schema=schema).sink_parquet(made, row_group_size=20_000)
    except pl.exceptions.ComputeError as error:
        if "No space left" in str(error):
            raise store.StoreFull() from error
        raise
    return made
