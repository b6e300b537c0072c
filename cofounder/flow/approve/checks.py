"""What a decision must and must not say, told by the field at fault. Pure."""

from collections.abc import Iterable
from datetime import datetime

from cofounder import channels
from cofounder.flow.approve.errors import (
    ChannelUnknown,
    DraftChanged,
    EditMisplaced,
    FeedbackMissing,
    NoChannelChosen,
    PlanMisplaced,
    ScheduleInPast,
    VerdictMissing,
    VerdictUnfit,
)
from cofounder.flow.approve.schemas import Decision, Verdict
from cofounder.flow.approve.tables import Approval
from cofounder.kit.clock import now
from cofounder.kit.errors import NotAllowed
from cofounder.people.roles import Caller


def approver(by: Caller) -> None:
    """Raise NotAllowed unless the caller may decide."""
    if not by.may("approver"):
        raise NotAllowed(f"A decision needs the role approver; {by.name!r} has the role {by.role}.")


def verdict(decision: Decision) -> Verdict:
    """What was said: the verdict wins over `approved`. Raises VerdictMissing."""
    if decision.verdict is not None:
        return decision.verdict
    if decision.approved is None:
        raise VerdictMissing(field="approved")
    return "approve" if decision.approved else "reject"


def shape(decision: Decision, approval: Approval, verdict: Verdict) -> None:
    """What a verdict needs and what it may not carry.

    Raises VerdictUnfit, FeedbackMissing, EditMisplaced, PlanMisplaced, NoChannelChosen, ChannelUnknown, ScheduleInPast.
    """
    if verdict == "changes" and approval.kind != "content":
        raise VerdictUnfit(field="verdict")
    if verdict == "changes" and not (decision.feedback or "").strip():
        raise FeedbackMissing(field="feedback")
    if decision.edits and (verdict != "approve" or approval.kind != "content"):
        raise EditMisplaced(field="edits")
    if decision.plan is not None and (approval.kind == "content" or verdict != "approve"):
        raise PlanMisplaced(field="plan")
    if verdict != "approve":
        return
    if approval.kind == "content":
        if decision.publish_to_channels == [] and approval.content:
            raise NoChannelChosen(field="publish_to_channels")
        chosen(decision.publish_to_channels, approval.content)
    if decision.schedule_at is not None and decision.schedule_at <= now():
        raise ScheduleInPast(f"{decision.schedule_at.isoformat()} has passed.", field="schedule_at")


def time_of(decision: Decision, meant: datetime | None) -> datetime | None:
    """When it is to be published: as the decision says, null for at once; unsaid, at the time it was asked for, if to come."""
    if "schedule_at" in decision.model_fields_set:
        return decision.schedule_at
    return meant if meant is not None and meant > now() else None


def chosen(wanted: list[str] | None, content: Iterable[str]) -> list[str]:
    """Canonical names of the channels to publish to, each once. Raises ChannelUnknown naming the field."""
    there = list(content)
    if wanted is None:
        return there
    return list(dict.fromkeys(known(name, there, f"publish_to_channels.{i}") for i, name in enumerate(wanted)))


def known(name: str, there: list[str], field: str) -> str:
    """The canonical name of a channel that has a variant, however it is spelled. Raises ChannelUnknown."""
    channel = name if name in there else channels.canonical(name)
    if channel is None or channel not in there:
        raise ChannelUnknown(
            f"This task has no variant for {name!r}.", field=field, hint=f"It has: {', '.join(there) or 'none'}."
        )
    return channel


def still_reads(approval: Approval, seen: str | None) -> None:
    """Raise DraftChanged unless the text is the one that was seen; unseen means as it was when it became pending."""
    seen = seen.strip().strip('"') if seen is not None else None
    if (approval.pending_fingerprint if seen is None else seen) != approval.fingerprint:
        raise DraftChanged(field="fingerprint")
