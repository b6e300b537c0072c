"""The SQL of performance: our own runs or the sample company's, tests left out.

The runs are those of `learn.queries.sums`: put away or not they ran, and of an erased one nothing is known any more.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.queries import CALLED_OFF, LISTED

By = Literal["agent", "tool", "model", "channel", "intent", "plan", "persona", "day", "week", "month"]

_OWN = f"""own AS (
  SELECT e.execution_id AS id, e.timestamp AS at, e.intent, e.platforms, e.persona, e.success, e.quality_score AS quality,
    e.user_approval AS approved, e.cost, e.seconds, (e.execution_result->>'refinements_needed')::int AS refinements,
    e.execution_plan, e.plan, e.training_ready, {CALLED_OFF.format("e")} AS called_off
  FROM orchestrator_training_data e
  WHERE e.is_sample = :sample AND NOT e.is_legacy AND NOT e.tags && CAST(:out AS text[])
    AND e.erased_at IS NULL
    AND {LISTED.format("e")} AND e.timestamp >= :since AND e.timestamp < :until)"""

# What a line says of the runs that are part of it, each run once.
_RUNS = """count(*) AS runs, count(*) FILTER (WHERE success) AS succeeded,
  count(*) FILTER (WHERE called_off) AS called_off, count(*) FILTER (WHERE approved) AS approved, count(*) FILTER (WHERE NOT approved) AS rejected,
  count(quality) AS judged, avg(quality)::float8 AS avg_quality, avg(refinements)::float8 AS avg_refinements,
  coalesce(sum(refinements), 0)::int AS refinements"""
# Where nobody knows what a run cost or took, it is part of no mean.
_WHOLE = """coalesce(sum(cost), 0)::float8 AS cost, avg(cost)::float8 AS avg_cost, avg(seconds)::float8 AS avg_seconds,
  sum(seconds)::float8 AS seconds"""

_NAMES = {
    "intent": "intent",
    "persona": "coalesce(persona, 'none')",
    "plan": (
        "coalesce((SELECT string_agg(step->>'tool', ' → ' ORDER BY place) "
        "FROM jsonb_array_elements(plan->'steps') WITH ORDINALITY AS s(step, place)), 'no plan')"
    ),
    "day": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    "week": "to_char(date_trunc('week', at AT TIME ZONE 'UTC'), 'YYYY-MM-DD')",
    "month": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM')",
}


@lru_cache
def _lines(by: str) -> TextClause:
    order = "ORDER BY 1" if by in ("day", "week", "month") else "ORDER BY runs DESC, 1"
    if by in _NAMES:
        return text(
            f"WITH {_OWN} SELECT {_NAMES[by]} AS name, {_RUNS}, {_WHOLE} FROM own GROUP BY 1 {order} LIMIT :limit"
        )
    if by == "channel":
        return text(
            f"WITH {_OWN} SELECT name, {_RUNS}, {_WHOLE} FROM own, unnest(platforms) AS name GROUP BY 1 {order} LIMIT :limit"
        )
    parts = _PARTS[by]
    return text(
        f"""WITH {_OWN}, parts AS ({parts}), sums AS (
  SELECT name, count(*) AS calls, count(*) FILTER (WHERE good) AS calls_succeeded, count(*) FILTER (WHERE bad)
    AS calls_failed, coalesce(sum(cost), 0)::float8 AS cost, avg(seconds) FILTER (WHERE good OR bad)::float8
    AS avg_seconds, sum(seconds)::float8 AS seconds, sum(tokens_in)::bigint AS tokens_in,
    sum(tokens_out)::bigint AS tokens_out
  FROM parts GROUP BY 1),
runs AS (SELECT name, {_RUNS} FROM (SELECT DISTINCT name, task_id FROM parts) p JOIN own ON own.id = p.task_id GROUP BY 1)
SELECT * FROM sums JOIN runs USING (name) {order} LIMIT :limit"""
    )


_STEPS = """SELECT {name} AS name, s.task_id, s.state = 'done' AS good, s.state = 'failed' AS bad, s.cost, s.seconds,
  NULL::bigint AS tokens_in, NULL::bigint AS tokens_out
FROM steps s JOIN own ON own.id = s.task_id WHERE s.copied_from IS NULL AND s.state IN ('done', 'failed')"""
_PARTS = {
    "agent": _STEPS.format(name="s.agent"),
    "tool": _STEPS.format(name="s.tool"),
    "model": """SELECT c.model AS name, c.task_id, c.state = 'answered' AS good, c.state = 'failed' AS bad,
  c.cost_usd AS cost, c.seconds, c.tokens_in, c.tokens_out
FROM model_calls c JOIN own ON own.id = c.task_id WHERE c.state IN ('answered', 'failed')""",
}


async def lines(
    session: AsyncSession, by: By, *, since: datetime, until: datetime, sample: bool, out: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """One row a name: runs and what they came to, and for agents, tools and models their own calls."""
    asked = {"since": since, "until": until, "sample": sample, "out": list(out), "limit": limit}
    return [dict(row) for row in (await session.execute(_lines(by), asked)).mappings()]


_TOTALS = text(
    f"""WITH {_OWN} SELECT {_RUNS}, {_WHOLE}, count(*) FILTER (WHERE quality >= 0.85) AS high_quality,
  count(*) FILTER (WHERE approved IS NOT NULL) AS decided,
  count(*) FILTER (WHERE training_ready) AS training_ready, min(at) AS earliest, max(at) AS latest FROM own"""
)


async def totals(
    session: AsyncSession, *, since: datetime, until: datetime, sample: bool, out: Sequence[str]
) -> dict[str, Any]:
    asked = {"since": since, "until": until, "sample": sample, "out": list(out)}
    return dict((await session.execute(_TOTALS, asked)).mappings().one())
