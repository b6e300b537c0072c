"""The SQL of contradictions. Names of tables and columns come from the merge, never from a caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Contradiction:
    """A field of a row that another row of the same source says otherwise. `counts`: the line whose word counts."""

    line: int
    field: str
    value: Any
    other: Any
    counts: int


# Of the rows of a batch with one key the last counts; a row alone is not looked at, and made into no document.
_INSIDE = """
SELECT line, said, counts, kept FROM (
  SELECT g.line, {said} AS said, first_value(g.line) OVER last AS counts, first_value({said}) OVER last AS kept
  FROM (SELECT k.*, count(*) OVER (PARTITION BY {order}) AS n FROM ({keyed}) k) g WHERE g.n > 1
  WINDOW last AS (PARTITION BY {order} ORDER BY g.line DESC)
) found WHERE line <> counts AND said IS DISTINCT FROM kept ORDER BY line
"""

# What an earlier batch of the same import had put in, and this one has just corrected.
_EARLIER = """
SELECT DISTINCT ON ({order}) g.line, {said} AS said, g.line AS counts, e.content AS kept
FROM ({keyed}) g JOIN {into} t ON t.natural_key = g.key {time}
JOIN {earlier} e ON e.row_id = t.id AND e.table_name = :table AND e.replaced_at = :now AND e.import_id = :import_id
WHERE e.content ->> 'import_id' = CAST(:import_id AS text)
ORDER BY {order}, g.line DESC
"""


def _said(values: Sequence[str]) -> str:
    return f"(SELECT to_jsonb(v) FROM (SELECT {', '.join(f'g.{name}' for name in values)}) v)"


async def inside(
    session: AsyncSession, *, keyed: str, order: str, values: Sequence[str]
) -> tuple[int, list[Contradiction]]:
    """How many rows of a batch say otherwise than the last of their key, and each value in which they do."""
    query = _INSIDE.format(said=_said(values), keyed=keyed, order=order)
    found = (await session.execute(text(query))).mappings().all()
    return len(found), [one for row in found for one in _apart(row, values)]


async def with_earlier(
    session: AsyncSession,
    *,
    keyed: str,
    order: str,
    values: Sequence[str],
    into: str,
    earlier: str,
    table: str,
    import_id: UUID,
    now: datetime,
) -> list[Contradiction]:
    """Each value in which rows of a batch say otherwise than rows that came before in the same import."""
    time = "AND t.measured_at = g.measured_at" if "measured_at" in order else ""
    mine = ", ".join(f"g.{name}" for name in order.split(", "))
    query = _EARLIER.format(said=_said(values), keyed=keyed, order=mine, into=into, earlier=earlier, time=time)
    given = {"table": table, "import_id": import_id, "now": now}
    found = (await session.execute(text(query), given)).mappings().all()
    return [one for row in found for one in _apart(row, values)]


def _apart(row: Mapping[Any, Any], values: Sequence[str]) -> list[Contradiction]:
    """A contradiction for each field; kept columns of the source count as fields of their own."""
    found = []
    for name in values:
        said, kept = row["said"].get(name), row["kept"].get(name)
        if said == kept:
            continue
        if isinstance(said, dict) and isinstance(kept, dict):
            parts = [(part, said.get(part), kept.get(part)) for part in {**said, **kept}]
        else:
            parts = [(name, said, kept)]
        found += [
            Contradiction(row["line"], part, one, other, row["counts"]) for part, one, other in parts if one != other
        ]
    return found
