"""What money brought, by campaign and channel, and how visits changed after a post."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.catalogue import canonical
from cofounder.business.derive import money as spent
from cofounder.business.derive import queries, rates
from cofounder.business.derive.intervals import NOT_ENOUGH, t_quantile
from cofounder.business.derive.totals import added
from cofounder.business.records.service import CursorInvalid
from cofounder.kit import cursors

SPEND, REVENUE = ("marketing_spend", "spend", "cost", "ad_spend"), ("revenue", "revenue_monthly")


class Return(BaseModel):
    """A campaign's or channel's spend beside what came of it. Ratios are None where a part is not known."""

    name: str
    cost: float | None
    revenue: float | None
    return_on_cost: float | None = Field(description="revenue / cost")
    posts: int
    engagement: int | None
    engagement_per_dollar: float | None = Field(description="(clicks + shares + comments) / cost, per unit of currency")
    views: int | None
    conversions: int | None
    currency: str | None


class MoneyRow(BaseModel):
    """A stored row of spend or revenue, as it counts in a sum."""

    id: UUID
    metric_type: str
    value: float
    currency: str | None
    period_start: date
    period_end: date
    channel: str
    campaign: str
    source: str
    measured_at: datetime = Field(description="When this became known")
    import_id: UUID | None
    is_sample: bool


async def rows_behind(
    session: AsyncSession,
    by: Literal["campaign", "channel"],
    name: str,
    *,
    as_of: datetime,
    days: int = 365,
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[list[MoneyRow], str | None]:
    """The financial rows that a return's cost and revenue are the sums of, newest first, and where the next page begins.

    Raises CursorInvalid.
    """
    since, place = (as_of - timedelta(days=days)).date(), cursors.decoded(cursor, CursorInvalid)
    after = None if place is None else (place[0].date(), place[1])
    found = await spent.rows_of(
        session, by, name, [*SPEND, *REVENUE], as_of=as_of, since=since, after=after, limit=limit + 1
    )
    shown = [MoneyRow.model_validate(row) for row in found[:limit]]
    if len(found) <= limit:
        return shown, None
    return shown, cursors.coded(datetime.combine(shown[-1].period_start, time(), UTC), shown[-1].id)


async def returns(
    session: AsyncSession, by: Literal["campaign", "channel"], *, as_of: datetime, days: int = 365
) -> list[Return]:
    """Largest spend first. Costs: the financial rows of that name, else those kept with its posts."""
    since = as_of - timedelta(days=days)
    money = await spent.money(session, by, [*SPEND, *REVENUE], as_of=as_of, since=since.date())
    key = "platform" if by == "channel" else "campaign"
    posts = await queries.sums(session, key, as_of=as_of, recent=as_of, since=since)
    names = {row["name"] for row in money} | {row["key"] for row in posts if row["key"]}
    found = [
        _return(name, [r for r in money if r["name"] == name], added(r for r in posts if r["key"] == name))
        for name in names
    ]
    return sorted(found, key=lambda one: (-(one.cost or 0.0), one.name))


def _return(name: str, money: Sequence[Mapping[str, Any]], posts: Mapping[str, Any]) -> Return:
    sums: dict[str, float] = {}
    currencies = {row["currency"] for row in money} | {row["other_currency"] for row in money}
    currencies |= {posts.get("currency"), posts.get("other_currency")} - {None}
    for row in money:
        kind = (
            "cost" if canonical(row["metric_type"]) == "marketing_spend" or row["metric_type"] in SPEND else "revenue"
        )
        sums[kind] = sums.get(kind, 0.0) + row["value"]
    one_currency = len(currencies - {None}) <= 1
    cost = sums.get("cost", posts.get("cost")) if one_currency else None
    revenue = sums.get("revenue", posts.get("revenue")) if one_currency else None
    engaged, on_cost = posts.get("engaged"), rates.return_on_cost(revenue, cost)
    per_dollar = rates.ratio(engaged, cost)
    return Return(
        name=name,
        cost=None if cost is None else round(float(cost), 2),
        revenue=None if revenue is None else round(float(revenue), 2),
        return_on_cost=None if on_cost is None else round(on_cost, 4),
        posts=int(posts.get("posts", 0)),
        engagement=None if engaged is None else round(engaged),
        engagement_per_dollar=None if per_dollar is None else round(per_dollar, 4),
        views=None if posts.get("views") is None else round(posts["views"]),
        conversions=None if posts.get("conversions") is None else round(posts["conversions"]),
        currency=next(iter(currencies - {None}), None) if one_currency else None,
    )


class Change(BaseModel):
    """The site's days after a post against those before it. Other things happen on those days too."""

    metric: str
    status: Literal["ok", "not enough data"]
    n_before: int
    n_after: int
    before: float | None = None
    after: float | None = None
    change: float | None = Field(default=None, description="after / before - 1")
    low: float | None = None
    high: float | None = None


def change_after(
    days: Sequence[Mapping[str, Any]], day: date, metric: str, *, before: int = 28, after: int = 3
) -> Change:
    """Mean of the days from `day` on against the days before, on logs, each less its weekday's mean before.

    The interval is Student's for one new mean of `after` days against the residuals before.
    """
    known = {row["day"]: math.log1p(row[metric]) for row in days if row.get(metric) is not None and row[metric] >= 0}
    earlier = {at: known[at] for back in range(1, before + 1) if (at := day - timedelta(days=back)) in known}
    later = {at: known[at] for on in range(after) if (at := day + timedelta(days=on)) in known}
    held = Change(metric=metric, status=NOT_ENOUGH, n_before=len(earlier), n_after=len(later))
    if len(earlier) < 14 or not later:
        return held
    usual: dict[int, float] = {}
    for weekday in range(7):
        same = [value for at, value in earlier.items() if at.weekday() == weekday]
        if same:
            usual[weekday] = sum(same) / len(same)
    gaps = [value - usual[at.weekday()] for at, value in later.items() if at.weekday() in usual]
    freedom = len(earlier) - len(usual)
    if not gaps or freedom < 2:
        return held
    spread = sum((value - usual[at.weekday()]) ** 2 for at, value in earlier.items()) / freedom
    gap = sum(gaps) / len(gaps)
    width = t_quantile(0.975, freedom) * math.sqrt(spread * (1 / len(gaps) + len(usual) / len(earlier)))
    mean_usual = sum(math.expm1(usual[at.weekday()]) for at in later if at.weekday() in usual) / len(gaps)
    return held.model_copy(
        update={
            "status": "ok",
            "before": round(mean_usual, 1),
            "after": round(mean_usual * math.exp(gap), 1),
            "change": round(math.expm1(gap), 4),
            "low": round(math.expm1(gap - width), 4),
            "high": round(math.expm1(gap + width), 4),
        }
    )
