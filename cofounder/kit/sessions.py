"""The sessions of `kit.db`: SQLAlchemy's, whose kept statements are asked straight of the driver."""

import asyncio
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import greenlet_spawn

from cofounder.kit import straight
from cofounder.kit.pool import READ_ONLY


class Transaction(AsyncSession):
    """One transaction; its kept statements are asked straight of its connection once it has begun there."""

    _driver: Any = None

    async def execute(self, statement: Any, params: Any = None, **named: Any) -> Any:
        if not named and straight.is_kept(statement, params) and await self._has_begun():
            plan = straight.plan(statement, self._dialect)
            if plan.loose or not plan.whole:  # other whole rows are the session's, which writes what is changed in them
                if not plan.is_text and (self.new or self.dirty or self.deleted):
                    await self.flush()
                return await self._ask(plan, params)
        return await super().execute(statement, params, **named)

    async def _has_begun(self) -> bool:
        if self._driver is None:
            connection = await self.connection()
            self._dialect = connection.dialect
            self._driver = (await connection.get_raw_connection()).driver_connection
        return bool(self._driver.is_in_transaction())

    async def _ask(self, plan: straight.Plan, params: Any) -> Any:
        try:
            return await plan.ask(self._driver, params)
        except BaseException as error:
            if _spoils(error):
                await (await self.connection()).invalidate()
            raise

    async def scalar(self, statement: Any, params: Any = None, **named: Any) -> Any:
        return (await self.execute(statement, params, **named)).scalar()

    async def scalars(self, statement: Any, params: Any = None, **named: Any) -> Any:
        return (await self.execute(statement, params, **named)).scalars()


class Statements(Transaction):
    """Statements that each commit by themselves; for a kept one a connection is taken and given back."""

    async def execute(self, statement: Any, params: Any = None, **named: Any) -> Any:
        if named or not straight.is_kept(statement, params):
            return await AsyncSession.execute(self, statement, params, **named)
        pool = cast(AsyncEngine, self.bind)
        raw = await pool.raw_connection()
        try:
            return await straight.plan(statement, pool.dialect).ask(raw.driver_connection, params)
        except BaseException as error:
            if _spoils(error):
                raw.invalidate()
            raise
        finally:
            await _give_back(pool, raw)


async def _give_back(pool: AsyncEngine, raw: Any) -> None:
    """Give a connection back to its pool; one that the pool has no room for is closed, which is waited for."""
    kept = cast(QueuePool, pool.pool)
    if kept.checkedin() < kept.size():
        raw.close()
    else:
        await asyncio.shield(greenlet_spawn(raw.close))


def _spoils(error: BaseException) -> bool:
    """Whether nobody should have the connection after this: its answer may still come, or it leads to a standby."""
    return not isinstance(error, Exception) or getattr(error, "sqlstate", None) == READ_ONLY


async def let_go(session: AsyncSession) -> None:
    """Let go of the connection that a session may have, and of its rows; a session without one need not be awaited."""
    if session.in_transaction():
        await asyncio.shield(session.close())
    else:
        session.expunge_all()
