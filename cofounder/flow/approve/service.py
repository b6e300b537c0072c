"""Open a round of approval, show it, change its texts, decide it. Each is one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.channels.accounts.errors import AccountUnfit, ScheduleAfterExpiry
from cofounder.flow.approve import alternatives, checks, outcome, pictures, queries, texts, views
from cofounder.flow.approve.binding import fingerprint
from cofounder.flow.approve.errors import (
    AlreadyDecided,
    EditMisplaced,
    KindDiffers,
    NotPending,
    OldRound,
)
from cofounder.flow.approve.schemas import ApprovalOut, AttachIn, Decision, DecisionOut, Edit, Kind, Round, Verdict
from cofounder.flow.approve.tables import Approval, DecisionRow
from cofounder.flow.plan import service as plans
from cofounder.flow.quality import service as quality
from cofounder.flow.request.spelling import in_order
from cofounder.flow.run import service as run
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.ops import runtime
from cofounder.people.roles import Caller, spoken
from cofounder.people.service import audit

__all__ = ["Approval", "DecisionRow", "ask_for_room"]

ask_for_room = outcome.ask_for_room

AUTOMATIC = "automatic"
log = logger(__name__)
_FINAL = ("completed", "rejected", "failed", "cancelled", "expired", "approved", "publishing")


async def open_round(
    session: AsyncSession, task_id: UUID, kind: Kind = "content", document: dict[str, Any] | None = None
) -> Round:
    """Freeze what a person is to decide on and let the task wait for it.

    Kind "content" freezes the current variant of every channel; "plan" and "cost" freeze `document`, the plan. A
    round that is still open is given back as it is, so a repeated call opens nothing twice. Where policy lets the
    product decide by itself the round comes back decided. Raises TaskMissing, NothingToApprove.
    """
    task = await records.get_task(session, task_id, lock=True)
    return await ask(session, task, await queries.latest(session, task_id, lock=True), kind, document)


async def ask(
    session: AsyncSession,
    task: records.TaskRow,
    last: Approval | None,
    kind: Kind = "content",
    document: dict[str, Any] | None = None,
) -> Round:
    """`open_round` for whoever holds the task's row locked, under which nobody decides, and has read its last round."""
    if last is None or last.decided_at is not None:
        last = await _next_round(session, task.id, last, kind, document)
    await records.update_task(session, task.id, status="pending_approval", round=last.round)
    live.changed(session, "approvals", task.id)
    if last.kind == "content" and await _may_decide_itself(session, task, last):
        await _decide_itself(session, task, last)
    return _round(last)


async def _decide_itself(session: AsyncSession, task: records.TaskRow, approval: Approval) -> None:
    """Approve as policy has it; where there is no room at the time it is meant for, a person decides after all."""
    try:
        async with session.begin_nested():
            await _record(session, task, approval, Decision(task_id=task.id, verdict="approve"), "approve", AUTOMATIC)
    except (AccountUnfit, ScheduleAfterExpiry) as error:
        log.info("no room at its time: a person decides", task_id=str(task.id), why=error.detail)
        await session.refresh(approval)
        await session.refresh(task)


async def decide_given(
    session: AsyncSession,
    task_id: UUID,
    *,
    schedule_at: datetime | None,
    by: Caller,
    accounts: dict[str, str] | None = None,
) -> DecisionOut:
    """The round and the approval of a text that a person gave to publish: giving it was the decision.

    No journey waits for it, so none is woken. Raises NothingToApprove, ScheduleInPast, ComplianceBlocks, AccountUnfit,
    ScheduleAfterExpiry.
    """
    checks.approver(by)
    task = await records.get_task(session, task_id, lock=True)
    approval = await _next_round(session, task_id, await queries.latest(session, task_id, lock=True), "content", None)
    decision = Decision(task_id=task_id, verdict="approve", schedule_at=schedule_at, accounts=accounts)
    checks.shape(decision, approval, "approve")
    return await _record(session, task, approval, decision, "approve", by.who, wake=False)


