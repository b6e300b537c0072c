"""The SQL of the index of earlier work, and of what was foretold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, not_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context.tables import Embedder, PredictionRow
from cofounder.business.derive.queries import DATED, LINKED, WORDED, scored
from cofounder.kit import straight

_ENDED = "('completed', 'approved', 'publishing')"
# What a post and a task are searched by. Long texts say what they are about early.
POST_TEXT = "concat_ws(' ', p.title, p.topic, p.category, left(p.content, 2000))"
TASK_TEXT = "concat_ws(' ', t.title, t.topic, t.primary_keyword, t.category, left(t.request, 1000))"
VECTORS, HEAP = "context_vectors", "context_heap"


async def ready(session: AsyncSession) -> Embedder | None:
    """The embedder in use."""
    query = select(Embedder).where(Embedder.state == "ready").order_by(Embedder.fitted_at.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def unfinished(session: AsyncSession, kind: str) -> Embedder | None:
    """One of this kind that was fitted and has not placed everything yet."""
    query = select(Embedder).where(Embedder.state == "fitting", Embedder.kind == kind)
    return (await session.execute(query.order_by(Embedder.fitted_at.desc()).limit(1))).scalar_one_or_none()


@dataclass(frozen=True)
class Version:
    """One fit, without its parts: these are megabytes, and a process that has them asks only for the name."""

    id: UUID
    fitted_at: datetime
    looked_at: datetime | None
    expected: int


_VERSIONS = straight.kept(
    text("""SELECT id, fitted_at, looked_at, expected FROM embedders WHERE state IN ('ready', 'retired')
      ORDER BY state = 'ready', fitted_at""")
)


async def versions(session: AsyncSession) -> list[Version]:
    """The fit in use and those before it that are kept, oldest first."""
    return [Version(*row) for row in (await session.execute(_VERSIONS)).all()]


async def parts(session: AsyncSession, id: UUID) -> Embedder | None:
    """A fit with all its parts."""
    return (await session.execute(select(Embedder).where(Embedder.id == id))).scalar_one_or_none()


async def keep_embedder(session: AsyncSession, values: Mapping[str, Any]) -> None:
    await session.execute(insert(Embedder).values(**values))


async def change_embedder(session: AsyncSession, id: UUID, **changes: Any) -> None:
    await session.execute(update(Embedder).where(Embedder.id == id).values(**changes))


async def retire_embedders(session: AsyncSession, but: UUID, keep: int, going_on: str | None = None) -> None:
    """Put the others out of use; the oldest and the newest `keep` of them stay for answers about their time.

    Those of another embedder go: nobody is to be asked, or paid, who is not set any more. Of the kind `going_on` the one
    that has not placed everything yet stays as it is.
    """
    kind = select(Embedder.kind).where(Embedder.id == but).scalar_subquery()
    await session.execute(delete(Embedder).where(Embedder.state != "fitting", Embedder.kind != kind))
    unfinished = and_(Embedder.state == "fitting", Embedder.kind == (going_on or ""))
    await session.execute(delete(Embedder).where(Embedder.id != but, Embedder.state == "fitting", not_(unfinished)))
    await session.execute(update(Embedder).where(Embedder.id != but, Embedder.state == "ready").values(state="retired"))
    left = [one.id for one in await versions(session) if one.id != but]
    await session.execute(delete(Embedder).where(Embedder.id.in_(left[1:-keep])))


async def alone(session: AsyncSession) -> bool:
    """Whether this transaction is the only one that writes the index."""
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('cofounder context index'))")))


async def size(session: AsyncSession, most: int) -> int:
    """How many posts there are to find, counted up to `most`."""
    query = "SELECT count(*) FROM (SELECT 1 FROM posts WHERE published_at IS NOT NULL LIMIT :most) counted"
    return int(await session.scalar(text(query), {"most": most}) or 0)


async def count(session: AsyncSession, as_of: datetime | None = None) -> int:
    """How many posts and ended tasks there are, or were by then."""
    posts, tasks = (
        ("published_at <= :as_of", "completed_at <= :as_of") if as_of else ("published_at IS NOT NULL", "true")
    )
    query = f"""SELECT (SELECT count(*) FROM posts WHERE {posts})
      + (SELECT count(*) FROM tasks WHERE completed_at IS NOT NULL AND {tasks} AND status IN {_ENDED})"""
    return int(await session.scalar(text(query), {"as_of": as_of} if as_of else {}) or 0)


async def some_texts(session: AsyncSession, most: int) -> list[str]:
    """Texts to fit on, spread over all there are."""
    query = f"""SELECT {POST_TEXT} FROM posts p WHERE published_at IS NOT NULL
      AND (:all OR abs(hashtext(p.id::text)) % :one_in = 0) LIMIT :most"""
    n = int(await session.scalar(text("SELECT count(*) FROM posts WHERE published_at IS NOT NULL")) or 0)
    asked = {"all": n <= most, "one_in": max(n // most, 1), "most": most}
    found = list((await session.execute(text(query), asked)).scalars())
    tasks = f"SELECT {TASK_TEXT} FROM tasks t WHERE completed_at IS NOT NULL AND status IN {_ENDED} LIMIT :most"
    return found + list((await session.execute(text(tasks), {"most": most // 4})).scalars())


_READ = f"""
INSERT INTO context_items (id, kind, at, read_at, words)
SELECT p.id, 'post', p.published_at, now(), to_tsvector('english', {POST_TEXT})
FROM posts p LEFT JOIN context_items i ON i.id = p.id
WHERE p.published_at IS NOT NULL AND (CAST(:since AS timestamptz) IS NULL OR p.known_at >= :since)
  AND (i.id IS NULL OR p.known_at > i.read_at)
