"""What visits, orders and money the web analytics matched to posts say they brought. Visits are not shown to be caused."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import queries
from cofounder.business.records.schemas import WEB_PARTS


class AfterPublish(BaseModel):
    """Of the matched posts of one piece of work together, as of a time; None where it is not known."""

    website_traffic_attributed: int | None = Field(description="Sessions")
    conversions_attributed: int | None
    revenue_attributed: float | None
    currency: str | None = None
    roi: float | None = Field(description="revenue / what the run and its posts cost, in one currency")


class OfPost(AfterPublish):
    """The same of one post, with where it was read."""

    split_by: list[str] = Field(description="What the report's rows are split by that says so.")
    first_day: date
    last_day: date


async def of_post(session: AsyncSession, id: UUID, *, as_of: datetime) -> OfPost | None:
    """What the site saw of one post; None where nothing is matched to it."""
    rows = await queries.brought(session, [id], as_of=as_of)
    found = _of(rows)
    if found is None:
        return None
    (row,) = rows
    return OfPost(
        **found.model_dump(),
        split_by=parts_of(row["split_by"]),
        first_day=row["first_day"],
        last_day=row["last_day"],
    )


def parts_of(split: int) -> list[str]:
    """The columns that a report is split by."""
    return [part for place, part in enumerate(WEB_PARTS) if split & 2**place]


async def after_publish(
    session: AsyncSession, works: Sequence[Sequence[UUID]], *, as_of: datetime
) -> list[AfterPublish | None]:
    """For each piece of work, by the ids of its posts; None where nothing on the site is matched to them."""
    ids = list(dict.fromkeys(id for work in works for id in work))
    rows = {row["post_id"]: row for row in await queries.brought(session, ids, as_of=as_of)} if ids else {}
    return [_of([rows[id] for id in work if id in rows]) for work in works]


def _of(rows: Sequence[Mapping[str, Any]]) -> AfterPublish | None:
    if not rows:
        return None
    traffic, conversions, revenue = (_sum(rows, name) for name in ("sessions", "conversions", "revenue"))
    earned = {row["currency"] for row in rows if row["revenue"] is not None}
    if len(earned) > 1:  # money of several currencies is not added up
        revenue, earned = None, set()
    currency = next(iter(earned), None)
    return AfterPublish(
        website_traffic_attributed=None if traffic is None else round(traffic),
        conversions_attributed=None if conversions is None else round(conversions),
        revenue_attributed=None if revenue is None else round(revenue, 2),
        currency=currency,
        roi=_roi(rows, revenue, currency),
    )


def _roi(rows: Sequence[Mapping[str, Any]], revenue: float | None, currency: str | None) -> float | None:
    """None without a cost, or where a cost is in another currency; a run's own cost is in dollars."""
    runs = {row["task_id"]: row["run_cost"] for row in rows if row["task_id"] and row["run_cost"]}
    spent = [row for row in rows if row["cost"]]
    paid_in = {row["cost_currency"] or currency for row in spent} | ({"USD"} if runs else set())
    cost = sum(runs.values()) + sum(row["cost"] for row in spent)
    if revenue is None or cost <= 0 or paid_in - {currency or "USD"} - {None}:
        return None
    return round(float(revenue / cost), 4)


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [row[name] for row in rows if row[name] is not None]
    return float(sum(values)) if values else None
