"""The SQL of followers: what was counted, what was seen meanwhile, how it was divided."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive.queries import OURS
from cofounder.business.records import service as _records  # noqa: F401  # posts, which credits point to
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.planning import plan_by_values
from cofounder.personas.followers.tables import FollowerBooks, FollowerCount, FollowerCredit, FollowerInterval

# ── counts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# Counts that somebody typed, and those that readings of posts brought with them; of one time the typed one. What was
# typed in the sample company counts as long as its posts do.
_COUNTS = text(f"""
SELECT DISTINCT ON (platform, at) platform, at, count, id, said_by, said_at FROM (
  SELECT platform, counted_at AS at, count, id, said_by, said_at, 0 AS read FROM follower_counts p
  WHERE counted_at <= :as_of AND {OURS} AND CASE WHEN CAST(:known_by AS timestamptz) IS NULL THEN withdrawn_at IS NULL
    ELSE said_at <= :known_by AND (withdrawn_at IS NULL OR withdrawn_at > :known_by) END
  UNION ALL SELECT platform, measured_at, max(followers), NULL, 'a reading of a post', max(known_at), 1
  FROM social_post_analytics p WHERE followers IS NOT NULL AND {OURS} AND measured_at <= :as_of
    AND (CAST(:known_by AS timestamptz) IS NULL OR known_at <= :known_by)
  GROUP BY platform, measured_at) counted
ORDER BY platform, at, read""")


_COUNTED_BY = text(f"""
SELECT said_by FROM follower_counts p WHERE platform = :platform AND withdrawn_at IS NULL AND {OURS}
ORDER BY counted_at DESC LIMIT 1""")


class Counted(NamedTuple):
    """How many followed a channel at a time."""

    platform: str
    at: datetime
    followers: int
    id: UUID | None  # of one that can be corrected here; None: a reading of a post brought it
    said_by: str
    said_at: datetime


async def counts(
    session: AsyncSession, as_of: datetime, known_by: datetime | None = None
) -> dict[str, Sequence[Counted]]:
    """platform -> what was counted until `as_of`, in the order of time; with `known_by` as it was written down by then."""
    found: dict[str, list[Counted]] = {}
    for row in await session.execute(_COUNTS, {"as_of": as_of, "known_by": known_by}):
        found.setdefault(row.platform, []).append(Counted(*row))
    return dict(found)


async def put_count(
    session: AsyncSession, platform: str, at: datetime, count: int, *, by: str, is_sample: bool = False
) -> UUID:
    """Write a count down. Another of the same time is withdrawn by it, the same one stays."""
    standing = select(FollowerCount).where(
        FollowerCount.platform == platform, FollowerCount.counted_at == at, FollowerCount.withdrawn_at.is_(None)
    )
    known: FollowerCount | None = await session.scalar(standing)
    if known is not None and (known.count, known.is_sample) == (count, is_sample):
        return known.id
    if known is not None:
        await withdraw(session, known.id, by=by)
    id = new_id()
    row = {"id": id, "platform": platform, "counted_at": at, "count": count, "said_by": by, "said_at": now()}
    await session.execute(insert(FollowerCount).values({**row, "is_sample": is_sample}))
    return id


async def standing(session: AsyncSession, id: UUID) -> FollowerCount | None:
    """A count that was not withdrawn."""
    wanted = select(FollowerCount).where(FollowerCount.id == id, FollowerCount.withdrawn_at.is_(None))
    found: FollowerCount | None = await session.scalar(wanted.execution_options(populate_existing=True))
    return found


async def withdraw(session: AsyncSession, id: UUID, *, by: str) -> None:
    statement = update(FollowerCount).where(FollowerCount.id == id).values(withdrawn_by=by, withdrawn_at=now())
    await session.execute(statement.execution_options(synchronize_session=False))


async def counted_by(session: AsyncSession, platform: str) -> str | None:
    found: str | None = await session.scalar(_COUNTED_BY, {"platform": platform, "as_of": now()})
    return found


# ── what was seen ────────────────────────────────────────────────────────────────────────────────────────────────────

# Readings that say what a post was seen in its first week: those of that week, and the first one after it.
_READINGS = f"""
SELECT p.platform, p.id, p.published_at, a.measured_at, coalesce(a.impressions, a.views) AS seen
FROM posts p JOIN social_post_analytics a ON a.post_id = p.id
WHERE p.platform = ANY(:platforms) AND {OURS} AND p.published_at <= :as_of AND a.measured_at <= :as_of
  AND p.published_at >= :since AND coalesce(a.impressions, a.views) IS NOT NULL
  AND (CAST(:known_by AS timestamptz) IS NULL OR p.known_at <= :known_by AND a.known_at <= :known_by)
  AND (a.measured_at < p.published_at + interval '7 days' OR NOT EXISTS (SELECT FROM social_post_analytics e
    WHERE e.post_id = p.id AND e.measured_at >= p.published_at + interval '7 days'
      AND (e.measured_at, e.id) < (a.measured_at, a.id) AND coalesce(e.impressions, e.views) IS NOT NULL
      AND (CAST(:known_by AS timestamptz) IS NULL OR e.known_at <= :known_by)))"""

_SEEN = text(f"""
SELECT id, published_at, measured_at, seen::float8 FROM ({_READINGS}) r ORDER BY published_at, id, measured_at""")

_BASIS = text(f"""
SELECT platform, (published_at AT TIME ZONE 'UTC')::date::text AS day,
  sum(hash_record_extended(ROW(id, published_at, measured_at, seen), 0))::text AS hash
