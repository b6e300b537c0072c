"""A month of the calendar is found without reading what was published in all other months."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import queries


async def test_a_month_of_the_calendar_is_found_by_its_index(session: AsyncSession) -> None:
    await session.execute(text("SET LOCAL enable_seqscan = off"))  # of few rows any plan is as good
    asked: list[tuple[str, Any]] = []
    connection = (await session.connection()).sync_connection
    assert connection is not None
    event.listen(connection, "before_cursor_execute", lambda c, cur, said, given, *_: asked.append((said, given)))
    month = {"since": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 4, 1, tzinfo=UTC)}
    await queries.page(session, states=None, task_id=None, after=None, limit=500, **month)
    ((said, given),) = [(said, given) for said, given in asked if "publications" in said]
    plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN {said}", given)
    assert "ix_publications_stands_at" in "\n".join(plan.scalars())
