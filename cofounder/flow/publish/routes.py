"""Publish a given text, look at publications, cancel one that waits, settle one that nobody is sure of."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.flow.approve.errors import ComplianceBlocks, ScheduleInPast, TextTooLong
from cofounder.flow.publish import given, service
from cofounder.flow.publish.errors import NothingToSettle, PlatformUnknown, PublicationMissing, TooLateToCancel
from cofounder.flow.publish.schemas import PublicationOut, PublishIn, PublishOut, State, Verdict
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.once import IdempotencyKey, KeyReused
from cofounder.people import Approver, Viewer

router = Router(prefix="/api", tags=["publishing"])


@router.post(
    "/social/publish",
    status_code=202,
    responses=documented(PlatformUnknown, TextTooLong, ComplianceBlocks, ScheduleInPast, KeyReused),
)
async def publish_text(
    body: PublishIn,
    session: Session,
    caller: Approver,
    idempotency_key: IdempotencyKey = None,
) -> PublishOut:
    """Publish a text as it stands. The same Idempotency-Key, or the same text, answers with the first publication."""
    return await given.publish_now(session, body, by=caller, idempotency_key=idempotency_key)


@router.get("/publications", responses=documented())
async def list_publications(
    session: Session,
    caller: Viewer,
    state: Annotated[list[State] | None, Query()] = None,
    task_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page[PublicationOut]:
    """Publications, newest first."""
    items, total = await service.page(session, states=state, task_id=task_id, after=cursor, limit=limit + 1)
    more = items[limit - 1].publication_id if len(items) > limit else None
    return Page[PublicationOut](items=items[:limit], next_cursor=str(more) if more else None, total=total)


@router.post("/publications/{publication_id}/cancel", responses=documented(PublicationMissing, TooLateToCancel))
async def cancel_publication(publication_id: UUID, session: Session, caller: Approver) -> PublicationOut:
    """Stop a publication that waits for its time."""
    return await service.cancel(session, publication_id, by=caller)


@router.post("/publications/{publication_id}/resolve", responses=documented(PublicationMissing, NothingToSettle))
async def settle_publication(publication_id: UUID, body: Verdict, session: Session, caller: Approver) -> PublicationOut:
    """Settle a publication whose outcome is unknown by what you saw at the channel."""
    return await service.resolve(session, publication_id, body, by=caller)
