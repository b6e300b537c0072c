"""The live stream: what changed, for whoever may see it."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from cofounder.kit import live
from cofounder.kit.http import documented
from cofounder.people import Viewer

router = APIRouter(tags=["operations"])
ADMIN_TOPICS = frozenset({"keys", "users", "audit_log"})


@router.get(
    "/api/events",
    response_class=StreamingResponse,
    responses={
        **documented(live.NotListening),
        200: {"description": "Server-sent events", "content": {"text/event-stream": {}}},
    },
)
async def events(caller: Viewer) -> StreamingResponse:
    """Names of what changed, as it is committed: `changed` with {topic, id}, or `resync` when something was missed."""
    return live.stream(lambda topic: topic not in ADMIN_TOPICS or caller.may("admin"), beat_seconds=live.BEAT_SECONDS)
