"""How a question becomes an answer."""

from cofounder.flow.request.chat import queries, service
from cofounder.flow.request.chat.recording import Recorder
from cofounder.kit import db
from cofounder.people.roles import Caller


async def answer(recorder: Recorder, row: service.MessageRow, caller: Caller) -> None:
    """Write the answer. Raises Ended, and whatever keeps it from being written."""
    await recorder.text("I cannot answer yet.")
    await recorder.flush()
    async with db.transaction() as session:
        held = await queries.held(session, row.id, recorder.holder)
        if held is not None:
            await service.end(session, held, "done", mode="conversation", model="offline")
