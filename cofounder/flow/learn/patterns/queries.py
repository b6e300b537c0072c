"""The SQL of patterns, runs and what is learned from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, not_, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.patterns.tables import LearningPattern, LearningRun, PatternEstimate

_OPEN = ("queued", "running")
_ENDED = ("succeeded", "unchanged")

# Runs with their text as it was decided or, where nothing was approved, as it was last written.
_JUDGED = """
SELECT e.execution_id AS id, e.timestamp, e.platforms, e.persona, e.business_state, e.final_text, e.is_legacy,
  e.quality_score::float8 AS quality, e.user_approval AS approved, e.decided_at, t.topic, t.category,
  coalesce(t.intent->>'tone', t.preferences->>'tone') AS tone,
  CASE WHEN e.final_text IS NULL THEN (
    SELECT string_agg(v.words, E'\\n') FROM (
      SELECT DISTINCT ON (channel) rendered->>'text' AS words FROM variants
      WHERE task_id = e.execution_id ORDER BY channel, version DESC) v) END AS written
FROM orchestrator_training_data e LEFT JOIN tasks t ON t.id = e.execution_id
WHERE e.is_sample = :sample AND e.timestamp <= :as_of AND NOT e.tags && CAST(:out AS text[])
  AND e.archived_at IS NULL AND e.erased_at IS NULL
  AND (e.quality_score IS NOT NULL OR e.user_approval IS NOT NULL)
ORDER BY e.timestamp DESC, e.execution_id DESC LIMIT :limit"""

_EXCLUDED = "SELECT execution_id FROM orchestrator_training_data WHERE tags && CAST(:out AS text[])"


async def judged(
    session: AsyncSession, *, as_of: datetime, sample: bool, out: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """Finished runs that were judged or decided, newest first, without those that carry one of these tags."""
    asked = {"as_of": as_of, "sample": sample, "out": list(out), "limit": limit}
    return [dict(row) for row in (await session.execute(text(_JUDGED), asked)).mappings()]


async def excluded(session: AsyncSession, out: Sequence[str]) -> set[UUID]:
    """Runs that carry one of these tags."""
    return set((await session.execute(text(_EXCLUDED), {"out": list(out)})).scalars())


# Of this day's imports: an example that could not be made then is not waited for ever.
_UNMADE = text("""
SELECT count(*) FROM tasks t WHERE t.is_legacy AND NOT t.is_sample AND t.status = 'completed'
  AND t.import_id IS NOT NULL AND t.known_at > now() - interval '1 day'
  AND NOT EXISTS (SELECT 1 FROM orchestrator_training_data e WHERE e.execution_id = t.id)""")


async def unmade(session: AsyncSession) -> int:
    """Imported tasks whose example is not made yet."""
    return int(await session.scalar(_UNMADE) or 0)


async def add_run(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Write a run; false where one with its id is there."""
    written = insert(LearningRun).values(values).on_conflict_do_nothing(index_elements=["id"]).returning(LearningRun.id)
    return (await session.execute(written)).first() is not None


async def run(session: AsyncSession, id: UUID, *, lock: bool = False) -> LearningRun | None:
    query = select(LearningRun).where(LearningRun.id == id)
    return await session.scalar((query.with_for_update() if lock else query).execution_options(populate_existing=True))


async def runs(session: AsyncSession, before: datetime | None, limit: int) -> Sequence[LearningRun]:
    """Newest first."""
    query = select(LearningRun).order_by(LearningRun.created_at.desc(), LearningRun.id.desc()).limit(limit)
    if before is not None:
        query = query.where(LearningRun.created_at < before)
    return (await session.scalars(query)).all()


async def count_runs(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.count()).select_from(LearningRun)) or 0)


async def open_run(session: AsyncSession) -> LearningRun | None:
    """The run that has not ended, if there is one."""
    return await session.scalar(
        select(LearningRun).where(LearningRun.state.in_(_OPEN)).order_by(LearningRun.created_at).limit(1)
    )


async def last_run(session: AsyncSession, *, changed: bool = False) -> LearningRun | None:
    """The newest run that ended well; with `changed` the newest that found its input changed."""
    states = ("succeeded",) if changed else _ENDED
    query = select(LearningRun).where(LearningRun.state.in_(states)).order_by(LearningRun.finished_at.desc()).limit(1)
    return await session.scalar(query.execution_options(populate_existing=True))


async def newest_begun(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(func.max(LearningRun.created_at)))


