"""A month of the calendar, and a page of a list, are found without reading what was published in all other months."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish import queries

MARCH = {"since": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 4, 1, tzinfo=UTC), "after": None}
LATER = {"after": (datetime(2026, 3, 1, tzinfo=UTC), UUID(int=1))}


@pytest.mark.parametrize("wanted", [MARCH, LATER], ids=["a month", "the next page"])
async def test_a_part_of_many_years_is_found_and_ordered_by_its_index(
    session: AsyncSession, wanted: dict[str, Any]
) -> None:
    await session.execute(text("SET LOCAL enable_seqscan = off"))  # of few rows any plan is as good
    asked: list[tuple[str, Any]] = []
    connection = (await session.connection()).sync_connection
    assert connection is not None
    event.listen(connection, "before_cursor_execute", lambda c, cur, said, given, *_: asked.append((said, given)))
    await queries.page(session, states=None, task_id=None, limit=500, **wanted)
    said, given = next((said, given) for said, given in asked if "publications" in said)
    plan = await (await session.connection()).exec_driver_sql(f"EXPLAIN {said}", given)
    told = "\n".join(plan.scalars())
    assert "ix_publications_stands_at" in told
    assert "Sort" not in told
