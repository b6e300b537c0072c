"""Posts with their outcomes, for whoever learns from them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import periods, state
from cofounder.business.context import index
from cofounder.business.derive.times import AGE_HOURS
from cofounder.business.outcomes import queries

MOST = 5_000  # newest posts


async def scored(session: AsyncSession, *, as_of: datetime, limit: int = MOST) -> tuple[list[dict[str, Any]], int]:
    """(posts with their reading of 72 hours or later, newest first; how many wait for one).

    Each has `subject`: the topic found in its words, None where there is no index of them.
    """
    held = await index.fitted(session, as_of)
    rows = await queries.scored(
        session, as_of=as_of, hours=AGE_HOURS, limit=limit, embedder=held.id if held is not None else None
    )
    names = held.fitted.topics if held is not None else {}
    for row in rows:
        row["subject"] = names.get(str(row["cluster"])) if row["cluster"] is not None else None
    return rows, await queries.waiting(session, as_of=as_of, hours=AGE_HOURS)


async def of_task(
    session: AsyncSession, task_id: UUID, *, as_of: datetime
) -> tuple[list[dict[str, Any]], dict[UUID, list[dict[str, Any]]]]:
    """(a task's published posts, the readings of each in the order of time), as known then."""
    posts = await queries.of_task(session, task_id, as_of=as_of)
    found: dict[UUID, list[dict[str, Any]]] = {row["id"]: [] for row in posts}
    for row in await queries.readings(session, list(found), as_of=as_of) if found else ():
        found[row["post_id"]].append(row)
    return posts, found


async def states(session: AsyncSession, moments: Sequence[datetime]) -> dict[date, dict[str, Any]]:
    """First day of each month that the moments fall into -> the business state as it was known when that month began."""
    months = sorted({moment.astimezone(UTC).date().replace(day=1) for moment in moments})
    found: dict[date, dict[str, Any]] = {}
    for month in months:
        begun = datetime(month.year, month.month, 1, tzinfo=UTC)
        found[month] = (await state.business_state(session, as_of=begun)).state
    return found


def month_of(moment: datetime) -> date:
    """The first day of the month, in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def previous(month: date) -> date:
    """The first day of the month before."""
    return periods.previous(periods.month(month)).start
