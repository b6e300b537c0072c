"""Series: list, make, change, pause, resume, end, leave one out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from cofounder.channels import UnknownChannel
from cofounder.flow.request.series import service
from cofounder.flow.request.series.errors import (
    NoSuchSlot,
    SeriesEmpty,
    SeriesEnded,
    SeriesMissing,
    SeriesNameTaken,
    SeriesUnclear,
    SlotMade,
)
from cofounder.flow.request.series.schemas import (
    OccurrenceList,
    SeriesChange,
    SeriesDetail,
    SeriesIn,
    SeriesList,
    SeriesOut,
    State,
)
from cofounder.flow.request.service import TimePassed, UnknownPersona
from cofounder.kit.http import Day, Router, Session, Time, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.kit.openapi import ETAG
from cofounder.kit.spans import SpanBackwards, in_order
from cofounder.kit.versions import IfMatch, OldVersion, etag
from cofounder.people import Operator, Viewer

router = Router(prefix="/api/series", tags=["tasks"])
_WRONG = (SeriesNameTaken, SeriesUnclear, SeriesEmpty, TimePassed, UnknownChannel, UnknownPersona)


@router.get("")
async def list_series(
    session: Session, caller: Viewer, state: Annotated[list[State] | None, Query(max_length=3)] = None
) -> SeriesList:
    """Every series, those that go on first, each with its next slots."""
    return SeriesList(items=await service.listed(session, state))


@router.post("", status_code=201, responses=documented(*_WRONG, KeyReused))
async def create_series(body: SeriesIn, session: Session, caller: Operator, once: Once) -> SeriesOut:
    """Have a request asked again and again. Each time an ordinary task is made, which waits for approval as any other."""
    return await once.answer(session, caller.who, body, lambda: service.create(session, body, by=caller), SeriesOut)


@router.get("/occurrences", responses=documented(SpanBackwards))
async def list_occurrences(
    session: Session,
    caller: Viewer,
    since: Annotated[Time, Query(description="Slots at this time or later.")],
    until: Annotated[Time, Query(description="Slots before this time.")],
) -> OccurrenceList:
    """Slots of all series in a time range: what became of them, and those to come."""
    in_order(since, until)
    return OccurrenceList(items=await service.occurrences(session, since, until))


@router.get("/{series_id}", responses=ETAG | documented(SeriesMissing))
async def show_series(series_id: UUID, session: Session, caller: Viewer, response: Response) -> SeriesDetail:
    """One series with what became of its slots. The ETag is what a change of it names in If-Match."""
    found = await service.detail(session, series_id)
    response.headers["ETag"] = etag(service.version(found))
    return found


@router.patch("/{series_id}", responses=ETAG | documented(SeriesMissing, SeriesEnded, OldVersion, *_WRONG))
async def change_series(
    series_id: UUID,
    body: SeriesChange,
    session: Session,
    caller: Operator,
    response: Response,
    if_match: IfMatch = None,
) -> SeriesOut:
    """Change what is asked or when, from now on. Tasks that were made stay as they are.

    With If-Match only if nobody changed it since you read it; what it made meanwhile is no change.
    """
    found = await service.change(session, series_id, body, by=caller, if_match=if_match)
    response.headers["ETag"] = etag(service.version(found))
    return found


@router.post("/{series_id}/pause", responses=documented(SeriesMissing, SeriesEnded))
async def pause_series(series_id: UUID, session: Session, caller: Operator) -> SeriesOut:
    """Make nothing until it is resumed."""
    return await service.pause(session, series_id, by=caller)


@router.post("/{series_id}/resume", responses=documented(SeriesMissing, SeriesEnded))
async def resume_series(series_id: UUID, session: Session, caller: Operator) -> SeriesOut:
    """Go on with the next slot to come; those that passed meanwhile are not made up for."""
    return await service.resume(session, series_id, by=caller)


@router.post("/{series_id}/end", responses=documented(SeriesMissing))
async def end_series(series_id: UUID, session: Session, caller: Operator) -> SeriesOut:
    """End it for good; what it made stays."""
    return await service.end(session, series_id, by=caller)


@router.put("/{series_id}/skips/{day}", responses=documented(SeriesMissing, SeriesEnded, NoSuchSlot, SlotMade))
async def skip_slot(series_id: UUID, day: Day, session: Session, caller: Operator) -> SeriesOut:
    """Leave out the slot of one local day."""
    return await service.skip(session, series_id, day, by=caller)


@router.delete("/{series_id}/skips/{day}", responses=documented(SeriesMissing, SeriesEnded, NoSuchSlot))
async def take_slot_back(series_id: UUID, day: Day, session: Session, caller: Operator) -> SeriesOut:
    """Take a skipped slot back in, while it is to come."""
    return await service.unskip(session, series_id, day, by=caller)
