"""Take out of the log of changes, and of the audit log, what was said there of erased examples alone."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.people import audit_without

# An erased example has no facts. What changed one that has some is theirs too, and says what to take back.
_PARTS = """DELETE FROM training_changed AS c WHERE :id = ANY(c.execution_ids) AND NOT EXISTS (
  SELECT 1 FROM unnest(c.execution_ids) AS one JOIN training_facts AS f ON f.execution_id = one) RETURNING change_id"""
_WHOLE = """DELETE FROM training_changes AS c WHERE (c.id = ANY(:ids) OR c.undoes = ANY(:ids))
  AND NOT EXISTS (SELECT 1 FROM training_changed AS p WHERE p.change_id = c.id) RETURNING id"""
_REST = """WITH kept AS (
  SELECT c.id, ARRAY(SELECT unnest(c.tags) INTERSECT
    SELECT unnest(p.added || p.removed) FROM training_changed AS p WHERE p.change_id = c.id ORDER BY 1) AS tags
  FROM training_changes AS c WHERE c.id = ANY(:ids))
UPDATE training_changes AS c SET tags = kept.tags FROM kept WHERE kept.id = c.id AND kept.tags <> c.tags RETURNING c.id"""


async def unsay(session: AsyncSession, execution_id: UUID) -> None:
    """After an example was erased: what changed only it and others that are erased is in no list, by no tag.

    The audit log keeps who did something, when and to how many; not the tags and the filter.
    """
    touched = list((await session.scalars(text(_PARTS), {"id": execution_id})).all())
    gone: list[UUID] = []
    asked = touched
    while asked:  # what took back such a change, and found nothing to do, says its tags too
        asked = list((await session.scalars(text(_WHOLE), {"ids": asked})).all())
        gone += asked
    lessened = list((await session.scalars(text(_REST), {"ids": touched})).all())
    await audit_without(session, "training_change", gone, ["tags", "selection"])
    await audit_without(session, "training_change", lessened, ["tags"])
