"""What changed, told to whoever watches: at most one NOTIFY per transaction, one LISTEN per server, one stream per browser.

Events carry names and ids, never content: whoever hears one asks again, with their own rights.
"""

import asyncio
import json
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger
from cofounder.kit.straight import kept

CHANNEL = "cofounder_live"
BEAT_SECONDS = 15.0
_LIMIT = 7_500  # bytes; PostgreSQL refuses payloads of 8,000
_WAITING = 1_000  # events a slow watcher may be behind before it is told to ask for everything

SOON_SECONDS = 0.05
PROGRESS = frozenset(("steps", "plans", "variants", "deliverables", "assessments"))  # of a task that goes on
_NOTIFY = kept(text("SELECT pg_notify(:channel, :payload)"))
_Told = dict[tuple[str, str], None]
_soon: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Told]" = weakref.WeakKeyDictionary()
_sending: set["asyncio.Task[None]"] = set()

log = logger(__name__)


class NotListening(CofounderError):
    """This server does not pass events on."""

    status = 503
    hint = "Connect again in a moment."


@dataclass(frozen=True)
class Event:
    """Object `id` of `topic` changed. Topic `resync`: events were missed, everything may have changed."""

    topic: str
    id: str = ""

    @cached_property
    def sent(self) -> bytes:
        """As it goes to each watcher: made once, however many there are."""
        if self == RESYNC:
            return b"event: resync\ndata: {}\n\n"
        return f"event: changed\ndata: {json.dumps({'topic': self.topic, 'id': self.id})}\n\n".encode()


RESYNC = Event("resync")
_END = Event("end")


class _Hub:
    """This process's watchers, and whether anybody feeds them."""

    watchers: ClassVar[set[asyncio.Queue[Event]]] = set()
    listening: ClassVar[bool] = False


def changed(session: AsyncSession, topic: str, id: object = "") -> None:
    """Note that object `id` of `topic` ("tasks", "steps", ...) changed in this transaction."""
    session.info.setdefault("live", {})[(topic, str(id))] = None


async def flush(session: AsyncSession, *, progress: bool = False) -> None:
    """Send what `changed` collected, or "resync" when it is too much to say; leave progress for `tell_soon`."""
    pending: _Told = session.info.get("live", {})
    if progress or PROGRESS.issuperset(topic for topic, _ in pending):
        return
    session.info.pop("live")
    await session.execute(_NOTIFY, {"channel": CHANNEL, "payload": _payload(pending)})


def _payload(pending: Iterable[tuple[str, str]]) -> str:
    payload = json.dumps([list(key) for key in pending], separators=(",", ":"))
    return payload if len(payload.encode()) <= _LIMIT else '"resync"'


def tell_soon(session: AsyncSession) -> None:
    """Send what `changed` collected in a transaction that is committed, with that of others of the next moments.

    For progress: a NOTIFY in every small transaction would make them wait for each other, and for each its commit.
    """
    pending = session.info.pop("live", None)
    if not pending:
        return
    loop = asyncio.get_running_loop()
    told = _soon.setdefault(loop, {})
    if not told:
        loop.call_later(SOON_SECONDS, _send_soon, loop)
    told.update(pending)


def _send_soon(loop: asyncio.AbstractEventLoop) -> None:
    told = _soon.pop(loop, None)
    if told:
        job = loop.create_task(_send(told), name="live-soon")
        _sending.add(job)
        job.add_done_callback(_sending.discard)


async def _send(told: Iterable[tuple[str, str]]) -> None:
    from cofounder.kit import db  # db needs this module for its commit

    try:
        async with db.reading() as session:  # a notice alone needs no transaction around it, nor its two round trips
            await session.execute(_NOTIFY, {"channel": CHANNEL, "payload": _payload(told)})
    except Exception as error:  # whoever watches asks again by and by
        log.warning("progress could not be told", error=f"{type(error).__name__}: {error}")


@asynccontextmanager
async def listening() -> AsyncIterator[None]:
    """Pass on, inside the block, what any process changed: one connection, mended when it breaks."""
    ready = asyncio.Event()

    def up(first: bool) -> None:
        ready.set()
        if not first:
            _tell([RESYNC])

    task = asyncio.create_task(hear(CHANNEL, lambda payload: _tell(_read(payload)), up=up), name="live")
    _Hub.listening = True
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), 5)  # a database that is away must not keep the server down
        yield
    finally:
        _Hub.listening = False
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def subscribe(allowed: Callable[[str], bool] = lambda topic: True) -> AsyncGenerator[Event]:
    """Events from now on, of the topics that this watcher may see, until the server stops. Raises NotListening."""
    queue = _watch()
    try:
        while (event := await queue.get()) is not _END:
            if event is RESYNC or allowed(event.topic):
                yield event
    finally:
        _Hub.watchers.discard(queue)