UNION ALL
SELECT t.id, 'task', t.completed_at, now(), to_tsvector('english', {TASK_TEXT})
FROM tasks t LEFT JOIN context_items i ON i.id = t.id
WHERE t.completed_at IS NOT NULL AND t.status IN {_ENDED}
  AND (CAST(:since AS timestamptz) IS NULL OR t.completed_at >= :since OR t.known_at >= :since)
  AND (i.id IS NULL OR t.known_at > i.read_at)
ON CONFLICT (id) DO UPDATE SET at = EXCLUDED.at, read_at = EXCLUDED.read_at, words = EXCLUDED.words
RETURNING id"""


async def read_words(session: AsyncSession, since: datetime | None) -> list[UUID]:
    """Take the words of what is new or was corrected, among what we came to know since then; their ids."""
    return list((await session.execute(text(_READ), {"since": since})).scalars())


async def forget_vectors(session: AsyncSession, embedder: UUID, ids: Sequence[UUID]) -> None:
    """So that a corrected text is placed anew."""
    query = "DELETE FROM context_vectors WHERE embedder_id = :embedder AND item_id = ANY(:ids)"
    await session.execute(text(query), {"embedder": embedder, "ids": list(ids)})


async def forget_gone(session: AsyncSession) -> None:
    """Take deleted posts and tasks out."""
    gone = """DELETE FROM context_items i WHERE
      (i.kind = 'post' AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.id = i.id)) OR
      (i.kind = 'task' AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = i.id))"""
    await session.execute(text(gone))


_UNPLACED = f"""
SELECT i.id, i.at, coalesce({POST_TEXT}, {TASK_TEXT}) AS text
FROM context_items i LEFT JOIN posts p ON i.kind = 'post' AND p.id = i.id
LEFT JOIN tasks t ON i.kind = 'task' AND t.id = i.id
WHERE i.id > :after AND (CAST(:ids AS uuid[]) IS NULL OR (i.id = ANY(CAST(:ids AS uuid[])) AND i.at <= :until))
  AND NOT EXISTS (
  SELECT 1 FROM context_vectors v WHERE v.embedder_id = :embedder AND v.item_id = i.id)
