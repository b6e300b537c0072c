"""Training data over HTTP: list, filter, tag, put away, take back, count, preview, erase; everything in an envelope."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.train.data import changing, erasing, saving, service
from cofounder.flow.train.data.asked import AskedFilter, AskedPage
from cofounder.flow.train.data.errors import (
    AlreadyUndone,
    DatesMissing,
    ExampleErased,
    ExampleMissing,
    ExamplesChanged,
    ExamplesUnclear,
    FilterMissing,
    FilterNameTaken,
    TagReserved,
    TagUnseen,
    UndoUnknown,
)
from cofounder.flow.train.data.export_routes import router as exports
from cofounder.flow.train.data.schemas import (
    MOST_LISTED,
    ChangedOut,
    ChangeFilterIn,
    ChangeOut,
    Choices,
    EraseIn,
    ExampleOut,
    FilterIn,
    Format,
    Found,
    LineOut,
    Listed,
    PreviewIn,
    PreviewOut,
    SavedFilterOut,
    SaveFilterIn,
    Selected,
    StatsOut,
    TagByDateIn,
    TagByQualityIn,
    TagIn,
    Tombstone,
    UndoIn,
    UntagIn,
)
from cofounder.flow.train.data.service import PAGE
from cofounder.kit import cursors
from cofounder.kit.http import Envelope, Page, Router, Session, documented
from cofounder.people import Admin, Operator, Viewer

PREFIX = "/api/orchestrator/training"
router = Router(prefix=PREFIX, tags=["training"])
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]
Offset = Annotated[int | None, Query(ge=0, le=10_000_000)]


@router.get("/data", responses=documented(CursorInvalid))
async def list_examples(
    session: Session, caller: Viewer, cursor: cursors.OfMomentAndId = None, offset: Offset = None, limit: Limit = PAGE
) -> Envelope[Page[Listed]]:
    """Training examples, newest request first; development, test, exclude, archived and sample ones are left out."""
    return Envelope(data=await service.page(session, cursor=cursor, offset=offset, limit=limit))


@router.get("/data/filter", responses=documented(CursorInvalid))
async def find_examples(session: Session, caller: Viewer, asked: AskedPage) -> Envelope[Found]:
    """A page of what a filter lets through, with what all of it amounts to."""
    return Envelope(data=await service.find(session, asked))


@router.post("/data/filter", responses=documented(CursorInvalid))
async def filter_examples(session: Session, caller: Viewer, body: FilterIn) -> Envelope[Found]:
    """The same as GET, for filters that are too long for an address. Changes nothing."""
    return Envelope(data=await service.find(session, body))


@router.get("/data/choices", responses=documented())
async def list_choices(session: Session, caller: Viewer) -> Envelope[Choices]:
    """The words that a filter may name: intents, tags, platforms, personas, models, agents, decisions."""
    return Envelope(data=await service.choices(session))


@router.get("/stats", responses=documented())
async def training_statistics(session: Session, caller: Viewer, asked: AskedFilter) -> Envelope[StatsOut]:
    """Exact counts of everything that a filter lets through."""
    return Envelope(data=await service.stats(session, asked))


@router.post("/data/preview", responses=documented())
async def preview_export(session: Session, caller: Viewer, body: PreviewIn) -> Envelope[PreviewOut]:
    """The first lines that an export of a filter has, exactly as they would be written. Changes nothing."""
    return Envelope(data=await service.preview(session, body.filter, body.format, body.limit))


@router.get("/data/changes", responses=documented(CursorInvalid))
async def list_changes(
    session: Session, caller: Viewer, cursor: cursors.OfMomentAndId = None, limit: Limit = PAGE
) -> Envelope[Page[ChangeOut]]:
    """What was tagged, put away, brought back and taken back, newest first, each with its undo_token."""
    return Envelope(data=await changing.changes(session, cursor, limit))


@router.patch("/data/tag", responses=documented(ExamplesUnclear, ExamplesChanged, TagReserved, TagUnseen))
async def tag_examples(session: Session, caller: Operator, body: TagIn) -> Envelope[ChangedOut]:
    """Add tags to the examples named or filtered, or take them away with `remove`. Twice changes nothing more."""
    return _told(await changing.tag(session, body, body.tags, by=caller.who, remove=body.remove))


@router.post("/data/untag", responses=documented(ExamplesUnclear, ExamplesChanged, TagReserved, TagUnseen))
async def untag_examples(session: Session, caller: Operator, body: UntagIn) -> Envelope[ChangedOut]:
    """Take tags away from the examples named or filtered."""
    return _told(await changing.tag(session, body, body.tags, by=caller.who, remove=True))


@router.post("/data/tag-by-date", responses=documented(DatesMissing, TagReserved, TagUnseen))
async def tag_examples_by_date(session: Session, caller: Operator, body: TagByDateIn) -> Envelope[ChangedOut]:
    """Tag every example between two dates (inclusive), whatever its tags, archived ones too; not the sample company's."""
    return _told(await changing.tag_by_date(session, body, by=caller.who))


