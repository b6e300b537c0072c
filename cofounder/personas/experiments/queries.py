"""The SQL of experiments: how they stand, which tasks fell where, what these gained."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.queries import OURS
from cofounder.kit.planning import plan_by_values
from cofounder.personas.experiments.tables import Experiment
from cofounder.personas.queries import came_to


async def every(session: AsyncSession) -> Sequence[Experiment]:
    """Newest first."""
    wanted = select(Experiment).order_by(Experiment.number.desc())
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


async def one(session: AsyncSession, id: UUID, *, locked: bool = False) -> Experiment | None:
    wanted = select(Experiment).where(Experiment.id == id).execution_options(populate_existing=True)
    found: Experiment | None = await session.scalar(wanted.with_for_update() if locked else wanted)
    return found


async def open_one(session: AsyncSession) -> Experiment | None:
    found: Experiment | None = await session.scalar(select(Experiment).where(Experiment.ended_at.is_(None)))
    return found


async def put(session: AsyncSession, row: Experiment) -> Experiment:
    session.add(row)
    await session.flush()
    return row


_DRAWN = """c.deliverable = 'main' AND c.chosen_at <= :as_of
  AND (cast(:since AS timestamptz) IS NULL OR c.chosen_at >= :since)
  AND (cast(:experiment AS uuid) IS NULL OR c.experiment_id = :experiment)"""
_POSTS = f"""SELECT * FROM posts p WHERE {OURS} AND published_at <= :as_of
    AND task_id IN (SELECT c.task_id FROM persona_choices c WHERE {_DRAWN})"""
# A task, what was drawn for it, and what all of its posts came to; each post is scored as the optimiser scores it.
_DECISIONS = text(f"""{came_to(_POSTS)}
SELECT c.id, c.experiment_id, c.arm, c.chosen, c.probabilities, c.context, c.chosen_at,
  c.published_persona IS NOT NULL AND c.published_persona <> c.chosen AS overruled,
  count(p.id) AS posts, count(p.seen_at) AS scored,
  coalesce(sum(p.followers), 0)::float8 AS followers,
  coalesce(array_agg(p.id) FILTER (WHERE p.id IS NOT NULL), '{{}}') AS post_ids
FROM persona_choices c LEFT JOIN came p ON p.task_id = c.task_id
WHERE {_DRAWN}
GROUP BY c.id ORDER BY c.chosen_at, c.id""")


class Decided(NamedTuple):
    """A task's draw and what came of it."""

    id: UUID
    experiment_id: UUID | None
    arm: str
    chosen: str
    probabilities: dict[str, float]
    context: dict[str, Any]
    chosen_at: datetime
    overruled: bool  # a person chose another voice than was drawn
    posts: int
    scored: int
    followers: float
    post_ids: list[UUID]


async def decisions(
    session: AsyncSession,
    *,
    as_of: datetime,
    hours: int,
    since: datetime | None = None,
    experiment: UUID | None = None,
) -> list[Decided]:
    """Every draw of a task's voice as known at `as_of`, oldest first."""
    given = {"as_of": as_of, "hours": hours, "since": since, "experiment": experiment, "known_by": None}
    await plan_by_values(session)
    return [Decided(**row) for row in (await session.execute(_DECISIONS, given)).mappings()]
