"""SQL of how an active model does on real tasks: its calls, and what people decided about what came of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CALLS = text("""
SELECT count(*) FILTER (WHERE state IN ('answered', 'failed')), count(*) FILTER (WHERE state = 'failed')
FROM model_calls WHERE model = :model AND task_id IS NOT NULL AND started_at >= :since
""")
# The first decision of a person on a task whose answer in the role came from the model, or from any other one.
_DECIDED = text("""
SELECT count(*), count(*) FILTER (WHERE first.verdict = 'approve') FROM (
  SELECT DISTINCT ON (d.task_id) d.task_id, d.verdict FROM decisions AS d
  WHERE d.kind = 'content' AND d.by <> 'automatic' AND d.decided_at >= :since AND d.decided_at < :until
    AND EXISTS (
      SELECT 1 FROM model_calls AS c WHERE c.task_id = d.task_id AND c.role = :role AND c.state = 'answered'
        AND c.model = ANY(:models) AND c.started_at >= :since)
  ORDER BY d.task_id, d.round
) AS first
""")
_OTHERS = text("""
SELECT DISTINCT model FROM model_calls
WHERE role = :role AND state = 'answered' AND task_id IS NOT NULL AND started_at >= :since AND started_at < :until
""")
_PARTS = text("""
SELECT one.key, count(*), count(*) FILTER (WHERE one.value = 'true'::jsonb)
FROM model_comparisons AS s CROSS JOIN LATERAL jsonb_each(s.agreed) AS one
WHERE s.model_id = :model AND s.kind = :kind GROUP BY one.key ORDER BY one.key
""")
_SUMS = text("""
SELECT count(*), count(*) FILTER (WHERE usable), coalesce(sum(cost_usd), 0), avg(seconds) FILTER (WHERE seconds > 0)
FROM model_comparisons WHERE model_id = :model AND kind = :kind
""")


async def calls(session: AsyncSession, model: str, since: datetime) -> tuple[int, int]:
    """(calls for tasks that came to an end, those of them that failed) since then."""
    row = (await session.execute(_CALLS, {"model": model, "since": since})).one()
    return int(row[0]), int(row[1])


async def models_of(session: AsyncSession, role: str, since: datetime, until: datetime) -> list[str]:
    """Every model that answered in a role within a time."""
    rows = await session.execute(_OTHERS, {"role": role, "since": since, "until": until})
    return [str(row[0]) for row in rows]


async def decided(
    session: AsyncSession, role: str, models: Sequence[str], since: datetime, until: datetime
) -> tuple[int, int]:
    """(tasks of these models that a person decided first within a time, those that were approved at once)."""
    given: dict[str, Any] = {"role": role, "models": list(models), "since": since, "until": until}
    row = (await session.execute(_DECIDED, given)).one()
    return int(row[0]), int(row[1])


async def agreement(session: AsyncSession, model_id: Any, kind: str) -> tuple[Any, dict[str, tuple[int, int]]]:
    """((answers, usable ones, USD, seconds), part -> (compared, the same))."""
    given = {"model": model_id, "kind": kind}
    sums = (await session.execute(_SUMS, given)).one()
    parts = (await session.execute(_PARTS, given)).all()
    return sums, {str(part): (int(n), int(same)) for part, n, same in parts}
