"""SQL over the posts that publications became: rows of their own, or rows that an import had made of the same posts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.tables import Post

_CLOCKS_DIFFER = timedelta(days=1)  # of a table whose times name no zone
_OURS = ("url", "title", "topic", "persona", "campaign")  # what we wrote counts, and theirs where we wrote nothing


async def put(session: AsyncSession, values: dict[str, Any], begun_at: datetime | None) -> UUID:
    """Write a publication's post; gives its id.

    A channel's own id that a row has already is no error: an imported row of the very same post becomes the
    publication's, and where it is another post the new row goes without that id. `begun_at`: when it was handed over.
    """
    if await _added(session, values):
        return UUID(str(values["id"]))
    there = await _of_the_same_name(session, values)
    if there is not None and _is_it(there, values, begun_at):
        await _take_over(session, there.id, values)
        return there.id
    await _added(session, {**values, "external_id": None})
    return UUID(str(values["id"]))


async def _added(session: AsyncSession, values: dict[str, Any]) -> bool:
    made = insert(Post).values(values).on_conflict_do_nothing().returning(Post.id)
    return await session.scalar(made) is not None


async def _of_the_same_name(session: AsyncSession, values: dict[str, Any]) -> Post | None:
    if values["external_id"] is None:
        return None
    found = select(Post).where(Post.platform == values["platform"], Post.external_id == values["external_id"])
    return await session.scalar(found.with_for_update().execution_options(populate_existing=True))


def _is_it(there: Post, values: dict[str, Any], begun_at: datetime | None) -> bool:
    """Whether a row is no other publication's nor task's, and did not stand there before this one was sent."""
    if there.publication_id is not None or there.is_sample or there.task_id not in (None, values["task_id"]):
        return False
    return there.published_at is None or begun_at is None or there.published_at > begun_at - _CLOCKS_DIFFER


async def _take_over(session: AsyncSession, id: UUID, values: dict[str, Any]) -> None:
    """Fill an imported row with what we know; when it was published the platform knows best."""
    ours = {name: func.coalesce(values[name], getattr(Post, name)) for name in _OURS}
    changed = update(Post).where(Post.id == id)
    await session.execute(
        changed.values(
            **ours,
            task_id=values["task_id"],
            publication_id=values["publication_id"],
            content=values["content"],
            hashtags=values["hashtags"] or Post.hashtags,
            published_at=func.coalesce(Post.published_at, values["published_at"]),
            is_legacy=False,
        )
    )


async def has(session: AsyncSession, publication_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(_of([publication_id])))))


async def standing(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, str | None]]:
    """Publication -> since when and where its post stands, of those that do."""
    query = select(_PUBLICATION, Post.published_at, Post.url).where(_of(ids), Post.published_at.is_not(None))
    return {id: (at, url) for id, at, url in (await session.execute(query)).all() if at is not None}


async def stand(session: AsyncSession, publication_id: UUID, at: datetime | None, url: str | None) -> None:
    await session.execute(update(Post).where(_of([publication_id])).values(published_at=at, url=url))


async def ids(session: AsyncSession, publications: Sequence[UUID]) -> dict[UUID, UUID]:
    """Publication -> its post, of those that have one."""
    found = await session.execute(select(_PUBLICATION, Post.id).where(_of(publications)))
    return {row[0]: row[1] for row in found.all()}


_PUBLICATION = func.coalesce(Post.publication_id, Post.id)


def _of(publications: Sequence[UUID]) -> Any:
    """Posts of these publications: such a row has its publication's id, unless it was imported before."""
    return or_(Post.id.in_(publications), Post.publication_id.in_(publications))
