"""The SQL of what runs say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MEANT = """e.is_sample = :sample AND e.timestamp <= :as_of AND e.timestamp >= :since
  AND NOT e.tags && CAST(:out AS text[]) AND e.archived_at IS NULL AND e.erased_at IS NULL"""
_RUNS = f"""
SELECT e.execution_id AS id, e.is_legacy, e.timestamp AS at, e.intent, coalesce(t.category, 'none') AS domain, e.platforms, e.success,
  e.quality_score::float8 AS quality, e.quality_dimensions AS dimensions, e.user_approval AS approved,
  (e.execution_result->>'refinements_needed')::float8 AS refinements, e.cost::float8 AS cost, e.seconds,
  (e.business_state->>'growth_rate')::float8 AS growth, (e.execution_plan->>'steps')::float8 AS steps,
  e.execution_plan->'agents' AS agents
FROM orchestrator_training_data e LEFT JOIN tasks t ON t.id = e.execution_id
WHERE {_MEANT}
ORDER BY e.timestamp DESC, e.execution_id DESC LIMIT :limit"""


async def runs(
    session: AsyncSession, *, as_of: datetime, since: datetime, sample: bool, out: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """Finished runs, newest first, without those that carry one of these tags."""
    asked = {"as_of": as_of, "since": since, "sample": sample, "out": list(out), "limit": limit}
    return [dict(row) for row in (await session.execute(text(_RUNS), asked)).mappings()]


async def how_many_runs(
    session: AsyncSession, *, as_of: datetime, since: datetime, sample: bool, out: Sequence[str]
) -> int:
    """How many runs there are of which `runs` gives the newest."""
    asked = {"as_of": as_of, "since": since, "sample": sample, "out": list(out)}
    query = text(f"SELECT count(*) FROM orchestrator_training_data e WHERE {_MEANT}")
    return int((await session.execute(query, asked)).scalar_one())
