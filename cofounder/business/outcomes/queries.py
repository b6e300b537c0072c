"""The SQL of outcomes. Every statement sees only what was published and measured by `as_of`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.queries import DATED, LINKED, OURS, WEB, WORDED
from cofounder.business.derive.queries import scored as scored_by

# One fixed age for all, so that an old post is not better for being old: the first reading at 72 hours or later.
_COUNTED = ("views", "impressions", "engaged")
_SCORED = f"""
SELECT p.id, t.id AS task_id, p.platform, p.topic, p.category, p.persona, p.title, p.content, p.published_at, p.is_sample,
  {DATED.format("p")} AS published_at_known, {WORDED.format("p")} AS content_known,
  coalesce(t.intent->>'tone', t.preferences->>'tone') AS tone, v.cluster, r.measured_at,
  coalesce(r.views, r.impressions)::float8 AS views, r.engaged::float8 AS engaged,
  t.quality_score::float8 AS quality
FROM posts p
JOIN LATERAL {scored_by("p.id", "p.published_at", ":hours", _COUNTED)} r ON true
LEFT JOIN tasks t ON t.id = p.task_id AND {LINKED.format("p")}
LEFT JOIN context_vectors v ON v.item_id = p.id AND v.embedder_id = CAST(:embedder AS uuid)
WHERE p.published_at <= :as_of AND {OURS} AND NOT coalesce(t.automatic, false)
ORDER BY p.published_at DESC, p.id DESC LIMIT :limit"""

_WAITING = f"""
SELECT count(*) FROM posts p WHERE p.published_at <= :as_of AND {OURS} AND NOT EXISTS (
  SELECT 1 FROM social_post_analytics a
  WHERE a.post_id = p.id AND a.measured_at >= p.published_at + make_interval(hours => :hours)
    AND a.measured_at <= :as_of AND {LINKED.format("a")})"""


async def scored(
    session: AsyncSession, *, as_of: datetime, hours: int, limit: int, embedder: UUID | None
) -> list[dict[str, Any]]:
    """The newest posts that have a reading of that age, each with that reading; newest first."""
    asked = {"as_of": as_of, "hours": hours, "limit": limit, "embedder": embedder}
    return [dict(row) for row in (await session.execute(text(_SCORED), asked)).mappings()]


async def waiting(session: AsyncSession, *, as_of: datetime, hours: int) -> int:
    """Published posts without a reading of that age."""
    return int((await session.execute(text(_WAITING), {"as_of": as_of, "hours": hours})).scalar_one())


_OF_TASK = f"""
WITH {WEB}
SELECT p.id, p.platform, p.published_at, p.known_at, p.cost::float8 AS cost, p.currency AS post_currency,
  w.sessions::float8 AS visits, w.conversions::float8 AS web_conversions, w.revenue::float8 AS web_revenue,
  d.visited_at, d.web_currency
FROM posts p LEFT JOIN web w ON w.post_id = p.id
LEFT JOIN LATERAL (
  SELECT max(d.measured_at) AS visited_at, min(d.currency) AS web_currency FROM web_analytics d
  WHERE d.post_id = p.id AND d.measured_at <= :as_of AND {LINKED.format("d")}) d ON true
WHERE p.task_id = :task AND p.published_at <= :as_of AND {LINKED.format("p")} ORDER BY p.published_at, p.id"""

_READINGS = f"""
SELECT post_id, measured_at, known_at, impressions, views, clicks, likes, shares, comments, bookmarks, followers,
  conversions, revenue::float8 AS revenue, cost::float8 AS cost, currency, source
FROM social_post_analytics
WHERE post_id = ANY(CAST(:posts AS uuid[])) AND measured_at <= :as_of AND {LINKED.format("social_post_analytics")}
ORDER BY post_id, measured_at, id"""


async def of_task(session: AsyncSession, task_id: UUID, *, as_of: datetime) -> list[dict[str, Any]]:
    """A task's published posts with what the site counted for each; oldest first."""
    asked = {"task": task_id, "as_of": as_of, "today": as_of.date()}
    return [dict(row) for row in (await session.execute(text(_OF_TASK), asked)).mappings()]


async def readings(session: AsyncSession, posts: Sequence[UUID], *, as_of: datetime) -> list[dict[str, Any]]:
    """Every reading of these posts, each post's in the order of time."""
    asked = {"posts": list(posts), "as_of": as_of}
    return [dict(row) for row in (await session.execute(text(_READINGS), asked)).mappings()]
