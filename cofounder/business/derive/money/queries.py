"""The SQL of spend and revenue by campaign or channel. `key` is one of the two, from the code here."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Of a period that is stored as a whole and by channel and campaign the whole counts; of periods that overlap (weeks
# beside months) the longer.
_COUNTED = """
WITH newest AS (
  SELECT DISTINCT ON (metric_type, period_start, period_end, channel, campaign)
    metric_type, period_start, period_end, metric_value, currency, split_by, {key} AS name,
    id, channel, campaign, source, measured_at, import_id, is_sample
  FROM financial_metrics
  WHERE measured_at <= :as_of AND period_end <= CAST(:today AS date) AND period_start >= :since
    AND {named} AND metric_type = ANY(CAST(:types AS text[]))
    AND (NOT is_sample OR NOT EXISTS (SELECT 1 FROM financial_metrics o
                                           WHERE NOT o.is_sample AND o.measured_at <= :as_of))
  ORDER BY metric_type, period_start, period_end, channel, campaign, measured_at DESC, id DESC),
wholes AS (
  SELECT DISTINCT ON (metric_type, name, period_start, period_end) *,
    min(period_end - period_start) OVER (PARTITION BY metric_type, name) AS shortest
  FROM (SELECT metric_type, name, period_start, period_end, split_by, sum(metric_value) AS value, count(*) AS n,
          min(currency) AS currency, max(currency) AS other_currency
        FROM newest GROUP BY 1, 2, 3, 4, 5) parts
  ORDER BY metric_type, name, period_start, period_end, split_by),
longer AS (SELECT * FROM wholes WHERE period_end - period_start > shortest),
counted AS (SELECT * FROM wholes w WHERE NOT EXISTS (SELECT 1 FROM longer l
  WHERE l.metric_type = w.metric_type AND l.name = w.name AND l.period_end - l.period_start > w.period_end - w.period_start
    AND l.period_start <= w.period_end AND l.period_end >= w.period_start))"""

_SUMS = """
SELECT name, metric_type, sum(value)::float8 AS value, sum(n)::int AS n, min(currency) AS currency,
  max(other_currency) AS other_currency
FROM counted GROUP BY 1, 2"""

_ROWS = """
SELECT n.id, n.metric_type, n.metric_value::float8 AS value, n.currency, n.period_start, n.period_end, n.channel,
  n.campaign, n.source, n.measured_at, n.import_id, n.is_sample
FROM newest n JOIN counted USING (metric_type, name, period_start, period_end, split_by)
WHERE CAST(:after AS date) IS NULL OR (n.period_start, n.id) < (CAST(:after AS date), CAST(:after_id AS uuid))
ORDER BY n.period_start DESC, n.id DESC LIMIT :limit"""


async def money(
    session: AsyncSession, by: str, types: Sequence[str], *, as_of: datetime, since: date
) -> list[dict[str, Any]]:
    """Per channel or campaign and metric: the sum over periods that were over, each period's newest value."""
    asked = {"as_of": as_of, "today": as_of.date(), "since": since, "types": list(types)}
    query = _COUNTED.format(key=by, named=f"{by} <> ''") + _SUMS
    return [dict(row) for row in (await session.execute(text(query), asked)).mappings()]


async def rows_of(
    session: AsyncSession,
    by: str,
    name: str,
    types: Sequence[str],
    *,
    as_of: datetime,
    since: date,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """The rows that `money` adds up for one channel or campaign, newest period first."""
    asked = {"as_of": as_of, "today": as_of.date(), "since": since, "types": list(types), "name": name, "limit": limit}
    place = {"after": after and after[0], "after_id": after and after[1]}
    query = _COUNTED.format(key=by, named=f"{by} = :name") + _ROWS
    return [dict(row) for row in (await session.execute(text(query), {**asked, **place})).mappings()]


_LATEST_MONEY = """
SELECT max(period_start) FROM financial_metrics
WHERE measured_at <= :as_of AND period_start < :since AND {key} <> '' AND metric_type = ANY(CAST(:types AS text[]))
  AND (NOT is_sample OR NOT EXISTS (SELECT 1 FROM financial_metrics o
                                         WHERE NOT o.is_sample AND o.measured_at <= :as_of))"""


async def latest_money(
    session: AsyncSession, by: str, types: Sequence[str], *, as_of: datetime, since: date
) -> date | None:
    """When the newest period that began before `since` did, of these metrics by channel or campaign."""
    asked = {"as_of": as_of, "since": since, "types": list(types)}
    found: date | None = await session.scalar(text(_LATEST_MONEY.format(key=by)), asked)
    return found
