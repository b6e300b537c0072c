"""Read what waits for approval, change its text, decide."""

from uuid import UUID

from fastapi import Response

from cofounder.business.records.service import TaskMissing
from cofounder.channels.accounts.errors import AccountUnfit, ScheduleAfterExpiry
from cofounder.channels.images.errors import (
    AltTextMissing,
    AltTextUnfit,
    ImageMissing,
    ImagesUnfit,
    ImageTwice,
)
from cofounder.flow.approve import service, trying
from cofounder.flow.approve.errors import (
    AlreadyDecided,
    ChannelUnknown,
    ComplianceBlocks,
    DraftChanged,
    EditMisplaced,
    EnoughOffered,
    FeedbackMissing,
    KindDiffers,
    NoChannelChosen,
    NoOtherText,
    NotPending,
    OldRound,
    PlanMisplaced,
    ScheduleInPast,
    TextEmpty,
    TextTooLong,
    TextUnfit,
    VerdictMissing,
    VerdictUnfit,
    VersionUnknown,
)
from cofounder.flow.approve.schemas import (
    AlternativeIn,
    ApprovalOut,
    ChoiceIn,
    Decision,
    DecisionOut,
    DraftEdit,
    ImagesIn,
    PreviewIn,
    PreviewOut,
)
from cofounder.flow.plan.service import ERRORS as PLAN_ERRORS
from cofounder.kit.errors import InputInvalid
from cofounder.kit.http import Router, Session, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.kit.openapi import ETAG
from cofounder.kit.versions import IfMatch, OldVersion, etag, wanted
from cofounder.models.chain import ModelSettingInvalid
from cofounder.people import Approver, Viewer

router = Router(prefix="/api/orchestrator", tags=["approval"])


class FingerprintsDiffer(InputInvalid):
    """If-Match and fingerprint name two different texts."""

    hint = "Send one of the two."


@router.get("/approval/{task_id}", responses=ETAG | documented(TaskMissing, NotPending))
async def get_approval(task_id: UUID, session: Session, caller: Viewer, response: Response) -> ApprovalOut:
    """Texts, scores, evidence and history: what a person needs to decide. The ETag is the fingerprint."""
    found = await service.view(session, task_id)
    response.headers["ETag"] = etag(found.fingerprint)
    return found


@router.post(
    "/approve",
    responses=documented(
        TaskMissing,
        NotPending,
        AlreadyDecided,
        OldRound,
        DraftChanged,
        KindDiffers,
        VerdictMissing,
        VerdictUnfit,
        FeedbackMissing,
        EditMisplaced,
        PlanMisplaced,
        NoChannelChosen,
        ChannelUnknown,
        ScheduleInPast,
        TextEmpty,
        TextTooLong,
        TextUnfit,
        ComplianceBlocks,
        AccountUnfit,
        ScheduleAfterExpiry,
        ImagesUnfit,
        KeyReused,
        *PLAN_ERRORS,
    ),
)
async def decide(body: Decision, session: Session, caller: Approver, once: Once) -> DecisionOut:
    """Record one decision; the waiting task and its publications start with it.

    A second decision on the same round is refused. With an Idempotency-Key a repeat of the same body, within seven
    days, is answered as the first time.
    """
    return await once.answer(session, caller.who, body, lambda: service.decide(session, body, by=caller), DecisionOut)


@router.post(
    "/approval/{task_id}/preview",
    responses=documented(TaskMissing, NotPending, EditMisplaced, ChannelUnknown, TextEmpty),
)
async def preview(task_id: UUID, body: PreviewIn, session: Session, caller: Approver) -> PreviewOut:
    """Render and score changes without storing them, for whoever edits and wants to see."""
    return await trying.preview(session, task_id, body.edits)


@router.post(
    "/approval/{task_id}/alternatives",
    responses=ETAG
    | documented(
        ModelSettingInvalid,
        TaskMissing,
        NotPending,
        AlreadyDecided,
        OldRound,
        ChannelUnknown,
        EditMisplaced,
        EnoughOffered,
        NoOtherText,
    ),
)
async def write_alternative(task_id: UUID, body: AlternativeIn, caller: Approver, response: Response) -> ApprovalOut:
    """Have another text written for a channel, from the same facts, to choose from. What waits stays as it is."""
    found = await service.another(task_id, body.channel, by=caller)
    response.headers["ETag"] = etag(found.fingerprint)
    return found


@router.put(
    "/approval/{task_id}/choice",
    responses=ETAG
    | documented(
        TaskMissing,
        NotPending,
        AlreadyDecided,
        OldRound,
        DraftChanged,
        ChannelUnknown,
        EditMisplaced,
        VersionUnknown,
        ComplianceBlocks,
    ),
)
async def choose_alternative(
    task_id: UUID, body: ChoiceIn, session: Session, caller: Approver, response: Response
) -> ApprovalOut:
    """Let another of a channel's texts wait for the decision; those left become the rejected sides of pairs."""
    found = await service.choose(session, task_id, body.channel, body.version, seen=body.fingerprint, by=caller)
    response.headers["ETag"] = etag(found.fingerprint)
    return found


@router.put(
    "/approval/{task_id}/images",
    responses=ETAG
    | documented(
        TaskMissing,
        NotPending,
        AlreadyDecided,
        DraftChanged,
        EditMisplaced,
        ChannelUnknown,
        ImageMissing,
        ImageTwice,
        AltTextMissing,
        AltTextUnfit,
        ComplianceBlocks,
    ),
)
async def attach_images(
    task_id: UUID, body: ImagesIn, session: Session, caller: Approver, response: Response
) -> ApprovalOut:
    """Say which images go with the texts that wait, in which order and with which words; the answer has the new fingerprint.

    The list takes the place of the one before: leave one out to remove it. What a channel would not take stands under
    its `image_problems`, and is refused when it is approved.
    """
    found = await service.attach_images(session, task_id, body.images, seen=body.fingerprint, by=caller)
    response.headers["ETag"] = etag(found.fingerprint)
    return found


@router.put(
    "/approval/{task_id}/draft",
    responses=ETAG
    | documented(
        TaskMissing,
        NotPending,
        AlreadyDecided,
        DraftChanged,
        FingerprintsDiffer,
        OldVersion,
        EditMisplaced,
        ChannelUnknown,
        TextEmpty,
        TextTooLong,
        TextUnfit,
        ComplianceBlocks,
    ),
)
async def edit_draft(
    task_id: UUID,
    body: DraftEdit,
    session: Session,
    caller: Approver,
    response: Response,
    if_match: IfMatch = None,
) -> ApprovalOut:
    """Change texts that wait; they are rendered and scored again, and the answer has the new fingerprint.

    Name the text that you read by its ETag in If-Match (412 when it has changed since) or by its fingerprint in the
    body (409). With neither, the change is made only if nobody changed the text since it became pending; with
    `If-Match: *` to whatever stands there.
    """
    accepted = wanted(if_match)
    if if_match is not None and accepted is None and body.fingerprint is None:
        accepted = [(await service.view(session, task_id)).fingerprint]
    if accepted is not None and body.fingerprint is not None and body.fingerprint not in accepted:
        raise FingerprintsDiffer(field="fingerprint")
    found = None
    for seen in [body.fingerprint] if body.fingerprint is not None or accepted is None else accepted:
        try:
            found = await service.edit_draft(session, task_id, body.edits, seen=seen, by=caller)
            break
        except DraftChanged:  # nothing was changed yet
            if accepted is None:
                raise
    if found is None:
        raise OldVersion(field="If-Match")
    response.headers["ETag"] = etag(found.fingerprint)
    return found
