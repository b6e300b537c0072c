"""Imports from their beginning to their start: look, guess, change, dry run, run, cancel, list. Steps carry them out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import fields, looking, queries, storage
from cofounder.business.imports.errors import ImportMissing, KindUnknown, NotNow
from cofounder.business.imports.fields import Kind
from cofounder.business.imports.schemas import (
    ChangeIn,
    Counts,
    Fault,
    FieldOut,
    Form,
    ImportOut,
    KindOut,
    Mapping,
    PreviewOut,
    Units,
)
from cofounder.business.imports.tables import Import
from cofounder.business.records.service import CursorInvalid
from cofounder.kit import clock, cursors, durable, live
from cofounder.kit.ids import new_id

ImportRow = Import
TOPIC = "imports"
WORKFLOW = "import"
OPEN = ("checking", "queued", "running")
_RUNNABLE = ("draft", "done", "refused", "failed", "cancelled")


def kind_of(name: str) -> Kind:
    """The kind of this name, or of a shorter one. Raises KindUnknown."""
    found = fields.kind(name)
    if found is None:
        raise KindUnknown(f"{name!r} is none.", field="kind")
    return found


def kinds() -> list[KindOut]:
    """Every kind with its fields, for whoever maps columns to them."""
    return [
        KindOut(
            name=kind.name,
            about=kind.about,
            fields=[
                FieldOut(name=f.name, type=f.type, required=f.required, about=f.about, names=list(f.names))
                for f in kind.fields
            ],
            any_of=[list(group) for group in kind.any_of],
        )
        for kind in fields.KINDS.values()
    ]


async def begin_file(
    session: AsyncSession,
    path: Path,
    *,
    kind: str,
    label: str,
    by: str | None,
    id: UUID | None = None,
    is_ours: bool = False,
    size: int | None = None,
    digest: str | None = None,
    form: Form | None = None,
    mapping: Mapping | None = None,
    units: Units | None = None,
    all_or_nothing: bool = False,
    source_id: UUID | None = None,
) -> Import:
    """A draft for a file, its form and mapping guessed where not given.

    Raises KindUnknown, FileUnreadable, FileEmpty, FileNotKnown, FileSuspicious.
    """
    known = kind_of(kind)
    found = await asyncio.to_thread(looking.at_file, path, known, form or Form(), mapping, units or Units(), label)
    row = Import(
        id=id or new_id(),
        kind=known.name,
        state="draft",
        source_type="file",
        label=label[:200],
        source_id=source_id,
        source={"name": label[:200]},
        path=str(path),
        is_ours=is_ours,
        bytes=size if size is not None else await asyncio.to_thread(lambda: path.stat().st_size),
        digest=digest,
        form=found.form.model_dump(mode="json"),
        mapping=found.mapping.model_dump(mode="json", exclude_defaults=True),
        units=found.units.model_dump(mode="json"),
        all_or_nothing=all_or_nothing,
        counts=Counts().model_dump(),
        total=found.total,
        created_by=by,
        created_at=clock.now(),
    )
    session.add(row)
    await session.flush()
    live.changed(session, TOPIC, row.id)
    return row


async def get(session: AsyncSession, id: UUID, *, lock: bool = False) -> Import:
    """The import's row. Raises ImportMissing."""
    row = await queries.one(session, id, lock=lock)
    if row is None:
        raise ImportMissing(f"No import {id}.", field="import_id")
    return row


async def preview(session: AsyncSession, id: UUID) -> PreviewOut:
    """The first rows as they stand, and as they would go in. Raises ImportMissing, and what opening the source raises."""
    row = await get(session, id)
    opened = await _opening(session, row)
    return await asyncio.to_thread(looking.preview, opened, kind_of(row.kind), _mapping(row), _units(row), row.label)


async def change(session: AsyncSession, id: UUID, wanted: ChangeIn) -> Import:
    """Set what a person changed; where kind or form change and no mapping comes with it, it is guessed anew.

    Raises ImportMissing, NotNow, MappingUnfit, and what opening the source raises.
    """
    row = await get(session, id, lock=True)
    if row.state in OPEN:
        raise NotNow("It is being carried out; cancel it first.")
    if wanted.all_or_nothing is not None:
        row.all_or_nothing = wanted.all_or_nothing
    anew = wanted.mapping is None and (wanted.kind not in (None, row.kind) or wanted.form is not None)
    row.kind = wanted.kind or row.kind
    if wanted.form is not None:
        row.form = wanted.form.model_dump(mode="json")
    if wanted.units is not None:
        row.units = wanted.units.model_dump(mode="json")
    mapping = wanted.mapping or (None if anew else _mapping(row))
    opened = await _opening(session, row)
    found = await asyncio.to_thread(
        looking.at, opened, kind_of(row.kind), mapping, _units(row), row.label, strict=wanted.mapping is not None
    )
    row.form = found.form.model_dump(mode="json")
    row.mapping = found.mapping.model_dump(mode="json", exclude_defaults=True)
    row.units = found.units.model_dump(mode="json")
    row.state, row.checked, row.problem = "draft", None, None
    await session.flush()
    live.changed(session, TOPIC, id)
    return row


