"""The SQL of voices that people made."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.personas.own.tables import OwnPersona


async def every(session: AsyncSession) -> Sequence[OwnPersona]:
    """Oldest first."""
    wanted = select(OwnPersona).order_by(OwnPersona.made_at, OwnPersona.id)
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


async def one(session: AsyncSession, id: str) -> OwnPersona | None:
    return await session.get(OwnPersona, id, populate_existing=True)


async def put(session: AsyncSession, row: OwnPersona) -> None:
    session.add(row)
    await session.flush()