ORDER BY i.id LIMIT :batch"""
_UNPLACED = _UNPLACED.replace(
    f"coalesce({POST_TEXT}, {TASK_TEXT})", f"CASE WHEN i.kind = 'post' THEN {POST_TEXT} ELSE {TASK_TEXT} END"
)


async def unplaced(
    session: AsyncSession, embedder: UUID, after: UUID, most: int, among: tuple[Sequence[UUID], datetime] | None = None
) -> list[tuple[UUID, datetime, str]]:
    """(id, at, text) of items that the embedder has not placed yet, by id; `among`: of these up to a time."""
    ids, until = (list(among[0]), among[1]) if among else (None, None)
    asked = {"embedder": embedder, "after": after, "batch": most, "ids": ids, "until": until}
    return [(row[0], row[1], row[2] or "") for row in (await session.execute(text(_UNPLACED), asked)).all()]


_VECTOR = ["embedder_id", "item_id", "cell", "cluster", "at", "vector"]


async def place(session: AsyncSession, rows: Sequence[tuple[Any, ...]], table: str = VECTORS) -> None:
    """Copy (embedder, item, cell, cluster, at, vector) rows in."""
    raw = await (await session.connection()).get_raw_connection()
    assert raw.driver_connection is not None
    await raw.driver_connection.copy_records_to_table(table, records=rows, columns=_VECTOR)


async def make_heap(session: AsyncSession) -> None:
    """A place for many vectors that are not in order yet."""
    await session.execute(text(f"CREATE TEMPORARY TABLE {HEAP} (LIKE {VECTORS}) ON COMMIT DROP"))


async def settle_heap(session: AsyncSession) -> None:
    """Lay them down cell by cell: a search reads some cells whole, and each is then one stretch of the table."""
    listed = ", ".join(_VECTOR)
    await session.execute(text(f"INSERT INTO {VECTORS} ({listed}) SELECT {listed} FROM {HEAP} ORDER BY cell, item_id"))


_NEAR = """
SELECT string_agg(uuid_send(item_id), ''), string_agg(vector, '')
FROM context_vectors WHERE embedder_id = :embedder AND cell = ANY(CAST(:cells AS int[])) AND at <= :as_of"""


async def vectors_of(session: AsyncSession, embedder: UUID, ids: Sequence[UUID]) -> list[tuple[UUID, bytes]]:
    """(id, vector) of those of these items that are placed."""
    query = "SELECT item_id, vector FROM context_vectors WHERE embedder_id = :embedder AND item_id = ANY(:ids)"
    found = await session.execute(text(query), {"embedder": embedder, "ids": list(ids)})
    return [(row[0], row[1]) for row in found]


async def near(session: AsyncSession, embedder: UUID, cells: Sequence[int], as_of: datetime) -> tuple[bytes, bytes]:
    """The ids (16 bytes each) and vectors of all items in these cells, in one order."""
    asked = {"embedder": embedder, "cells": list(cells), "as_of": as_of}
    ids, vectors = (await session.execute(text(_NEAR), asked)).one()
    return ids or b"", vectors or b""


async def holding(
    session: AsyncSession, wanted: Sequence[Sequence[str]], weights: Mapping[str, float], as_of: datetime, limit: int
) -> list[UUID]:
    """Items that hold all words of one of the groups, those whose words weigh most for their length first."""
    names = {word: f"w{at}" for at, word in enumerate(weights)}
    groups = " || ".join(
        "(" + " && ".join(f"plainto_tsquery('english', :{names[w]})" for w in group) + ")" for group in wanted
    )
    score = " + ".join(
        f"CASE WHEN words @@ plainto_tsquery('english', :{name}) THEN CAST(:{name}_weight AS float8) ELSE 0 END"
        for name in names.values()
    )
    query = f"""SELECT id FROM context_items WHERE words @@ ({groups}) AND at <= :as_of
      ORDER BY ({score}) / sqrt(greatest(length(words), 4)) DESC, at DESC LIMIT :limit"""
    asked: dict[str, Any] = {"as_of": as_of, "limit": limit}
    for word, name in names.items():
        asked |= {name: word, f"{name}_weight": weights[word] ** 2}
    return list((await session.execute(text(query), asked)).scalars())


async def latest_unread(session: AsyncSession, since: datetime, as_of: datetime, limit: int) -> list[UUID]:
    """Posts and tasks that came after the index was brought up to date."""
    query = f"""SELECT id FROM (
      SELECT p.id, p.published_at AS at FROM posts p WHERE p.known_at >= :since AND p.published_at <= :as_of
        AND NOT EXISTS (SELECT 1 FROM context_items i WHERE i.id = p.id)
      UNION ALL
      SELECT t.id, t.completed_at FROM tasks t WHERE t.completed_at >= :since AND t.completed_at <= :as_of
        AND t.status IN {_ENDED} AND NOT EXISTS (SELECT 1 FROM context_items i WHERE i.id = t.id)) fresh
    ORDER BY at DESC LIMIT :limit"""
    return list((await session.execute(text(query), {"since": since, "as_of": as_of, "limit": limit})).scalars())


async def keep_predictions(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert(PredictionRow), [dict(row) for row in rows])


async def prediction(session: AsyncSession, task_id: UUID, channel: str, by: datetime) -> dict[str, Any] | None:
    """The newest prediction of a task's text for a channel that was made by a time."""
    found = (
        select(PredictionRow.made_at, PredictionRow.outcomes)
        .where(PredictionRow.task_id == task_id, PredictionRow.channel == channel, PredictionRow.made_at <= by)
        .order_by(PredictionRow.made_at.desc())
        .limit(1)
    )
    row = (await session.execute(found)).mappings().first()
    return dict(row) if row is not None else None


