"""The SQL of tasks as rows: one, a page of them, those that ended well, and those that wait for a decision."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from cofounder.business.records.schemas import TaskFilter
from cofounder.business.records.tables import Post, Task
from cofounder.kit.straight import kept

# What a journey asks many times is put together once: building a statement costs more than running it.
_TASK = kept(select(Task).where(Task.id == bindparam("id")))
_LOCKED_TASK = _TASK.with_for_update().execution_options(populate_existing=True)


async def task(session: AsyncSession, id: UUID, *, lock: bool = False) -> Task | None:
    return (await session.execute(_LOCKED_TASK if lock else _TASK, {"id": id})).scalar_one_or_none()


async def change_task(session: AsyncSession, id: UUID, changes: dict[str, Any]) -> bool:
    """Set columns of a task; false where there is none. The row takes them over where the session holds it."""
    values = {f"to_{name}": value for name, value in changes.items()}
    found = await session.execute(_changing(tuple(changes)), {"of": id, **values})
    held = session.identity_map.get(identity_key(Task, (id,)))
    if held is not None:
        for name, value in changes.items():
            set_committed_value(held, name, value)
    return found.first() is not None


@lru_cache
def _changing(names: tuple[str, ...]) -> Any:
    table = cast(Table, Task.__table__)
    values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
    return kept(table.update().where(table.c.id == bindparam("of")).values(values).returning(table.c.id))


async def statuses(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """How tasks stand, by id."""
    found = await session.execute(select(Task.id, Task.status).where(Task.id.in_(ids)))
    return {row.id: row.status for row in found}


async def task_by_key(session: AsyncSession, idempotency_key: str) -> Task | None:
    return (await session.execute(select(Task).where(Task.idempotency_key == idempotency_key))).scalar_one_or_none()


def _matching(filters: TaskFilter) -> list[Any]:
    """The WHERE of a task list."""
    wanted: list[Any] = []
    for asked, value in ((Task.status, filters.status), (Task.source, filters.source)):
        if value is not None:
            wanted.append(asked.in_([value] if isinstance(value, str) else value))
    if filters.text:
        wanted.append(
            or_(*(c.icontains(filters.text, autoescape=True) for c in (Task.request, Task.title, Task.topic)))
        )
    for flag, given in ((Task.is_sample, filters.is_sample), (Task.is_legacy, filters.is_legacy)):
        if given is not None:
            wanted.append(flag.is_(given))
    if filters.archived is not None:
        wanted.append(Task.archived_at.is_not(None) if filters.archived else Task.archived_at.is_(None))
    if filters.parent_task_id is not None:
        wanted.append(Task.parent_task_id == filters.parent_task_id)
    if filters.created_after is not None:
        wanted.append(Task.created_at >= filters.created_after)
    if filters.created_before is not None:
        wanted.append(Task.created_at <= filters.created_before)
    return wanted


async def tasks(
    session: AsyncSession, filters: TaskFilter, after: tuple[datetime, UUID] | None, limit: int, *, oldest: bool = False
) -> Sequence[Task]:
    """Newest or `oldest` first. The pair (created_at, id) is the order, so that equal times do not lose a row."""
    order = (Task.created_at, Task.id) if oldest else (Task.created_at.desc(), Task.id.desc())
    query = select(Task).where(*_matching(filters)).order_by(*order).limit(limit)
    if after is not None:
        moment, id = after
        passed, equal = (Task.created_at > moment, Task.id > id) if oldest else (Task.created_at < moment, Task.id < id)
        query = query.where(or_(passed, and_(Task.created_at == moment, equal)))
    return (await session.execute(query)).scalars().all()


async def task_ids(session: AsyncSession, filters: TaskFilter, limit: int) -> Sequence[UUID]:
    """The ids of the tasks that a list shows, newest first."""
    query = select(Task.id).where(*_matching(filters)).order_by(Task.created_at.desc(), Task.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def task_count(session: AsyncSession, filters: TaskFilter) -> int:
    return (await session.execute(select(func.count()).select_from(Task).where(*_matching(filters)))).scalar_one()


async def tasks_by_status(session: AsyncSession, filters: TaskFilter) -> dict[str, int]:
    query = select(Task.status, func.count()).where(*_matching(filters)).group_by(Task.status)
    return {str(row[0]): int(row[1]) for row in await session.execute(query)}


@lru_cache
def _earlier(narrowed: bool) -> Select[Task]:
    as_of: Any = bindparam("as_of")
    theirs = exists().where(Post.is_sample.is_(False), Post.published_at <= as_of)
    query = (
        select(Task)
        .where(Task.completed_at.is_not(None), Task.completed_at <= as_of, Task.created_at <= as_of)
        .where(or_(*(Task.status == one for one in ("completed", "approved", "publishing"))))
        .where(or_(Task.is_sample.is_(False), ~theirs))
        .order_by(Task.completed_at.desc())
        .limit(bindparam("limit"))
    )
    return query.where(Task.id.in_(bindparam("ids", expanding=True))) if narrowed else kept(query)


async def earlier_tasks(
    session: AsyncSession, as_of: datetime, limit: int, ids: Sequence[UUID] | None = None
) -> Sequence[Task]:
    """Tasks that had ended well by `as_of`, newest first; of these ids where given; no sample once there is an own post."""
    given = {} if ids is None else {"ids": ids}
    found = await session.execute(_earlier(ids is not None), {"as_of": as_of, "limit": limit, **given})
    return found.scalars().all()


async def meant_for(session: AsyncSession, since: datetime, until: datetime, limit: int) -> Sequence[Task]:
    """Undecided tasks that are meant for a time in between, earliest first; `until` is outside."""
    found = select(Task).where(Task.publish_at >= since, Task.publish_at < until, Task.status.in_(_UNDECIDED))
    return (await session.scalars(found.order_by(Task.publish_at).limit(limit))).all()


_UNDECIDED = ("queued", "running", "paused", "needs_clarification", "pending_approval")


async def past_expiry(session: AsyncSession, at: datetime, limit: int) -> Sequence[UUID]:
    """Tasks that nobody decided by the time that was set for them, the longest past first."""
    found = select(Task.id).where(Task.expires_at <= at, Task.status.in_(_UNDECIDED))
    return (await session.scalars(found.order_by(Task.expires_at).limit(limit))).all()
