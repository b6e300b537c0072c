"""The SQL of the sample company's rows among the records, and of whether there are others."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.tables import (
    FinancialMetric,
    Post,
    QualityEvaluation,
    SocialPostAnalytics,
    Task,
    WebAnalytics,
)

_SAMPLED: tuple[Any, ...] = (SocialPostAnalytics, Post, Task, WebAnalytics, FinancialMetric, QualityEvaluation)


async def remove_sample(session: AsyncSession, *, generated_only: bool = False) -> dict[str, int]:
    """Delete sample rows, readings before posts; with `generated_only` a person's own tasks and posts stay."""
    removed = {}
    for table in _SAMPLED:
        query = delete(table).where(table.is_sample.is_(True))
        if generated_only and table in (Task, Post):
            query = query.where(table.is_legacy.is_(True))
        if generated_only and table is SocialPostAnalytics:
            query = query.where(SocialPostAnalytics.source == "sample")
        answer: Any = await session.execute(query)
        removed[table.__tablename__] = answer.rowcount
    return removed


async def remove_sample_notes(session: AsyncSession) -> None:
    """Delete the generated tasks of the sample that are tagged as notes, with their posts; readings go with these."""
    notes = select(Task.id).where(Task.is_sample.is_(True), Task.is_legacy.is_(True), Task.tags.contains(["note"]))
    await session.execute(delete(Post).where(Post.is_sample.is_(True), Post.task_id.in_(notes)))
    await session.execute(delete(Task).where(Task.id.in_(notes)))


async def count_sample(session: AsyncSession) -> dict[str, int]:
    """Table name -> sample rows."""
    counted = {}
    for table in _SAMPLED:
        query = select(func.count()).select_from(table).where(table.is_sample.is_(True))
        counted[table.__tablename__] = (await session.execute(query)).scalar_one()
    return counted


async def has_own_rows(session: AsyncSession) -> bool:
    """Whether posts, web or financial rows exist that are not sample."""
    for table in (FinancialMetric, WebAnalytics, Post):
        if (await session.execute(select(table.id).where(table.is_sample.is_(False)).limit(1))).first():
            return True
    return False


_ONLY_SAMPLE = """
SELECT CASE WHEN EXISTS (SELECT 1 FROM posts WHERE NOT is_sample)
    OR EXISTS (SELECT 1 FROM web_analytics WHERE NOT is_sample)
    OR EXISTS (SELECT 1 FROM financial_metrics WHERE NOT is_sample) THEN false
  ELSE EXISTS (SELECT 1 FROM financial_metrics WHERE is_sample) END"""


async def only_sample(session: AsyncSession) -> bool:
    """Whether there are figures of the sample, and no rows of the company's own: those are looked for first."""
    return bool(await session.scalar(text(_ONLY_SAMPLE)))


_INVENTED = " UNION ALL ".join(
    f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table} WHERE is_sample AND {known} <= :as_of)"
    f" AND NOT EXISTS (SELECT 1 FROM {table} WHERE NOT is_sample AND {known} <= :as_of)"
    for table, known in (
        ("posts", "published_at"),
        ("web_analytics", "measured_at"),
        ("financial_metrics", "measured_at"),
    )
)


async def invented(session: AsyncSession, as_of: datetime) -> set[str]:
    return set((await session.execute(text(_INVENTED), {"as_of": as_of})).scalars())


async def sample_ends(session: AsyncSession) -> date | None:
    """The last day of the newest sample figure."""
    query = select(func.max(FinancialMetric.period_end)).where(FinancialMetric.is_sample.is_(True))
    return (await session.execute(query)).scalar_one()
