"""A kept statement gives the same rows, straight of the driver, as any session gives; and stands where it cannot."""

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import bindparam, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import journey
from cofounder.business import sample
from cofounder.business.records.tables import FinancialMetric, Post, SocialPostAnalytics, Task
from cofounder.kit import db, straight
from cofounder.kit.clock import today
from cofounder.kit.db import reading, statement, transaction
from cofounder.kit.straight import kept
from cofounder.kit.testing import Database, until

del journey  # imported for the statements that it keeps

COLUMNS = kept(select(Task.id, Task.title, Task.created_at, Task.intent).order_by(Task.id))
WHOLE = kept(select(Task).where(Task.status == bindparam("status")).order_by(Task.id).limit(bindparam("most")))
PAIRS = kept(
    select(Post, SocialPostAnalytics)
    .outerjoin(SocialPostAnalytics, SocialPostAnalytics.post_id == Post.id)
    .order_by(Post.id, SocialPostAnalytics.id)
)
MIXED = kept(select(Post, func.length(Post.content)).order_by(Post.id).limit(bindparam("most")))
MONEY = kept(select(func.sum(FinancialMetric.metric_value), func.count()))
WORDS = kept(text("SELECT id, title, intent FROM tasks WHERE title = :title"))
RETITLE = kept(text("UPDATE tasks SET title = :title WHERE id = :id RETURNING id"))


def flat(found: Any) -> Any:
    if hasattr(found, "__mapper__"):
        return {each.key: getattr(found, each.key) for each in found.__mapper__.column_attrs}
    return [flat(each) for each in found] if isinstance(found, tuple | list) else found


async def rows(session: AsyncSession, asked: Any, given: dict[str, Any] | None = None) -> Any:
    return flat([tuple(row) for row in (await session.execute(asked, given)).all()])


@pytest.fixture
async def company(database: Database) -> Database:
    async with transaction() as session:
        await sample.load(session, today=today())
    return database


async def test_a_kept_statement_gives_what_any_session_gives(company: Database) -> None:
    async with transaction() as session:
        title = await session.scalar(select(Task.title).limit(1))
    asked: list[tuple[Any, dict[str, Any] | None]] = [
        (COLUMNS, None),
        (WHOLE, {"status": "completed", "most": 7}),
        (PAIRS, {}),
        (MIXED, {"most": 5}),
        (MONEY, None),
        (WORDS, {"title": title}),
    ]
    for statement_, given in asked:
        async with reading() as session:
            straightly = await rows(session, statement_, given)
        async with transaction() as session:
            await session.execute(text("SELECT 1"))
            within = await rows(session, statement_, given)
        async with AsyncSession(db.engine()) as session:
            plainly = await rows(session, statement_, given)
        assert straightly == within == plainly
        assert plainly
    async with reading() as session:
        first: Any = (await session.execute(MONEY)).one()
        assert isinstance(first[0], Decimal)
        seen: Any = (await session.execute(COLUMNS)).mappings().first()
        assert isinstance(seen["id"], UUID)
        assert isinstance(seen["created_at"], datetime)


async def test_every_statement_that_the_product_keeps_can_be_asked_straight(company: Database) -> None:
    """Compiled and described by a server: a column that changed its place, or a value that is no name, is found here."""
    from cofounder.business.records import queries
    from cofounder.kit.clock import now

    async with reading() as session:
        await queries.posts(session, now(), limit=3, ours=True)
        await queries.earlier_tasks(session, now(), 3)
        await queries.financial_rows(session, now())
        await queries.web_days(session, now())
    own = await db.connected("straight")
    try:
        for one in list(straight._plans):
            plan = straight.plan(one, db.engine().dialect)
            plan._learn((await own.prepare(plan.sql)).get_attributes())
    finally:
        await own.close()
    assert len(straight._plans) > 30


async def test_rows_read_alone_belong_to_no_session_and_those_of_a_transaction_are_written(company: Database) -> None:
    given = {"status": "completed", "most": 1}
    async with reading() as session:
        alone: Any = (await session.scalars(WHOLE, given)).one()
        alone.title = "never written"
    async with transaction() as session:
        await session.execute(text("SELECT 1"))
        mine: Any = (await session.scalars(WHOLE, given)).one()
        assert mine.title != "never written"
        mine.title = "written"
        assert await session.scalar(select(Task.title).where(Task.id == mine.id)) == "written"
        # what was changed is written before a kept statement looks for it, as before any other
        mine.title = "written again"
        assert "written again" in [row.title for row in await session.execute(COLUMNS)]
    async with transaction() as session:
        kept_row = await session.get(Task, mine.id)
        assert kept_row is not None
        assert kept_row.title == "written again"


