"""The SQL of one post an address.

An imported post of a publication's address becomes the publication's: its row goes, and is kept as it was among the
earlier contents of the publication's post, under which another `id` tells it from a correction.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.odd import BEFORE_POST
from cofounder.business.records.pages import page_of

_FILLED = ("category", "format", "audience", "language", "paid", "attributes")  # what only the imported row may know

_OURS = """SELECT id, publication_id, platform, url, external_id, task_id FROM posts
  WHERE publication_id IS NOT NULL AND published_at IS NOT NULL AND url IS NOT NULL {narrowed}"""
# Other spellings among them, and other pages: whoever asks holds the addresses against each other.
_THERE = page_of("CAST(:url AS text)")
_ONE = f"AND platform = :platform AND {page_of('url')} = {_THERE}"
# What a source or a person says is another task's is no publication of ours.
_THEIRS = """SELECT id, platform, url, external_id, task_id, task_id IS NOT NULL
    AND (task_external_id IS NOT NULL OR linked_at IS NOT NULL) AS placed FROM posts
  WHERE publication_id IS NULL AND NOT is_sample AND url IS NOT NULL {narrowed}"""
_SAME_PLATFORMS = (
    """AND platform IN (SELECT platform FROM posts WHERE publication_id IS NOT NULL AND url IS NOT NULL)"""
)


async def take_turn(session: AsyncSession, platform: str, page: str) -> None:
    """Wait until nobody else says what stands at a page; held until the transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    await session.execute(lock, {"key": f"stands at {platform} {page}"})


async def addressed(
    session: AsyncSession, platform: str | None, url: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(publications' posts that stand somewhere, imported ones), all of them or those of a platform that may stand there."""
    asked = {} if platform is None else {"platform": platform, "url": url}
    ours = _OURS.format(narrowed="" if platform is None else _ONE)
    theirs = _THEIRS.format(narrowed=_SAME_PLATFORMS if platform is None else _ONE)
    found = [[dict(row) for row in (await session.execute(text(q), asked)).mappings()] for q in (ours, theirs)]
    return found[0], found[1]


# What else was linked to it, beside what it was: nothing in those rows says of which post they are.
_LINKED = ("web_analytics", "quality_evaluations")
_WITH = ", ".join(
    f"'{table}', (SELECT coalesce(jsonb_agg(l.id), '[]') FROM {table} l WHERE l.post_id = p.id)" for table in _LINKED
)
_KEEP = f"""INSERT INTO earlier_contents (id, table_name, row_id, content, known_at, replaced_at, import_id)
  SELECT gen_random_uuid(), 'posts', CAST(:ours AS uuid), to_jsonb(p) || jsonb_build_object('linked', jsonb_build_object(
    {_WITH}, 'matches', (SELECT coalesce(jsonb_agg(m.id), '[]') FROM matches m
      WHERE m.target_id = p.id AND m.kind = 'web_post'))), p.known_at, now(), NULL
  FROM posts p WHERE p.id = CAST(:theirs AS uuid)"""
_MOVE = (
    "UPDATE social_post_analytics SET post_id = CAST(:ours AS uuid) WHERE post_id = CAST(:theirs AS uuid)",
    "UPDATE web_analytics SET post_id = CAST(:ours AS uuid) WHERE post_id = CAST(:theirs AS uuid)",
    "UPDATE quality_evaluations SET post_id = CAST(:ours AS uuid) WHERE post_id = CAST(:theirs AS uuid)",
    """UPDATE matches m SET target_id = CAST(:ours AS uuid) WHERE m.target_id = CAST(:theirs AS uuid) AND NOT EXISTS (
      SELECT 1 FROM matches o WHERE o.kind = m.kind AND o.subject = m.subject AND o.target_id = CAST(:ours AS uuid))""",
    """DELETE FROM matches WHERE target_id = CAST(:theirs AS uuid)
      OR (kind = 'post_task' AND subject = CAST(:theirs AS uuid)::text)""",
    "DELETE FROM posts WHERE id = CAST(:theirs AS uuid)",
)
# It is found by its import's key from then on, so that the same file again adds nothing.
_FILL = f"""UPDATE posts p SET natural_key = coalesce(p.natural_key, i.natural_key),
    external_id = coalesce(p.external_id, i.external_id), is_sample = false,
    {", ".join(f"{name} = coalesce(p.{name}, i.{name})" for name in _FILLED)}
  FROM earlier_contents e CROSS JOIN LATERAL jsonb_populate_record(NULL::posts, e.content) i
  WHERE p.id = CAST(:ours AS uuid) AND e.table_name = 'posts' AND e.row_id = p.id AND e.content->>'id' = :theirs_id"""


async def absorb(session: AsyncSession, ours: UUID, theirs: UUID) -> None:
    """Make an imported post the publication's."""
    given = {"ours": ours, "theirs": theirs}
    for statement in (_KEEP, *_MOVE):
        await session.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})
    await session.execute(text(_FILL), {"ours": ours, "theirs_id": str(theirs)})


