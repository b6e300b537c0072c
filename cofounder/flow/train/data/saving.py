"""Filters under a name, for everybody of the house."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import queries
from cofounder.flow.train.data.errors import FilterMissing, FilterNameTaken
from cofounder.flow.train.data.filters import spelt
from cofounder.flow.train.data.schemas import ChangeFilterIn, SavedFilterOut, SaveFilterIn
from cofounder.flow.train.data.tables import SavedFilter
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.people import audit

TOPIC = "training_filters"


async def listed(session: AsyncSession) -> list[SavedFilterOut]:
    """By name."""
    return [_out(row) for row in await queries.filters(session)]


async def named(session: AsyncSession, name: str) -> SavedFilterOut | None:
    """The one with this name, in capitals or not."""
    row = await queries.filter_named(session, spelt(name))
    return None if row is None else _out(row)


async def save(session: AsyncSession, asked: SaveFilterIn, *, by: str) -> SavedFilterOut:
    """Raises FilterNameTaken."""
    row = SavedFilter(
        id=new_id(),
        name=asked.name,
        description=asked.description,
        filter=asked.filter.canonical(),
        made_by=by,
        made_at=now(),
    )
    if not await queries.save(session, row):
        raise FilterNameTaken(f"{asked.name!r} is there.", field="name")
    await audit(session, by, "training_filter.saved", "training_filter", str(row.id), {"name": row.name})
    live.changed(session, TOPIC, row.id)
    return _out(row)


async def change(session: AsyncSession, id: UUID, asked: ChangeFilterIn, *, by: str) -> SavedFilterOut:
    """Give it another name, description or filter; one that is as asked stays as it is. Raises FilterMissing, FilterNameTaken."""
    row = await _row(session, id)
    if asked.name is not None and await queries.name_taken(session, asked.name, but=id):
        raise FilterNameTaken(f"{asked.name!r} is there.", field="name")
    was = (row.name, row.description, row.filter)
    row.name = asked.name if asked.name is not None else row.name
    row.description = asked.description if asked.description is not None else row.description
    row.filter = asked.filter.canonical() if asked.filter is not None else row.filter
    if was == (row.name, row.description, row.filter):
        return _out(row)
    row.changed_by, row.changed_at = by, now()
    await session.flush()
    await audit(session, by, "training_filter.changed", "training_filter", str(id), {"name": row.name})
    live.changed(session, TOPIC, id)
    return _out(row)


async def forget(session: AsyncSession, id: UUID, *, by: str) -> SavedFilterOut:
    """Delete it; what was chosen with it stays. Raises FilterMissing."""
    row = await _row(session, id)
    await queries.forget(session, id)
    await audit(session, by, "training_filter.deleted", "training_filter", str(id), {"name": row.name})
    live.changed(session, TOPIC, id)
    return _out(row)


async def _row(session: AsyncSession, id: UUID) -> SavedFilter:
    row = await queries.saved(session, id, lock=True)
    if row is None:
        raise FilterMissing(f"{id} is none.")
    return row


def _out(row: SavedFilter) -> SavedFilterOut:
    return SavedFilterOut(
        id=row.id,
        name=row.name,
        description=row.description or "",
        filter=row.filter,
        made_by=row.made_by,
        made_at=row.made_at,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
    )
