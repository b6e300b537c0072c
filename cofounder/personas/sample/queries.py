"""The SQL of what came of the sample company: its looks, its draws, and what these drew with."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Choices name a task and go with it: they are taken before their tasks are. What a person looked at or changed in the
# sample is the sample's too, but is not made anew with it.
_ROWS = {
    "optimisation_runs": "is_sample",
    "persona_drawings": "is_sample",
    "persona_choices": "task_id IN (SELECT id FROM tasks WHERE is_sample)",
    "follower_counts": "is_sample",
    "experiments": """is_sample AND NOT EXISTS (SELECT 1 FROM persona_choices c LEFT JOIN tasks t ON t.id = c.task_id
      WHERE c.experiment_id = experiments.id AND t.is_sample IS NOT TRUE)""",  # a company's own tasks fell to its arms
}
_GENERATED = {
    "optimisation_runs": "is_sample AND started_by = :by",
    "persona_drawings": "is_sample AND changed_by = :by",
    "persona_choices": "task_id IN (SELECT id FROM tasks WHERE is_sample AND is_legacy)",
}
_NEWEST = text("SELECT max(ran_at) FROM optimisation_runs WHERE is_sample AND started_by = :by")
_READ = "posts, social_post_analytics, follower_intervals, follower_credits, persona_choices"


async def measure(session: AsyncSession) -> None:
    """Let the planner know of the rows that this transaction wrote: nobody else sees them, so nobody counts them for it."""
    await session.execute(text(f"ANALYZE {_READ}"))


async def count(session: AsyncSession) -> dict[str, int]:
    """Table name -> rows that came of the sample company."""
    found = {}
    for table, which in _ROWS.items():
        found[table] = int((await session.execute(text(f"SELECT count(*) FROM {table} WHERE {which}"))).scalar_one())
    return found


async def forget(session: AsyncSession, *, made_by: str | None = None) -> dict[str, int]:
    """Delete what came of the sample company; with `made_by` the looks, changes and tasks of others stay."""
    removed = {}
    for table, which in (_GENERATED if made_by else _ROWS).items():
        given = {"by": made_by} if ":by" in which else {}
        answer: Any = await session.execute(text(f"DELETE FROM {table} WHERE {which}"), given)
        removed[table] = answer.rowcount
    return removed


async def newest_look(session: AsyncSession, by: str) -> datetime | None:
    """When the sample was last looked at by somebody."""
    found: datetime | None = (await session.execute(_NEWEST, {"by": by})).scalar_one()
    return found
