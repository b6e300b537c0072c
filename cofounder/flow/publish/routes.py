"""Publish a given text, look at publications, cancel, settle or send again what stands still."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.business.records.service import CursorInvalid, TaskMissing
from cofounder.channels.accounts.errors import AccountUnfit, ScheduleAfterExpiry
from cofounder.channels.images.errors import (
    AltTextMissing,
    AltTextUnfit,
    ImageMissing,
    ImagesUnfit,
    ImageTwice,
)
from cofounder.flow.approve.errors import ChannelUnknown, ComplianceBlocks, ScheduleInPast, TextTooLong, TextUnfit
from cofounder.flow.publish import clashes, given, moving, posting, settling, showing
from cofounder.flow.publish.errors import (
    AccountGone,
    AddressElsewhere,
    AddressTaken,
    AnswerMisplaced,
    AttemptOutdated,
    MovedMeanwhile,
    NotByHand,
    NothingToRetry,
    NothingToSettle,
    PlatformUnknown,
    PostedTimeUnfit,
    PublicationMissing,
    RecipientReached,
    RecipientUnknown,
    TitleMissing,
    TooLateToCancel,
    TooLateToMove,
)
from cofounder.flow.publish.schemas import (
    ConflictList,
    MeantList,
    PostedIn,
    PublicationDetail,
    PublicationOut,
    PublishIn,
    PublishOut,
    RescheduleIn,
    State,
    Verdict,
)
from cofounder.flow.request.service import tell_standing_with
from cofounder.kit import cursors
from cofounder.kit.effects import EffectBusy, NoSuchEffect, OutcomeKnown
from cofounder.kit.http import Page, Router, Session, Time, documented
from cofounder.kit.once import IdempotencyKey, KeyReused, Once
from cofounder.kit.spans import SpanBackwards, in_order
from cofounder.people import Approver, Viewer

tell_standing_with(showing.standing)
router = Router(prefix="/api", tags=["publishing"])


@router.post(
    "/social/publish",
    status_code=202,
    responses=documented(
        PlatformUnknown,
        TitleMissing,
        TextTooLong,
        TextUnfit,
        ComplianceBlocks,
        ScheduleInPast,
        AccountUnfit,
        ScheduleAfterExpiry,
        KeyReused,
        ChannelUnknown,
        ImageMissing,
        ImageTwice,
        ImagesUnfit,
        AltTextMissing,
        AltTextUnfit,
    ),
)
async def publish_text(
    body: PublishIn,
    session: Session,
    caller: Approver,
    idempotency_key: IdempotencyKey = None,
) -> PublishOut:
    """Publish a text as it stands. The same Idempotency-Key, or the same text, answers with the first publication."""
    return await given.publish_now(session, body, by=caller, idempotency_key=idempotency_key)


@router.get("/publications", responses=documented(CursorInvalid, SpanBackwards))
async def list_publications(
    session: Session,
    caller: Viewer,
    state: Annotated[list[State] | None, Query(max_length=12)] = None,
    status: Annotated[list[State] | None, Query(max_length=12, description="Another word for `state`.")] = None,
    task_id: UUID | None = None,
    since: Annotated[Time | None, Query(description="Ended at this time or later; else due, else handed over.")] = None,
    until: Annotated[Time | None, Query(description="Before this time.")] = None,
    cursor: cursors.OfMomentAndId = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page[PublicationOut]:
    """Publications, newest first by the time that `since` reads; `state=unknown` are those that wait for a person's answer, also while some of it is sent."""
    in_order(since, until)
    wanted = [*(state or ()), *(status or ())]
    return await showing.page(
        session, states=wanted, task_id=task_id, cursor=cursor, limit=limit, since=since, until=until
    )


@router.get("/publications/{publication_id}", responses=documented(PublicationMissing))
async def show_publication(publication_id: UUID, session: Session, caller: Viewer) -> PublicationDetail:
    """One publication with the evidence: when it was handed over, to whom, what the line said, where to look."""
    return await showing.detail(session, publication_id)


