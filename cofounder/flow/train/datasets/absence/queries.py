"""What is kept of examples as they were when a version was made."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import Example
from cofounder.flow.train.datasets.queries import LeftOut, Withdrawn


async def left_out(session: AsyncSession, id: UUID, ids: Sequence[UUID]) -> dict[tuple[UUID, str], LeftOut]:
    """(run, part) -> why its line was left out of a version, where it was."""
    found = select(LeftOut).where(LeftOut.dataset_id == id, LeftOut.execution_id.in_(ids))
    return {(one.execution_id, one.part): one for one in (await session.scalars(found)).all() if one.execution_id}


Place = tuple[datetime, UUID]


class Known(NamedTuple):
    """An example, or its tombstone, as it is now; tags and whether it is archived as they were at a moment."""

    tags: frozenset[str]
    archived: bool
    made_at: datetime
    erased_at: datetime | None
    score: float | None
    place: Place  # in the order of requests


_SINCE = text("""
SELECT one.id, p.added, p.removed, p.archived FROM training_changes AS c
JOIN training_changed AS p ON p.change_id = c.id AND p.execution_ids && CAST(:ids AS uuid[])
CROSS JOIN LATERAL (SELECT unnest(p.execution_ids) AS id) AS one
WHERE c.at > :at AND one.id = ANY(CAST(:ids AS uuid[])) ORDER BY c.at DESC, c.id DESC
""")


async def states(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> dict[UUID, Known]:
    """Runs whose example is there, or its tombstone: what was tagged and put away after `at` is taken back."""
    columns = (
        Example.execution_id,
        Example.tags,
        Example.archived_at.is_not(None),
        Example.created_at,
        Example.erased_at,
        Example.quality_score,
        Example.timestamp,
    )
    found = {}
    for id, tags, archived, made_at, erased_at, score, asked_at in await session.execute(
        select(*columns).where(Example.execution_id.in_(ids))
    ):
        judged = None if score is None else float(score)
        found[id] = Known(frozenset(tags), archived, made_at, erased_at, judged, (asked_at, id))
    for id, added, removed, put_away in await session.execute(_SINCE, {"ids": list(ids), "at": at}):
        if id in found:
            before = found[id].archived if put_away is None else not put_away
            found[id] = found[id]._replace(tags=found[id].tags - {*added} | {*removed}, archived=before)
    return found


_RUNS = text("""
SELECT count(*) OVER () AS runs, e.timestamp, e.execution_id FROM orchestrator_training_data AS e
WHERE e.execution_id IN (
  SELECT execution_id FROM dataset_members WHERE dataset_id = :id
  UNION ALL SELECT execution_id FROM dataset_left_out WHERE dataset_id = :id)
ORDER BY 2, 3 LIMIT 1""")


async def runs_of(session: AsyncSession, id: UUID) -> tuple[int, Place | None]:
    """(runs that a version had lines of, also of those that were left out; the place of the oldest among requests)."""
    row = (await session.execute(_RUNS, {"id": id})).first()
    return (0, None) if row is None else (row.runs, (row.timestamp, row.execution_id))


async def withdrawn(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> set[UUID]:
    """Runs that are withdrawn, and were at that moment."""
    found = select(Withdrawn.execution_id).where(Withdrawn.execution_id.in_(ids), Withdrawn.at <= at)
    return set((await session.scalars(found)).all())
