"""SQL about the running product: the server, its leases, what is left unclear."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.tables import Effect, Lease


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


async def leases(session: AsyncSession, *, role: str, at: datetime) -> Sequence[Lease]:
    """Leases of a role that hold at a time, oldest first."""
    found = select(Lease).where(Lease.role == role, Lease.expires_at > at).order_by(Lease.started_at)
    return (await session.scalars(found)).all()


async def unknown_effects(session: AsyncSession) -> Sequence[Effect]:
    """Effects whose outcome is unknown, oldest first."""
    return (await session.scalars(select(Effect).where(Effect.state == "unknown").order_by(Effect.intended_at))).all()