_ABSORBED = """SELECT content->>'id' AS id, content->>'url' AS url FROM earlier_contents
  WHERE table_name = 'posts' AND row_id = CAST(:post AS uuid) AND content->>'id' <> row_id::text"""


async def absorbed(session: AsyncSession, post: UUID) -> list[dict[str, str]]:
    """The imported posts that became this publication's: id and url of each."""
    return [dict(row) for row in (await session.execute(text(_ABSORBED), {"post": post})).mappings()]


_EMPTY = f"""UPDATE posts p SET natural_key = nullif(p.natural_key, i.natural_key),
    external_id = nullif(p.external_id, i.external_id),
    {", ".join(f"{name} = nullif(p.{name}, i.{name})" for name in _FILLED)}
  FROM earlier_contents e CROSS JOIN LATERAL jsonb_populate_record(NULL::posts, e.content) i
  WHERE p.id = CAST(:ours AS uuid) AND e.table_name = 'posts' AND e.row_id = p.id AND e.content->>'id' = :theirs_id"""
_RESTORE = """INSERT INTO posts SELECT i.* FROM earlier_contents e
  CROSS JOIN LATERAL jsonb_populate_record(NULL::posts, e.content) i
  WHERE e.table_name = 'posts' AND e.row_id = CAST(:ours AS uuid) AND e.content->>'id' = :theirs_id
  ON CONFLICT DO NOTHING"""
_BACK = """UPDATE social_post_analytics r SET post_id = i.id FROM posts i
  WHERE i.id = CAST(:theirs_id AS uuid) AND r.post_id = CAST(:ours AS uuid) AND r.import_id IS NOT NULL
    AND (r.post_external_id = i.external_id OR r.post_url = i.url
      OR (r.post_external_id IS NULL AND r.post_url IS NULL AND r.post_title = i.title))"""
_LINK = tuple(
    f"""UPDATE {table} l SET {column} = CAST(:theirs_id AS uuid) FROM earlier_contents e
  WHERE e.table_name = 'posts' AND e.row_id = CAST(:ours AS uuid) AND e.content->>'id' = :theirs_id
    AND l.{column} = e.row_id AND jsonb_exists(e.content->'linked'->'{table}', l.id::text)"""
    for table, column in (*((table, "post_id") for table in _LINKED), ("matches", "target_id"))
)
_FORGET = """DELETE FROM earlier_contents
  WHERE table_name = 'posts' AND row_id = CAST(:ours AS uuid) AND content->>'id' = :theirs_id"""


async def restore(session: AsyncSession, ours: UUID, theirs: str) -> None:
    """Make an imported post one of its own again, with the readings that name it and what else was linked to it."""
    given = {"ours": ours, "theirs_id": theirs}
    for statement in (_EMPTY, _RESTORE, _BACK, *_LINK, _FORGET):
        await session.execute(text(statement), given)


async def post_of(session: AsyncSession, publication: UUID) -> dict[str, Any] | None:
    """The post of a publication."""
    query = "SELECT id, platform, url, external_id, published_at FROM posts WHERE publication_id = :publication"
    row = (await session.execute(text(query), {"publication": publication})).mappings().first()
    return dict(row) if row else None


async def imported(session: AsyncSession, post: UUID) -> list[dict[str, Any]]:
    """The names by which a source speaks of readings that are this post's, but for those that a person linked."""
    query = """SELECT DISTINCT natural_key::text AS subject, post_external_id AS external_id, post_url AS url
      FROM social_post_analytics WHERE post_id = :post AND import_id IS NOT NULL AND linked_at IS NULL"""
    return [dict(row) for row in (await session.execute(text(query), {"post": post})).mappings()]


