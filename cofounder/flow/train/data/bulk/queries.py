"""The statements of a bulk change. Each does for all examples what the triggers would do for one after the other.

The wide rows are changed first, as any writer of one example does, so that nobody waits for each other in a circle.
What they waited for is seen by the statements after that, which therefore read the facts anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Boolean, Text, and_, case, column, func, insert, literal, or_, select, table, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.queries import KIND, Condition, Example, Fact, bucket, hashed, month

_TURN = "SELECT pg_advisory_xact_lock(hashtext('cofounder training bulk'))"
_BEGIN = f"""{_TURN},
  set_config('cofounder.training', 'bulk', true), set_config('work_mem', '64MB', true)"""
_END = "SELECT set_config('cofounder.training', 'product', true)"
_ROOM = (
    "CREATE TEMP TABLE IF NOT EXISTS training_chosen (execution_id uuid) ON COMMIT DROP",
    "CREATE TEMP TABLE IF NOT EXISTS training_moved (execution_id uuid, ready boolean) ON COMMIT DROP",
    "CREATE TEMP TABLE IF NOT EXISTS training_moving (execution_id uuid, kind bigint, ready boolean,"
    " quality smallint, month date) ON COMMIT DROP",
    "CREATE TEMP TABLE IF NOT EXISTS training_map (kind bigint, ready boolean, into_kind bigint, added text[],"
    " removed text[]) ON COMMIT DROP",
    "TRUNCATE training_chosen, training_moved, training_moving, training_map",
)
_chosen = table("training_chosen", column("execution_id"))
_moved = table("training_moved", column("execution_id"), column("ready"))
EXCLUDE = "exclude"


async def take_turn(session: AsyncSession) -> None:
    """Wait until nobody else changes many, or takes a change back or erases; whoever comes next waits for this one."""
    await session.execute(text(_TURN))


async def move(
    session: AsyncSession,
    change_id: UUID,
    conditions: Sequence[Condition],
    *,
    add: list[str],
    remove: list[str],
    archived: bool | None,
    at: datetime,
) -> int:
    """Change every example that the conditions on `Fact` let through and that differs; how many those were.

    One bulk change at a time: the next waits. What other writers of an example do meanwhile is kept, theirs and ours.
    """
    await session.execute(text(_BEGIN))
    for statement in _ROOM:
        await session.execute(text(statement))
    meant = select(Fact.execution_id).where(*conditions)
    await session.execute(insert(_chosen).from_select(["execution_id"], meant))
    await session.execute(text("ANALYZE training_chosen"))  # ten or half a million: the wide rows are found otherwise
    gone = _changed(add, remove, archived, at)
    into = insert(_moved).from_select(["execution_id", "ready"], select(gone.c.execution_id, gone.c.training_ready))
    await session.execute(into.add_cte(gone))
    count = int(await session.scalar(text("SELECT count(*) FROM training_moved")) or 0)
    if count:
        asked = {"change": change_id, "added": add, "removed": remove, "archived": archived}
        for statement in (_MOVING, _MAP, *_COUNTS, _LOG, _FACTS):
            known = {name: value for name, value in asked.items() if f":{name}" in statement}
            await session.execute(text(statement), known)
    await session.execute(text(_END))
    return count


def _changed(add: list[str], remove: list[str], archived: bool | None, at: datetime) -> CTE:
    added, removed = (literal(tags, ARRAY(Text)) for tags in (add, remove))
    values: dict[str, Any] = {}
    differs: list[Condition] = []
    if add or remove:
        # of what has no other tags the outcome is known: one reckoning for all of them, which are most
        alone = func.training_retagged(literal([], ARRAY(Text)), added, removed)
        each = func.training_retagged(Example.tags, added, removed)
        values["tags"] = case((Example.tags.contained_by(removed), alone), else_=each)
        differs += [~Example.tags.contains(add)] if add else []
        differs += [Example.tags.overlap(remove)] if remove else []
    if EXCLUDE in add:
        values["training_ready"] = literal(False)
    elif EXCLUDE in remove:
        values["training_ready"] = case((Example.tags.contains([EXCLUDE]), _READY), else_=Example.training_ready)
    if archived is not None:
        values["archived_at"] = literal(at) if archived else None
        differs.append(Example.archived_at.is_(None) if archived else Example.archived_at.is_not(None))
    return (
        update(Example)
        .where(Example.execution_id == _chosen.c.execution_id, or_(*differs))
        .values(values)
        .returning(Example.execution_id, Example.training_ready)
        .cte("gone")
    )


_READY = and_(
    Example.decided_at.is_not(None),
    Example.plan.is_not(None),
    Example.quality_score.is_not(None),
    func.coalesce(Example.final_text, text("'{}'::jsonb")) != text("'{}'::jsonb"),
).cast(Boolean)

_MOVING = f"""INSERT INTO training_moving
  SELECT execution_id, f.kind, m.ready, f.quality, {month("f.requested_at")}
  FROM training_moved AS m JOIN training_facts AS f USING (execution_id)"""
_NAMES = ", ".join(KIND)
_AFTER = {"tags": "retagged.tags", "archived": "coalesce(CAST(:archived AS boolean), k.archived)"}
_MAP = f"""WITH made AS (
  SELECT old.kind AS from_kind, old.ready, k.tags AS before,
    {", ".join(f"{_AFTER.get(name, f'k.{name}')} AS {name}" for name in KIND)}
  FROM (SELECT DISTINCT kind, ready FROM training_moving) AS old
  CROSS JOIN LATERAL (SELECT * FROM training_kinds WHERE id = old.kind LIMIT 1) AS k
  CROSS JOIN LATERAL (SELECT training_retagged(k.tags,
    CAST(:added AS text[]) || CASE WHEN old.ready THEN ARRAY['training_ready'] ELSE '{{}}' END,
    CAST(:removed AS text[]) || CASE WHEN old.ready THEN '{{}}' ELSE ARRAY['training_ready'] END) AS tags) AS retagged
), named AS (
  SELECT {hashed(KIND, "made")} AS id, made.* FROM made
), new AS (
  INSERT INTO training_kinds (id, {_NAMES}) SELECT DISTINCT id, {_NAMES} FROM named
  WHERE NOT EXISTS (SELECT 1 FROM training_kinds WHERE training_kinds.id = named.id)
)
INSERT INTO training_map SELECT from_kind, ready, id,
  ARRAY(SELECT unnest(CAST(:added AS text[])) EXCEPT SELECT unnest(before) ORDER BY 1),
  ARRAY(SELECT unnest(CAST(:removed AS text[])) INTERSECT SELECT unnest(before) ORDER BY 1) FROM named"""


def _counts(table: str, **parts: str) -> str:
    names, values = ", ".join(parts), ", ".join(parts.values())
    return f"""INSERT INTO {table} (kind, n, quality, {names})
  WITH added AS (SELECT kind, ready, count(*) AS n, coalesce(sum(quality), 0) AS quality,
      {", ".join(f"{value} AS {name}" for name, value in parts.items())}
    FROM training_moving GROUP BY kind, ready, {values})
  SELECT kind, -n, -quality, {names} FROM added
  UNION ALL SELECT into_kind, n, quality, {names} FROM added JOIN training_map USING (kind, ready)"""


_COUNTS = (
    _counts("training_counts", bucket=bucket("quality")),
    _counts("training_counts_by_score", centile="quality / 100"),
    _counts("training_counts_by_month", month="month", bucket=bucket("quality")),
)
_LOG = """INSERT INTO training_changed (change_id, added, removed, archived, execution_ids)
  SELECT :change, added, removed, CAST(:archived AS boolean), array_agg(execution_id)
  FROM training_moving JOIN training_map USING (kind, ready) GROUP BY added, removed"""
_FACTS = """UPDATE training_facts AS f SET kind = t.into_kind
  FROM training_moving AS m JOIN training_map AS t USING (kind, ready)
  WHERE f.execution_id = m.execution_id AND f.kind <> t.into_kind"""
