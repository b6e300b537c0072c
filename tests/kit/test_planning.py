"""Plans made for the values given, within one transaction alone."""

from sqlalchemy import text

from cofounder.kit import db
from cofounder.kit.planning import plan_by_values
from cofounder.kit.testing import Database


async def test_plans_go_by_values_until_the_transaction_ends(database: Database) -> None:
    async with db.transaction() as session:
        await plan_by_values(session)
        assert await session.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
    async with db.transaction() as session:
        assert await session.scalar(text("SHOW plan_cache_mode")) == "auto"
