"""A company with a long past: tasks, publications and conversations, each the varied copy of one that the product made."""

from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.kit.db import transaction

_TASKS = text(
    """
    INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object(
      'id', gen_random_uuid(),
      'request', format('%s about %s, number %s',
        (ARRAY['Write a LinkedIn post', 'Analyse last month', 'Draft a newsletter', 'Plan a thread'])[1 + n % 4],
        (ARRAY['tea', 'our Q4 growth', 'the new office', 'retention', 'pricing', 'hiring', 'churn'])[1 + n % 7], n),
      'status', (ARRAY['completed', 'completed', 'completed', 'failed', 'rejected', 'pending_approval', 'completed',
                       'cancelled', 'completed', 'completed'])[1 + n % 10],
      'topic', (ARRAY['tea', 'growth', 'office', 'retention', 'pricing', 'hiring', 'churn'])[1 + n % 7],
      'intent', jsonb_build_object('intent', 'create_social_post', 'channels', jsonb_build_array('linkedin', 'twitter')),
      'quality_score', 0.6 + (n % 40) / 100.0, 'cost', (n % 50) / 1000.0,
      'created_at', now() - n * interval '9 minutes',
      'started_at', now() - n * interval '9 minutes' + interval '1 second',
      'completed_at', now() - n * interval '9 minutes' + interval '40 seconds'))).*
    FROM tasks t, generate_series(2, :count) n WHERE t.id = :id
    """
)

_PUBLICATIONS = text(
    """
    INSERT INTO publications (id, task_id, decision_id, channel, delivered_by, account, variant_version, content,
      fingerprint, recipients, state, carried_by, attempts, unsent, unknown, scheduled_at, finished_at, created_at)
    SELECT gen_random_uuid(), id, gen_random_uuid(), 'linkedin', 'outbox', 'outbox', 1,
      jsonb_build_object('text', request), 'bench', '{""}', 'published', id, 1, 0, 0, created_at,
      created_at + interval '1 minute', created_at
    FROM tasks WHERE status = 'completed'
    """
)

_TALKS = text(
    """
    WITH made AS (
      INSERT INTO conversations (id, owner, title, created_at, updated_at)
      SELECT gen_random_uuid(), :owner, format('About %s, %s', (ARRAY['tea', 'growth', 'pricing'])[1 + n % 3], n),
        now() - n * interval '1 hour', now() - n * interval '1 hour'
      FROM generate_series(1, :count) n RETURNING id, title, created_at)
    INSERT INTO messages (id, conversation_id, place, role, text, state, asked, sources, created_at, finished_at)
    SELECT gen_random_uuid(), made.id, place, CASE WHEN place % 2 = 1 THEN 'user' ELSE 'assistant' END,
      format('%s: what was our best month, and why? %s', made.title, repeat('It was October. ', 12)), 'done', '{}', '[]',
      made.created_at, made.created_at
    FROM made, generate_series(1, :messages) place
    """
)

_ANALYZE = text("ANALYZE tasks, publications, conversations, messages")


async def write(tasks: int, *, owner: str, talks: int, messages: int) -> None:
    """So many tasks, a publication of each that completed, and the owner's conversations with so many messages each."""
    async with transaction() as session:
        first = await records.add_task(session, NewTask(request="Write a LinkedIn post about tea"))
        await records.update_task(session, first.id, status="completed")
        await session.execute(_TASKS, {"count": tasks, "id": first.id})
        await session.execute(_PUBLICATIONS)
        await session.execute(_TALKS, {"owner": owner, "count": talks, "messages": messages})
        await session.execute(_ANALYZE)
