"""SQL over `images` and `attached_images`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.images.tables import AttachedImage, ImageRow


async def put(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep an image; one that is there already counts as uploaded now."""
    written = insert(ImageRow).values(values)
    await session.execute(
        written.on_conflict_do_update(index_elements=["sha256"], set_={"uploaded_at": func.now()}),
    )


async def one(session: AsyncSession, sha256: str) -> ImageRow | None:
    return await session.get(ImageRow, sha256)


async def held(session: AsyncSession, hashes: Sequence[str]) -> dict[str, ImageRow]:
    """sha256 -> image, of those that are there; none of them goes before the transaction ends."""
    found = select(ImageRow).where(ImageRow.sha256.in_(hashes)).with_for_update(read=True, key_share=True)
    return {row.sha256: row for row in await session.scalars(found)}


async def content(session: AsyncSession, sha256: str) -> bytes | None:
    return await session.scalar(select(ImageRow.content).where(ImageRow.sha256 == sha256))


async def attached(session: AsyncSession, task_id: UUID) -> Sequence[tuple[AttachedImage, ImageRow]]:
    """Of one task, in order."""
    found = (
        select(AttachedImage, ImageRow)
        .join(ImageRow, ImageRow.sha256 == AttachedImage.sha256)
        .where(AttachedImage.task_id == task_id)
        .order_by(AttachedImage.position)
    )
    return [(row[0], row[1]) for row in (await session.execute(found.execution_options(populate_existing=True))).all()]


async def attach(session: AsyncSession, task_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Let these be a task's images, in place of those that were."""
    await session.execute(delete(AttachedImage).where(AttachedImage.task_id == task_id))
    if rows:
        await session.execute(insert(AttachedImage).values(list(rows)))


async def remove_unused(session: AsyncSession, before: datetime) -> int:
    """Delete images that nothing shows and nobody uploaded since; gives how many."""
    used = exists().where(AttachedImage.sha256 == ImageRow.sha256)
    gone = delete(ImageRow).where(ImageRow.uploaded_at < before, ~used).returning(ImageRow.sha256)
    return len((await session.scalars(gone)).all())
