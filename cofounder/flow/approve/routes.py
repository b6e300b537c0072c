"""Read what waits for approval, change its text, decide."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from cofounder.business.records.service import TaskMissing
from cofounder.flow.approve import service
from cofounder.flow.approve.errors import (
    AlreadyDecided,
    ChannelUnknown,
    ComplianceBlocks,
    DraftChanged,
    EditMisplaced,
    FeedbackMissing,
    KindDiffers,
    NotPending,
    OldRound,
    PlanMisplaced,
    ScheduleInPast,
    TextEmpty,
    TextTooLong,
    VerdictMissing,
    VerdictUnfit,
)
from cofounder.flow.approve.schemas import ApprovalOut, Decision, DecisionOut, DraftEdit
from cofounder.flow.plan.service import ERRORS as PLAN_ERRORS
from cofounder.kit.errors import InputInvalid
from cofounder.kit.http import Router, Session, documented
from cofounder.people import Approver, Viewer

router = Router(prefix="/api/orchestrator", tags=["approval"])


class FingerprintsDiffer(InputInvalid):
    """If-Match and fingerprint name two different texts."""


@router.get("/approval/{task_id}", responses=documented(TaskMissing, NotPending))
async def get_approval(task_id: UUID, session: Session, caller: Viewer, response: Response) -> ApprovalOut:
    """Texts, scores, evidence and history: what a person needs to decide. The ETag is the fingerprint."""
    found = await service.view(session, task_id)
    response.headers["ETag"] = f'"{found.fingerprint}"'
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
        ChannelUnknown,
        ScheduleInPast,
        TextEmpty,
        TextTooLong,
        ComplianceBlocks,
        *PLAN_ERRORS,
    ),
)
async def decide(body: Decision, session: Session, caller: Approver) -> DecisionOut:
    """Record one decision; the waiting task and its publications start with it."""
    return await service.decide(session, body, by=caller)


@router.put(
    "/approval/{task_id}/draft",
    responses=documented(
        TaskMissing,
        NotPending,
        AlreadyDecided,
        DraftChanged,
        FingerprintsDiffer,
        EditMisplaced,
        ChannelUnknown,
        TextEmpty,
        TextTooLong,
        ComplianceBlocks,
    ),
)
async def edit_draft(
    task_id: UUID,
    body: DraftEdit,
    session: Session,
    caller: Approver,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> ApprovalOut:
    """Change texts that wait; they are rendered and scored again, and the answer has the new fingerprint."""
    named = {seen.removeprefix("W/").strip('" ') for seen in (if_match, body.fingerprint) if seen}
    if len(named) > 1:
        raise FingerprintsDiffer(field="fingerprint")
    found = await service.edit_draft(session, task_id, body.edits, seen=next(iter(named), None), by=caller)
    response.headers["ETag"] = f'"{found.fingerprint}"'
    return found
