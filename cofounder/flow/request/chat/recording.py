"""Writes an answer down as it comes: a piece every few tenths of a second, for as long as the answer is ours."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from cofounder.flow.request.chat import queries, service
from cofounder.flow.request.chat.schemas import Source
from cofounder.kit import db, live
from cofounder.kit.log import logger

EVERY_SECONDS = 0.3
LOOK_SECONDS = 1.0  # between looks whether somebody stopped it, while nothing comes

log = logger(__name__)


class Ended(Exception):
    """Somebody stopped the answer, deleted it, or took this process for dead."""

    is_ours = True  # no failure of the model whose words were to be written


class Recorder:
    """The pieces of one answer. Text waits a moment to be written with what follows; all else is written at once."""

    def __init__(self, message_id: UUID, holder: str) -> None:
        self.message_id = message_id
        self.holder = holder
        self.sources: list[Source] = []
        self.came = False  # whether any text was given
        self._waiting: list[str] = []
        self._number = 0
        self._lock = asyncio.Lock()
        self._written_at = 0.0

    async def text(self, words: str) -> None:
        """Add words. Raises Ended."""
        if not words:
            return
        self.came = True
        self._waiting.append(words)
        if time.monotonic() - self._written_at >= EVERY_SECONDS:
            try:
                await self.flush()
            except Exception as error:
                if not db.is_out_of_reach(error):
                    raise
                self._written_at = time.monotonic()  # away for a moment: the words wait

    async def source(self, source: Source) -> None:
        """Add a tool that was asked. Raises Ended."""
        await self.flush()
        self.sources.append(source)
        await self._write("tool", source.model_dump(mode="json"))

    async def task(self, task_id: UUID) -> None:
        """Add the task that was begun. Raises Ended."""
        await self.flush()
        await self._write("task", {"task_id": str(task_id)})

    async def flush(self) -> None:
        """Write down the words that wait. Raises Ended."""
        async with self._lock:
            waiting = len(self._waiting)
            if waiting:
                await self._put("text", {"text": "".join(self._waiting[:waiting])})
                del self._waiting[:waiting]

    async def look(self) -> None:
        """Raise Ended where the answer is no longer ours."""
        async with db.reading() as session:
            if not await queries.is_held(session, self.message_id, self.holder):
                raise Ended()

    async def _write(self, kind: str, content: dict[str, Any]) -> None:
        async with self._lock:
            await self._put(kind, content)

    async def _put(self, kind: str, content: dict[str, Any]) -> None:
        number = self._number + 1
        async with db.transaction(durable=False) as session:
            kept = await queries.add_piece(
                session, self.message_id, self.holder, number, kind, json.dumps(content, default=str)
            )
            if not kept:
                raise Ended()
            live.changed(session, service.PIECES, self.message_id)
        self._number, self._written_at = number, time.monotonic()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Inside the block what waits is written by and by, and the block is cancelled when the answer was ended."""
        inside = asyncio.current_task()
        assert inside is not None
        ended = False

        async def write() -> None:
            nonlocal ended
            looked = time.monotonic()
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                try:
                    await self.flush()
                    if time.monotonic() - looked >= LOOK_SECONDS:
                        looked = time.monotonic()
                        await self.look()
                except Ended:
                    ended = True
                    inside.cancel()
                    return
                except Exception as error:  # the database may be away for a moment; the words wait
                    log.warning("an answer waits for the database", error=f"{type(error).__name__}: {error}")

        job = asyncio.create_task(write(), name="answer-pieces")
        try:
            yield
        except asyncio.CancelledError:
            if ended:
                inside.uncancel()
                raise Ended() from None
            raise
        finally:
            job.cancel()
            with suppress(asyncio.CancelledError):
                await job