async def view(session: AsyncSession, task_id: UUID) -> ApprovalOut:
    """The newest round with all that helps to decide it. Raises TaskMissing, NotPending when none was ever opened."""
    task = await records.get_task(session, task_id)
    approval = await queries.latest(session, task_id)
    if approval is None:
        raise NotPending(f"The task is {task.status}: there is nothing to approve yet.")
    decided = [row for row in await queries.decisions(session, task_id) if row.round == approval.round]
    return await views.approval(session, task, approval, decided[0] if decided else None)


async def waiting(session: AsyncSession, limit: int = 100) -> list[Round]:
    """Rounds that wait for a person, oldest first."""
    found = await queries.waiting(session, limit)
    return [_round(row) for row in found if (await records.get_task(session, row.task_id)).status not in _FINAL]


async def edit_draft(
    session: AsyncSession, task_id: UUID, edits: dict[str, Edit], *, seen: str | None, by: Caller
) -> ApprovalOut:
    """Store a person's changes as new versions, rendered and scored again; the round gets a new fingerprint.

    `seen` is the fingerprint of the text that was changed. Raises NotPending, AlreadyDecided, DraftChanged,
    ChannelUnknown, TextTooLong, ComplianceBlocks.
    """
    checks.approver(by)
    task = await records.get_task(session, task_id, lock=True)
    approval = await _open(session, task)
    checks.still_reads(approval, seen)
    await _apply(session, task, approval, edits, by.who)
    await audit(
        session, by.who, "draft.edited", "task", str(task_id), {"channels": sorted(edits), "round": approval.round}
    )
    return await view(session, task_id)


async def attach_images(
    session: AsyncSession, task_id: UUID, wanted: Sequence[AttachIn], *, seen: str | None, by: Caller
) -> ApprovalOut:
    """Let these images go with the texts that wait, in this order; the round gets a new fingerprint.

    `seen` is the fingerprint of what was read. Raises TaskMissing, NotPending, AlreadyDecided, DraftChanged,
    EditMisplaced, ChannelUnknown, ImageMissing, ImageTwice, AltTextMissing, AltTextUnfit, ComplianceBlocks.
    """
    checks.approver(by)
    task = await records.get_task(session, task_id, lock=True)
    approval = await _open(session, task)
    if approval.kind != "content":
        raise EditMisplaced("Images go with texts; what waits is a plan.", field="images")
    checks.still_reads(approval, seen)
    approval.content = await pictures.attach(session, approval, wanted, by=by.who)
    approval.fingerprint = fingerprint(approval.content)
    await session.flush()
    details = {"images": [one.image for one in wanted], "round": approval.round}
    await audit(session, by.who, "draft.images", "task", str(task_id), details)
    live.changed(session, "approvals", task_id)
    return await view(session, task_id)


async def another(task_id: UUID, name: str, *, by: Caller) -> ApprovalOut:
    """Have another text written for a channel from the same brief, to choose from; what waits stays as it is.

    Outside of a transaction, for a model may take its time. Raises TaskMissing, NotPending, AlreadyDecided,
    ChannelUnknown, EditMisplaced, EnoughOffered, NoOtherText.
    """
    checks.approver(by)
    async with transaction() as session:
        task = await records.get_task(session, task_id)
        approval = await _open(session, task)
        channel = alternatives.named(approval, name)
        asked = await alternatives.asked(session, approval, channel)
    written = await alternatives.write(asked)
    async with transaction() as session:
        task = await records.get_task(session, task_id, lock=True)
        approval = await _open(session, task, round=asked.round)
        await alternatives.put(session, task, approval, written, by=by.who)
        await audit(
            session, by.who, "draft.offered", "task", str(task_id), {"channel": channel, "round": approval.round}
        )
        live.changed(session, "approvals", task_id)
        return await view(session, task_id)


async def choose(
    session: AsyncSession, task_id: UUID, name: str, version: int, *, seen: str | None, by: Caller
) -> ApprovalOut:
    """Let another of a channel's texts wait for the decision; the round gets a new fingerprint.

    Raises TaskMissing, NotPending, AlreadyDecided, DraftChanged, ChannelUnknown, EditMisplaced, VersionUnknown,
    ComplianceBlocks.
    """
    checks.approver(by)
    task = await records.get_task(session, task_id, lock=True)
    approval = await _open(session, task)
    checks.still_reads(approval, seen)
    channel = alternatives.named(approval, name)
    await alternatives.choose(session, task, approval, channel, version)
    approval.fingerprint = fingerprint(approval.content)
    await session.flush()
    details = {"channel": channel, "version": version, "round": approval.round}
    await audit(session, by.who, "draft.chosen", "task", str(task_id), details)
    live.changed(session, "approvals", task_id)
    return await view(session, task_id)