async def take_turn(session: AsyncSession) -> None:
    """Let writers of patterns pass one after the other."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('learning patterns', 0))"))


async def patterns(session: AsyncSession, *, sample: bool | None = None) -> list[LearningPattern]:
    query = select(LearningPattern).order_by(LearningPattern.first_seen, LearningPattern.id)
    if sample is not None:
        query = query.where(LearningPattern.is_sample.is_(sample))
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


async def count_active(session: AsyncSession, *, sample: bool) -> int:
    query = select(func.count()).where(LearningPattern.state == "active", LearningPattern.is_sample.is_(sample))
    return int(await session.scalar(query) or 0)


async def pattern(session: AsyncSession, id: UUID, *, lock: bool = False) -> LearningPattern | None:
    query = select(LearningPattern).where(LearningPattern.id == id)
    return await session.scalar((query.with_for_update() if lock else query).execution_options(populate_existing=True))


async def put_estimate(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write what a run said of a pattern; said again, the same row is brought up to date."""
    statement = insert(PatternEstimate).values(values)
    renewed = {name: statement.excluded[name] for name in values if name not in ("id", "pattern_id", "run_id", "kind")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["pattern_id", "run_id", "kind"], set_=renewed)
    )


async def estimates(session: AsyncSession, pattern_id: UUID) -> Sequence[PatternEstimate]:
    query = select(PatternEstimate).where(PatternEstimate.pattern_id == pattern_id)
    return (await session.scalars(query.order_by(PatternEstimate.as_of, PatternEstimate.id))).all()


async def said_since(session: AsyncSession, at: datetime | None) -> bool:
    """Whether a person rejected a pattern or let one in since then."""
    said = select(PatternEstimate.id).where(PatternEstimate.kind == "person")
    return await session.scalar((said if at is None else said.where(PatternEstimate.as_of > at)).limit(1)) is not None


async def all_estimates(session: AsyncSession, *, sample: bool) -> Sequence[tuple[PatternEstimate, LearningPattern]]:
    """Estimates on all units of patterns that stood at some time; oldest first."""
    stood = select(PatternEstimate.pattern_id).where(PatternEstimate.state == "active")
    query = (
        select(PatternEstimate, LearningPattern)
        .join(LearningPattern, LearningPattern.id == PatternEstimate.pattern_id)
        .where(PatternEstimate.pattern_id.in_(stood), LearningPattern.is_sample.is_(sample))
        .where(PatternEstimate.kind == "all")
        .order_by(PatternEstimate.as_of, PatternEstimate.id)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def standing(
    session: AsyncSession, as_of: datetime, *, sample: bool
) -> list[tuple[LearningPattern, PatternEstimate]]:
    """Patterns that stood at a time, each with what was last estimated of it by then."""
    newest = (
        select(PatternEstimate)
        .where(PatternEstimate.as_of <= as_of)
        .where(or_(PatternEstimate.kind != "new", PatternEstimate.state != "active"))
        .ext(distinct_on(PatternEstimate.pattern_id))
        .order_by(PatternEstimate.pattern_id, PatternEstimate.as_of.desc(), PatternEstimate.id.desc())
        .subquery()
    )
    query = (
        select(LearningPattern, PatternEstimate)
        .join(PatternEstimate, PatternEstimate.pattern_id == LearningPattern.id)
        .join(newest, newest.c.id == PatternEstimate.id)
        .where(PatternEstimate.state == "active", LearningPattern.is_sample.is_(sample))
        .order_by(func.abs(PatternEstimate.effect).desc(), LearningPattern.id)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def forget_unseen(session: AsyncSession, keep: Sequence[UUID], *, sample: bool) -> None:
    """Drop watched candidates that this run no longer shows, never stood, and nobody said anything about."""
    stood = select(PatternEstimate.pattern_id).where(PatternEstimate.state != "watching")
    await session.execute(
        delete(LearningPattern)
        .where(LearningPattern.state == "watching", not_(LearningPattern.pinned), LearningPattern.note.is_(None))
        .where(LearningPattern.is_sample.is_(sample), LearningPattern.id.not_in(keep))
        .where(LearningPattern.id.not_in(stood))
        .execution_options(synchronize_session=False)
    )


async def fail_run(session: AsyncSession, id: UUID, error: dict[str, Any], at: datetime) -> bool:
    """Mark a run that has not ended as failed; whether there was one."""
    changed = (
        update(LearningRun)
        .where(LearningRun.id == id, LearningRun.state.in_(_OPEN))
        .values(state="failed", error=error, finished_at=at)
        .returning(LearningRun.id)
    )
    return (await session.execute(changed)).first() is not None
