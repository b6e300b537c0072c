"""What a plan's `task.*` references stand for, read once when execution starts."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.ops import runtime
from cofounder.personas import service as personas

RECENT_POSTS = 20
DEFAULT_TONE = "professional"


async def read(session: AsyncSession, task_id: UUID) -> dict[str, Any]:
    """task.NAME -> value, for every name in plan.references.TASK_FIELDS."""
    task = await records.get_task(session, task_id)
    intent = task.intent or {}
    texts = [action["text"] for action in intent.get("actions", []) if action.get("text")]
    recent = await records.recent_posts(session, as_of=task.as_of, limit=RECENT_POSTS)
    company = await runtime.value(session, "company")
    return {
        "id": str(task_id),
        "request": task.request,
        "as_of": task.as_of.isoformat(),
        "topic": task.topic or intent.get("topic") or "",
        "tone": intent.get("tone") or task.preferences.get("tone") or DEFAULT_TONE,
        "audience": intent.get("audience"),
        "period": intent.get("period"),
        "metrics": task.business_metrics,
        "channels": intent.get("channels") or task.preferences.get("channels", []),
        "persona": await personas.chosen(session, task_id, "main"),
        "company": company or None,
        "constraints": intent.get("constraints") or {},
        "text": texts[0] if texts else None,
        "language": intent.get("language", "en"),
        "recent_texts": [post.content for post in recent],
    }
