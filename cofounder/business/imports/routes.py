"""Bring data in over HTTP: hand a file over or name a source, look, change the mapping, run, follow, see what was refused."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from cofounder.business.imports import repeating, service, storage
from cofounder.business.imports.errors import (
    FileEmpty,
    FileNotKnown,
    FileSuspicious,
    FileTooLarge,
    FileUnreadable,
    ImportMissing,
    KeyLost,
    KindUnknown,
    MappingUnfit,
    NameTaken,
    NotNow,
    QuotaSpent,
    SourceMissing,
    SourceOutOfReach,
    SourceRefused,
)
from cofounder.business.imports.schemas import (
    AskedKind,
    ChangeIn,
    Fault,
    ImportOut,
    KindOut,
    NewSource,
    PreviewOut,
    SourceIn,
    SourceOut,
    State,
)
from cofounder.business.records.service import CursorInvalid
from cofounder.kit import cursors
from cofounder.kit.db import transaction
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.ids import new_id
from cofounder.kit.once import KeyReused, Once
from cofounder.kit.store import StoreFull
from cofounder.people import Admin, Operator, Viewer
from cofounder.settings import settings

router = Router(tags=["imports"])
_Limit = Annotated[int, Query(ge=1, le=200)]
_FILE = (FileUnreadable, FileEmpty, FileNotKnown, FileSuspicious)
_SOURCE = (SourceMissing, KeyLost, SourceOutOfReach, SourceRefused, QuotaSpent)
_RAW: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


@router.get("/api/import-kinds")
async def list_import_kinds(caller: Viewer) -> list[KindOut]:
    """What can be brought in: each kind with its fields and their other spellings."""
    return service.kinds()


@router.post(
    "/api/import-files",
    status_code=201,
    openapi_extra=_RAW,
    responses=documented(KindUnknown, FileTooLarge, MappingUnfit, KeyReused, StoreFull, *_FILE),
)
async def upload_import(
    request: Request,
    caller: Operator,
    once: Once,
    kind: AskedKind,
    name: Annotated[str, Query(min_length=1, max_length=200)],
) -> ImportOut:
    """Hand a file over as the body's bytes; the draft says how it would be read. Nothing goes in before `run`.

    CSV, TSV, JSONL, Parquet or Excel, also packed with gzip; found out by its contents, never by its name. With an
    Idempotency-Key the same file, sent again within seven days, names the same import.
    """
    known = service.kind_of(kind)
    id = new_id()
    path, size, digest = await storage.keep(id, request.stream(), most=settings().import_max_bytes)
    try:
        if size == 0:  # whatever key it comes with
            raise FileEmpty(f"{name} is empty.", field="file")
        async with transaction() as session:

            async def begin() -> ImportOut:
                row = await service.begin_file(
                    session,
                    path,
                    kind=known.name,
                    label=name,
                    by=caller.who,
                    id=id,
                    is_ours=True,
                    size=size,
                    digest=digest,
                )
                return service.out(row)

            sent = _Sent(kind=known.name, name=name, digest=digest)
            made = await once.answer(session, caller.who, sent, begin, ImportOut)
    except BaseException:
        storage.remove(str(path))
        raise
    if made.id != id:  # it came before, and lies there already
        storage.remove(str(path))
    return made


class _Sent(BaseModel):
    """What makes an upload this one."""

    kind: str
    name: str
    digest: str


@router.post(
    "/api/imports",
    status_code=201,
    responses=documented(KindUnknown, MappingUnfit, NotNow, KeyReused, *_FILE, *_SOURCE),
)
async def begin_import(body: SourceIn, session: Session, caller: Operator, once: Once) -> ImportOut:
    """Begin one reading of a source that is set up: a database or a Google Analytics property.

    With an Idempotency-Key a repeat of the same body, within seven days, names the same import.
    """

    async def begin() -> ImportOut:
        return service.out(await repeating.begin(session, body, by=caller.who))

    return await once.answer(session, caller.who, body, begin, ImportOut)


@router.get("/api/imports", responses=documented(CursorInvalid, KindUnknown))
async def list_imports(
    session: Session,
    caller: Viewer,
    cursor: cursors.OfMomentAndId = None,
    limit: _Limit = 50,
    kind: AskedKind | None = None,
    state: State | None = None,
) -> Page[ImportOut]:
    """Imports, newest first."""
    items, more, total = await service.listed(session, cursor=cursor, limit=limit, kind=kind, state=state)
    return Page(items=items, next_cursor=more, total=total)


@router.get("/api/imports/{import_id}", responses=documented(ImportMissing))
async def get_import(import_id: UUID, session: Session, caller: Viewer) -> ImportOut:
    """An import: its state, how far it is, its counts, its mapping."""
    return service.out(await service.get(session, import_id))


@router.get("/api/imports/{import_id}/preview", responses=documented(ImportMissing, KindUnknown, *_FILE, *_SOURCE))
async def preview_import(import_id: UUID, session: Session, caller: Operator) -> PreviewOut:
    """The first rows as they stand and as they would go in, and what to look at before it runs."""
    return await service.preview(session, import_id)


@router.patch(
    "/api/imports/{import_id}",
    responses=documented(ImportMissing, NotNow, KindUnknown, MappingUnfit, *_FILE, *_SOURCE),
)
async def change_import(import_id: UUID, body: ChangeIn, session: Session, caller: Operator) -> ImportOut:
    """Change how an import is read: kind, form, mapping, units. A part that is given replaces what was there."""
    return service.out(await service.change(session, import_id, body))


@router.post(
    "/api/imports/{import_id}/run",
    status_code=202,
    responses=documented(ImportMissing, NotNow, KindUnknown, MappingUnfit, *_FILE, *_SOURCE),
)
async def run_import(import_id: UUID, session: Session, caller: Operator) -> ImportOut:
    """Bring the rows in. Run again it changes nothing that is as the source says."""
    return service.out(await service.start(session, import_id))


@router.post(
    "/api/imports/{import_id}/dry-run",
    status_code=202,
    responses=documented(ImportMissing, NotNow, KindUnknown, MappingUnfit, *_FILE, *_SOURCE),
)
async def dry_run_import(import_id: UUID, session: Session, caller: Operator) -> ImportOut:
    """Count what would be added, corrected, left and refused; `checked` has the counts when the state is draft again."""
    return service.out(await service.start(session, import_id, check_only=True))


@router.post("/api/imports/{import_id}/cancel", responses=documented(ImportMissing, NotNow))
async def cancel_import(import_id: UUID, session: Session, caller: Operator) -> ImportOut:
    """Stop an import. Rows that are in stay in, unless it was to be all or nothing."""
    return service.out(await service.cancel(session, import_id))


@router.delete("/api/imports/{import_id}", status_code=204, responses=documented(ImportMissing, NotNow))
async def forget_import(import_id: UUID, session: Session, caller: Operator) -> None:
    """Remove a draft and its file. What was brought in stays on record."""
    await service.forget(session, import_id)


@router.get("/api/imports/{import_id}/refusals", responses=documented(ImportMissing, CursorInvalid))
async def list_refusals(
    import_id: UUID, session: Session, caller: Viewer, cursor: cursors.OfNumber = None, limit: _Limit = 100
) -> Page[Fault]:
    """Every value that was refused: line, column, value, reason; as the file has them."""
    items, more, total = await service.refusals(session, import_id, cursor=cursor, limit=limit)
    return Page(items=items, next_cursor=more, total=total)


@router.get(
    "/api/imports/{import_id}/refusals.csv",
    response_class=StreamingResponse,
    responses={**documented(ImportMissing), 200: {"content": {"text/csv": {}}, "description": "The refusals as CSV."}},
)
async def download_refusals(import_id: UUID, session: Session, caller: Viewer) -> StreamingResponse:
    """The same as a CSV file; no cell of it is a formula to a spreadsheet."""
    await service.get(session, import_id)
    return StreamingResponse(
        _lines(import_id),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="refused-{import_id}.csv"'},
    )


async def _lines(import_id: UUID) -> AsyncIterator[str]:
    """The file, in a transaction of its own that lives as long as the download."""
    async with transaction() as session:
        async for line in service.refusal_lines(session, import_id):
            yield line


@router.get("/api/import-sources")
async def list_sources(session: Session, caller: Operator) -> Page[SourceOut]:
    """Databases, Google Analytics properties and folders that are read again and again; never their secrets."""
    items = await repeating.listed(session)
    return Page(items=items, next_cursor=None, total=len(items))


@router.post("/api/import-sources", status_code=201, responses=documented(NameTaken))
async def add_source(body: NewSource, session: Session, caller: Admin) -> SourceOut:
    """Set a source up. Its secret is kept encrypted and never shown again."""
    return repeating.out(await repeating.add(session, body, by=caller))


@router.post(
    "/api/import-sources/{source_id}/read",
    status_code=202,
    responses=documented(NotNow, ImportMissing, KindUnknown, MappingUnfit, *_FILE, *_SOURCE),
)
async def read_source(source_id: UUID, session: Session, caller: Operator) -> Page[ImportOut]:
    """Read a source now: one import, or one for each new file of a folder."""
    source = await repeating.get(session, source_id, lock=True)
    begun = await repeating.run_now(session, source, by=caller.who)
    return Page(items=[service.out(row) for row in begun], next_cursor=None, total=len(begun))


@router.delete("/api/import-sources/{source_id}", status_code=204, responses=documented(SourceMissing))
async def remove_source(source_id: UUID, session: Session, caller: Admin) -> None:
    """Forget a source and its secret; what came from it stays."""
    await repeating.remove(session, source_id, by=caller)