async def decide(session: AsyncSession, decision: Decision, *, by: Caller) -> DecisionOut:
    """Record one decision; the waiting task and its publications wake up with the same transaction.

    An edited plan is validated as any supplied one and is what runs. Raises TaskMissing, NotPending, AlreadyDecided,
    OldRound, KindDiffers, DraftChanged, VerdictMissing, FeedbackMissing, NoChannelChosen, ChannelUnknown, ScheduleInPast,
    TextTooLong, ComplianceBlocks, AccountUnfit, ScheduleAfterExpiry, and what a plan can have wrong.
    """
    checks.approver(by)
    task = await records.get_task(session, decision.task_id, lock=True)
    approval = await _open(session, task, round=decision.round)
    if decision.kind is not None and decision.kind != approval.kind:
        raise KindDiffers(f"What waits is a decision about {approval.kind}, not about {decision.kind}.", field="kind")
    verdict = checks.verdict(decision)
    checks.shape(decision, approval, verdict)
    checks.still_reads(approval, decision.fingerprint)
    if decision.plan is not None:
        await _take_plan(session, approval, decision.plan)
    if decision.edits:
        await _apply(session, task, approval, decision.edits, by.who)
    if verdict == "approve" and approval.kind == "content":
        texts.check_lengths(task, approval.content, checks.chosen(decision.publish_to_channels, approval.content))
    return await _record(session, task, approval, decision, verdict, by.who, via=by.via)


async def decision_for(session: AsyncSession, decision_id: UUID) -> tuple[DecisionRow, Approval] | None:
    """A decision with the text it was about; None when there is no such decision."""
    row = await queries.decision(session, decision_id)
    approval = await queries.approval_of(session, row.task_id, row.round) if row else None
    return (row, approval) if row is not None and approval is not None else None


async def decisions(session: AsyncSession, task_id: UUID) -> list[DecisionRow]:
    """Every decision about a task, first round first."""
    return list(await queries.decisions(session, task_id))


async def first_opened(session: AsyncSession, task_id: UUID) -> datetime | None:
    """When the task's text first waited for a person."""
    return await queries.first_opened(session, task_id)


async def approved_text(session: AsyncSession, task_id: UUID) -> dict[str, Any] | None:
    """channel -> rendered, as it was approved for its channel; None while nothing was. Approved for none: every text."""
    for row in reversed(await queries.decisions(session, task_id)):
        if row.kind == "content" and row.verdict == "approve":
            approval = await queries.approval_of(session, task_id, row.round)
            content = dict(approval.content) if approval else {}
            return {channel: content[channel] for channel in row.channels} or content
    return None


async def _next_round(
    session: AsyncSession, task_id: UUID, last: Approval | None, kind: Kind, document: dict[str, Any] | None
) -> Approval:
    content = await texts.frozen(session, task_id) if kind == "content" else {"plan": document or {}}
    read = fingerprint(content)
    row = Approval(
        id=new_id(),
        task_id=task_id,
        round=1 if last is None else last.round + 1,
        kind=kind,
        fingerprint=read,
        pending_fingerprint=read,
        content=content,
        pending_content=content,
        opened_at=now(),
    )
    await queries.add(session, row)
    return row


async def _open(session: AsyncSession, task: records.TaskRow, *, round: int | None = None) -> Approval:
    """The round that waits, locked. Raises NotPending, OldRound, AlreadyDecided."""
    approval = await queries.latest(session, task.id, lock=True)
    if approval is None:
        raise NotPending(f"The task is {task.status}: there is nothing to approve yet.")
    if round is not None and round != approval.round:
        raise OldRound(f"You decided on round {round}; round {approval.round} is the current one.", field="round")
    if approval.decided_at is not None:
        raise AlreadyDecided(await _who_decided(session, approval))
    if task.status in _FINAL:
        raise NotPending(f"The task is {task.status}.")
    if task.expires_at is not None and task.expires_at <= now():
        raise NotPending(f"It expired at {task.expires_at:%Y-%m-%d %H:%M} UTC: nobody had decided by then.")
    return approval


