"""The SQL of matches: what has no other side yet, what it could be, and setting the link."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching.tables import Match
from cofounder.business.records.odd import BEFORE_POST

UNTIMED = "measured_at_missing"  # the flag of a reading whose time is that of its import
MOST = 20_000  # of each kind in one run, those that came last: what was looked at before found nothing then


async def alone(session: AsyncSession) -> None:
    """One run at a time: the next waits."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('cofounder matching'))"))


async def _rows(session: AsyncSession, query: str, **asked: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await session.execute(text(query), asked)).mappings()]


async def loose_posts(session: AsyncSession) -> list[dict[str, Any]]:
    """Imported posts without a task."""
    return await _rows(
        session,
        """SELECT id, platform, title, left(content, 300) AS content, url, published_at FROM posts
        WHERE task_id IS NULL AND publication_id IS NULL AND published_at IS NOT NULL
        ORDER BY known_at DESC, id LIMIT :most""",
        most=MOST,
    )


async def ended_tasks(session: AsyncSession) -> list[dict[str, Any]]:
    """Tasks that a post may have been made for."""
    return await _rows(
        session,
        """SELECT id, external_id, title, topic, request, coalesce(completed_at, created_at) AS at FROM tasks
        WHERE status IN ('completed', 'approved', 'publishing') OR is_legacy ORDER BY created_at DESC LIMIT :most""",
        most=MOST,
    )


async def posts(session: AsyncSession) -> list[dict[str, Any]]:
    """Posts that readings and visits may belong to."""
    return await _rows(
        session,
        """SELECT id, external_id, platform, title, content, url, campaign, published_at,
          CASE WHEN publication_id IS NOT NULL THEN task_id END AS published_for FROM posts
        WHERE published_at IS NOT NULL ORDER BY published_at DESC LIMIT :most""",
        most=5 * MOST,
    )


async def loose_readings(session: AsyncSession) -> list[dict[str, Any]]:
    """Readings without a post, as the posts that their source names."""
    return await _rows(
        session,
        """SELECT natural_key::text AS subject, platform, max(post_url) AS url, max(post_title) AS title,
          min(measured_at) FILTER (WHERE NOT :untimed = ANY(flags)) AS at, count(*) AS rows
        FROM social_post_analytics WHERE post_id IS NULL AND coalesce(post_url, post_title) IS NOT NULL
        GROUP BY natural_key, platform ORDER BY max(known_at) DESC, natural_key LIMIT :most""",
        most=MOST,
        untimed=UNTIMED,
    )


async def loose_visits(session: AsyncSession) -> list[dict[str, Any]]:
    """Pages and campaigns whose visits belong to no post yet."""
    return await _rows(
        session,
        """SELECT page_id, campaign, source, content, min(day) AS first_day, max(day) AS last_day, count(*) AS rows
        FROM web_analytics WHERE post_id IS NULL AND (page_id <> '' OR campaign <> '' OR content <> '')
        GROUP BY page_id, campaign, source, content
        ORDER BY max(known_at) DESC, page_id, campaign, source, content LIMIT :most""",
        most=MOST,
    )


async def decided(session: AsyncSession) -> set[tuple[str, str, UUID]]:
    """Links that a person decided on."""
    query = select(Match.kind, Match.subject, Match.target_id).where(Match.state.in_(("confirmed", "refused")))
    return {(row[0], row[1], row[2]) for row in (await session.execute(query)).all()}


# What came in since a person confirmed a link belongs to it like the rows that were there; it is known from then on.
_FOLLOW = (
    """UPDATE social_post_analytics r SET post_id = m.target_id, linked_at = m.decided_at
    FROM matches m JOIN posts p ON p.id = m.target_id
    WHERE m.kind = 'reading_post' AND m.state = 'confirmed' AND r.post_id IS NULL AND m.subject = r.natural_key::text""",
    """UPDATE web_analytics w SET post_id = m.target_id, linked_at = m.decided_at
    FROM matches m JOIN posts p ON p.id = m.target_id
    WHERE m.kind = 'web_post' AND m.state = 'confirmed' AND w.post_id IS NULL
      AND m.subject = w.page_id || chr(31) || w.campaign || chr(31) || w.source
        || CASE WHEN w.content = '' THEN '' ELSE chr(31) || w.content END
      AND w.day >= (p.published_at AT TIME ZONE 'UTC')::date - 1""",
)


# Nobody came through a post that was not out yet; the site's days may be of another zone than ours.
_OUT = "day >= (SELECT (published_at AT TIME ZONE 'UTC')::date - 1 FROM posts WHERE id = CAST(:target AS uuid))"


async def follow(session: AsyncSession) -> int:
    """Link new rows of what a person confirmed; how many."""
    linked = 0
    for statement in _FOLLOW:
        answer: Any = await session.execute(text(statement))
        linked += int(answer.rowcount)
    return linked


_SAID = ("subject_label", "target_label", "method", "confidence", "state", "evidence", "rows")


