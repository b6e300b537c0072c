"""The SQL of imports, their refusals and their sources."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports.schemas import Fault
from cofounder.business.imports.tables import Import, ImportSource, Refusal, SeenFile

_PAGE = 5_000


async def one(session: AsyncSession, id: UUID, *, lock: bool = False) -> Import | None:
    query = select(Import).where(Import.id == id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def listed(
    session: AsyncSession, after: tuple[datetime, UUID] | None, limit: int, *, kind: str | None, state: str | None
) -> tuple[Sequence[Import], int]:
    """Newest first, and how many there are."""
    wanted: list[Any] = []
    if kind is not None:
        wanted.append(Import.kind == kind)
    if state is not None:
        wanted.append(Import.state == state)
    total = (await session.execute(select(func.count()).select_from(Import).where(*wanted))).scalar_one()
    query = select(Import).where(*wanted).order_by(Import.created_at.desc(), Import.id.desc()).limit(limit)
    if after is not None:
        moment, id = after
        query = query.where(or_(Import.created_at < moment, and_(Import.created_at == moment, Import.id < id)))
    return (await session.execute(query)).scalars().all(), total


async def whose(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Import]:
    """Those of these imports that there are, locked; one that somebody else holds is passed over."""
    query = select(Import).where(Import.id.in_(ids)).with_for_update(skip_locked=True)
    return (await session.execute(query)).scalars().all()


async def there(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these ids an import has."""
    return set((await session.execute(select(Import.id).where(Import.id.in_(ids)))).scalars())


async def refuse(session: AsyncSession, import_id: UUID, faults: Sequence[Fault]) -> None:
    """Copy refusals in, whatever their number."""
    if not faults:
        return
    await session.execute(select(1))  # so that the copy is inside the transaction
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    await driver.copy_records_to_table(
        Refusal.__tablename__,
        columns=["import_id", "line", "column", "value", "code", "reason"],
        records=[(import_id, one.line, one.column, one.value, one.code, one.reason) for one in faults],
    )


async def forget_refusals(session: AsyncSession, import_id: UUID, *, from_line: int = 0) -> None:
    await session.execute(delete(Refusal).where(Refusal.import_id == import_id, Refusal.line >= from_line))


async def refusals(session: AsyncSession, import_id: UUID, after: int, limit: int) -> tuple[Sequence[Refusal], int]:
    """Refusals in the order in which they were met, and how many there are."""
    mine = Refusal.import_id == import_id
    total = (await session.execute(select(func.count()).select_from(Refusal).where(mine))).scalar_one()
    query = select(Refusal).where(mine, Refusal.id > after).order_by(Refusal.id).limit(limit)
    return (await session.execute(query)).scalars().all(), total


async def all_refusals(session: AsyncSession, import_id: UUID) -> AsyncIterator[Refusal]:
    last = 0
    while True:
        query = select(Refusal).where(Refusal.import_id == import_id, Refusal.id > last).order_by(Refusal.id)
        page = (await session.execute(query.limit(_PAGE))).scalars().all()
        for row in page:
            yield row
        if len(page) < _PAGE:
            return
        last = page[-1].id
        session.expunge_all()


async def source(session: AsyncSession, id: UUID, *, lock: bool = False) -> ImportSource | None:
    query = select(ImportSource).where(ImportSource.id == id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def source_named(session: AsyncSession, name: str) -> ImportSource | None:
    return (await session.execute(select(ImportSource).where(ImportSource.name == name))).scalar_one_or_none()


async def sources(session: AsyncSession) -> Sequence[ImportSource]:
    return (await session.execute(select(ImportSource).order_by(ImportSource.name))).scalars().all()


async def due(session: AsyncSession, now: datetime) -> ImportSource | None:
    """A source whose time has come, locked; one that somebody else holds is passed over."""
    query = (
        select(ImportSource)
        .where(ImportSource.next_at <= now)
        .order_by(ImportSource.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def drop_source(session: AsyncSession, id: UUID) -> None:
    await session.execute(delete(ImportSource).where(ImportSource.id == id))


async def is_seen(session: AsyncSession, source_id: UUID, digest: str) -> bool:
    query = select(SeenFile.digest).where(SeenFile.source_id == source_id, SeenFile.digest == digest)
    return (await session.execute(query)).first() is not None


async def note_seen(session: AsyncSession, **values: Any) -> None:
    await session.execute(insert(SeenFile).values(**values).on_conflict_do_nothing())
