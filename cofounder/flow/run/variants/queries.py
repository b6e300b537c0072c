"""SQL over `variants`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.tables import Variant


async def current(session: AsyncSession, task_id: UUID) -> Sequence[Variant]:
    """One row a channel: the best, else the highest version."""
    chosen = (
        select(Variant)
        .where(Variant.task_id == task_id)
        .distinct(Variant.channel)
        .order_by(Variant.channel, Variant.is_best.desc(), Variant.version.desc())
        .execution_options(populate_existing=True)
    )
    first = (
        select(Variant.channel, func.min(Variant.made_at))
        .where(Variant.task_id == task_id)
        .group_by(Variant.channel)
    )
    born = {channel: at for channel, at in (await session.execute(first)).tuples()}
    rows = (await session.scalars(chosen)).all()
    return sorted(rows, key=lambda row: (born[row.channel], row.channel))


async def every(session: AsyncSession, task_id: UUID) -> Sequence[Variant]:
    found = (
        select(Variant)
        .where(Variant.task_id == task_id)
        .order_by(Variant.made_at, Variant.channel, Variant.version)
    )
    return (
        await session.scalars(found.execution_options(populate_existing=True))
    ).all()


async def insert(
    session: AsyncSession, *, task_id: UUID, channel: str, **values: Any
) -> Variant:
    """The next version. Two at once: the unique constraint lets one through, so callers hold the task's lock."""
    highest = select(func.coalesce(func.max(Variant.version), 0)).where(
        Variant.task_id == task_id, Variant.channel == channel
    )
    row = Variant(
        task_id=task_id,
        channel=channel,
        version=(await session.scalar(highest) or 0) + 1,
        **values,
    )
    row.is_best = False
    session.add(row)
    await session.flush()
    return row


async def mark_best(
    session: AsyncSession, task_id: UUID, channel: str, version: int
) -> None:
    await session.execute(
        update(Variant)
        .where(Variant.task_id == task_id, Variant.channel == channel)
        .values(is_best=Variant.version == version)
    )


async def set_rendered(
    session: AsyncSession, variant_id: UUID, rendered: dict[str, Any]
) -> None:
    await session.execute(
        update(Variant).where(Variant.id == variant_id).values(rendered=rendered)
    )
