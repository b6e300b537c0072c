"""The SQL of links by name: an id or an address that one row says of another."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TASK_KEY = "md5('i' || chr(31) || {}.task_external_id)::uuid"  # as imported tasks have it

_LINK = (
    f"""UPDATE posts p SET task_id = t.id FROM tasks t
        WHERE p.task_id IS NULL AND p.task_external_id IS NOT NULL AND t.natural_key = {_TASK_KEY.format("p")}
          AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.kind = 'post_task' AND m.state = 'refused'
            AND m.subject = p.id::text AND m.target_id = t.id)""",
    """UPDATE social_post_analytics r SET post_id = p.id FROM posts p
        WHERE r.post_id IS NULL AND r.post_external_id IS NOT NULL
          AND p.platform = r.platform AND p.external_id = r.post_external_id
          AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.kind = 'reading_post' AND m.state = 'refused'
            AND m.subject = r.natural_key::text AND m.target_id = p.id)""",
    """UPDATE social_post_analytics r SET post_id = p.id FROM posts p
        WHERE r.post_id IS NULL AND r.post_external_id IS NULL AND r.post_url IS NOT NULL
          AND p.platform = r.platform AND p.url = r.post_url
          AND NOT EXISTS (SELECT 1 FROM posts q WHERE q.url = p.url AND q.platform = p.platform AND q.id <> p.id)
          AND NOT EXISTS (SELECT 1 FROM matches m WHERE m.kind = 'reading_post' AND m.state = 'refused'
            AND m.subject = r.natural_key::text AND m.target_id = p.id)""",
    f"""UPDATE quality_evaluations e SET task_id = t.id FROM tasks t
        WHERE e.task_id IS NULL AND e.task_external_id IS NOT NULL AND t.natural_key = {_TASK_KEY.format("e")}""",
    """UPDATE quality_evaluations e SET post_id = p.id FROM posts p
        WHERE e.post_id IS NULL AND e.post_external_id IS NOT NULL AND p.external_id = e.post_external_id
          AND (SELECT count(*) FROM posts q WHERE q.external_id = e.post_external_id) = 1""",
)


async def link(session: AsyncSession) -> int:
    """Join what names each other, whichever came first, but for what a person refused; how many rows."""
    linked = 0
    for statement in _LINK:
        answer: Any = await session.execute(text(statement))
        linked += int(answer.rowcount)
    return linked


# A correction took these links off their rows, or put them elsewhere; what a person decided stays written down.
_GONE = (
    """DELETE FROM matches m WHERE m.kind = 'post_task' AND m.state = 'sure' AND NOT EXISTS (
      SELECT 1 FROM posts p WHERE p.id = CAST(m.subject AS uuid) AND p.task_id = m.target_id)""",
    """DELETE FROM matches m WHERE m.kind = 'reading_post' AND m.state = 'sure' AND NOT EXISTS (
      SELECT 1 FROM social_post_analytics r WHERE r.natural_key = CAST(m.subject AS uuid) AND r.post_id = m.target_id)""",
)

# Links that names made; their confidence is kept as that of every other.
_NOTED = (
    """INSERT INTO matches (id, kind, subject, subject_label, target_id, target_label, method, confidence, state, evidence, rows)
    SELECT gen_random_uuid(), 'post_task', p.id::text, left(coalesce(p.title, p.content), 200), t.id,
      left(coalesce(t.title, t.request), 200), 'id', 1, 'sure', jsonb_build_object('id', p.task_external_id), 1
    FROM posts p JOIN tasks t ON t.id = p.task_id
    WHERE p.task_external_id IS NOT NULL AND p.origin <> '' AND NOT EXISTS (
      SELECT 1 FROM matches m WHERE m.kind = 'post_task' AND m.subject = p.id::text AND m.target_id = t.id)
    ON CONFLICT DO NOTHING""",
    """INSERT INTO matches (id, kind, subject, subject_label, target_id, target_label, method, confidence, state, evidence, rows)
    SELECT gen_random_uuid(), 'reading_post', r.natural_key::text, left(max(r.post_external_id), 200), p.id,
      left(coalesce(p.title, p.content), 200), 'id', 1, 'sure', jsonb_build_object('id', max(r.post_external_id)), count(*)
    FROM social_post_analytics r JOIN posts p ON p.id = r.post_id
    WHERE r.post_external_id IS NOT NULL AND r.origin <> '' AND NOT EXISTS (
      SELECT 1 FROM matches m
      WHERE m.kind = 'reading_post' AND m.subject = r.natural_key::text AND m.target_id = p.id)
    GROUP BY r.natural_key, p.id, p.title, p.content
    ON CONFLICT DO NOTHING""",
)


async def note(session: AsyncSession) -> None:
    """Write down the links that rows have by name, and strike out those that their rows no longer have."""
    for statement in (*_GONE, *_NOTED):
        await session.execute(text(statement))
