"""The SQL of what judges said and people decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# One line a decision and judge. The text that was decided is the one that was judged: what a person edited first, and what
# an approval left out, does not count. Of several channels the weakest counts, as one decision is made on all of them.
_DECIDED = text("""
SELECT d.task_id, d.round, min(d.decided_at) AS at, bool_and(d.verdict = 'approve') AS approved,
  s.judge ->> 'model' AS model, bool_and(s.judge ->> 'decision' = 'approve') AS predicted,
  min((s.judge ->> 'overall')::float8) AS overall, min((s.judge ->> 'without')::float8) AS rules,
  bool_and((s.judge ->> 'without')::float8 >= s.threshold) AS passed
FROM decisions AS d JOIN approvals AS p ON p.task_id = d.task_id AND p.round = d.round
JOIN tasks AS t ON t.id = d.task_id
CROSS JOIN LATERAL jsonb_each(p.content) AS c
JOIN LATERAL (
  SELECT a.verdict -> 'judge' AS judge, coalesce((a.verdict ->> 'threshold')::float8, 0.85) AS threshold
  FROM variants AS v JOIN assessments AS a ON a.task_id = v.task_id AND a.channel = v.channel AND a.version = v.version
  WHERE v.task_id = d.task_id AND v.channel = c.key AND v.rendered = c.value ORDER BY v.version DESC LIMIT 1
) AS s ON jsonb_typeof(s.judge) = 'object'
WHERE d.kind = 'content' AND d.by <> 'automatic' AND d.decided_at > :since AND d.decided_at <= :as_of
  AND t.is_sample = :sample AND NOT t.automatic AND t.archived_at IS NULL AND NOT t.tags && CAST(:out AS text[])
  AND c.value = p.pending_content -> c.key
  AND (d.verdict <> 'approve' OR c.key = ANY(d.channels) OR cardinality(d.channels) = 0)
GROUP BY d.task_id, d.round, s.judge ->> 'model'
ORDER BY at DESC, d.task_id, d.round LIMIT :limit
""")


async def decided(
    session: AsyncSession, *, since: datetime, as_of: datetime, sample: bool, out: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """Decisions of people on judged texts, newest first. `out` are tags that keep a task out."""
    given = {"since": since, "as_of": as_of, "sample": sample, "out": list(out), "limit": limit}
    return [dict(row) for row in (await session.execute(_DECIDED, given)).mappings()]