async def put(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write links; what a person decided stays, what was doubtful may have become sure. How many are new."""
    before = await session.scalar(select(func.count()).select_from(Match))
    for at in range(0, len(rows), 1_000):
        given = insert(Match).values([dict(row) for row in rows[at : at + 1_000]])
        changed = {name: given.excluded[name] for name in _SAID}
        await session.execute(
            given.on_conflict_do_update(
                index_elements=["kind", "subject", "target_id"],
                set_=changed,
                where=Match.state.in_(("sure", "doubtful")),
            )
        )
    return int(await session.scalar(select(func.count()).select_from(Match)) or 0) - int(before or 0)


async def open_links(session: AsyncSession) -> dict[tuple[str, str, UUID], UUID]:
    """Links that wait for a person -> their ids."""
    query = select(Match.kind, Match.subject, Match.target_id, Match.id).where(Match.state == "doubtful")
    return {(row[0], row[1], row[2]): row[3] for row in (await session.execute(query)).all()}


async def withdraw(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Take links away that nothing speaks for any more; one that was decided meanwhile stays."""
    await session.execute(
        text("DELETE FROM matches WHERE state = 'doubtful' AND id = ANY(CAST(:ids AS uuid[]))"), {"ids": list(ids)}
    )


_SET = {
    "post_task": "UPDATE posts SET task_id = {to}, linked_at = {at} WHERE id = CAST(:subject AS uuid) AND task_id {was}",
    "reading_post": """UPDATE social_post_analytics SET post_id = {to}, linked_at = {at}
      WHERE natural_key = CAST(:subject AS uuid) AND post_id {was}""",
    "web_post": """UPDATE web_analytics SET post_id = {to}, linked_at = {at}
      WHERE page_id = :page AND campaign = :campaign AND source = :source AND content = :content AND post_id {was}""",
    "evaluation_task": """UPDATE quality_evaluations SET task_id = {to}, linked_at = {at}
      WHERE task_external_id = :subject AND task_id {was}""",
}


async def link(session: AsyncSession, kind: str, subject: str, target: UUID, said_at: datetime | None = None) -> int:
    """Set the link on the rows that have none; `said_at`: when a person said so, none where the rows say it."""
    query = _SET[kind].format(to="CAST(:target AS uuid)", at="CAST(:at AS timestamptz)", was="IS NULL")
    if kind == "web_post":
        query += f" AND {_OUT}"
    answer: Any = await session.execute(text(query), {**_subject(kind, subject), "target": target, "at": said_at})
    return int(answer.rowcount)


async def unlink(session: AsyncSession, kind: str, subject: str, target: UUID) -> int:
    """Take the link off the rows that have this one."""
    query = _SET[kind].format(to="NULL", at="NULL", was="= CAST(:target AS uuid)")
    answer: Any = await session.execute(text(query), {**_subject(kind, subject), "target": target})
    return int(answer.rowcount)


def _subject(kind: str, subject: str) -> dict[str, str]:
    if kind != "web_post":
        return {"subject": subject}
    page, campaign, source, *content = subject.split("\x1f")
    return {"page": page, "campaign": campaign, "source": source, "content": "".join(content)}


async def locked(session: AsyncSession, id: UUID) -> list[Match]:
    """A link and the others of its subject, locked in one order, so that two who decide at once wait for each other."""
    subject = select(Match.kind, Match.subject).where(Match.id == id).subquery()
    query = (
        select(Match)
        .join(subject, and_(Match.kind == subject.c.kind, Match.subject == subject.c.subject))
        .order_by(Match.id)
        .with_for_update(of=Match)
    )
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def listed(
    session: AsyncSession, state: str | None, kind: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Match]:
    """Newest first."""
    query = select(Match).order_by(Match.made_at.desc(), Match.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Match.state == state)
    if kind is not None:
        query = query.where(Match.kind == kind)
    if after is not None:
        query = query.where(tuple_(Match.made_at, Match.id) < after)
    return list((await session.execute(query)).scalars())


_TARGETS = """
SELECT id, platform, published_at AS at FROM posts WHERE id = ANY(CAST(:ids AS uuid[]))
UNION ALL
SELECT id, NULL, coalesce(completed_at, created_at) FROM tasks WHERE id = ANY(CAST(:ids AS uuid[]))"""


async def targets(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[str | None, datetime | None]]:
    """Platform and time of these posts and tasks: what tells two of one title apart."""
    found = await session.execute(text(_TARGETS), {"ids": list(ids)})
    return {row.id: (row.platform, row.at) for row in found}


_ALONE = """
SELECT 'reading_post' AS kind, count(*) AS rows FROM social_post_analytics WHERE post_id IS NULL
  AND NOT '{early}' = ANY(flags) {more}
UNION ALL
SELECT 'evaluation_task', count(*) FROM quality_evaluations WHERE task_id IS NULL AND post_id IS NULL {more}"""


async def alone_rows(session: AsyncSession, import_id: UUID | None = None) -> dict[str, int]:
    """How many readings and evaluations (of one import) have no other side, by the kind of link they lack."""
    more = "" if import_id is None else "AND import_id = :import_id"
    asked = {} if import_id is None else {"import_id": import_id}
    return {
        row["kind"]: row["rows"]
        for row in await _rows(session, _ALONE.format(more=more, early=BEFORE_POST), **asked)
        if row["rows"]
    }


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many links there are by state."""
    found = await session.execute(select(Match.state, func.count()).group_by(Match.state))
    return {row[0]: row[1] for row in found.all()}
