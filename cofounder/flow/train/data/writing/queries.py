"""The statements that lines come from. A planner line that holds nothing to be taken out is spelt by the database itself.

Its bytes are those of `roles.shaper.Shaper`; a test holds them to that.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.queries import (
    Condition,
    Example,
    Fact,
    Kind,
    among,
    newest,
    of_facts,
    of_kinds,
    of_quality,
    where,
)

Needs = Condition | None  # what an example must have for a line
A_PLAN: Condition = Example.plan.is_not(None)
_e = aliased(Example, name="e")
_tasks = table("tasks", column("id"))
_withdrawals = table("training_withdrawals", column("execution_id"))

_AT = """replace(to_char(e.timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')"""
SCORE = """coalesce(trim_scale(e.quality_score)::text
  || CASE WHEN e.quality_score = trunc(e.quality_score) THEN '.0' ELSE '' END, 'null')"""
_TAGS = """CASE cardinality(e.tags) WHEN 0 THEN '[]' WHEN 1 THEN '[' || to_json(e.tags[1])::text || ']' ELSE
  '[' || (SELECT string_agg(to_json(tag)::text, ', ' ORDER BY tag COLLATE "C")
    FROM (SELECT DISTINCT unnest(e.tags) AS tag) AS tags) || ']' END"""
_ANSWER = f"""'{{"plan": ' || e.plan::text || ', "expected_quality": ' || {SCORE}
  || ', "business_context": {{"business_state": ' || e.business_state::text || ', "platform_baseline": '
  || e.platform_baseline::text || ', "similar_historical_content": ' || e.similar_historical_content::text || '}}}}'"""
# What follows the head of a planner line: the request, the answer, what is known.
_PLANNER = f"""to_json(e.user_request)::text || '}}, {{"role": "assistant", "content": ' || to_json({_ANSWER})::text
  || '}}], "metadata": {{"execution_id": "' || e.execution_id::text || '", "success": '
  || CASE WHEN e.success THEN 'true' ELSE 'false' END || ', "quality_score": ' || {SCORE}
  || ', "intent": ' || to_json(e.intent)::text
  || ', "decision": ' || coalesce(to_json(e.decision->>'verdict')::text, 'null')
  || ', "channel": ' || to_json(array_to_string(e.platforms, '+'))::text || ', "timestamp": "' || {_AT}
  || 'Z", "tags": ' || {_TAGS} || ', "metrics": ' || coalesce(e.post_publication_metrics::text, '{{}}')
  || ', "patterns": ' || e.patterns_discovered::text || '}}}}'"""
# The fields of `roles.shaper.Raw` but the last two, as a JSON list; documents stay text.
_FIELDS = f"""e.execution_id, {_AT} || '+00:00', e.user_request, e.intent, e.quality_score::text, e.success,
  e.tags, e.platforms, e.persona, e.decision->>'verdict', e.post_publication_metrics::text, e.patterns_discovered::text,
  e.business_state::text, e.plan::text, e.platform_baseline::text, e.similar_historical_content::text"""
_RAW = f"json_build_array({_FIELDS})::text"
_OF_TASK = "tasks.topic, coalesce(tasks.parent_task_id, e.execution_id)"
# The cells of a row of the table of examples, in the order of `lines.COLUMNS`, then the scores by dimension.
_CELLS = f"""json_build_array(e.execution_id, {_AT} || 'Z', e.user_request, e.intent, e.quality_score, e.success,
  e.user_approval, e.decision->>'verdict', e.decision->'by',
  replace(to_char(e.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || 'Z',
  e.is_legacy, e.is_high_quality, e.training_ready, e.tags, e.platforms, e.persona, e.models, e.execution_plan->'steps',
  e.execution_plan->'agents', e.execution_plan->'estimated_cost', e.cost, e.execution_plan->'estimated_duration',
  e.seconds, e.execution_result->'refinements_needed', e.decision->'feedback', e.quality_dimensions)::text"""

_IN_ORDER = """SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('max_parallel_workers_per_gather', '1', true)"""


def planner(head: str | None, *conditions: Condition) -> Select[str]:
    """A line an example, oldest request first: from `head` on, or without one its fields, to be spelt elsewhere."""
    line = literal_column(f"({_RAW})", Text) if head is None else literal(head) + literal_column(f"({_PLANNER})", Text)
    return _in_order(line, *conditions).where(_e.plan.is_not(None), ~_withdrawn())


def with_task(*conditions: Condition, reading: bool = False) -> Select[str]:
    """The fields of an example and what its task says of it, topic and conversation, as a JSON list.

    `reading`: and what was read in its request.
    """
    known = f"{_OF_TASK}, tasks.intent::text" if reading else _OF_TASK
    line = literal_column(f"(json_build_array({_FIELDS}, {known})::text)", Text)
    meant = _in_order(line, *conditions).where(_e.plan.is_not(None), ~_withdrawn())
    return meant.outerjoin(_tasks, _tasks.c.id == _e.execution_id)


def rows(*conditions: Condition) -> Select[str]:
    """The cells of a table's row an example, as a JSON list, oldest request first."""
    return _in_order(literal_column(f"({_CELLS})", Text), *conditions).where(~_withdrawn())


def _in_order(what: ColumnElement[str], *conditions: Condition) -> Select[str]:
    joined = select(what).select_from(Fact).join(_e, _e.execution_id == Fact.execution_id)
    return joined.where(*conditions).order_by(Fact.requested_at, Fact.execution_id)


async def of_filter(session: AsyncSession, filter: Filter) -> list[Condition]:
    """The filter as conditions on `Fact`, its kinds already looked up: what is then left is read in order, without a join.

    Its limit is looked up too: where among the newest it begins, and where it ends, should more come meanwhile.
    """
    kinds = (await session.scalars(select(Kind.id).where(*of_kinds(filter)).distinct())).all()
    found = [among(kinds), *of_quality(filter), *of_facts(filter)]
    if filter.limit is not None:
        place = tuple_(Fact.requested_at, Fact.execution_id)
        last = (await session.execute(newest(filter).limit(1))).first()
        first = (await session.execute(newest(filter).offset(filter.limit - 1).limit(1))).first()
        found += [place <= _place(last)] if last else []
        found += [place >= _place(first)] if first else []
    return found


def _place(row: Row[datetime, UUID]) -> ColumnElement[Any]:
    return tuple_(*(literal(value) for value in row))


def of_one(execution_id: UUID) -> tuple[Condition, ...]:
    return (Fact.execution_id == execution_id,)


def _withdrawn() -> Condition:
    return exists().where(_withdrawals.c.execution_id == _e.execution_id)


async def is_withdrawn(session: AsyncSession, execution_id: UUID) -> bool:
    asked = select(true()).where(_withdrawals.c.execution_id == execution_id)
    return bool(await session.scalar(asked))


async def tally(session: AsyncSession, filter: Filter, needs: Needs) -> tuple[int, int, int]:
    """(examples that a filter lets through, how many of them are withdrawn, how many of the others have what is needed)."""
    gone = exists().where(_withdrawals.c.execution_id == Example.execution_id)
    used = ~gone if needs is None else and_(~gone, needs)
    counts = (func.count(), func.count().filter(gone), func.count().filter(used))
    row = (await session.execute(select(*counts).select_from(Example).where(where(filter)))).one()
    return int(row[0]), int(row[1]), int(row[2])


async def hasten(session: AsyncSession) -> None:
    """Let this transaction read examples in the order of their requests: wide rows are not to be sorted, nor hashed."""
    await session.execute(text(_IN_ORDER))
