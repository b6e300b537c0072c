"""SQL over `accounts` and `channel_sign_ins`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts.tables import AccountRow, SignInRow
from cofounder.kit import db
from cofounder.kit.straight import kept

LIVING = ("connected", "needs_sign_in")
_LOOK_SECONDS = 0.2


_EVERY = select(AccountRow).order_by(AccountRow.created_at, AccountRow.id)
_EVERY_TO_READ = kept(_EVERY.execution_options(populate_existing=True), loose=True)


async def every(session: AsyncSession) -> Sequence[AccountRow]:
    """All accounts, disconnected ones too, first made first."""
    return (await session.scalars(_EVERY.execution_options(populate_existing=True))).all()


async def every_to_read(session: AsyncSession) -> Sequence[AccountRow]:
    """The same for whoever changes none of them."""
    return (await session.scalars(_EVERY_TO_READ)).all()


async def one(session: AsyncSession, id: UUID, *, lock: bool = False) -> AccountRow | None:
    found = select(AccountRow).where(AccountRow.id == id)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def name_kept(session: AsyncSession, id: UUID) -> str | None:
    """How an account is called; nobody gives it another name until the transaction ends."""
    return await session.scalar(select(AccountRow.name).where(AccountRow.id == id).with_for_update(read=True))


async def add(session: AsyncSession, row: AccountRow | SignInRow) -> None:
    session.add(row)
    await session.flush()


async def take_turn(session: AsyncSession) -> None:
    """Let changes of accounts pass one after the other, until their transactions end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("channel accounts", 0))))


async def no_default(session: AsyncSession, channel: str) -> None:
    """Take the mark of the default from a channel's accounts."""
    await session.execute(update(AccountRow).where(AccountRow.channel == channel).values(is_default=False))


async def drop_undecided(session: AsyncSession, provider: str) -> None:
    """Forget sign-ins of a provider that wait for a choice."""
    await session.execute(delete(AccountRow).where(AccountRow.provider == provider, AccountRow.state == "choosing"))


async def renewed(session: AsyncSession, id: UUID, version: int, values: dict[str, Any]) -> bool:
    """Write values where nobody changed what is sealed since `version`; whether that was so."""
    changed = (
        update(AccountRow)
        .where(AccountRow.id == id, AccountRow.version == version, AccountRow.state.in_(LIVING))
        .values(**values)
        .returning(AccountRow.id)
    )
    return (await session.execute(changed)).first() is not None


async def sign_in(session: AsyncSession, state_hash: str, *, lock: bool = False) -> SignInRow | None:
    found = select(SignInRow).where(SignInRow.state_hash == state_hash)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def sign_in_by_id(session: AsyncSession, id: UUID) -> SignInRow | None:
    found = select(SignInRow).where(SignInRow.id == id)
    return await session.scalar(found.execution_options(populate_existing=True))


async def forget_old(session: AsyncSession, before: datetime) -> None:
    """Drop sign-ins that were begun long ago."""
    await session.execute(delete(SignInRow).where(SignInRow.expires_at < before))


@asynccontextmanager
async def alone(id: UUID, within_seconds: float) -> AsyncIterator[bool]:
    """Whether this is the one process, and task, that renews an account now; waited for so long.

    Held by a connection, without a transaction: it goes with the process that held it.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + within_seconds
    async with db.engine().connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": f"channel account {id}"}
        ask = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
        mine = bool(await connection.scalar(ask, key))
        while not mine and loop.time() < until:
            await asyncio.sleep(_LOOK_SECONDS)
            mine = bool(await connection.scalar(ask, key))
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)
