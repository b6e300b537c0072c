"""The statements that take out of the list of changes what it says of erased examples alone."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

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


async def unsay(session: AsyncSession, execution_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """After an example was erased: (the changes that are gone with it, those that lost tags).

    What changed only it and others that are erased is in no list, by no tag.
    """
    touched = list((await session.scalars(text(_PARTS), {"id": execution_id})).all())
    gone: list[UUID] = []
    asked = touched
    while asked:  # what took back such a change, and found nothing to do, says its tags too
        asked = list((await session.scalars(text(_WHOLE), {"ids": asked})).all())
        gone += asked
    return gone, list((await session.scalars(text(_REST), {"ids": touched})).all())
