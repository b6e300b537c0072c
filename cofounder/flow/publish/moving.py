"""Another time for a publication that waits for its own: the text, its approval and its account stay as they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels import senders
from cofounder.flow.approve import accounts
from cofounder.flow.approve.errors import ScheduleInPast
from cofounder.flow.publish import quotas, service, showing
from cofounder.flow.publish.errors import MovedMeanwhile, TooLateToMove
from cofounder.flow.publish.schemas import PublicationOut, RescheduleIn
from cofounder.flow.publish.tables import Publication
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.ops import connections
from cofounder.people.roles import Caller
from cofounder.people.service import audit


async def reschedule(session: AsyncSession, publication_id: UUID, asked: RescheduleIn, *, by: Caller) -> PublicationOut:
    """Let it be published at another time, or at once (None), and wake what waits for the old one.

    Raises PublicationMissing, TooLateToMove, MovedMeanwhile, ScheduleInPast, AccountUnfit, ScheduleAfterExpiry.
    """
    at = asked.schedule_at
    row = await service.locked(session, publication_id)
    if row.state != "scheduled":
        raise TooLateToMove(f"The publication is {row.state}.")
    if row.first_attempted_at is not None:
        raise TooLateToMove(
            "It was tried already and is tried again by itself.", hint="Send it now, or cancel it: cofounder task TASK"
        )
    if "expected_schedule_at" in asked.model_fields_set and asked.expected_schedule_at != row.scheduled_at:
        stands = (
            f"It goes out at {row.scheduled_at:%Y-%m-%d %H:%M} UTC now." if row.scheduled_at else "It goes out now."
        )
        raise MovedMeanwhile(f"Somebody gave it another time since you looked. {stands}", field="expected_schedule_at")
    if at is not None:
        await _fits(session, row, at)
    before, row.scheduled_at = row.scheduled_at, at
    details = {
        "task": str(row.task_id),
        "from": before.isoformat() if before else None,
        "to": at.isoformat() if at else None,
    }
    await audit(session, by.who, "publication.rescheduled", "publication", str(row.id), details)
    await durable.send(
        session, row.carried_by, service.WAKE, {"why": "rescheduled"}, key=f"{row.carried_by}:move:{new_id()}"
    )
    await service.tell(session, row)
    return showing.shown(row)


async def _fits(session: AsyncSession, row: Publication, at: datetime) -> None:
    if at <= now():
        raise ScheduleInPast(
            f"{at:%Y-%m-%d %H:%M} UTC has passed.", field="schedule_at", hint="Choose a time that is to come."
        )
    if row.delivered_by not in (senders.OUTBOX, senders.EMAIL):
        await connections.refresh(session)
        accounts.lasts(row.channel, row.account, at)
    posts = max(1, len(row.content.get("parts") or ()))
    await quotas.check(session, row.delivered_by, row.account, at, posts, but=row.id)
