"""Datasets over HTTP: make, upload, list, look into, compare, download, roll back, delete; withdraw a run."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import StreamingResponse

from cofounder.flow.train.data.errors import ExampleErased, NothingToExport, PersonalDataStays, QualityUnclear
from cofounder.flow.train.data.lacking import Tally
from cofounder.flow.train.datasets import comparing, exporting, previewing, service, uploading
from cofounder.flow.train.datasets.errors import (
    DatasetDeleted,
    DatasetEmpty,
    DatasetMissing,
    DatasetNameTaken,
    DatasetNotReady,
    DatasetRoleDiffers,
    ExampleNotKnown,
    ExportAmbiguous,
    NoSuchPart,
    NothingLeftToTrain,
    UploadTooLarge,
    UploadUnfit,
)
from cofounder.flow.train.datasets.schemas import (
    CompareOut,
    DatasetChange,
    DatasetExportIn,
    DatasetIn,
    DatasetList,
    DatasetOut,
    FormatName,
    HeldOut,
    LeftOutList,
    LineageOut,
    Name,
    PreviewOut,
    Role,
    Split,
    SplitIn,
    Target,
    UploadOut,
    UsableIn,
    UsableOut,
    Why,
)
from cofounder.flow.train.datasets.service import PlaceUnclear
from cofounder.flow.train.formats import FORMATS, FormatUnknown
from cofounder.kit import cursors
from cofounder.kit.db import reading
from cofounder.kit.http import Envelope, Router, Session, documented
from cofounder.kit.store import ArtifactLost, StoreFull, StoreOutOfReach
from cofounder.people import Approver, Operator, Viewer

router = Router(prefix="/api/orchestrator/training", tags=["training"])
_Limit = Annotated[int, Query(ge=1, le=200)]
_READ = (DatasetMissing, DatasetDeleted, DatasetNotReady)
_STORE = (ArtifactLost, StoreOutOfReach)
_RAW: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {media: {} for media in sorted({one.media for one in FORMATS.values()})},
        "description": "The bare file, streamed.",
    }
}


@router.post(
    "/datasets",
    status_code=201,
    responses=documented(
        DatasetNameTaken,
        DatasetRoleDiffers,
        DatasetEmpty,
        NothingLeftToTrain,
        PersonalDataStays,
        StoreFull,
        StoreOutOfReach,
    ),
)
async def create_dataset(body: DatasetIn, caller: Operator) -> Envelope[DatasetOut]:
    """Freeze a selection of examples as an immutable version.

    A selection of more than 2,000 examples is made by a durable job: the answer's state is then building, and its
    progress says how far it is. A version is there whole or not at all. Only an admin makes one with personal data.
    """
    return Envelope(data=await service.create(body, caller))


@router.post("/datasets/usable", responses=documented())
async def count_usable(body: UsableIn, caller: Viewer) -> Envelope[UsableOut]:
    """How many of the examples that a filter lets through a role can learn from, and what the others lack. Changes nothing."""
    return Envelope(data=await exporting.usable(body.filters, body.role))


@router.post(
    "/datasets/upload",
    status_code=201,
    openapi_extra=_RAW,
    responses=documented(
        UploadUnfit,
        UploadTooLarge,
        DatasetNameTaken,
        DatasetRoleDiffers,
        DatasetEmpty,
        FormatUnknown,
        uploading.TargetUnknown,
        NothingLeftToTrain,
        PersonalDataStays,
        StoreFull,
        StoreOutOfReach,
    ),
)
async def upload_dataset(
    request: Request,
    caller: Operator,
    name: Annotated[Name, Query()],
    role: Annotated[Role | None, Query(description="Left out: that of the name's version before, else writer")] = None,
    description: Annotated[str, Query(max_length=2000)] = "",
    format: Literal["jsonl", "openai", "gemini", "bedrock", "chatml"] = "jsonl",
    target: Target | None = None,
    split: Literal["none", "group", "random"] = "none",
    validation: Annotated[float, Query(ge=0, le=0.5)] = 0.1,
    test: Annotated[float, Query(ge=0, le=0.5)] = 0.1,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    duplicates: Literal["near", "exact", "keep"] = "exact",
    redact: bool = True,
    new_version: bool = False,
    skip_refused: bool = False,
) -> Envelope[UploadOut]:
    """Make a version of your own lines: the body is JSONL, one conversation a line. Each refused line is named.

    `target` refuses lines over that provider's limit. Without `skip_refused` one refused line refuses all.
    """
    asked = DatasetIn(
        name=name,
        description=description,
        split=SplitIn(by=split, validation=validation, test=test),
        seed=seed,
        duplicates=duplicates,
        redact=redact,
        new_version=new_version,
    )
    if role is not None:
        asked = asked.model_copy(update={"role": role})
    made = await uploading.upload(
        request.stream(), asked, caller, format=format, target=target, skip_refused=skip_refused
    )
    return Envelope(data=made)


@router.post(
    "/datasets/export",
    response_class=StreamingResponse,
    responses={
        **documented(
            *(
                ExportAmbiguous,
                QualityUnclear,
                NothingToExport,
                FormatUnknown,
                NoSuchPart,
                PersonalDataStays,
                StoreFull,
            ),
            *_READ,
            *_STORE,
        ),
        **_FILE,
    },
)
async def export_dataset(body: DatasetExportIn, caller: Operator) -> StreamingResponse:
    """A version, or whatever a filter lets through now, as a file in any format.

    Personal data stays out of what a filter lets through, unless an admin says `redact` false, which the audit log keeps;
    a version that keeps it is an admin's alone, and so is the file of it.
    X-Examples says how many examples fit a filter, X-Examples-Used how many of them are in the file (up to 100,000 that fit).
    """
    file = await exporting.begin(body, caller)
    return await _streamed(*file, counts=await exporting.counts(body))


@router.get("/datasets", responses=documented(PlaceUnclear))
async def list_datasets(
    session: Session,
    caller: Viewer,
    cursor: cursors.OfMomentAndId = None,
    limit: _Limit = 50,
    name: Annotated[str | None, Query(max_length=80)] = None,
    role: Role | None = None,
    state: Literal["building", "ready", "failed", "deleted"] | None = None,
    archived: bool = False,
) -> Envelope[DatasetList]:
    """Versions, newest first. Deleted ones are listed only where `state` asks for them, archived ones by `archived`."""
    found = await service.listed(
        session, cursor=cursor, limit=limit, name=name, role=role, state=state, archived=archived
    )
    return Envelope(data=found)


@router.get("/datasets/{dataset_id}", responses=documented(DatasetMissing))
async def get_dataset(dataset_id: UUID, session: Session, caller: Viewer) -> Envelope[DatasetOut]:
    """A version: what was asked for, what it holds, its statistics and its leakage report; of a deleted one the tombstone."""
    return Envelope(data=await service.get(session, dataset_id))


@router.patch("/datasets/{dataset_id}", responses=documented(DatasetMissing))
async def change_dataset(
    dataset_id: UUID, body: DatasetChange, session: Session, caller: Operator
) -> Envelope[DatasetOut]:
    """Describe a version anew, archive it or bring it back. What it holds never changes."""
    return Envelope(data=await service.change(session, dataset_id, body, caller))


@router.get("/datasets/{dataset_id}/preview", responses=documented(*_READ, FormatUnknown, NoSuchPart, *_STORE))
async def preview_dataset(
    dataset_id: UUID,
    session: Session,
    caller: Viewer,
    format: FormatName = "jsonl",
    split: Split = "all",
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Envelope[PreviewOut]:
    """Lines of a version exactly as they would leave; Parquet is shown as CSV.

    Of a version that keeps personal data an admin alone sees them so; others see placeholders, and `redacted` is true.
    """
    found = await previewing.preview(
        session, dataset_id, caller, format=format, split=split, offset=offset, limit=limit
    )
    return Envelope(data=found)


@router.get("/datasets/{dataset_id}/left-out", responses=documented(DatasetMissing, PlaceUnclear))
async def list_left_out(
    dataset_id: UUID, session: Session, caller: Viewer, cursor: cursors.OfPlace = None, limit: _Limit = 50
) -> Envelope[LeftOutList]:
    """Duplicates that are not in a version, with the line that stands for each, and groups that a time cut in two."""
    return Envelope(data=await service.left_out(session, dataset_id, cursor=cursor, limit=limit))


@router.get("/datasets/{dataset_id}/lineage", responses=documented(DatasetMissing))
async def get_lineage(dataset_id: UUID, session: Session, caller: Viewer) -> Envelope[LineageOut]:
    """The versions of its name, and the jobs and models that were made with it."""
    return Envelope(data=await service.lineage(session, dataset_id))


@router.get(
    "/datasets/{dataset_id}/download",
    response_class=StreamingResponse,
    responses={**documented(*_READ, PersonalDataStays, FormatUnknown, NoSuchPart, StoreFull, *_STORE), **_FILE},
)
async def download_dataset(
    dataset_id: UUID, caller: Operator, format: FormatName = "jsonl", split: Split = "all"
) -> StreamingResponse:
    """A version as a file, whole or one part of it; the same bytes every time, whatever became of its examples.

    One that keeps personal data is an admin's alone, and the audit log keeps who took it.
    """
    return await _streamed(*await exporting.leave(dataset_id, format, split, caller))


@router.get("/datasets/{dataset_id}/compare/{other_id}", responses=documented(*_READ, *_STORE))
async def compare_datasets(
    dataset_id: UUID,
    other_id: UUID,
    session: Session,
    caller: Viewer,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Envelope[CompareOut]:
    """What the other version added, took away and labelled differently, and why; the counts are whole, the lines are the first."""
    return Envelope(data=await comparing.compare(session, dataset_id, other_id, caller, limit=limit))


@router.post("/datasets/{dataset_id}/rollback", responses=documented(*_READ))
async def roll_back_dataset(dataset_id: UUID, session: Session, caller: Operator) -> Envelope[DatasetOut]:
    """Let the name stand for this version. Nothing is lost: the others stay as they are."""
    return Envelope(data=await service.roll_back(session, dataset_id, caller))


@router.delete("/datasets/{dataset_id}", responses=documented(DatasetMissing, StoreOutOfReach))
async def delete_dataset(dataset_id: UUID, body: Why, caller: Operator) -> Envelope[DatasetOut]:
    """Delete a version's files. Its row and the list of its runs stay as a tombstone, with who, when and why.

    `message` names the jobs and models that were made with it; they stay, and can be deployed.
    """
    told = await service.remove(dataset_id, body.reason, caller)
    async with reading() as session:
        return Envelope(data=told, message=await service.made_with(session, dataset_id) or None)


@router.get("/data/{execution_id}/held-by", responses=documented(ExampleNotKnown))
async def get_holders(execution_id: UUID, session: Session, caller: Viewer) -> Envelope[HeldOut]:
    """Every dataset and model that holds a run, deleted ones too, and whether it is withdrawn."""
    return Envelope(data=await service.held_by(session, execution_id))


@router.post("/data/{execution_id}/withdraw", responses=documented(ExampleNotKnown, ExampleErased))
async def withdraw_example(execution_id: UUID, body: Why, session: Session, caller: Approver) -> Envelope[HeldOut]:
    """Leave a run out of every version made from now on, and say which hold it already."""
    return Envelope(data=await service.withdraw(session, execution_id, body.reason, caller))


@router.post("/data/{execution_id}/readmit", responses=documented(ExampleNotKnown))
async def readmit_example(execution_id: UUID, session: Session, caller: Approver) -> Envelope[HeldOut]:
    """Let a withdrawn run into versions again."""
    return Envelope(data=await service.readmit(session, execution_id, caller))


async def _streamed(
    name: str, format: Any, chunks: AsyncIterator[bytes], *, counts: Tally | None = None
) -> StreamingResponse:
    first = await anext(chunks, b"")  # what can go wrong does so before the answer begins

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    headers = {"Content-Disposition": f'attachment; filename="{name}"', **(counts.headers() if counts else {})}
    return StreamingResponse(whole(), media_type=format.media, headers=headers)
