"""SQL over `publications`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, func, literal_column, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish.tables import STANDS_AT, Publication
from cofounder.kit import durable

_WHEN = literal_column(STANDS_AT, DateTime(timezone=True))  # as its index has it
_POSTS = func.greatest(1, func.jsonb_array_length(func.coalesce(Publication.content["parts"], text("'[]'::jsonb"))))


async def make(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write the row unless it is there."""
    await session.execute(insert(Publication).values(values).on_conflict_do_nothing(index_elements=["id"]))


async def one(session: AsyncSession, publication_id: UUID, *, lock: bool = False) -> Publication | None:
    found = select(Publication).where(Publication.id == publication_id)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def of_task(session: AsyncSession, task_id: UUID) -> Sequence[Publication]:
    found = (
        select(Publication).where(Publication.task_id == task_id).order_by(Publication.created_at, Publication.channel)
    )
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


async def page(
    session: AsyncSession,
    *,
    states: Sequence[str] | None,
    task_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Sequence[Publication], int]:
    """Newest first by where they stand in time, and how many there are in all; `until` is outside of the range.

    `after`: the time and the id of the last one of the page before.
    """
    wanted = select(Publication)
    if states:
        among = Publication.state.in_(states)
        wanted = wanted.where(or_(among, Publication.unknown > 0) if "unknown" in states else among)
    if task_id is not None:
        wanted = wanted.where(Publication.task_id == task_id)
    if since is not None:
        wanted = wanted.where(since <= _WHEN)
    if until is not None:
        wanted = wanted.where(until > _WHEN)
    every = wanted
    if after is not None:
        wanted = wanted.where(tuple_(_WHEN, Publication.id) < after)
    newest = wanted.order_by(_WHEN.desc(), Publication.id.desc()).limit(limit)
    rows = (await session.scalars(newest)).all()
    if after is None and len(rows) < limit:  # all of them: nothing is left to count
        return rows, len(rows)
    return rows, int(await session.scalar(select(func.count()).select_from(every.subquery())) or 0)


async def rename(session: AsyncSession, account: UUID, name: str) -> Sequence[UUID]:
    """Let publications by an account carry the name that it has now; gives those that carried another."""
    carrying = update(Publication).where(Publication.account_id == account, Publication.account != name)
    return (await session.scalars(carrying.values(account=name).returning(Publication.id))).all()


async def orphan(session: AsyncSession, account: UUID, at: datetime | None) -> dict[UUID, bool]:
    """Write since when what waits for an account, also to be tried again, has none; None: it has it. Gives each one's id,
    and whether it was begun.
    """
    waits = update(Publication).where(
        Publication.state == "scheduled", Publication.account_id == account, Publication.delivered_by != "outbox"
    )
    told = waits.values(orphaned_at=at).returning(Publication.id, Publication.first_attempted_at)
    return {row.id: row.first_attempted_at is not None for row in await session.execute(told)}


async def around(
    session: AsyncSession, sender: str, account: str, after: datetime, before: datetime, *, but: UUID | None = None
) -> list[tuple[datetime, int]]:
    """(when, how many posts) of what went or will go out by an account in between, earliest first, without `but`."""
    found = select(_WHEN, _POSTS).where(
        Publication.delivered_by == sender,
        Publication.account == account,
        Publication.state.in_(("scheduled", "attempting", "published", "unknown")),
        after < _WHEN,
        before > _WHEN,
    )
    if but is not None:
        found = found.where(Publication.id != but)
    return [(at, int(number)) for at, number in await session.execute(found.order_by(_WHEN))]


async def same_text(session: AsyncSession, row: Publication) -> Publication | None:
    """Another publication of the same text by the same account that is out or will be, the last made."""
    found = select(Publication).where(
        Publication.id != row.id,
        Publication.channel == row.channel,
        Publication.delivered_by == row.delivered_by,
        Publication.account == row.account,
        Publication.state.in_(("scheduled", "attempting", "published", "unknown")),
        func.md5(Publication.content["text"].astext) == func.md5(row.content["text"]),
    )
    return await session.scalar(found.order_by(Publication.created_at.desc()).limit(1))


async def planned(session: AsyncSession, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """What goes out in a time range, or went: as `calendar.Entry` has it. `text` names the text."""
    found = select(
        _WHEN.label("at"),
        Publication.channel,
        Publication.delivered_by.label("sender"),
        Publication.account,
        _POSTS.label("posts"),
        (Publication.state == "scheduled").label("waits"),
        func.md5(Publication.content["text"].astext).label("text"),
        Publication.id.label("publication"),
        Publication.task_id.label("task"),
    ).where(Publication.state.in_(("scheduled", "attempting", "published", "unknown")), since <= _WHEN, until > _WHEN)
    return [dict(row) for row in (await session.execute(found.order_by(_WHEN).limit(10_000))).mappings()]


async def take_turn(session: AsyncSession, key: str) -> None:
    """Let requests with the same key pass one after the other, until their transactions end."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def to_look(session: AsyncSession, at: datetime, limit: int) -> Sequence[UUID]:
    """Publications of which nobody knows what became, whose channel is to be asked again by now; the longest due first."""
    found = select(Publication.id).where(Publication.look_at <= at, Publication.state.in_(("unknown", "scheduled")))
    return (await session.scalars(found.order_by(Publication.look_at).limit(limit))).all()


async def stranded(session: AsyncSession) -> list[tuple[UUID, int]]:
    """(publication, workflows of it that broke) of those that are not over though what carried them is.

    Among them those of which not even the row was made.
    """
    status = f"{durable.schema()}.workflow_status"
    found = text(
        f"""
        SELECT lying.id, (
          SELECT count(*) FROM {status} AS b WHERE b.name = 'publication' AND b.status <> 'SUCCESS'
          AND (b.workflow_uuid = lying.id OR b.workflow_uuid LIKE lying.id || ':%')) AS broken
        FROM (
          SELECT CAST(p.id AS text) AS id FROM publications AS p LEFT JOIN {status} AS w ON w.workflow_uuid = p.carried_by
          WHERE p.state IN ('scheduled', 'attempting') AND coalesce(w.status, 'ERROR') IN ({_OVER})
          UNION ALL
          SELECT w.workflow_uuid FROM {status} AS w
          WHERE w.name = 'publication' AND w.status IN ('ERROR', 'CANCELLED') AND position(':' IN w.workflow_uuid) = 0
          AND NOT EXISTS (SELECT FROM publications AS p WHERE CAST(p.id AS text) = w.workflow_uuid)
        ) AS lying
        LIMIT 100
        """
    )
    return [(UUID(id), int(broken)) for id, broken in await session.execute(found)]


async def is_over(session: AsyncSession, workflow_id: str) -> bool:
    """Whether a workflow has ended, or there is none of this id."""
    found = text(f"SELECT status IN ({_OVER}) FROM {durable.schema()}.workflow_status WHERE workflow_uuid = :id")
    over = await session.scalar(found, {"id": workflow_id})
    return over is None or bool(over)


_OVER = "'SUCCESS', 'ERROR', 'CANCELLED'"
