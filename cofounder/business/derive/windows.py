"""Over which days an answer looked, and what lies before them: an empty window is not an empty history."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import money, queries
from cofounder.business.derive.returns import REVENUE, SPEND

_YEAR, _ALL = 365, 36_500


class Window(BaseModel):
    """The days that an answer looked at, and the newest of what lies before them."""

    since: datetime
    until: datetime
    days: int
    latest_before: datetime | None = Field(description="Of the newest that lies before; null: nothing does")

    @property
    def needed(self) -> int:
        """So many days reach what lies before, in whole years."""
        if self.latest_before is None:
            return self.days
        return min(_YEAR * (-(-((self.until - self.latest_before).days + 1) // _YEAR)), _ALL)

    @property
    def sentence(self) -> str:
        """The window in words, without a full stop."""
        told = f"in the last {self.days} days"
        if self.latest_before is None:
            return f"{told}, and nothing before them"
        return f"{told}; the latest before them is of {self.latest_before:%Y-%m}: ask for {self.needed} days"


async def of_posts(
    session: AsyncSession, *, as_of: datetime, days: int, platforms: Sequence[str] = (), topic: str | None = None
) -> Window:
    """The window with the newest measured post before it, on these platforms where some are named."""
    since = as_of - timedelta(days=days)
    latest = await queries.latest_before(session, as_of=as_of, since=since, platforms=platforms, topic=topic)
    return Window(since=since, until=as_of, days=days, latest_before=latest)


async def of_money(session: AsyncSession, by: str, *, as_of: datetime, days: int) -> Window:
    """The same for what money brought: the newest of posts and of spend and revenue by channel or campaign."""
    found = await of_posts(session, as_of=as_of, days=days)
    ended = await money.latest_money(session, by, [*SPEND, *REVENUE], as_of=as_of, since=found.since.date())
    known = [one for one in (found.latest_before, _moment(ended)) if one is not None]
    return found.model_copy(update={"latest_before": max(known, default=None)})


def _moment(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