@router.get("/calendar/conflicts", responses=documented(SpanBackwards))
async def list_conflicts(
    session: Session,
    caller: Viewer,
    since: Annotated[Time, Query(description="At this time or later.")],
    until: Annotated[Time, Query(description="Before this time.")],
) -> ConflictList:
    """What of the plan gets in its own way: too close, the same text, over a quota, an access or an approval that ends."""
    in_order(since, until)
    return ConflictList(items=await clashes.between(session, since, until))


@router.get("/calendar/meant", responses=documented(SpanBackwards))
async def list_meant(
    session: Session,
    caller: Viewer,
    since: Annotated[Time, Query(description="At this time or later.")],
    until: Annotated[Time, Query(description="Before this time.")],
) -> MeantList:
    """Tasks that are meant for a time and that nobody has decided yet, earliest first."""
    in_order(since, until)
    return MeantList(items=await clashes.meant(session, since, until))


@router.post("/publications/{publication_id}/cancel", responses=documented(PublicationMissing, TooLateToCancel))
async def cancel_publication(publication_id: UUID, session: Session, caller: Approver) -> PublicationOut:
    """Stop a publication that waits for its time."""
    return await settling.cancel(session, publication_id, by=caller)


@router.post(
    "/publications/{publication_id}/reschedule",
    responses=documented(
        PublicationMissing,
        TooLateToMove,
        MovedMeanwhile,
        ScheduleInPast,
        AccountUnfit,
        ScheduleAfterExpiry,
        TaskMissing,
    ),
)
async def reschedule_publication(
    publication_id: UUID, body: RescheduleIn, session: Session, caller: Approver
) -> PublicationOut:
    """Give a publication that waits for its time another one, or send it now. The text and its approval stay as they are."""
    return await moving.reschedule(session, publication_id, body, by=caller)


@router.post(
    "/publications/{publication_id}/resolve",
    responses=documented(
        PublicationMissing,
        NothingToSettle,
        AnswerMisplaced,
        AttemptOutdated,
        RecipientUnknown,
        RecipientReached,
        AddressElsewhere,
        AddressTaken,
        EffectBusy,
        NoSuchEffect,
        OutcomeKnown,
        KeyReused,
    ),
)
async def settle_publication(
    publication_id: UUID, body: Verdict, session: Session, caller: Approver, once: Once
) -> PublicationOut:
    """Settle a publication whose outcome is unknown by what you saw; a channel that can look is asked first.

    Of two people who answer at once the first counts; the other is refused, unless both say the same.
    """
    asked = await settling.attempt_asked(publication_id)
    await settling.look(publication_id)

    async def resolve() -> PublicationOut:
        return await settling.resolve(session, publication_id, body, by=caller, asked=asked)

    return await once.answer(session, caller.who, body, resolve, PublicationOut)


@router.post(
    "/publications/{publication_id}/retry", responses=documented(PublicationMissing, NothingToRetry, AccountGone)
)
async def retry_publication(publication_id: UUID, session: Session, caller: Approver) -> PublicationOut:
    """Send now what surely was not sent: the same text, under the decision that stands, to nobody twice."""
    return await settling.retry(session, publication_id, by=caller)


@router.post(
    "/publications/{publication_id}/posted",
    responses=documented(PublicationMissing, NotByHand, PostedTimeUnfit, AddressElsewhere, AddressTaken, KeyReused),
)
async def mark_posted(
    publication_id: UUID, body: PostedIn, session: Session, caller: Approver, once: Once
) -> PublicationOut:
    """Say that you posted by hand what lay in the outbox; from then on it counts in learning.

    Said again it mends the address or the time; what is left out stays.
    """
    return await once.answer(
        session, caller.who, body, lambda: posting.mark(session, publication_id, body, by=caller), PublicationOut
    )


@router.delete("/publications/{publication_id}/posted", responses=documented(PublicationMissing, NotByHand))
async def unmark_posted(publication_id: UUID, session: Session, caller: Approver) -> PublicationOut:
    """Take the mark back that it was posted."""
    return await posting.unmark(session, publication_id, by=caller)