def _watch() -> "asyncio.Queue[Event]":
    if not _Hub.listening:
        raise NotListening()
    queue: asyncio.Queue[Event] = asyncio.Queue(_WAITING)
    _Hub.watchers.add(queue)
    return queue


def stream(
    allowed: Callable[[str], bool] = lambda topic: True,
    *,
    beat_seconds: float = BEAT_SECONDS,
    welcome: Callable[[], Awaitable[bool]] | None = None,
    ask_after: Collection[str] = (),
) -> StreamingResponse:
    """The answer of an event stream (text/event-stream): `changed` and `resync` events, a comment as heartbeat.

    `welcome` is asked with every beat, and at once after a change of a topic in `ask_after`, whether the watcher may
    stay; the stream ends when not.
    """
    if not _Hub.listening:
        raise NotListening()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _lines(allowed, beat_seconds, welcome, ask_after), media_type="text/event-stream", headers=headers
    )


async def _lines(
    allowed: Callable[[str], bool],
    beat_seconds: float,
    welcome: Callable[[], Awaitable[bool]] | None = None,
    ask_after: Collection[str] = (),
) -> AsyncIterator[bytes]:
    if not _Hub.listening:  # the server was told to stop since the answer began
        return
    queue = _watch()
    clock = asyncio.get_running_loop().time
    beat_at = clock() + beat_seconds
    try:
        yield b"retry: 1000\n\n"
        while True:
            try:
                async with asyncio.timeout_at(beat_at):
                    events = [await queue.get()]
            except TimeoutError:
                if welcome is not None and not await welcome():
                    return
                yield b": beat\n\n"
                beat_at = clock() + beat_seconds
                continue
            while not queue.empty():  # what came together goes out together
                events.append(queue.get_nowait())
            over = _END in events
            heard = [one for one in events if one is RESYNC or (one is not _END and allowed(one.topic))]
            matters = any(one is RESYNC or one.topic in ask_after for one in events)
            if welcome is not None and matters and not await welcome():
                return
            if heard:
                yield b"".join(one.sent for one in heard)
            if over:
                return
    finally:
        _Hub.watchers.discard(queue)


def end_streams() -> None:
    """Let every open stream end: the server stops. May be called from a signal handler of the loop's thread."""
    _Hub.listening = False
    asyncio.get_running_loop().call_soon_threadsafe(_tell, [_END])


async def hear(channel: str, tell: Callable[[str], None], *, up: Callable[[bool], None]) -> None:
    """Hand on every notice of a channel until cancelled: one connection, mended when it breaks.

    `up` is called whenever it begins to hear, with whether that is the first time: what was told before is lost.
    """
    pause, first = 0.2, True
    while True:
        try:
            async with _connected(channel, tell) as lost:
                up(first)
                first, pause = False, 0.2
                await lost()
        except Exception as error:
            log.warning("a listener lost the database", channel=channel, error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5.0)


@asynccontextmanager
async def _connected(channel: str, tell: Callable[[str], None]) -> "AsyncIterator[Callable[[], Any]]":
    """A connection of its own that listens; gives a coroutine function that ends when it is lost."""
    from cofounder.kit import db  # db needs this module for its commit

    connection = await db.connected("cofounder-live")
    gone = asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    await connection.add_listener(channel, lambda _, __, ___, payload: tell(str(payload)))

    async def lost() -> None:
        while not gone.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(gone.wait(), 30)
                return
            await connection.execute("SELECT 1", timeout=10)  # a connection that hangs is lost too

    try:
        yield lost
    finally:
        with suppress(Exception):
            await connection.close(timeout=2)


def _read(payload: str) -> list[Event]:
    try:
        found = json.loads(payload)
        return [RESYNC] if found == "resync" else [Event(str(topic), str(id)) for topic, id in found]
    except (ValueError, TypeError):
        return [RESYNC]  # not ours, but better safe


def _tell(events: list[Event]) -> None:
    for queue in list(_Hub.watchers):
        for event in events:
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(RESYNC)
                break