_LAST_IMPORT = straight.kept(
    text("SELECT max(finished_at) FROM imports WHERE finished_at > :after AND finished_at <= :as_of")
)


async def last_import(session: AsyncSession, after: datetime, as_of: datetime) -> datetime | None:
    """When the last import between the two ended: what it brought may be all that is known of a channel."""
    found: datetime | None = await session.scalar(_LAST_IMPORT, {"after": after, "as_of": as_of})
    return found


@dataclass(frozen=True)
class Kept:
    """A prediction beside what came."""

    outcomes: dict[str, Any]
    engaged: float | None
    rated_engaged: float | None  # of the first reading that has it beside views
    rated_views: float | None


_ENGAGEMENT = ("engaged", "rated_engaged", "rated_views")
_COUNTED = ("views", "impressions", "reach", "likes", *_ENGAGEMENT, "followers", "revenue", "cost", "currency")
_KEPT = f"""
SELECT DISTINCT ON (p.id) f.outcomes, r.engaged::float8 AS engaged, r.rated_engaged::float8 AS rated_engaged,
  r.rated_views::float8 AS rated_views
FROM predictions f JOIN posts p ON p.task_id = f.task_id AND p.platform = f.channel
JOIN LATERAL {scored("p.id", "p.published_at", "72", _ENGAGEMENT)} r ON true
WHERE f.channel = :channel AND {LINKED.format("p")} AND f.made_at <= :as_of AND p.published_at >= f.made_at
ORDER BY p.id, f.made_at DESC LIMIT 1000"""


async def kept(session: AsyncSession, channel: str, as_of: datetime) -> list[Kept]:
    """Predictions of published posts beside the first reading of 72 hours or more."""
    found = await session.execute(text(_KEPT), {"channel": channel, "as_of": as_of})
    return [Kept(**row) for row in found.mappings()]


_HISTORY = f"""
SELECT p.id, p.topic, p.category, p.persona, p.format, p.paid, p.hashtags,
  CASE WHEN {WORDED.format("p")} THEN p.title END AS title, CASE WHEN {WORDED.format("p")} THEN p.content ELSE '' END AS content,
  CASE WHEN {DATED.format("p")} THEN p.published_at END AS published_at,
  coalesce(r.views, r.impressions)::float8 AS views, r.reach::float8 AS reach, r.likes::float8 AS likes,
  r.engaged::float8 AS engaged, r.rated_engaged::float8 AS rated_engaged, r.rated_views::float8 AS rated_views,
  r.followers::float8 AS followers, r.revenue::float8 AS revenue,
  -- what the post cost in another currency than it brought is not held against it
  CASE WHEN r.cost IS NOT NULL THEN r.cost WHEN r.currency IS NULL OR p.currency IS NULL OR r.currency = p.currency
    THEN p.cost END::float8 AS cost
FROM (SELECT * FROM posts o WHERE o.platform = :channel AND o.published_at <= :as_of
  AND (NOT o.is_sample OR NOT EXISTS (SELECT 1 FROM posts w WHERE NOT w.is_sample AND w.published_at <= :as_of))
  ORDER BY o.published_at DESC, o.id DESC LIMIT :limit) p
JOIN LATERAL {scored("p.id", "p.published_at", "72", _COUNTED)} r ON true
ORDER BY p.published_at, p.id"""


async def history(session: AsyncSession, channel: str, as_of: datetime, limit: int) -> list[dict[str, Any]]:
    """The channel's posts, oldest first, each scored at one age: its first reading of 72 hours or more by `as_of`.

    What stands in for a text or a time that nobody told is left out.
    """
    asked = {"channel": channel, "as_of": as_of, "limit": limit}
    return [dict(row) for row in (await session.execute(text(_HISTORY), asked)).mappings()]
