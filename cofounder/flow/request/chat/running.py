"""The answers that this process writes: begun, known by the process's lease, ended in order when it stops."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import UUID

from cofounder.flow.request.chat import queries, service
from cofounder.flow.request.chat.recording import Ended, Recorder
from cofounder.kit import db, leases
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger
from cofounder.people.roles import Caller

ROLE = "chat"
Answer = Callable[[Recorder, service.MessageRow, Caller], Awaitable[None]]

log = logger(__name__)


class NotAnswering(CofounderError):
    """This process is about to stop and answers nothing more."""

    status = 503
    hint = "Ask again in a moment."


class _Desk:
    """What one event loop answers."""

    def __init__(self) -> None:
        self.stack = AsyncExitStack()
        self.holder: str | None = None
        self.lock = asyncio.Lock()
        self.jobs: dict[UUID, asyncio.Task[None]] = {}


_desks: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Desk]" = weakref.WeakKeyDictionary()


@asynccontextmanager
async def open_desk() -> AsyncIterator[None]:
    """Answers may be begun inside the block; those that still run at its end are cut off, with what came of them."""
    loop = asyncio.get_running_loop()
    desk = _desks[loop] = _Desk()
    try:
        async with db.transaction() as session:
            await service.cut_off_lost(session)  # by whoever was here before
    except Exception as error:  # whoever reads them ends them too
        log.warning("lost answers were not ended", error=f"{type(error).__name__}: {error}")
    try:
        yield
    finally:
        _desks.pop(loop, None)
        for job in desk.jobs.values():
            job.cancel()
        await asyncio.gather(*desk.jobs.values(), return_exceptions=True)
        await desk.stack.aclose()


async def holder() -> str:
    """The id under which this process holds answers; its lease begins with the first. Raises NotAnswering."""
    desk = _desks.get(asyncio.get_running_loop())
    if desk is None:
        raise NotAnswering()
    async with desk.lock:
        if desk.holder is None:
            desk.holder = await desk.stack.enter_async_context(leases.alive(ROLE))
        return desk.holder


def start(answer: Answer, row: service.MessageRow, caller: Caller) -> None:
    """Write a stored answer in the background; whoever asked need not wait for it."""
    desk = _desks.get(asyncio.get_running_loop())
    if desk is None or row.holder is None:
        raise NotAnswering()
    job = asyncio.create_task(_carry(answer, row, caller), name=f"answer-{row.id}")
    desk.jobs[row.id] = job
    job.add_done_callback(lambda _: desk.jobs.pop(row.id, None))


def writes(message_id: UUID) -> bool:
    """Whether this process writes an answer right now."""
    desk = _desks.get(asyncio.get_running_loop())
    return desk is not None and message_id in desk.jobs


def hush(message_id: UUID) -> None:
    """Stop writing at once where this process does; any other finds out by looking."""
    desk = _desks.get(asyncio.get_running_loop())
    job = desk.jobs.get(message_id) if desk else None
    if job is not None:
        job.cancel()


async def written(message_id: UUID, *, at_most: float | None = None) -> None:
    """Wait, so many seconds, until this process has done with an answer; not at all where another writes it."""
    desk = _desks.get(asyncio.get_running_loop())
    job = desk.jobs.get(message_id) if desk else None
    if job is not None:
        await asyncio.wait([job], timeout=at_most)


async def _carry(answer: Answer, row: service.MessageRow, caller: Caller) -> None:
    """Write the answer to its end, whatever that is."""
    assert row.holder is not None
    recorder = Recorder(row.id, row.holder)
    try:
        async with recorder.writing():
            await answer(recorder, row, caller)
    except Ended:
        pass
    except asyncio.CancelledError:
        # the server stops; where a person stopped it nothing is left to end
        await _end(recorder, row, "cut_off", service.cut_off_words)
        raise
    except CofounderError as error:
        await _end(recorder, row, "failed", " ".join(filter(None, [error.detail, error.advice])))
    except Exception as error:
        log.exception("an answer failed", message=str(row.id))
        told = "The database did not answer." if db.is_out_of_reach(error) else "Something in the product went wrong."
        await _end(recorder, row, "failed", f"{told} Ask again.")


async def _end(
    recorder: Recorder, row: service.MessageRow, state: str, why: str | Callable[[service.MessageRow], str]
) -> None:
    assert row.holder is not None
    with suppress(Exception):  # words that came and wait for their piece belong to the answer
        await recorder.flush()
    for pause in (0.2, 1.0, 5.0, 0.0):
        try:
            async with db.transaction() as session:
                held = await queries.held(session, row.id, row.holder)
                if held is not None:
                    await service.end(session, held, state, error=why if isinstance(why, str) else why(held))
            return
        except Exception as error:
            if not db.is_out_of_reach(error):
                log.exception("an answer could not be ended", message=str(row.id))
                return
            await asyncio.sleep(pause)
