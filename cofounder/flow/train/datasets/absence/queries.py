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


class Known(NamedTuple):
    """An example, or its tombstone, as it is now; tags and whether it is archived as they were at a moment."""

    tags: frozenset[str]
    archived: bool
    made_at: datetime
    erased_at: datetime | None
    score: float | None


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
    )
    found = {}
    for id, tags, archived, made_at, erased_at, score in await session.execute(
        select(*columns).where(Example.execution_id.in_(ids))
    ):
        found[id] = Known(frozenset(tags), archived, made_at, erased_at, None if score is None else float(score))
    for id, added, removed, put_away in await session.execute(_SINCE, {"ids": list(ids), "at": at}):
        if id in found:
            before = found[id].archived if put_away is None else not put_away
            found[id] = found[id]._replace(tags=found[id].tags - {*added} | {*removed}, archived=before)
    return found


async def withdrawn(session: AsyncSession, ids: Sequence[UUID], at: datetime) -> set[UUID]:
    """Runs that are withdrawn, and were at that moment."""
    found = select(Withdrawn.execution_id).where(Withdrawn.execution_id.in_(ids), Withdrawn.at <= at)
    return set((await session.scalars(found)).all())
