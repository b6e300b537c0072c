"""SQL of how an active model does on real tasks: its calls, and what people decided about what came of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.models.resting import LEFT_ALONE

_OF_MODEL = "FROM model_calls WHERE model = :model AND task_id IS NOT NULL AND started_at >= :since"
_CALLS = text(f"""
SELECT count(*), count(*) FILTER (WHERE state = 'failed') FROM (
  SELECT state {_OF_MODEL} AND state IN ('answered', 'failed') ORDER BY started_at DESC LIMIT :newest) AS seen
""")
# What came of it since its last answer: tried in vain, and not tried any more for it had not answered in time.
_SILENT = text(f"""
SELECT count(*) FILTER (WHERE state = 'failed'),
  count(*) FILTER (WHERE state = 'skipped' AND starts_with(error, :left_alone))
{_OF_MODEL} AND started_at > coalesce((SELECT max(started_at) {_OF_MODEL} AND state = 'answered'), '-infinity')
""")
# The first decision of a person on a task whose answer in the role came from the model, or from any other one; of the
# newest of them all but so many, and no more than so many.
_DECIDED = text("""
SELECT count(*), count(*) FILTER (WHERE verdict = 'approve') FROM (
  SELECT verdict FROM (
    SELECT DISTINCT ON (d.task_id) d.task_id, d.verdict, d.decided_at FROM decisions AS d
    WHERE d.kind = 'content' AND d.by <> 'automatic' AND d.decided_at >= :since AND d.decided_at < :until
      AND EXISTS (
        SELECT 1 FROM model_calls AS c WHERE c.task_id = d.task_id AND c.role = :role AND c.state = 'answered'
          AND c.model = ANY(:models) AND c.started_at >= :since)
    ORDER BY d.task_id, d.round
  ) AS first ORDER BY decided_at DESC OFFSET :but LIMIT :newest
) AS seen
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


async def calls(session: AsyncSession, model: str, since: datetime, newest: int | None = None) -> tuple[int, int]:
    """(calls for tasks that came to an end, those of them that failed) since then; of them the newest so many."""
    row = (await session.execute(_CALLS, {"model": model, "since": since, "newest": newest})).one()
    return int(row[0]), int(row[1])


async def silent(session: AsyncSession, model: str, since: datetime) -> tuple[int, int]:
    """(calls for tasks that failed since it last answered, those that were not made for it gave no answer in time)."""
    given = {"model": model, "since": since, "left_alone": LEFT_ALONE}
    row = (await session.execute(_SILENT, given)).one()
    return int(row[0]), int(row[1])


async def models_of(session: AsyncSession, role: str, since: datetime, until: datetime) -> list[str]:
    """Every model that answered in a role within a time."""
    rows = await session.execute(_OTHERS, {"role": role, "since": since, "until": until})
    return [str(row[0]) for row in rows]


async def decided(
    session: AsyncSession,
    role: str,
    models: Sequence[str],
    since: datetime,
    until: datetime,
    *,
    newest: int | None = None,
    but: int = 0,
) -> tuple[int, int]:
    """(tasks of these models that a person decided first within a time, those that were approved at once).

    Of them the newest so many, or all `but` the newest.
    """
    given: dict[str, Any] = {"role": role, "models": list(models), "since": since, "until": until}
    given |= {"newest": newest, "but": but}
    row = (await session.execute(_DECIDED, given)).one()
    return int(row[0]), int(row[1])


async def agreement(session: AsyncSession, model_id: Any, kind: str) -> tuple[Any, dict[str, tuple[int, int]]]:
    """((answers, usable ones, USD, seconds), part -> (compared, the same))."""
    given = {"model": model_id, "kind": kind}
    sums = (await session.execute(_SUMS, given)).one()
    parts = (await session.execute(_PARTS, given)).all()
    return sums, {str(part): (int(n), int(same)) for part, n, same in parts}
