"""SQL over `orchestrator_training_data`."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Select, and_, case, func, not_, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED, Filters
from cofounder.flow.learn.tables import Example

_ROWS_AT_ONCE = 200
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


async def take_turn(session: AsyncSession, execution_id: UUID) -> None:
    """Let writers of one example pass one after the other, and say that the product writes, not a person's own SQL."""
    key = {"key": f"example:{execution_id}"}
    turn = "SELECT pg_advisory_xact_lock(hashtextextended(:key, 0)), set_config('cofounder.training', 'product', true)"
    await session.execute(text(turn), key)


def chosen(filters: Filters) -> Select[Example]:
    """The examples that a filter lets through, oldest request first."""
    wanted = select(Example)
    if filters.quality_min is not None:
        wanted = wanted.where(Example.quality_score >= filters.quality_min)
    if filters.quality_max is not None:
        wanted = wanted.where(Example.quality_score <= filters.quality_max)
    if filters.intent_filter:
        wanted = wanted.where(Example.intent.in_(filters.intent_filter))
    if filters.success_only:
        wanted = wanted.where(Example.success)
    if filters.platform is not None:
        wanted = wanted.where(Example.platforms.contains([filters.platform]))
    if filters.date_after is not None:
        wanted = wanted.where(Example.timestamp >= filters.date_after)
    if filters.date_before is not None:
        wanted = wanted.where(Example.timestamp <= filters.date_before)
    if not filters.include_sample:
        wanted = wanted.where(not_(Example.is_sample))
    out = {*filters.exclude_tags, *(set(OUT_UNLESS_ASKED) - set(filters.include_tags))}
    if out:
        wanted = wanted.where(not_(Example.tags.overlap(sorted(out))))
    if filters.include_tags:
        wanted = wanted.where(Example.tags.contains(filters.include_tags))
    return wanted.order_by(Example.timestamp, Example.execution_id)


async def stream(session: AsyncSession, filters: Filters, *, with_plan: bool = False) -> AsyncIterator[Example]:
    """The chosen examples through a cursor of the server: as many rows in memory for ten as for ten million."""
    wanted = chosen(filters)
    if with_plan:
        wanted = wanted.where(Example.plan.is_not(None))
    if filters.limit is not None:
        wanted = wanted.limit(filters.limit)
    rows = await session.stream_scalars(wanted.execution_options(yield_per=_ROWS_AT_ONCE))
    async for row in rows:
        yield row
        session.expunge(row)


async def newest(session: AsyncSession, filters: Filters, limit: int) -> list[Example]:
    """The chosen examples, newest request first."""
    wanted = chosen(filters).order_by(None).order_by(Example.timestamp.desc(), Example.execution_id).limit(limit)
    return list((await session.scalars(wanted)).all())


async def count(session: AsyncSession, filters: Filters) -> int:
    """How many examples the filter lets through, without its limit."""
    return int(await session.scalar(select(func.count()).select_from(chosen(filters).order_by(None).subquery())) or 0)


async def sums(session: AsyncSession) -> dict[str, Any]:
    """Totals over every example that is no test, no sample and not imported."""
    own = and_(not_(Example.is_sample), not_(Example.is_legacy), not_(Example.tags.overlap(list(OUT_UNLESS_ASKED))))
    judged = Example.quality_score.is_not(None)
    row = (
        await session.execute(
            select(
                func.count().label("total"),
                func.count(case((Example.success, 1))).label("succeeded"),
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
                func.max(Example.timestamp).label("latest"),
                func.min(Example.timestamp).label("earliest"),
            ).where(own)
        )
    ).one()
    return dict(row._mapping)


async def outcomes(session: AsyncSession) -> int:
    """Examples of our own or imported that carry measurements of a publication."""
    real = and_(not_(Example.is_sample), or_(Example.post_publication_metrics.is_not(None)))
    return int(await session.scalar(select(func.count()).select_from(Example).where(real)) or 0)