async def start(session: AsyncSession, id: UUID, *, check_only: bool = False) -> Import:
    """Let a worker carry the import out, or only count what it would do. Raises ImportMissing, NotNow, MappingUnfit."""
    row = await get(session, id, lock=True)
    if row.state in OPEN:
        raise NotNow("It is being carried out already.")
    if row.source_type == "file" and (row.path is None or not await asyncio.to_thread(Path(row.path).exists)):
        raise NotNow("Its file is no longer kept.", hint="Hand the file over again.")
    opened = await _opening(session, row)
    is_file = row.source_type == "file"  # what another source would be asked for twice is not looked at
    kind, mapping, units = kind_of(row.kind), _mapping(row), _units(row)
    found = await asyncio.to_thread(looking.at, opened, kind, mapping, units, row.label, strict=True, rows_too=is_file)
    row.run += 1
    row.state = "checking" if check_only else "queued"
    row.cancel_asked, row.problem, row.position, row.cursor = False, None, 0, None
    row.place = row.share = None
    row.counts = Counts(left_out=found.left_out, notes=found.notes).model_dump()
    row.started_at, row.finished_at = clock.now(), None
    await session.flush()
    await queries.forget_refusals(session, id)
    await durable.enqueue(session, WORKFLOW, f"import:{id}:{row.run}", str(id), row.run, check_only)
    live.changed(session, TOPIC, id)
    return row


async def forget(session: AsyncSession, id: UUID) -> None:
    """Remove a draft, or what ended and brought nothing in, and its upload. Raises ImportMissing, NotNow."""
    row = await get(session, id, lock=True)
    counts = Counts.model_validate(row.counts)
    if row.state in OPEN or (row.state != "draft" and (row.state == "done" or counts.added + counts.corrected)):
        raise NotNow(f"It is {row.state}, and what was brought in is on record.")
    if row.is_ours:
        storage.remove(row.path)
    await session.delete(row)
    live.changed(session, TOPIC, id)


async def cancel(session: AsyncSession, id: UUID) -> Import:
    """Stop an import; rows that are in stay in, unless it was to be all or nothing. Raises ImportMissing, NotNow."""
    row = await get(session, id, lock=True)
    if row.state not in OPEN and row.state != "draft":
        raise NotNow(f"It is {row.state} already.")
    if row.state == "draft":
        row.state, row.finished_at = "cancelled", clock.now()
    row.cancel_asked = True
    await session.flush()
    live.changed(session, TOPIC, id)
    return row


async def listed(
    session: AsyncSession,
    *,
    cursor: str | None = None,
    limit: int = 50,
    kind: str | None = None,
    state: str | None = None,
) -> tuple[list[ImportOut], str | None, int]:
    """(imports newest first, cursor of the next page, how many there are). Raises CursorInvalid, KindUnknown."""
    named = kind_of(kind).name if kind is not None else None
    found, total = await queries.listed(
        session, cursors.decoded(cursor, CursorInvalid), limit + 1, kind=named, state=state
    )
    shown = list(found[:limit])
    more = cursors.coded(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
    return [out(row) for row in shown], more, total


async def refusals(
    session: AsyncSession, id: UUID, *, cursor: str | None = None, limit: int = 100
) -> tuple[list[Fault], str | None, int]:
    """(refused values in their order, cursor of the next page, how many there are). Raises ImportMissing, CursorInvalid."""
    await get(session, id)
    after = cursors.number(cursor, CursorInvalid, cursors.NUMBER) or 0
    found, total = await queries.refusals(session, id, after, limit + 1)
    shown = list(found[:limit])
    more = str(shown[-1].id) if len(found) > limit else None
    faults = [Fault(line=r.line, column=r.column, value=r.value, code=r.code, reason=r.reason) for r in shown]
    return faults, more, total


async def refusal_lines(session: AsyncSession, id: UUID) -> AsyncIterator[str]:
    """The refusals as CSV, line by line. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    yield "line,column,value,code,reason\r\n"
    async for row in queries.all_refusals(session, id):
        cells = (str(row.line), row.column, row.value or "", row.code, row.reason)
        yield ",".join(_cell(cell) for cell in cells) + "\r\n"


def _cell(said: str) -> str:
    if said[:1] in ("=", "+", "-", "@", "\t", "\r") and not said.lstrip("-+").replace(".", "", 1).isdigit():
        said = f"'{said}"
    return '"' + said.replace('"', '""') + '"' if any(sign in said for sign in ',"\r\n') else said


def out(row: Import) -> ImportOut:
    """What goes over the wire."""
    counts = Counts.model_validate(row.counts)
    progress = None
    if row.state == "done":
        progress = 1.0
    elif row.share is not None:
        progress = round(row.share, 4)
    elif row.total:
        progress = round(min(counts.read / row.total, 1.0), 4)
    names = ("id", "kind", "state", "source_type", "label", "source_id", "source", "bytes", "digest", "all_or_nothing")
    more = ("total", "problem", "created_by", "created_at", "started_at", "finished_at")
    return ImportOut(
        **{name: getattr(row, name) for name in (*names, *more)},
        form=Form.model_validate(row.form),
        mapping=_mapping(row),
        units=_units(row),
        counts=counts,
        checked=None if row.checked is None else Counts.model_validate(row.checked),
        progress=progress,
    )


def _mapping(row: Import) -> Mapping:
    return Mapping.model_validate(row.mapping)


def _units(row: Import) -> Units:
    return Units.model_validate(row.units)


async def _opening(session: AsyncSession, row: Import) -> looking.Opening:
    from cofounder.business.imports import opening

    return await opening.of(session, row)
