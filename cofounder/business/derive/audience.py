"""Who comes and how: visits by source, campaign, device, browser, country, audience and funnel step."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import queries, rates
from cofounder.business.derive.intervals import NOT_ENOUGH, Interval, of_share

Part = Literal["source", "campaign", "device", "browser", "country", "audience", "funnel_step", "page_id"]
PARTS: tuple[Part, ...] = ("source", "campaign", "device", "browser", "country", "audience", "funnel_step", "page_id")


class Slice(BaseModel):
    """One country, device, …: sums over the days of the window."""

    name: str
    days: int
    sessions: int | None
    users: int | None = Field(description="Summed over days: someone who comes on two days counts twice")
    page_views: int | None
    share: float | None = Field(description="Of the sessions of all that are listed, 0-1")
    conversions: int | None
    conversion_rate: float | None = Field(description="conversions / sessions, where both were counted")
    conversion_interval: Interval | None
    revenue: float | None
    revenue_per_session: float | None
    currency: str | None
    of_first_step: float | None = Field(default=None, description="Funnel: sessions against the first step's, 0-1")


class Audience(BaseModel):
    part: Part
    status: Literal["ok", "not enough data"]
    n: int = Field(description="Days with a row")
    slices: list[Slice] = Field(description="Most sessions first")


async def breakdown(session: AsyncSession, part: Part, *, as_of: datetime, days: int = 90) -> Audience:
    """Visits of the last `days` days by one part, as known at `as_of`."""
    since = as_of.date() - timedelta(days=days)
    return told(part, await queries.audience(session, part, as_of=as_of, since=since))


def told(part: Part, rows: Sequence[Mapping[str, Any]]) -> Audience:
    """Rows of sums as shares and rates."""
    whole = float(sum(row["sessions"] or 0 for row in rows))
    first = float(rows[0]["sessions"] or 0) if rows else 0.0
    slices = [_slice(row, whole, first if part == "funnel_step" else None) for row in rows]
    days = max((one.days for one in slices), default=0)
    return Audience(part=part, status="ok" if slices else NOT_ENOUGH, n=days, slices=slices)


def _slice(row: Mapping[str, Any], whole: float, first: float | None) -> Slice:
    sessions = None if row["sessions"] is None else int(row["sessions"])
    conversions = None if row["conversions"] is None else int(row["conversions"])
    counted = float(row["counted"] or 0)
    one_currency = row["currency"] == row["other_currency"]
    revenue = float(row["revenue"]) if row["revenue"] is not None and one_currency else None
    rate = rates.conversion_rate(conversions, counted)
    per_session = rates.ratio(revenue, sessions)
    share, of_first = rates.ratio(sessions, whole), None if first is None else rates.ratio(sessions, first)
    return Slice(
        name=row["name"],
        days=row["days"],
        sessions=sessions,
        users=None if row["users"] is None else int(row["users"]),
        page_views=None if row["page_views"] is None else int(row["page_views"]),
        share=None if share is None else round(share, 6),
        conversions=conversions,
        conversion_rate=None if rate is None else round(rate, 6),
        conversion_interval=None if conversions is None else of_share(conversions, counted),
        revenue=revenue,
        revenue_per_session=None if per_session is None else round(per_session, 4),
        currency=row["currency"] if one_currency else None,
        of_first_step=None if of_first is None else round(of_first, 6),
    )
