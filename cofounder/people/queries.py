"""The SQL of keys and the audit log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.people.tables import ApiKey, AuditEntry


async def key_named(session: AsyncSession, name: str) -> ApiKey | None:
    found: ApiKey | None = await session.scalar(select(ApiKey).where(ApiKey.name == name))
    return found


async def key_with_id(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    return await session.get(ApiKey, key_id)


async def keys_with_prefix(session: AsyncSession, prefix: str) -> Sequence[ApiKey]:
    return (await session.scalars(select(ApiKey).where(ApiKey.prefix == prefix))).all()


async def all_keys(session: AsyncSession) -> Sequence[ApiKey]:
    return (await session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id))).all()


async def note_use(session: AsyncSession, key_id: UUID, at: datetime, unless_since: datetime) -> None:
    """Set last_used_at, unless another request did so since `unless_since`."""
    await session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == key_id,
            or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= unless_since),
        )
        .values(last_used_at=at)
        .execution_options(synchronize_session=False)
    )


async def audit_entries(
    session: AsyncSession, object_type: str | None, object_id: str | None, limit: int
) -> Sequence[AuditEntry]:
    """Newest first."""
    wanted = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if object_type is not None:
        wanted = wanted.where(AuditEntry.object_type == object_type)
    if object_id is not None:
        wanted = wanted.where(AuditEntry.object_id == object_id)
    return (await session.scalars(wanted)).all()
