"""SQL over `orchestrator_training_data`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Float, and_, case, func, literal_column, not_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED
from cofounder.flow.learn.tables import Example

_SET_ONCE = ("execution_id", "created_at")


async def one(session: AsyncSession, execution_id: UUID, *, lock: bool = False) -> Example | None:
    found = select(Example).where(Example.execution_id == execution_id)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def upsert(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write the example, or bring the one with its execution_id up to date; fields not named stay as they are."""
    statement = insert(Example).values(values)
    renewed = {name: statement.excluded[name] for name in values if name not in _SET_ONCE}
    await session.execute(statement.on_conflict_do_update(index_elements=["execution_id"], set_=renewed))


async def erased(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these runs whose example was erased."""
    found = select(Example.execution_id).where(Example.execution_id.in_(ids), Example.erased_at.is_not(None))
    return set((await session.scalars(found)).all())


async def set_similar(session: AsyncSession, execution_id: UUID, similar: Sequence[Mapping[str, Any]]) -> None:
    statement = update(Example).where(Example.execution_id == execution_id)
    await session.execute(statement.values(similar_historical_content=list(similar)))


async def take_turn(session: AsyncSession, execution_id: UUID) -> None:
    """Let writers of one example pass one after the other, and say that the product writes, not a person's own SQL."""
    key = {"key": f"example:{execution_id}"}
    turn = "SELECT pg_advisory_xact_lock(hashtextextended(:key, 0)), set_config('cofounder.training', 'product', true)"
    await session.execute(text(turn), key)


def _shown() -> ColumnElement[bool]:
    """Neither a test nor excluded, put away or erased."""
    out = Example.tags.overlap(list(OUT_UNLESS_ASKED))
    return and_(not_(out), Example.archived_at.is_(None), Example.erased_at.is_(None))


async def newest(session: AsyncSession, limit: int) -> list[Example]:
    """Newest request first, the sample company's too."""
    wanted = select(Example).where(_shown()).order_by(Example.timestamp.desc(), Example.execution_id).limit(limit)
    return list((await session.scalars(wanted)).all())


async def count(session: AsyncSession) -> int:
    """How many examples `newest` has to choose from."""
    return int(await session.scalar(select(func.count()).select_from(Example).where(_shown())) or 0)


# A person cancelled the task before any of its steps began: nothing of it worked, and nothing failed.
CALLED_OFF = """({0}.execution_result->>'status' = 'cancelled'
  AND NOT EXISTS (SELECT FROM steps WHERE steps.task_id = {0}.execution_id AND steps.started_at IS NOT NULL))"""
LISTED = "NOT EXISTS (SELECT FROM tasks WHERE tasks.id = {0}.execution_id AND tasks.archived_at IS NOT NULL)"


async def sums(session: AsyncSession, *, sample: bool) -> dict[str, Any]:
    """Totals over every example that is no test and not imported, of the sample or not; archived ones count, for they ran.

    Those whose task a person deleted do not, nor those that were erased: of them nothing is known any more.
    """
    own = and_(
        Example.is_sample.is_(sample),
        not_(Example.is_legacy),
        not_(Example.tags.overlap(list(OUT_UNLESS_ASKED))),
        Example.erased_at.is_(None),
        text(LISTED.format(Example.__tablename__)),
    )
    called_off = literal_column(CALLED_OFF.format(Example.__tablename__), Boolean)
    judged = Example.quality_score.is_not(None)
    row = (
        await session.execute(
            select(
                func.count().label("total"),
                func.count(case((Example.success, 1))).label("succeeded"),
                func.count(case((called_off, 1))).label("called_off"),
                func.count(case((Example.user_approval.is_(True), 1))).label("approved"),
                func.count(case((Example.user_approval.is_(False), 1))).label("rejected"),
                func.count(case((Example.user_approval.is_not(None), 1))).label("decided"),
                func.count(case((Example.is_high_quality, 1))).label("high_quality"),
                func.count(case((Example.training_ready, 1))).label("training_ready"),
                func.count(case((judged, 1))).label("judged"),
                func.avg(Example.quality_score).cast(Float).label("avg_quality_score"),
                func.avg(Example.seconds).cast(Float).label("avg_seconds"),
                func.coalesce(func.sum(Example.seconds), 0.0).cast(Float).label("seconds"),
                func.coalesce(func.sum(Example.cost), 0).label("cost"),
                func.avg(Example.cost).cast(Float).label("avg_cost"),
                func.max(Example.timestamp).label("latest"),
                func.min(Example.timestamp).label("earliest"),
            ).where(own)
        )
    ).one()
    return dict(row._mapping)


_MARKED = text(
    """SELECT s.execution_id, max(s.id) AS newest FROM stale_examples s
WHERE s.since < now() - interval '10 minutes'
  OR EXISTS (SELECT 1 FROM orchestrator_training_data e WHERE e.execution_id = s.execution_id)
GROUP BY s.execution_id ORDER BY min(s.id) LIMIT :limit"""
)  # a run that has no example yet reads everything when it gets one
_UNMARK = text("DELETE FROM stale_examples WHERE execution_id = :id AND id <= :newest")
_RIPE = text("""INSERT INTO stale_examples (execution_id)
SELECT execution_id FROM orchestrator_training_data
WHERE metrics_delta IS NULL AND business_state <> '{}' AND timestamp < :before AND timestamp > :after
ORDER BY timestamp DESC LIMIT 1000""")


async def marked(session: AsyncSession, limit: int) -> dict[UUID, int]:
    """Examples whose world has changed, longest waiting first -> their newest mark."""
    rows = (await session.execute(_MARKED, {"limit": limit})).all()
    return {row[0]: int(row[1]) for row in rows}


async def unmark(session: AsyncSession, execution_id: UUID, newest: int) -> None:
    """Take the marks away that were there; later ones stay."""
    await session.execute(_UNMARK, {"id": execution_id, "newest": newest})


async def mark_ripe(session: AsyncSession, *, before: datetime) -> None:
    """Mark examples whose month after is over and not told yet; those of a fortnight, after which nothing comes."""
    await session.execute(_RIPE, {"before": before, "after": before - timedelta(days=14)})


async def put_answers(session: AsyncSession, execution_id: UUID, values: dict[str, Any]) -> None:
    """Set the columns that the world fills in."""
    changed = update(Example).where(Example.execution_id == execution_id).values(values)
    await session.execute(changed.execution_options(synchronize_session=False))