FROM ({_READINGS}) r GROUP BY 1, 2""")


class Seen(NamedTuple):
    """A reading of a post."""

    id: UUID
    published_at: datetime
    measured_at: datetime
    impressions: float


async def seen(
    session: AsyncSession, platform: str, *, since: datetime, as_of: datetime, known_by: datetime | None
) -> list[Seen]:
    """Readings of posts published since then, each post's together and in the order of time."""
    given = {"platforms": [platform], "since": since, "as_of": as_of, "known_by": known_by}
    return [Seen(*row) for row in await session.execute(_SEEN, given)]


async def basis(
    session: AsyncSession, platforms: Sequence[str], *, since: datetime, as_of: datetime, known_by: datetime | None
) -> dict[str, dict[str, str]]:
    """platform -> day of publishing -> hash of all readings that posts of that day are divided by."""
    given = {"platforms": list(platforms), "since": since, "as_of": as_of, "known_by": known_by}
    found: dict[str, dict[str, str]] = {}
    await plan_by_values(session)
    for row in await session.execute(_BASIS, given):
        found.setdefault(row.platform, {})[row.day] = row.hash
    return found


# ── books ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_BEFORE = text("""
SELECT coalesce(sum(c.credit), 0)::float8 AS gained, coalesce(sum(c.impressions), 0) AS shown,
  count(*) FILTER (WHERE i.quiet) AS quiet, coalesce(sum(i.gain) FILTER (WHERE i.quiet), 0)::float8 AS quietly,
  coalesce(sum(extract(epoch FROM i.end_at - i.start_at)) FILTER (WHERE i.quiet), 0)::float8 / 86400 AS quiet_days
FROM follower_intervals i LEFT JOIN LATERAL (
  SELECT sum(credit) AS credit, sum(impressions) AS impressions FROM follower_credits WHERE interval_id = i.id) c ON true
