"""Lines that somebody brings, as a version of their own: read line by line, each refused one named, kept whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from cofounder.flow.train.data.leaving import may_let_out
from cofounder.flow.train.datasets import building, naming, queries, service
from cofounder.flow.train.datasets.errors import DatasetEmpty, DatasetNameTaken, UploadTooLarge, UploadUnfit
from cofounder.flow.train.datasets.press import Press
from cofounder.flow.train.datasets.schemas import DatasetIn, Refused, UploadOut
from cofounder.flow.train.datasets.workshop import workshop
from cofounder.flow.train.formats import TARGETS, Format, LineUnfit, loaded, of_name
from cofounder.flow.train.formats.formats import FormatUnknown
from cofounder.flow.train.roles import redaction
from cofounder.flow.train.roles.shaper import Entry, uploaded
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import InputInvalid
from cofounder.kit.storable import first_fault
from cofounder.people import Caller
from cofounder.settings import settings

LISTED = 100  # refused lines that are told
_LONGEST = 20_000_000  # bytes of one line
_AT_ONCE = 1_000
_STARTS = {
    b"PK\x03\x04": "It is a ZIP archive or a workbook.",
    b"\x1f\x8b": "It is packed with gzip.",
    b"PAR1": "It is a Parquet file.",
    b"%PDF": "It is a PDF.",
}


class TargetUnknown(InputInvalid):
    """There is no such target of fine-tuning."""

    hint = "Targets: openai, gemini, claude, together, local."


async def upload(
    chunks: AsyncIterator[bytes],
    asked: DatasetIn,
    by: Caller,
    *,
    format: str = "jsonl",
    target: str | None = None,
    skip_refused: bool = False,
) -> UploadOut:
    """Make a version of the lines that come. `asked` gives name, role, split, seed, duplicates and redaction.

    Raises PersonalDataStays, UploadUnfit listing the lines, UploadTooLarge, DatasetEmpty, DatasetNameTaken, DatasetRoleDiffers, FormatUnknown,
    TargetUnknown, StoreFull, StoreOutOfReach.
    """
    known = of_name(format)
    if known.kind == "pairs" or known.name in ("csv", "parquet"):
        raise FormatUnknown(
            f"{format} cannot be uploaded.", field="format", hint="Formats: jsonl, openai, gemini, bedrock, chatml."
        )
    if not asked.redact:
        may_let_out(by)
    if target is not None and target not in TARGETS:
        raise TargetUnknown(field="target")
    async with transaction() as session:
        if not asked.new_version and await queries.is_taken(session, asked.name.strip()):
            there = await queries.spelling(session, asked.name.strip())
            raise DatasetNameTaken(f"There is already a dataset named {there!r}.", field="name")
        asked = await naming.with_role(session, asked, first="writer")
    row = service.new_row(asked, by.who)
    row.source, row.filters = "upload", {}
    row.recipe = {name: value for name, value in row.recipe.items() if name not in ("filter", "system_prompt", "ratio")}
    row.recipe["source"] = "upload"
    async with workshop() as folder:
        path = folder / "upload"
        await _kept(chunks, path)
        made = Press(folder, split=asked.split, seed=asked.seed, duplicates=asked.duplicates, recipe=row.recipe)
        refused, many = await asyncio.to_thread(_read, path, made, known, asked.redact, target)
        if many and not skip_refused:
            raise _unfit(refused, many)
        if not made.count:
            raise DatasetEmpty(
                "The upload holds no line to learn from.", field="body", hint="It needs one JSON object a line."
            )
        built = await asyncio.to_thread(made.finish)
        built.statistics["refused"] = {"count": many, "lines": [one.model_dump() for one in refused]}
        async with transaction() as session:
            await queries.add(session, row)
            await building.settle(session, row, built, new_version=asked.new_version)
    async with transaction() as session:
        await service.note(session, row, by, "dataset.uploaded")
        return UploadOut(dataset=service.out(await queries.made(session, row.id)), refused=refused, refused_count=many)


def _unfit(refused: list[Refused], many: int) -> UploadUnfit:
    first = refused[0]
    return UploadUnfit(
        f"{many:,} lines were refused. Line {first.line}: {first.reason}"
        if many > 1
        else f"Line {first.line}: {first.reason}",
        errors=[{"field": f"line {one.line}", "message": one.reason} for one in refused],
    )


async def _kept(chunks: AsyncIterator[bytes], path: Path) -> None:
    size, most = 0, settings().import_max_bytes
    with path.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise UploadTooLarge(f"It is larger than {most:,} bytes.", field="body")
            await asyncio.to_thread(file.write, chunk)


def _read(path: Path, made: Press, format: Format, redact: bool, target: str | None) -> tuple[list[Refused], int]:
    """(the first refused lines, how many there are). Raises UploadUnfit for what is no text at all."""
    refused: list[Refused] = []
    many = 0
    entries: list[Entry] = []
    at = now()
    with path.open("rb") as file:
        start = file.read(4)
        for sign, what in _STARTS.items():
            if start.startswith(sign):
                raise UploadUnfit(what, field="body")
        file.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
        number = 0
        while line := file.readline(_LONGEST + 1):
            number += 1
            try:
                entry = _entry(line, number, at, format, redact, target)
            except LineUnfit as error:
                many += 1
                if len(refused) < LISTED:
                    refused.append(Refused(line=number, reason=str(error)))
                while len(line) > _LONGEST and not line.endswith(b"\n"):  # the rest of a line without an end
                    line = file.readline(_LONGEST + 1)
                continue
            if entry is not None:
                entries.append(entry)
            if len(entries) == _AT_ONCE:
                made.take(entries)
                entries = []
        made.take(entries)
    return refused, many


def _entry(line: bytes, number: int, at: Any, format: Format, redact: bool, target: str | None) -> Entry | None:
    """The entry of a line, None of an empty one. Raises LineUnfit."""
    if len(line) > _LONGEST:
        raise LineUnfit(f"It is longer than {_LONGEST:,} bytes.")
    bare = line.strip()
    if not bare:
        return None
    if bare[:1] == b"[" and number == 1:
        raise LineUnfit("It begins a JSON list. JSON lines have one object a line and nothing around them.")
    fault = first_fault(loaded(bare))  # 1e400 is JSON, and yet no number that can be written again
    if fault is not None:
        raise LineUnfit(f"{fault}.")
    found = format.read(bare)
    clean = redaction.Redactor() if redact else None
    if clean:
        clean.beside(bare.decode())
        found = {
            "messages": [{"role": one["role"], "content": clean.text(one["content"])} for one in found["messages"]],
            "metadata": clean.value(found["metadata"]),
        }
    entry = uploaded(
        number, at, found, {name: value for name, value in found["metadata"].items() if name != "execution_id"}
    )
    entry.redacted = clean.held(entry.line) if clean else {}
    most = TARGETS[target].tokens if target else max(one.tokens or 0 for one in TARGETS.values())
    if most is not None and entry.tokens > most:
        who = target or "any target"
        raise LineUnfit(f"It may have {entry.tokens:,} tokens; {who} takes {most:,} a line.")
    return entry
