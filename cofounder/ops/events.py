"""The live stream: what changed, for whoever may see it."""

from fastapi.responses import StreamingResponse

from cofounder.kit import db, live
from cofounder.kit.http import Router, documented
from cofounder.people import Viewer, still_good

router = Router(tags=["operations"])
_EXAMPLE = 'retry: 1000\n\nevent: changed\ndata: {"topic": "tasks", "id": "0190a6f2-6b1e-7c3a-9d54-2f8e7b1c0d4a"}\n\n'
ADMIN_TOPICS = frozenset({"keys", "users", "audit_log"})
INNER_TOPICS = frozenset({"chat_pieces"})  # several a second while an answer comes, and read on a stream of their own


@router.get(
    "/api/events",
    response_class=StreamingResponse,
    responses={
        **documented(live.NotListening),
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"example": _EXAMPLE}}},
    },
)
async def watch_events(caller: Viewer) -> StreamingResponse:
    """Names of what changed, as it is committed: `changed` with {topic, id}, or `resync` when something was missed."""

    async def welcome() -> bool:
        try:
            async with db.reading() as session:
                return await still_good(session, caller)
        except Exception as error:
            if db.is_out_of_reach(error):
                return True  # it cannot be asked now; the next beat asks again
            raise

    return live.stream(
        lambda topic: topic not in INNER_TOPICS and (topic not in ADMIN_TOPICS or caller.may("admin")),
        beat_seconds=live.BEAT_SECONDS,
        welcome=welcome,
        ask_after=ADMIN_TOPICS,  # whoever is shut out hears nothing more
    )
