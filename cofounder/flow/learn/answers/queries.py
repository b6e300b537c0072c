"""The SQL of what became of models' answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# One line a run, kind of job and model: a run asks a model several times for one text, and that is one outcome. The
# outcome is the mean of what there is: the score, and the decision as 1 (approved as it was), 0.7 (approved after a
# person's edit) or 0. A model whose answers were none that could be used came to 0, whoever wrote the text then; a server
# that was away or a key that was refused says nothing of quality. What a model said as the judge of a text is no outcome either.
_SCORE = "coalesce((e.execution_result->>'quality_by_rules')::float8, e.quality_score::float8)"
_OUTCOMES = f"""WITH outcomes AS (
  SELECT c.task_id, c.role, c.routed->>'task_type' AS task_type, c.routed->>'complexity' AS complexity, c.model,
    bool_or(c.state = 'answered') AS used,
    CASE WHEN bool_or(c.state = 'answered') THEN (SELECT avg(part) FROM unnest(ARRAY[{_SCORE},
      CASE WHEN NOT e.user_approval THEN 0 WHEN coalesce(e.decision->>'edit', '{{}}') NOT IN ('{{}}', 'null', '[]') THEN 0.7
           WHEN e.user_approval THEN 1 END]) AS part) ELSE 0 END AS outcome,
    CASE WHEN bool_or(c.state = 'answered') THEN e.user_approval END AS approved,
    CASE WHEN bool_or(c.state = 'answered') THEN {_SCORE} END AS score,
    coalesce(e.decision->>'edit', '{{}}') NOT IN ('{{}}', 'null', '[]') AS edited,
    sum(c.cost_usd)::float8 AS cost_usd, sum(c.seconds) AS seconds,
    min(coalesce(c.request->'brief'->>'request', c.request->>'request')) AS words, max(c.started_at) AS at
  FROM model_calls c JOIN orchestrator_training_data e ON e.execution_id = c.task_id
  WHERE c.role <> 'judge' AND (c.state = 'answered' OR c.state = 'failed' AND c.error ~ '^(malformed answer|unusable):')
    AND c.routed IS NOT NULL AND NOT e.is_sample AND e.erased_at IS NULL AND e.archived_at IS NULL
    AND NOT e.tags && CAST(:out AS text[]) AND (e.user_approval IS NOT NULL OR e.quality_score IS NOT NULL)
  GROUP BY c.task_id, c.role, 3, 4, c.model, e.execution_id)"""
_SUMS = text(
    f"""{_OUTCOMES} SELECT min(role) AS role, task_type, complexity, model, count(*) AS n, sum(outcome) AS total,
  sum(outcome * outcome) AS squares, count(approved) AS decided, count(*) FILTER (WHERE approved) AS approved,
  count(score) AS scored, coalesce(sum(score), 0) AS score, count(*) FILTER (WHERE edited AND approved) AS edited,
  sum(cost_usd) AS cost_usd, sum(seconds) AS seconds
FROM outcomes WHERE task_type IS NOT NULL AND complexity IS NOT NULL GROUP BY task_type, complexity, model"""
)
_NEWEST = text(
    f"""{_OUTCOMES} SELECT task_type, complexity, words, outcome FROM outcomes
WHERE model = :model AND words IS NOT NULL AND task_type IS NOT NULL AND complexity IS NOT NULL ORDER BY at DESC LIMIT :limit"""
)


_CALLS = text(
    """SELECT c.model, coalesce(c.answer->>'cost_is', '') <> 'not_known' AS priced, sum(c.tokens_in)::bigint AS tokens_in, sum(c.tokens_out)::bigint AS tokens_out,
  coalesce(sum(c.tokens_in) FILTER (WHERE c.state = 'answered'), 0)::bigint AS answered_in,
  coalesce(sum(c.tokens_out) FILTER (WHERE c.state = 'answered'), 0)::bigint AS answered_out,
  sum(c.cost_usd)::float8 AS cost_usd, count(*) AS calls
FROM model_calls c WHERE c.state IN ('answered', 'failed') AND c.routed IS NOT NULL
  AND c.started_at >= :since AND c.started_at < :until GROUP BY c.model, priced"""
)
_EACH = text(
    f"""{_OUTCOMES} SELECT task_type, complexity, model, outcome FROM outcomes
WHERE used AND task_type IS NOT NULL AND complexity IS NOT NULL AND at >= :since AND at < :until ORDER BY at DESC LIMIT :limit"""
)


async def calls(session: AsyncSession, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Tokens - all, and those of answers -, cost and calls of each model that was asked through the router.

    Calls of a model whose price was not known when they were made stand apart: `priced` is false.
    """
    return [dict(row) for row in (await session.execute(_CALLS, {"since": since, "until": until})).mappings()]


_APART = text(
    """SELECT coalesce(sum(cost_usd) FILTER (WHERE starts_with(scope, 'shadow:')), 0)::float8 AS shadow,
  coalesce(sum(cost_usd) FILTER (WHERE starts_with(scope, 'benchmark:')), 0)::float8 AS benchmarks
FROM model_calls WHERE state <> 'skipped' AND task_id IS NULL AND started_at >= :since AND started_at < :until"""
)


async def apart(session: AsyncSession, since: datetime, until: datetime) -> tuple[float, float]:
    """USD of candidates in shadow, and of benchmarks: calls that compared models and made nothing that was used."""
    row = (await session.execute(_APART, {"since": since, "until": until})).one()
    return float(row.shadow), float(row.benchmarks)


async def outcomes(
    session: AsyncSession, since: datetime, until: datetime, out: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """The newest outcomes of answers that were used, one a run, kind of job and model."""
    given = {"since": since, "until": until, "out": list(out), "limit": limit}
    return [dict(row) for row in (await session.execute(_EACH, given)).mappings()]


async def sums(session: AsyncSession, out: Sequence[str]) -> list[dict[str, Any]]:
    """What came of each model's answers, by kind of job and complexity. `out` are tags that keep a run out."""
    return [dict(row) for row in (await session.execute(_SUMS, {"out": list(out)})).mappings()]


async def newest(session: AsyncSession, model: str, out: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """A model's newest outcomes with the words that were asked."""
    given = {"out": list(out), "model": model, "limit": limit}
    return [dict(row) for row in (await session.execute(_NEWEST, given)).mappings()]