async def _who_decided(session: AsyncSession, approval: Approval) -> str:
    for row in await queries.decisions(session, approval.task_id):
        if row.round == approval.round:
            return f"Round {row.round} at {row.decided_at:%Y-%m-%d %H:%M} UTC: {told(row.verdict, row.by)}"
    return ""


def told(verdict: str, by: str) -> str:
    """A decision as a sentence, such as "Approved by Mara."."""
    what = {"approve": "Approved", "reject": "Rejected", "changes": "Changes asked for"}[verdict]
    return f"{what} {'automatically' if by == AUTOMATIC else f'by {spoken(by)}'}."


async def _apply(
    session: AsyncSession, task: records.TaskRow, approval: Approval, edits: dict[str, Edit], by: str
) -> None:
    """Make the edits the current versions and bind the round to them. All of them, or none."""
    if approval.kind != "content":
        raise EditMisplaced(field="edits")
    there = list(approval.content)
    named = {checks.known(name, there, f"edits.{name}"): (name, edit) for name, edit in edits.items()}
    content = await texts.edit(session, task, dict(approval.content), named, by=by)
    approval.content = content
    approval.fingerprint = fingerprint(content)
    await session.flush()
    live.changed(session, "approvals", task.id)


async def _take_plan(session: AsyncSession, approval: Approval, document: dict[str, Any]) -> None:
    """Make a person's plan the one that runs. Raises what a plan can have wrong."""
    plan = await plans.check(document)
    await plans.store(session, approval.task_id, plan, source="edited", reason="Edited at approval.")
    await run.sync_steps(session, approval.task_id, plan)
    approval.content = {"plan": plan.model_dump(mode="json")}
    approval.fingerprint = fingerprint(approval.content)


async def _may_decide_itself(session: AsyncSession, task: records.TaskRow, approval: Approval) -> bool:
    """Policy: approval switched off and every variant passed, or a run without a person that nothing forbids."""
    if approval.decided_at is not None:
        return False
    if not task.automatic and await runtime.value(session, "approval"):
        return False
    if pictures.any_unfit(task, approval.content):
        return False
    verdicts = await texts.verdicts(session, task.id)
    if any(quality.blocking(verdicts[channel]) for channel in approval.content if channel in verdicts):
        return False
    return task.automatic or all(
        (verdict := verdicts.get(channel)) is not None and verdict.passed for channel in approval.content
    )


async def _record(
    session: AsyncSession,
    task: records.TaskRow,
    approval: Approval,
    decision: Decision,
    verdict: Verdict,
    by: str,
    *,
    wake: bool = True,
    via: str | None = None,
) -> DecisionOut:
    """Write the decision and everything that follows from it."""
    publish = (
        checks.chosen(decision.publish_to_channels, in_order(task, approval.content))
        if approval.kind == "content"
        else []
    )
    if verdict == "approve":
        await texts.refuse_blocked(session, task, publish)
        await pictures.refuse_unfit(session, task, approval, publish, decision.accounts)
    row = DecisionRow(
        id=new_id(),
        task_id=task.id,
        round=approval.round,
        kind=approval.kind,
        verdict=verdict,
        by=by,
        fingerprint=approval.fingerprint,
        channels=publish if verdict == "approve" else [],
        feedback=decision.feedback,
        edit=texts.difference(approval.pending_content, approval.content) if approval.kind == "content" else None,
        not_chosen=alternatives.left(approval, publish) if verdict == "approve" else None,
        schedule_at=checks.time_of(decision, task.publish_at) if verdict == "approve" else None,
        decided_at=now(),
    )
    approval.decided_at = row.decided_at
    await queries.add(session, row)
    named = decision.accounts if verdict == "approve" and approval.kind == "content" else None
    return await outcome.follow(session, task, approval, row, wake=wake, via=via, named=named)


def _round(row: Approval) -> Round:
    return Round(
        task_id=row.task_id,
        round=row.round,
        kind=row.kind,
        fingerprint=row.fingerprint,
        opened_at=row.opened_at,
        decided=row.decided_at is not None,
    )
