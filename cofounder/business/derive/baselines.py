"""What a post usually gets on each platform: this month beside the long run."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import queries
from cofounder.business.derive.totals import Totals, totals


class Baseline(Totals):
    """A platform in the long run, with this month beside it. What nobody has attributed yet is None, never 0."""

    this_month: Totals


async def baselines(session: AsyncSession, *, channels: Sequence[str] = (), as_of: datetime) -> dict[str, Baseline]:
    """Platform -> baseline from the newest reading per post as of `as_of`; a channel without posts has count 0."""
    rows = await queries.sums(
        session, "platform", as_of=as_of, recent=first_of_month(as_of), platforms=list(channels) or None
    )
    names = list(channels) or sorted({row["key"] for row in rows})
    found = {}
    for name in names:
        mine = [row for row in rows if row["key"] == name]
        recent = totals([row for row in mine if row["recent"]])
        found[name] = Baseline(**totals(mine).model_dump(), this_month=recent)
    return found


def first_of_month(as_of: datetime) -> datetime:
    """Midnight UTC of the month's first day."""
    return datetime.combine(as_of.astimezone(UTC).date().replace(day=1), time(), UTC)