async def test_a_change_straight_in_a_transaction_goes_with_it(company: Database) -> None:
    async with reading() as session:
        id = (await session.execute(COLUMNS)).scalars().first()

    async def fails() -> None:
        async with transaction() as session:
            await session.execute(text("SELECT 1"))
            assert (await session.execute(RETITLE, {"title": "gone", "id": id})).scalar_one() == id
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with reading() as session:
        assert not (await session.execute(WORDS, {"title": "gone"})).all()
    async with statement() as session:
        await session.execute(RETITLE, {"title": "stays", "id": id})
    async with reading() as session:
        assert [row.id for row in await session.execute(WORDS, {"title": "stays"})] == [id]


@pytest.mark.parametrize("opened", [reading, transaction])
async def test_one_that_was_cut_off_gives_its_connection_to_nobody(database: Database, opened: Any) -> None:
    slow = kept(text("SELECT pg_sleep(:seconds), 'late'"))
    quick = kept(text("SELECT 'in time'"))

    async def wait() -> None:
        async with opened() as session:
            await session.execute(text("SELECT 1"))
            await session.execute(slow, {"seconds": 30.0})

    waiting = asyncio.create_task(wait())
    sleeping = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'")

    async def sleeps() -> bool:
        async with reading() as session:
            return bool(await session.scalar(sleeping))

    await until(sleeps)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    for _ in range(12):
        async with opened() as session:
            await session.execute(text("SELECT 1"))
            assert await session.scalar(quick) == "in time"


async def test_a_connection_that_the_server_closed_is_known_for_an_outage_and_replaced(database: Database) -> None:
    whoami = kept(text("SELECT pg_backend_pid()"))
    shoot = kept(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    async with reading() as session:
        first = await session.scalar(whoami)
    with pytest.raises(asyncpg.PostgresError) as met:
        async with reading() as session:
            await session.execute(shoot)
    assert db.is_out_of_reach(met.value)
    async with reading() as session:
        assert await session.scalar(whoami) != first


async def test_a_connection_that_the_pool_has_no_room_for_is_closed(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    sleep = kept(text("SELECT pg_sleep(0.3), CAST(:n AS integer)"))

    async def ask(number: int) -> None:
        async with reading() as session:
            await session.execute(sleep, {"n": number})

    await asyncio.gather(*map(ask, range(16)))
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cofounder' AND pid <> pg_backend_pid()"

    async def ten() -> bool:
        async with reading() as session:
            return int(await session.scalar(text(count)) or 0) <= 10  # the pool's own; the other six are gone

    await until(ten)
    assert "closing connection" not in caplog.text


async def test_what_cannot_be_kept_says_so_when_it_is_asked(database: Database) -> None:
    among = kept(select(Task).where(Task.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(TypeError, match="depends on its values"):
        async with reading() as session:
            await session.execute(among, {"ids": []})
    missing = kept(text("SELECT :one"))
    with pytest.raises(TypeError, match="'one'"):
        async with reading() as session:
            await session.execute(missing, {})
    many = kept(insert(Task.__table__))  # type: ignore[arg-type]
    assert not straight.is_kept(many, [{"id": 1}, {"id": 2}])


@pytest.mark.parametrize("opened", [transaction, statement])
async def test_a_connection_to_a_standby_is_not_used_again(database: Database, opened: Any) -> None:
    """As after a failover: the server behind it takes no changes, and a new connection finds the other one."""
    whoami = kept(text("SELECT pg_backend_pid()"))
    change = kept(text("CREATE TABLE of_a_standby (one int)"))
    seen: list[int] = []

    async def begin(session: AsyncSession) -> None:
        if opened is transaction:  # else it would hold another connection beside
            await session.execute(text("SELECT 1"))

    async def write() -> None:
        async with opened() as session:
            await begin(session)
            seen.append(await session.scalar(whoami))
            await session.execute(change)

    async with opened() as session:
        await session.execute(text("SET default_transaction_read_only = on"))
        await session.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(Exception, match="read-only") as met:
        await write()
    assert db.is_out_of_reach(met.value)
    async with opened() as session:
        await begin(session)
        assert await session.scalar(whoami) != seen[0]
