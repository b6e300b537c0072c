"""The SQL of readings that are older than their post."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.odd import BEFORE_POST

# A source that tells days alone means the day by its midnight, and people say to the minute when they posted.
_EARLY = """r.measured_at < date_trunc('minute', p.published_at)
  AND NOT (r.measured_at = date_trunc('day', r.measured_at, 'UTC')
    AND r.measured_at >= date_trunc('day', p.published_at, 'UTC'))"""

_PART = f"""UPDATE social_post_analytics r SET post_id = NULL, linked_at = NULL,
    flags = array_append(array_remove(r.flags, '{BEFORE_POST}'), '{BEFORE_POST}')
  FROM posts p WHERE p.id = r.post_id AND r.import_id IS NOT NULL AND p.publication_id IS NOT NULL AND {_EARLY}"""

_JOIN = f"""UPDATE social_post_analytics r SET post_id = p.id, flags = array_remove(r.flags, '{BEFORE_POST}')
  FROM posts p WHERE p.publication_id = :publication AND r.post_id IS NULL AND '{BEFORE_POST}' = ANY(r.flags)
    AND r.platform = p.platform AND NOT ({_EARLY})
    AND (r.post_external_id = p.external_id OR (r.post_external_id IS NULL AND r.post_url = p.url))"""

_LOOK_ANEW = f"""UPDATE social_post_analytics SET flags = array_remove(flags, '{BEFORE_POST}')
  WHERE post_id IS NULL AND '{BEFORE_POST}' = ANY(flags)"""

_COUNT = f"""SELECT count(*) AS early, count(*) FILTER (WHERE cardinality(flags) = 1) AS alone FROM social_post_analytics
  WHERE import_id = :import_id AND post_id IS NULL AND '{BEFORE_POST}' = ANY(flags)"""


async def look_anew(session: AsyncSession) -> None:
    """Let what was parted find its post once more: it may stand for longer than was known."""
    await session.execute(text(_LOOK_ANEW))


async def part(session: AsyncSession) -> int:
    """Take readings off the publications that were not out yet; how many."""
    answer: Any = await session.execute(text(_PART))
    return int(answer.rowcount)


async def part_of(session: AsyncSession, publication_id: UUID) -> None:
    """The same of one publication, after somebody said another time; those that are not older any more come back."""
    await session.execute(text(f"{_PART} AND p.publication_id = :publication"), {"publication": publication_id})
    await session.execute(text(_JOIN), {"publication": publication_id})


async def count(session: AsyncSession, import_id: UUID) -> tuple[int, int]:
    """(readings of an import that are older than their post, those of them with no other flag)."""
    row = (await session.execute(text(_COUNT), {"import_id": import_id})).one()
    return row.early, row.alone
