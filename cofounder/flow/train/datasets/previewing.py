"""Lines of a version as they would leave, some at a time; to who may not have its personal data, without it."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.datasets import queries, service
from cofounder.flow.train.datasets.errors import NoSuchPart
from cofounder.flow.train.datasets.schemas import PreviewLine, PreviewOut
from cofounder.flow.train.datasets.tables import SPLITS, Dataset
from cofounder.flow.train.formats import Format, loaded, of_name
from cofounder.flow.train.roles.redaction import Redactor
from cofounder.kit import store
from cofounder.people import Caller


async def preview(
    session: AsyncSession,
    id: UUID,
    by: Caller,
    *,
    format: str = "jsonl",
    offset: int = 0,
    limit: int = 20,
    split: str = "all",
) -> PreviewOut:
    """Lines of a version as they would leave; of one that keeps personal data they are so for an admin alone.

    Raises DatasetMissing, DatasetDeleted, DatasetNotReady, FormatUnknown, NoSuchPart, ArtifactLost, StoreOutOfReach.
    """
    row = await service.ready(session, id)
    chosen = of_name("csv" if format == "parquet" else format)
    hide = service.hides_from(row, by)
    if chosen.kind == "pairs":
        total, items = await _pairs(row, chosen, offset, limit, split, hide)
    else:
        number = service.part_number(split)
        total = row.example_count if number is None else int(row.statistics["by_split"][split])
        items = await _lines(session, row, chosen, offset, limit, number, hide)
    return PreviewOut(dataset_id=id, format=format, total=total, offset=offset, items=items, redacted=hide)


async def _lines(
    session: AsyncSession, row: Dataset, chosen: Format, offset: int, limit: int, split: int | None, hide: bool
) -> list[PreviewLine]:
    rows = await queries.members(session, row.id, offset=offset, limit=limit, split=split)
    lines = await asyncio.to_thread(service.lines_of, row, rows)
    return [
        PreviewLine(
            position=one.position,
            execution_id=one.execution_id,
            part=Redactor().text(one.part) if hide else one.part,
            split=SPLITS[one.split],
            hash=one.hash.hex(),
            line=_written(line, chosen, hide),
        )
        for one, line in zip(rows, lines, strict=True)
    ]


def _written(line: bytes, chosen: Format, hide: bool) -> str:
    if hide:
        line = Redactor().document(line.decode()).encode()
    return (line if chosen.name == "jsonl" else chosen.write(of_name("jsonl").read(line))).decode().rstrip("\r\n")


async def _pairs(
    row: Dataset, chosen: Format, offset: int, limit: int, split: str, hide: bool
) -> tuple[int, list[PreviewLine]]:
    """(how many there are, some of them)."""
    service.part_number(split)
    files = [one for one in row.files if one["kind"] == "pairs" and split in ("all", one["split"])]
    if not any(one["kind"] == "pairs" for one in row.files):
        raise NoSuchPart(f"{row.name} holds no pairs.", field="format")
    items: list[PreviewLine] = []
    place = 0
    for file in files:
        for line in (await asyncio.to_thread(store.read, file["key"])).splitlines():
            if offset <= place < offset + limit:
                pair: Any = Redactor().value(loaded(line)) if hide else loaded(line)
                items.append(
                    PreviewLine(
                        position=place,
                        execution_id=pair["metadata"]["execution_id"],
                        part=f"{pair['metadata']['channel']}/{pair['metadata']['origin']}",
                        split=file["split"],
                        hash=file["sha256"],
                        line=chosen.write(pair).decode().rstrip("\n"),
                    )
                )
            place += 1
    return place, items