WHERE i.platform = :platform AND i.end_at <= :before""")

# Once the company has posts of its own, what the sample's were divided by is none of its books, though the next look alone
# makes them anew: they are told by counts that count no more.
_COUNTS_YET = f"""(EXISTS (SELECT 1 FROM follower_counts p WHERE p.platform = i.platform AND p.counted_at = {{0}}
    AND p.withdrawn_at IS NULL AND {OURS})
  OR EXISTS (SELECT 1 FROM social_post_analytics p WHERE p.platform = i.platform AND p.measured_at = {{0}}
    AND p.followers IS NOT NULL AND {OURS}))"""
_BALANCE = text(f"""
SELECT i.platform, sum(i.gain) AS counted, sum(i.background) AS background, min(i.start_at) AS since,
  max(i.end_at) AS until, coalesce(sum(c.credit), 0) AS credited
FROM follower_intervals i LEFT JOIN LATERAL (
  SELECT sum(credit) AS credit FROM follower_credits WHERE interval_id = i.id) c ON true
WHERE NOT EXISTS (SELECT 1 FROM posts WHERE is_sample)
  OR {_COUNTS_YET.format("i.start_at")} AND {_COUNTS_YET.format("i.end_at")}
GROUP BY 1 ORDER BY 1""")


async def bases(session: AsyncSession) -> dict[str, dict[str, str]]:
    """platform -> what its books were made of."""
    return {
        row.platform: row.basis for row in await session.execute(select(FollowerBooks.platform, FollowerBooks.basis))
    }


async def put_basis(session: AsyncSession, platform: str, made_of: dict[str, str]) -> None:
    """Keep what the books of a platform were made of; of nothing, no books."""
    if not made_of:
        await session.execute(delete(FollowerBooks).where(FollowerBooks.platform == platform))
        return
    statement = insert(FollowerBooks).values(platform=platform, basis=made_of)
    changed = {"basis": statement.excluded.basis}
    await session.execute(statement.on_conflict_do_update(index_elements=["platform"], set_=changed))


async def newest_interval(session: AsyncSession, platform: str) -> datetime | None:
    """When the books of a platform end."""
    return await session.scalar(select(func.max(FollowerInterval.end_at)).where(FollowerInterval.platform == platform))


async def intervals(session: AsyncSession) -> dict[str, list[tuple[datetime, datetime, int]]]:
    """platform -> (start, end, gain) of its books, in the order of time."""
    wanted = select(
        FollowerInterval.platform, FollowerInterval.start_at, FollowerInterval.end_at, FollowerInterval.gain
    )
    found: dict[str, list[tuple[datetime, datetime, int]]] = {}
    for platform, start, end, gain in (await session.execute(wanted.order_by(FollowerInterval.start_at))).all():
        found.setdefault(platform, []).append((start, end, gain))
    return found


async def until(session: AsyncSession, platform: str, before: datetime) -> dict[str, Any]:
    """What intervals that ended by then came to: gained by posts, shown; and of those without a post, n, gain, days."""
    rows = await session.execute(_BEFORE, {"platform": platform, "before": before})
    return dict(rows.mappings().one())


async def forget_intervals(session: AsyncSession, platform: str, since: datetime) -> None:
    await session.execute(
        delete(FollowerInterval).where(FollowerInterval.platform == platform, FollowerInterval.end_at > since)
    )


async def put_intervals(
    session: AsyncSession, made: Sequence[tuple[dict[str, Any], Iterable[tuple[UUID, Decimal, float]]]]
) -> None:
    """Intervals, each with (post, credit, impressions) of all posts that were seen in it."""
    ids = [new_id() for _ in made]
    intervals = [{"id": id, **values} for id, (values, _) in zip(ids, made, strict=True)]
    rows = [
        {"interval_id": id, "post_id": post, "credit": credit, "impressions": shown}
        for id, (_, credits) in zip(ids, made, strict=True)
        for post, credit, shown in credits
    ]
    if intervals:
        await session.execute(insert(FollowerInterval), intervals)
    if rows:
        await session.execute(insert(FollowerCredit), rows)


async def balance(session: AsyncSession) -> list[dict[str, Any]]:
    """Each platform's change of followers, and what of it posts and nobody are credited with."""
    return [dict(row) for row in (await session.execute(_BALANCE, {"as_of": now()})).mappings()]