@router.post("/data/tag-by-quality", responses=documented(TagReserved, TagUnseen))
async def tag_examples_by_quality(session: Session, caller: Operator, body: TagByQualityIn) -> Envelope[ChangedOut]:
    """Tag every example below `quality_max`, whatever its tags, archived ones too; not the sample company's."""
    return _told(await changing.tag_by_quality(session, body, by=caller.who))


@router.post("/data/undo", responses=documented(UndoUnknown, AlreadyUndone))
async def undo_change(session: Session, caller: Operator, body: UndoIn) -> Envelope[ChangedOut]:
    """Take back what one change did, and nothing else. The undoing is a change too: undo it to do it again."""
    return _told(await changing.undo(session, body.undo_token, by=caller.who))


@router.post("/data/archive", responses=documented(ExamplesUnclear, ExamplesChanged))
async def archive_examples(session: Session, caller: Operator, body: Selected) -> Envelope[ChangedOut]:
    """Put examples away: out of every list, count and export until they are restored."""
    return _told(await changing.put_away(session, body, by=caller.who, archived=True))


@router.post("/data/restore", responses=documented(ExamplesUnclear, ExamplesChanged))
async def restore_examples(session: Session, caller: Operator, body: Selected) -> Envelope[ChangedOut]:
    """Bring archived examples back. A filter looks among the archived ones, unless `archived` is null: then among both."""
    return _told(await changing.put_away(session, body, by=caller.who, archived=False))


@router.get("/data/{execution_id}", responses=documented(ExampleMissing))
async def get_example(session: Session, caller: Viewer, execution_id: UUID) -> Envelope[ExampleOut]:
    """One example in full; of an erased one its tombstone."""
    return Envelope(data=await service.show(session, execution_id))


@router.get("/data/{execution_id}/line", responses=documented(ExampleMissing, ExampleErased))
async def example_line(
    session: Session, caller: Viewer, execution_id: UUID, format: Annotated[Format, Query()] = "jsonl"
) -> Envelope[LineOut]:
    """The line that an export has for this example, exactly as it would be written."""
    return Envelope(data=await service.line(session, execution_id, format))


@router.post("/data/{execution_id}/erase", responses=documented(ExampleMissing, ExampleErased))
async def erase_example(session: Session, caller: Admin, execution_id: UUID, body: EraseIn) -> Envelope[Tombstone]:
    """Empty an example for good. What stays says who did it, when and why, and which datasets and models hold copies."""
    return Envelope(data=await erasing.erase(session, execution_id, by=caller.who, reason=body.reason))


@router.get("/filters", responses=documented())
async def list_filters(session: Session, caller: Viewer) -> Envelope[Page[SavedFilterOut]]:
    """The saved filters of the house, by name."""
    found = await saving.listed(session)
    return Envelope(data=Page(items=found, total=len(found)))


@router.post("/filters", status_code=201, responses=documented(FilterNameTaken))
async def save_filter(session: Session, caller: Operator, body: SaveFilterIn) -> Envelope[SavedFilterOut]:
    """Keep a filter under a name, for everybody."""
    return Envelope(data=await saving.save(session, body, by=caller.who))


@router.patch("/filters/{filter_id}", responses=documented(FilterMissing, FilterNameTaken))
async def change_filter(
    session: Session, caller: Operator, filter_id: UUID, body: ChangeFilterIn
) -> Envelope[SavedFilterOut]:
    """Give a saved filter another name, description or filter."""
    return Envelope(data=await saving.change(session, filter_id, body, by=caller.who))


@router.delete("/filters/{filter_id}", responses=documented(FilterMissing))
async def delete_filter(session: Session, caller: Operator, filter_id: UUID) -> Envelope[SavedFilterOut]:
    """Forget a saved filter; what was chosen with it stays as it is."""
    return Envelope(data=await saving.forget(session, filter_id, by=caller.who))


def _told(done: ChangedOut) -> Envelope[ChangedOut]:
    many = "1 example" if done.count == 1 else f"{done.count:,} examples"
    return Envelope(data=done, message=f"{many} changed." if done.count else "Nothing had to be changed.")


router.include_router(exports)
