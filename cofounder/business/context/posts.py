"""Measured posts, page after page, and one with the rows behind its figures: for a person who asks where a figure is from."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import index
from cofounder.business.derive import queries
from cofounder.business.records.service import CursorInvalid
from cofounder.kit import cursors
from cofounder.kit.errors import NotFound

_ROWS = 1_000  # of readings and of days, for one post


class PostMissing(NotFound):
    """There is no measured post with this id."""

    hint = "GET /api/business/posts lists those that are measured."


async def listed(
    session: AsyncSession,
    *,
    as_of: datetime,
    days: int,
    limit: int,
    platform: str | None = None,
    topic: str | None = None,
    campaign: str | None = None,
    by: Literal["category", "cluster"] = "category",
    words: str | None = None,
    cursor: str | None = None,
) -> list[dict[str, Any]]:
    """Posts published in the last `days` days, newest first, with their outcomes. Raises CursorInvalid."""
    cluster = None
    if topic and by == "cluster":
        held = await index.fitted(session, as_of)
        names = {} if held is None else {name: number for number, name in held.fitted.named.items()}
        if held is None or topic not in names:
            return []
        cluster = (held.id, int(names[topic]))
    return await queries.posts(
        session,
        as_of=as_of,
        since=as_of - timedelta(days=days),
        limit=limit,
        platform=platform,
        topic=None if cluster else topic,
        campaign=campaign,
        words=words,
        before=cursors.decoded(cursor, CursorInvalid),
        cluster=cluster,
    )


async def one(session: AsyncSession, id: UUID, *, as_of: datetime) -> dict[str, Any]:
    """A post's figures, text, readings and matched days as of then. Raises PostMissing."""
    found = await queries.posts(session, as_of=as_of, limit=1, id=id)
    if not found:
        raise PostMissing(f"No measured post {id}.", field="post_id")
    return {
        **await queries.whole(session, id),
        "figures": found[0],
        "readings": await queries.readings(session, id, as_of=as_of, limit=_ROWS),
        "visits": await queries.visits(session, id, as_of=as_of, limit=_ROWS),
    }


def cursor_after(row: dict[str, Any]) -> str:
    """Where the next page begins."""
    return cursors.coded(row["published_at"], row["id"])
