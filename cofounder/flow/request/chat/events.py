"""What comes of an answer, for any number of readers: from the database, so from any server and from any point."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

from cofounder.flow.request.chat import queries, service
from cofounder.flow.request.chat.schemas import Message
from cofounder.kit import db, leases, live
from cofounder.people import still_good
from cofounder.people.roles import Caller

LOOK_SECONDS = 1.0  # at the latest, should a word be lost
BEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Event = tuple[int | None, str, str]  # number, name, JSON


async def follow(caller: Caller, message_id: UUID, after: int = 0) -> AsyncIterator[Event | None]:
    """The events of an answer after a number, until its end; None now and then, so that a lost reader is noticed.

    Ends without `end` where the conversation was deleted, the reader is shut out or the server stops: whoever reads
    connects again.
    """
    news = _News(message_id)
    try:
        while True:
            news.told.clear()
            found, message = await _look(caller, message_id, after)
            for number, kind, content in found:
                after = number
                yield number, kind, content
            if message is None:
                return
            if message.state != "streaming":
                if not found and after == 0 and message.text:
                    after = 1
                    yield 1, "text", json.dumps({"text": message.text})
                yield after + 1, "end", message.model_dump_json()
                return
            if not await news.wait():
                return
            if not news.told.is_set():
                yield None
    finally:
        await news.close()


async def _look(caller: Caller, message_id: UUID, after: int) -> tuple[list[tuple[int, str, str]], Message | None]:
    """New pieces, and how the answer stood before they were read: one that had ended then gets no more of them."""
    owner = service.owner_of(caller)
    async with db.reading() as session:
        row = await queries.message(session, message_id, owner)
        if row is None or not await still_good(session, caller):
            return [], None
        if row.state == "streaming" and await leases.without(session, {row.holder or ""}):
            await _cut_off(row.conversation_id)
            row = await queries.message(session, message_id, owner)
            if row is None:
                return [], None
        pieces = await queries.pieces(session, message_id, after)
        (message,) = await service.told(session, [row])
    return [(one.number, one.kind, json.dumps(one.content)) for one in pieces], message


async def _cut_off(conversation_id: UUID) -> None:
    async with db.transaction() as session:
        await service.cut_off_lost(session, conversation_id)


class _News:
    """Wakes a reader when a piece of its answer was written, by whichever process."""

    def __init__(self, message_id: UUID) -> None:
        self.told = asyncio.Event()
        self._id = str(message_id)
        self._ended = False
        self._job = asyncio.create_task(self._hear(), name="answer-news")

    async def wait(self) -> bool:
        """Until there is news, at most a moment. False: this server stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.told.wait(), LOOK_SECONDS)
        return not self._ended

    async def close(self) -> None:
        self._job.cancel()
        with suppress(asyncio.CancelledError):
            await self._job

    async def _hear(self) -> None:
        try:
            async for event in live.subscribe(lambda topic: topic == service.PIECES):
                if event is live.RESYNC or event.id == self._id:
                    self.told.set()
            self._ended = True
        except live.NotListening:
            return  # a process without a listener looks every moment
        self.told.set()


async def lines(events: AsyncIterator[Event | None]) -> AsyncIterator[str]:
    """The events as text/event-stream."""
    yield "retry: 1000\n\n"
    quiet = 0.0
    async for event in events:
        if event is None:
            quiet += LOOK_SECONDS
            if quiet >= BEAT_SECONDS:
                quiet = 0.0
                yield ": beat\n\n"
            continue
        number, name, content = event
        quiet = 0.0
        head = "" if number is None else f"id: {number}\n"
        yield f"{head}event: {name}\ndata: {content}\n\n"
