"""SQL about the running product: the server, its leases, what is left unclear."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.ids import new_id
from cofounder.kit.tables import Effect, Lease
from cofounder.ops.tables import Alert


async def about(session: AsyncSession) -> tuple[str, bool, str]:
    """The server's version, whether pgvector is installed in it, and the schema in use."""
    row = (
        await session.execute(
            text(
                "SELECT current_setting('server_version'),"
                " EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'vector'), current_schema()"
            )
        )
    ).one()
    return str(row[0]), bool(row[1]), str(row[2])


async def leases(session: AsyncSession, *, role: str) -> Sequence[Lease]:
    """Leases of a role that hold now, by the database's clock as they were written; oldest first."""
    found = select(Lease).where(Lease.role == role, Lease.expires_at > func.now()).order_by(Lease.started_at)
    return (await session.scalars(found)).all()


_WAITING = text("""
SELECT count(*), coalesce((SELECT max(expires_at) FROM leases WHERE role = 'worker'), min(created_at), now())
FROM tasks WHERE status IN ('queued', 'running', 'approved', 'publishing')""")


async def waiting(session: AsyncSession) -> tuple[int, datetime]:
    """(tasks that a worker has to carry on, since when there may be none)."""
    row = (await session.execute(_WAITING)).one()
    return int(row[0]), row[1]


async def unknown_effects(session: AsyncSession) -> Sequence[Effect]:
    """Effects whose outcome is unknown, oldest first."""
    return (await session.scalars(select(Effect).where(Effect.state == "unknown").order_by(Effect.intended_at))).all()


_HANGING = text("""
SELECT p.task_id FROM publications p
WHERE p.state = 'attempting' AND p.attempted_at < :before AND NOT EXISTS (
  SELECT FROM effects e WHERE e.key LIKE 'publication:' || p.id || '|%' AND e.begun_at >= :before)
ORDER BY p.attempted_at LIMIT 1000""")
_LACKING = text("""
SELECT p.task_id FROM publications p JOIN tasks t ON t.id = p.task_id
WHERE p.state = 'published' AND NOT EXISTS (SELECT FROM posts o WHERE o.id = p.id)
  AND NOT EXISTS (SELECT FROM posts o WHERE o.publication_id = p.id)
ORDER BY p.finished_at LIMIT 1000""")


async def unrecorded_publications(session: AsyncSession, before: datetime) -> tuple[list[UUID], list[UUID]]:
    """Tasks of publications (that were begun before and nothing was done for since, that are out without a post)."""
    hanging = await session.scalars(_HANGING, {"before": before})
    return list(hanging), list(await session.scalars(_LACKING))


async def alerts(session: AsyncSession, kind: str | None = None) -> Sequence[Alert]:
    """Open alerts of a kind, or all, oldest first."""
    found = select(Alert).where(Alert.cleared_at.is_(None)).order_by(Alert.raised_at)
    if kind is not None:
        found = found.where(Alert.kind == kind)
    return (await session.scalars(found)).all()


async def raise_alert(session: AsyncSession, kind: str, subject: str, detail: str, *, at: datetime) -> None:
    """Open an alert; one that is open already stays as it is."""
    values = {"id": new_id(), "kind": kind, "subject": subject, "detail": detail, "raised_at": at}
    await session.execute(insert(Alert).values(values).on_conflict_do_nothing())


async def act(session: AsyncSession, kind: str, subject: str, *, at: datetime, detail: str) -> None:
    """Write down what was done about an open alert."""
    said = func.concat(Alert.detail, " ", detail)
    await session.execute(_open(kind, subject).values(acted_at=at, detail=said))


async def clear(session: AsyncSession, kind: str, subject: str, *, at: datetime) -> None:
    await session.execute(_open(kind, subject).values(cleared_at=at))


def _open(kind: str, subject: str) -> Update:
    return update(Alert).where(Alert.kind == kind, Alert.subject == subject, Alert.cleared_at.is_(None))