_LET_GO = (
    """UPDATE social_post_analytics SET post_id = NULL WHERE post_id = CAST(:post AS uuid)
      AND import_id IS NOT NULL AND linked_at IS NULL AND natural_key::text = ANY(CAST(:subjects AS text[]))""",
    """DELETE FROM matches WHERE kind = 'reading_post' AND state = 'sure' AND target_id = CAST(:post AS uuid)
      AND subject = ANY(CAST(:subjects AS text[]))""",
)


async def let_go(session: AsyncSession, post: UUID, subjects: Sequence[str]) -> None:
    """Take readings off a post; they wait for one again."""
    for statement in _LET_GO:
        await session.execute(text(statement), {"post": post, "subjects": list(subjects)})


_VISITS = """WITH gone AS (DELETE FROM matches WHERE kind = 'web_post' AND state = 'sure' AND method = 'url'
    AND target_id = CAST(:post AS uuid) AND evidence->>'url' = :url RETURNING subject)
  UPDATE web_analytics w SET post_id = NULL FROM gone
  WHERE w.post_id = CAST(:post AS uuid) AND w.linked_at IS NULL
    AND gone.subject = w.page_id || chr(31) || w.campaign || chr(31) || w.source
      || CASE WHEN w.content = '' THEN '' ELSE chr(31) || w.content END"""


async def let_visits_go(session: AsyncSession, post: UUID, url: str) -> None:
    """Take visits of a page off the post that does not stand there."""
    await session.execute(text(_VISITS), {"post": post, "url": url})


_LOOSE = f"""SELECT natural_key::text AS subject, post_url AS url, max(post_title) AS title, count(*) AS rows
  FROM social_post_analytics r WHERE post_id IS NULL AND post_url IS NOT NULL AND platform = :platform
    AND {page_of("post_url")} = {_THERE}
  GROUP BY natural_key, post_url"""
_STANDING = f"""SELECT id, url, coalesce(title, content) AS label FROM posts
  WHERE published_at IS NOT NULL AND url IS NOT NULL {_ONE}"""
_REFUSED = """SELECT subject FROM matches WHERE kind = 'reading_post' AND state = 'refused' AND target_id = :post"""


async def loose(session: AsyncSession, platform: str, url: str) -> list[dict[str, Any]]:
    """Readings without a post that may be of this address."""
    asked = {"platform": platform, "url": url}
    return [dict(row) for row in (await session.execute(text(_LOOSE), asked)).mappings()]


async def posts_at(session: AsyncSession, platform: str, url: str) -> list[dict[str, Any]]:
    """Posts that may stand at this address."""
    asked = {"platform": platform, "url": url}
    return [dict(row) for row in (await session.execute(text(_STANDING), asked)).mappings()]


async def refused(session: AsyncSession, post: UUID) -> set[str]:
    """The readings that a person said are not of this post."""
    return set((await session.execute(text(_REFUSED), {"post": post})).scalars())


# Whether they are older than the post is told anew.
_JOIN = f"""UPDATE social_post_analytics SET post_id = CAST(:post AS uuid), flags = array_remove(flags, '{BEFORE_POST}')
  WHERE post_id IS NULL AND natural_key::text = ANY(CAST(:subjects AS text[]))"""
_JOIN_BY_ID = f"""UPDATE social_post_analytics r SET post_id = p.id, flags = array_remove(r.flags, '{BEFORE_POST}')
  FROM posts p WHERE p.id = CAST(:post AS uuid) AND p.published_at IS NOT NULL AND r.post_id IS NULL
    AND r.platform = p.platform AND r.post_external_id = p.external_id
    AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.kind = 'reading_post' AND m.state = 'refused'
      AND m.subject = r.natural_key::text AND m.target_id = p.id)"""


async def join(session: AsyncSession, post: UUID, subjects: Sequence[str]) -> None:
    """Give a post the readings of these names."""
    await session.execute(text(_JOIN), {"post": post, "subjects": list(subjects)})


async def join_by_id(session: AsyncSession, post: UUID) -> None:
    """Give a post the readings that name it by its platform's id."""
    await session.execute(text(_JOIN_BY_ID), {"post": post})
