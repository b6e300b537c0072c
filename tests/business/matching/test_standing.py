"""The page that an address means is found by an index, however many posts and readings there are."""

from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching.standing import queries
from cofounder.business.records.pages import page_of

URL = "https://www.linkedin.com/posts/acme-1?utm_source=x"


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (lambda session: queries.addressed(session, "linkedin", URL), "ix_posts_page"),
        (lambda session: queries.posts_at(session, "linkedin", URL), "ix_posts_page"),
        (lambda session: queries.loose(session, "linkedin", URL), "ix_social_post_analytics_loose"),
    ],
    ids=["both sides", "posts", "readings"],
)
async def test_what_stands_at_an_address_is_found_by_an_index(session: AsyncSession, asked: Any, index: str) -> None:
    await session.execute(text("SET LOCAL enable_seqscan = off"))  # of few rows any plan is as good
    said: list[tuple[str, Any]] = []
    connection = await session.connection()
    assert connection.sync_connection is not None
    event.listen(
        connection.sync_connection, "before_cursor_execute", lambda c, cur, what, given, *_: said.append((what, given))
    )
    await asked(session)
    for what, given in list(said):
        plan = await connection.exec_driver_sql(f"EXPLAIN {what}", given)
        assert index in "\n".join(plan.scalars())
    assert said


@pytest.mark.parametrize(
    "other",
    [
        "http://linkedin.com/posts/acme-1",
        "https://m.linkedin.com/posts/acme-1/",
        "https://www.linkedin.com/posts/Acme-1/index.html#top",
        "https://www.linkedin.com/posts/acme-1/?utm_campaign=y",
    ],
)
async def test_spellings_of_one_page_are_found_together(session: AsyncSession, other: str) -> None:
    same = text(f"SELECT {page_of('CAST(:one AS text)')} = {page_of('CAST(:other AS text)')}")
    assert await session.scalar(same, {"one": URL, "other": other})
    assert not await session.scalar(same, {"one": URL, "other": other.replace("cme-1", "cme-2")})
