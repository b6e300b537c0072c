"""The SQL of readings whose post is not known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.odd import BEFORE_POST

_LOOSE = text(f"""
SELECT DISTINCT ON (natural_key) natural_key AS key, platform, post_external_id AS external_id, post_url AS url,
  post_title AS title, raw, measured_at AS at
FROM social_post_analytics
WHERE post_id IS NULL AND (import_id = :import_id OR origin = :origin) AND natural_key > :after
  AND coalesce(post_external_id, post_url, post_title) IS NOT NULL AND NOT '{BEFORE_POST}' = ANY(flags)
ORDER BY natural_key, measured_at, id LIMIT :most""")


@dataclass(frozen=True)
class Loose:
    """The first reading of a post that is not known. `raw`: what was kept of its row."""

    key: UUID
    platform: str
    external_id: str | None
    url: str | None
    title: str | None
    raw: dict[str, Any] | None
    at: datetime


async def loose(session: AsyncSession, import_id: UUID, origin: str, after: UUID, most: int) -> list[Loose]:
    """The next of them of an import, or of an earlier one of the same source, by their key."""
    asked = {"import_id": import_id, "origin": origin, "after": after, "most": most}
    return [Loose(**row) for row in (await session.execute(_LOOSE, asked)).mappings()]
