"""What became of posts: their readings, what is due, and readings that people type."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.publish.errors import PublicationMissing
from cofounder.flow.publish.measuring import carrying, service
from cofounder.flow.publish.measuring.errors import (
    NothingToMeasure,
    ReadingEmpty,
    ReadingMissing,
    ReadingNotTyped,
    ReadingThere,
    ReadingTimeUnfit,
)
from cofounder.flow.publish.measuring.schemas import (
    MeasurementsOut,
    MeasurementState,
    MeasureRunOut,
    PublicationMeasuredOut,
    ReadingIn,
    ReadingTypedOut,
)
from cofounder.kit import cursors
from cofounder.kit.db import reading
from cofounder.kit.http import Router, Session, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.people import Operator, Viewer

router = Router(prefix="/api", tags=["publishing"])


@router.get("/publications/{publication_id}/measurements", responses=documented(PublicationMissing))
async def show_measurements(publication_id: UUID, session: Session, caller: Viewer) -> PublicationMeasuredOut:
    """What was read of one publication, what is to be read, and what was foretold beside what came."""
    return await service.of(session, publication_id)


@router.post(
    "/publications/{publication_id}/readings",
    status_code=201,
    responses=documented(
        PublicationMissing,
        NothingToMeasure,
        ReadingEmpty,
        ReadingTimeUnfit,
        ReadingMissing,
        ReadingNotTyped,
        ReadingThere,
        KeyReused,
    ),
)
async def type_reading(
    publication_id: UUID, body: ReadingIn, session: Session, caller: Operator, once: Once
) -> ReadingTypedOut:
    """Write down what you read of a post. The same minute again corrects what is given; what looks odd is kept, and said."""
    return await once.answer(
        session,
        caller.who,
        body,
        lambda: service.type_in(session, publication_id, body, by=caller),
        ReadingTypedOut,
    )


@router.delete(
    "/publications/{publication_id}/readings/{reading_id}",
    responses=documented(PublicationMissing, ReadingMissing, ReadingNotTyped),
)
async def take_reading_away(
    publication_id: UUID, reading_id: UUID, session: Session, caller: Operator
) -> PublicationMeasuredOut:
    """Take a reading away that somebody typed by mistake; what it answered is asked again."""
    return await service.take_away(session, publication_id, reading_id, by=caller)


@router.get("/measurements", responses=documented(CursorInvalid))
async def list_measurements(
    session: Session,
    caller: Viewer,
    state: Annotated[list[MeasurementState] | None, Query(max_length=5)] = None,
    by_hand: Annotated[bool | None, Query(description="true: what people are asked for.")] = None,
    cursor: cursors.OfMomentIdAndPlace = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> MeasurementsOut:
    """What was read, missed or is due, and why, the newest post first; `state=due` alone: due by now, the oldest first."""
    return await service.listed(session, states=state, by_hand=by_hand, cursor=cursor, limit=limit)


@router.post("/measurements/run", responses=documented())
async def measure_now(caller: Operator) -> MeasureRunOut:
    """Read what is due now instead of within half a minute. What a provider wants to be asked later is left for then."""
    done = await carrying.round_of()
    async with reading() as session:
        left = await service.due(session)
    return MeasureRunOut(
        planned=done.planned,
        read=done.read,
        gone=done.gone,
        missed=done.missed,
        problems=done.problems,
        due=left,
    )
