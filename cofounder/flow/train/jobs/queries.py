"""SQL of jobs, their events, and rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.jobs.tables import ENDED, FineTuningEvent, FineTuningJob, FineTuningRule


async def one(session: AsyncSession, id: UUID, *, lock: bool = False) -> FineTuningJob | None:
    wanted = select(FineTuningJob).where(FineTuningJob.id == id)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def alive_with(session: AsyncSession, key: str) -> FineTuningJob | None:
    """The job of a key that is neither failed nor cancelled, and whose model nobody asked to delete."""
    return await session.scalar(
        select(FineTuningJob).where(
            FineTuningJob.key == key,
            FineTuningJob.state.not_in(("failed", "cancelled")),
            FineTuningJob.let_go_at.is_(None),
        )
    )


async def beginning_with(session: AsyncSession, words: str) -> Sequence[UUID]:
    """The ids, two at most, that begin or end with some words; the newest job's for "last"."""
    if words == "last":
        newest = select(FineTuningJob.id).order_by(FineTuningJob.created_at.desc(), FineTuningJob.id.desc()).limit(1)
        return (await session.scalars(newest)).all()
    id = cast(FineTuningJob.id, Text)
    alike = or_(id.startswith(words, autoescape=True), id.endswith(words, autoescape=True))
    return (await session.scalars(select(FineTuningJob.id).where(alike).limit(2))).all()


async def add(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Whether the job is new; false where one with its key is there."""
    statement = insert(FineTuningJob).values(values).on_conflict_do_nothing().returning(FineTuningJob.id)
    return await session.scalar(statement) is not None


async def page(
    session: AsyncSession,
    *,
    state: str | None,
    dataset_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[Sequence[FineTuningJob], int]:
    """(jobs newest first, how many there are)."""
    conditions = []
    if state is not None:
        conditions.append(FineTuningJob.state == state)
    if dataset_id is not None:
        conditions.append(FineTuningJob.dataset_id == dataset_id)
    total = await session.scalar(select(func.count()).select_from(FineTuningJob).where(*conditions))
    if before is not None:
        conditions.append(tuple_(FineTuningJob.created_at, FineTuningJob.id) < before)
    found = await session.scalars(
        select(FineTuningJob)
        .where(*conditions)
        .order_by(FineTuningJob.created_at.desc(), FineTuningJob.id.desc())
        .limit(limit)
    )
    return found.all(), int(total or 0)


async def on_datasets(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[FineTuningJob]:
    """The jobs that were made from any of these versions."""
    found = await session.scalars(
        select(FineTuningJob).where(FineTuningJob.dataset_id.in_(ids)).order_by(FineTuningJob.created_at)
    )
    return found.all()


async def last_seconds_of(session: AsyncSession, target: str) -> float | None:
    """Seconds for a thousand tokens in the newest finished job of a target, for estimates."""
    row = await session.scalar(
        select(FineTuningJob)
        .where(FineTuningJob.target == target, FineTuningJob.state == "succeeded")
        .order_by(FineTuningJob.finished_at.desc())
        .limit(1)
    )
    tokens = float((row.files or {}).get("train_tokens") or 0) if row is not None else 0.0
    if row is None or not tokens or row.started_at is None or row.finished_at is None:
        return None
    return (row.finished_at - row.started_at).total_seconds() / tokens * 1_000


async def unfinished(session: AsyncSession) -> int:
    """How many jobs are neither ended nor wait for a person."""
    waiting = (*ENDED, "waiting_approval")
    return int(
        await session.scalar(select(func.count()).select_from(FineTuningJob).where(FineTuningJob.state.not_in(waiting)))
        or 0
    )


async def newest_event(session: AsyncSession, job_id: UUID) -> str | None:
    """The target's name of the newest of its events that is kept."""
    return await session.scalar(
        select(FineTuningEvent.remote_id)
        .where(FineTuningEvent.job_id == job_id, FineTuningEvent.remote_id.is_not(None))
        .order_by(FineTuningEvent.number.desc())
        .limit(1)
    )


async def add_events(session: AsyncSession, job_id: UUID, found: Sequence[dict[str, Any]]) -> None:
    """Keep events in their order; one that is there already changes nothing. Wants the job's row locked."""
    if not found:
        return
    last = await session.scalar(
        select(func.coalesce(func.max(FineTuningEvent.number), 0)).where(FineTuningEvent.job_id == job_id)
    )
    rows = [{**one, "job_id": job_id, "number": int(last or 0) + place} for place, one in enumerate(found, 1)]
    await session.execute(insert(FineTuningEvent).values(rows).on_conflict_do_nothing())


async def events(session: AsyncSession, job_id: UUID, after: int, limit: int) -> Sequence[FineTuningEvent]:
    found = await session.scalars(
        select(FineTuningEvent)
        .where(FineTuningEvent.job_id == job_id, FineTuningEvent.number > after)
        .order_by(FineTuningEvent.number)
        .limit(limit)
    )
    return found.all()


async def rules(session: AsyncSession) -> Sequence[FineTuningRule]:
    return (await session.scalars(select(FineTuningRule).order_by(FineTuningRule.name))).all()


async def rule(session: AsyncSession, name: str, *, lock: bool = False) -> FineTuningRule | None:
    wanted = select(FineTuningRule).where(FineTuningRule.name == name)
    return await session.scalar(wanted.with_for_update() if lock else wanted)


async def rule_with(session: AsyncSession, id: UUID) -> FineTuningRule | None:
    return await session.get(FineTuningRule, id)


async def drop_rule(session: AsyncSession, id: UUID) -> None:
    await session.execute(delete(FineTuningRule).where(FineTuningRule.id == id))


async def rules_at_hand(session: AsyncSession, moment: datetime) -> Sequence[FineTuningRule]:
    """Rules that may be due, locked; those that another worker looks at are left to it."""
    found = await session.scalars(
        select(FineTuningRule)
        .where(
            FineTuningRule.enabled,
            or_(FineTuningRule.after_examples.is_not(None), FineTuningRule.next_at <= moment),
        )
        .order_by(FineTuningRule.id)
        .with_for_update(skip_locked=True)
    )
    return found.all()
