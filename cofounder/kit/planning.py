"""How PostgreSQL plans the statements of a transaction."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_BY_VALUES = text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")


async def plan_by_values(session: AsyncSession) -> None:
    """Plan what follows in this transaction for the values that are given with it.

    From the sixth time on a connection takes one plan for all values; it guesses that few rows lie between any two
    times, and reads a year row by row.
    """
    await session.execute(_BY_VALUES)
