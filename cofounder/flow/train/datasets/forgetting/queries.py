"""What the tombstone of a version keeps in words of examples that were erased: their labels, and the filter that chose them."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_HELD = """(SELECT dataset_id, execution_id FROM dataset_members WHERE {where}
  UNION ALL SELECT dataset_id, execution_id FROM dataset_left_out WHERE {where})"""
_OF_RUN = _HELD.format(where="execution_id = :execution_id")
_OF_VERSIONS = _HELD.format(where="dataset_id = ANY(:ids)")
_DELETED = f"""SELECT id FROM training_datasets WHERE state = 'deleted' AND source = 'examples'
  AND id IN (SELECT dataset_id FROM {_OF_RUN} AS held)"""
# Counts by label go with the first of them. A filter may be the words of one; it goes when nobody else's is left.
_LESS = f"""WITH held AS (
  SELECT h.dataset_id, bool_and(e.erased_at IS NOT NULL) AS whole
  FROM {_OF_VERSIONS} AS h JOIN orchestrator_training_data AS e USING (execution_id)
  GROUP BY h.dataset_id HAVING bool_or(e.erased_at IS NOT NULL))
UPDATE training_datasets AS d SET statistics = d.statistics - 'classes',
  filters = CASE WHEN held.whole THEN '{{}}'::jsonb ELSE d.filters END,
  recipe = CASE WHEN held.whole THEN d.recipe - 'filter' ELSE d.recipe END
FROM held WHERE d.id = held.dataset_id AND d.state = 'deleted' AND d.source = 'examples'"""


async def of_run(session: AsyncSession, execution_id: UUID) -> None:
    """After an example was erased: from the tombstones of the versions that held it."""
    ids = (await session.scalars(text(_DELETED), {"execution_id": execution_id})).all()
    if ids:
        await session.execute(text(_LESS), {"ids": list(ids)})


async def of_version(session: AsyncSession, id: UUID) -> None:
    """After a version was deleted: what it says of examples that were erased before."""
    await session.execute(text(_LESS), {"ids": [id]})
