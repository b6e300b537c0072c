"""What follows from a decision: the task's status, its publications, the message that wakes it, the trace it leaves."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.channels import price
from cofounder.flow.approve import accounts, texts
from cofounder.flow.approve.schemas import DecidedOut, DecisionOut, EditKept, PlannedPublication
from cofounder.flow.approve.tables import Approval, DecisionRow
from cofounder.flow.request.spelling import in_order, spelled, spelling
from cofounder.flow.run import service as run
from cofounder.kit import durable, live
from cofounder.ops import connections
from cofounder.people.service import audit

_AUDITED = {"approve": "task.approved", "changes": "task.changes_asked", "reject": "task.rejected"}


Room = Callable[[AsyncSession, UUID, dict[str, Any], datetime | None], Awaitable[None]]
_rooms: list[Room] = []


def ask_for_room(room: Room) -> None:
    """Have this asked with each decision to publish: the publication's id, its order and its time, None for at once.

    It raises AccountUnfit where the account has no room then, and keeps the place for it where there is.
    """
    if room not in _rooms:
        _rooms.append(room)


async def follow(
    session: AsyncSession,
    task: records.TaskRow,
    approval: Approval,
    decision: DecisionRow,
    *,
    wake: bool = True,
    via: str | None = None,
    named: Mapping[str, str] | None = None,
) -> DecisionOut:
    """Set everything in motion that the decision says, in its own transaction; the answer tells what that was.

    `via`: what spoke for the person who decided, as the audit log should say. `named`: channel -> account to publish by.
    Raises ChannelUnknown, AccountUnfit, ScheduleAfterExpiry.
    """
    publications = await _publications(session, task, decision, named)
    await records.update_task(session, task.id, **_status(decision))
    if wake:
        await _wake(session, decision)
    await audit(
        session,
        decision.by,
        _AUDITED[decision.verdict],
        "task",
        str(task.id),
        {
            "round": decision.round,
            "kind": decision.kind,
            "fingerprint": decision.fingerprint,
            "channels": list(decision.channels),
            "decision": str(decision.id),
            **({"accounts": dict(named)} if named else {}),
            **({"via": via} if via else {}),
        },
    )
    live.changed(session, "approvals", task.id)
    names = spelling(task)
    return DecisionOut(
        task_id=task.id,
        status=task.status,
        decision=decided(decision, names),
        fingerprint=decision.fingerprint,
        texts=texts.exact(_ordered(task, approval.content), names) if approval.kind == "content" else {},
        publications=[one.model_copy(update={"channel": spelled(one.channel, names)}) for one in publications],
    )


def _ordered(task: records.TaskRow, content: dict[str, Any]) -> dict[str, Any]:
    return {channel: content[channel] for channel in in_order(task, content)}


def decided(row: DecisionRow, names: dict[str, str]) -> DecidedOut:
    """A decision as it is shown."""
    return DecidedOut(
        id=row.id,
        round=row.round,
        kind=row.kind,
        verdict=row.verdict,
        by=row.by,
        automatic=row.by == "automatic",
        channels=[spelled(channel, names) for channel in row.channels],
        feedback=row.feedback,
        schedule_at=row.schedule_at,
        edits={spelled(channel, names): EditKept.model_validate(kept) for channel, kept in (row.edit or {}).items()},
        not_chosen={spelled(channel, names): list(kept) for channel, kept in (row.not_chosen or {}).items()},
        decided_at=row.decided_at,
    )


def publication_id(decision_id: UUID, channel: str, account: str) -> UUID:
    """The id of the publication that a decision causes: always the same for the same channel and account."""
    return uuid5(decision_id, f"{channel}|{account}")


async def _publications(
    session: AsyncSession, task: records.TaskRow, decision: DecisionRow, named: Mapping[str, str] | None
) -> list[PlannedPublication]:
    """Enqueue one durable workflow a channel; publish makes the row as its first act."""
    planned = []
    orders: list[tuple[PlannedPublication, dict[str, Any]]] = []
    current = await run.current_variants(session, task.id) if decision.channels else {}
    await connections.refresh(session)
    going = accounts.chosen(decision.channels, named, schedule_at=decision.schedule_at, only_outbox=task.automatic)
    for channel, routed in going.items():
        account = price.told(routed, current[channel].rendered)
        one = PlannedPublication(
            publication_id=publication_id(decision.id, channel, account.name),
            channel=channel,
            delivered_by=account.sender,
            account=account.name,
            account_id=account.id,
            schedule_at=decision.schedule_at,
            note=account.note,
        )
        planned.append(one)
        order = {
            "decision_id": str(decision.id),
            "channel": channel,
            "variant_version": current[channel].version,
            "delivered_by": account.sender,
            "account": account.name,
            "account_id": str(account.id) if account.id is not None else None,
            "sent_as": account.sent_as,
            "note": account.note,
        }
        orders.append((one, order))
        await durable.enqueue(session, "publication", str(one.publication_id), str(one.publication_id), order)
    # In one order everywhere: two decisions that want room at the same accounts wait for each other, never both at once.
    for one, order in sorted(orders, key=lambda each: (each[0].delivered_by, each[0].account)):
        for room in _rooms:
            await room(session, one.publication_id, order, decision.schedule_at)
    return planned


def _status(decision: DecisionRow) -> dict[str, Any]:
    if decision.verdict == "reject":
        return {"status": "rejected", "completed_at": decision.decided_at}
    if decision.verdict == "changes" or decision.kind != "content":
        return {"status": "running"}
    if not decision.channels:
        return {"status": "completed", "completed_at": decision.decided_at}
    return {"status": "approved"}


async def _wake(session: AsyncSession, decision: DecisionRow) -> None:
    message = {
        "decision_id": str(decision.id),
        "round": decision.round,
        "kind": decision.kind,
        "verdict": decision.verdict,
        "by": decision.by,
        "feedback": decision.feedback,
        "channels": list(decision.channels),
        "fingerprint": decision.fingerprint,
    }
    await durable.send(session, str(decision.task_id), f"decision:{decision.round}", message, key=str(decision.id))
