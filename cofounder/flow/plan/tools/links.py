"""Open connections to outside tool servers: one a server, process and event loop; made anew after a pause when lost.

A server that is started ends with the worker, behind `guard.py`. Nothing here waits without an end.
"""

import asyncio
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from pydantic import ValidationError

from cofounder.flow.plan.tools import addresses, keeping
from cofounder.flow.plan.tools.errors import ServerAway, ServerPaused
from cofounder.flow.plan.tools.listing import plain
from cofounder.flow.plan.tools.tables import ToolServer
from cofounder.kit import postgres
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger
from cofounder.kit.secrets import without

GUARD = Path(__file__).with_name("guard.py")
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)  # after as many failures in a row
TIMED_OUT = 3  # calls in a row without an answer, after which a connection is made anew
IDLE_SECONDS = 900.0
CLOSING_SECONDS = 8.0
PAGES = 100
_OURS = ("the worker closed it", "told to stop")  # ends that we brought about ourselves

log = logger(__name__)


@dataclass(frozen=True)
class Place:
    """How to reach a server, read from its row."""

    id: UUID
    name: str
    transport: str
    command: str | None
    args: tuple[str, ...]
    url: str | None
    sealed: bytes | None
    allow_private: bool
    connect_seconds: float
    list_seconds: float
    call_seconds: float
    version: int


def place(row: ToolServer) -> Place:
    """The row as what a connection is made from; the secrets stay sealed until it is made."""
    given = {name: getattr(row, name) for name in Place.__dataclass_fields__ if name not in ("args", "sealed")}
    return Place(**given, args=tuple(row.args), sealed=row.secrets)


@dataclass
class Link:
    """A connection, and how it went so far."""

    place: Place
    client: Any = None
    guarded: addresses.Guarded | None = None
    said: IO[bytes] | None = None  # what the server wrote to its standard error
    hidden: tuple[str, ...] = ()
    failures: int = 0
    silent: int = 0
    again_at: float = 0.0
    used_at: float = field(default_factory=time.monotonic)
    listed_at: float = -1e9
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self) -> Any:
        """The connected client. Raises ServerAway, at once while it pauses after a failure."""
        self.used_at = time.monotonic()
        async with self.lock:
            if self.client is not None and self.client.is_connected():
                return self.client
            await self._close()
            left = self.again_at - time.monotonic()
            if left > 0:
                raise ServerPaused(f"{self.place.name} could not be reached; it is tried again in {left:.0f} s.")
            try:
                async with asyncio.timeout(self.place.connect_seconds):
                    await self._connect()
            except asyncio.CancelledError:
                await asyncio.shield(self._close())
                raise
            except Exception as error:
                raise await self._failed(error) from None
            self.failures = self.silent = 0
            return self.client

    async def _connect(self) -> None:
        from fastmcp import Client

        opened = keeping.unseal(self.place.sealed)
        self.hidden = tuple(one for one in opened.values() if len(one) > 3)
        self.client = Client(
            self._transport(opened),
            init_timeout=self.place.connect_seconds,
            log_handler=_unheard,
            progress_handler=_unseen,
            message_handler=None,
        )
        await self.client.__aenter__()
        self.client.session.validate_tool_result = _unchecked  # `outside` holds an answer against what was approved

    def _transport(self, opened: Mapping[str, str]) -> Any:
        from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

        if self.place.transport == "http":
            self.guarded = addresses.Guarded(
                allow_private=self.place.allow_private, connect_seconds=self.place.connect_seconds
            )
            factory = addresses.factory(self.guarded)
            return StreamableHttpTransport(str(self.place.url), headers=dict(opened), httpx_client_factory=factory)
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the server
        command = ["-I", "-S", str(GUARD), str(addresses.LARGEST), "--", str(self.place.command), *self.place.args]
        return StdioTransport(
            sys.executable, command, env=dict(opened), cwd=str(_folder()), keep_alive=False, log_file=_text(self.said)
        )

    async def _failed(self, error: Exception) -> ServerAway:
        """Close, choose the pause, and give what to tell."""
        await self._leave()
        words = self.words(error)  # by now the guard has said why
        await self._close()
        self.failures += 1
        self.again_at = time.monotonic() + PAUSES[min(self.failures, len(PAUSES)) - 1]
        return ServerAway(f"{self.place.name}: {words}")

    def words(self, error: Exception) -> str:
        """What went wrong, in one line, with what the server itself said last; never a secret."""
        if isinstance(error, TimeoutError):
            what = str(error) or f"no answer within {self.place.connect_seconds:g} s"
        elif isinstance(error, CofounderError):
            what = f"{error.detail} {error.advice}"
        else:
            what = told(error)
        said = [what.removeprefix("Client failed to connect: "), *self._last_words()]
        return self.without_secrets(plain("; ".join(one.rstrip(".") for one in said), 600)) + "."

    def without_secrets(self, words: str) -> str:
        return without(words, self.hidden, "[hidden]")

    def _last_words(self) -> list[str]:
        if self.said is None:
            return []
        with suppress(OSError, ValueError):
            size = self.said.seek(0, 2)
            self.said.seek(max(size - 2_000, 0))
            text = self.said.read().decode(errors="replace")
            lines = [line.removeprefix("[guard] ").strip() for line in text.splitlines()]
            return [line for line in lines if line and line not in _OURS][-3:]
        return []

    async def list(self) -> tuple[list[Any], dict[str, str]]:
        """(all tools as they come, what the server says of itself). Raises ServerAway."""
        client = await self.open()
        try:
            async with asyncio.timeout(self.place.list_seconds):
                found = await _pages(client)
        except TimeoutError:
            raise await self.lost(TimeoutError(f"it gave no list within {self.place.list_seconds:g} s")) from None
        except Exception as error:
            raise await self.lost(error) from None
        self.listed_at = time.monotonic()
        info = client.server_info
        return found, {
            "name": plain(getattr(info, "name", ""), 100),
            "version": plain(getattr(info, "version", ""), 50),
        }

    async def lost(self, error: Exception) -> ServerAway:
        """The connection is of no use: close it, and pause before the next one."""
        async with self.lock:
            return await self._failed(error)

    async def went_silent(self) -> None:
        """A call got no answer. After some in a row the connection is made anew."""
        self.silent += 1
        if self.silent >= TIMED_OUT:
            async with self.lock:
                self.silent = 0
                await self._close()

    async def close(self) -> None:
        async with self.lock:
            await self._close()

    async def _leave(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            try:
                async with asyncio.timeout(CLOSING_SECONDS):
                    await client.close()
            except Exception as error:
                log.warning("a tool server's connection did not close", server=self.place.name, error=str(error))

    async def _close(self) -> None:
        await self._leave()
        if self.said is not None:
            self.said.close()
            self.said = None


def told(error: Exception) -> str:
    """An error of the wire in a few words; an answer that is not as MCP wants it repeats nothing of itself."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        return f"it answered otherwise than MCP wants: {where + ': ' if where else ''}{first['msg']}"
    return plain(error, 300) or type(error).__name__


async def _pages(client: Any) -> list[Any]:
    found: list[Any] = []
    cursor, seen = None, set()
    for _ in range(PAGES):
        page = await client.list_tools_mcp(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if cursor is None or cursor in seen or len(found) > 20_000:
            break
        seen.add(cursor)
    return found


async def _unchecked(_tool: str, _result: Any) -> None:
    """Nothing: the client's own check runs a server's patterns on the event loop, for as long as they take."""


async def _unheard(_: Any) -> None:
    """What a server logs is its own business."""


async def _unseen(progress: float, total: float | None, message: str | None) -> None:
    pass


def _folder() -> Path:
    """Where servers are started: an empty folder of the home, for its owner alone."""
    made = postgres.default_home() / "servers"
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def _text(file: IO[bytes]) -> Any:
    """The file as the text stream that FastMCP asks for; only its descriptor is used."""
    import io

    return io.TextIOWrapper(io.FileIO(file.fileno(), "w", closefd=False), write_through=True)


class _Links:
    """The open connections of one event loop, and who looks after them."""

    def __init__(self) -> None:
        self.links: dict[UUID, Link] = {}
        self.janitor: asyncio.Task[None] | None = None


_all: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Links]" = weakref.WeakKeyDictionary()


def link(wanted: Place) -> Link:
    """The connection to this server on the running loop; a new one when the server was changed."""
    mine = _all.setdefault(asyncio.get_running_loop(), _Links())
    found = mine.links.get(wanted.id)
    if found is None or found.place != wanted:
        if found is not None:
            _spare(found)
        found = mine.links[wanted.id] = Link(wanted)
    if mine.janitor is None or mine.janitor.done():
        mine.janitor = asyncio.create_task(_tidy(mine), name="tool-servers")
    return found


_closing: set["asyncio.Task[None]"] = set()


def _spare(old: Link) -> None:
    job = asyncio.create_task(old.close())
    _closing.add(job)
    job.add_done_callback(_closing.discard)


async def _tidy(mine: _Links) -> None:
    """Close what was removed, changed, switched off, or not used for long."""
    from cofounder.flow.plan.tools import queries
    from cofounder.kit.db import reading

    while mine.links:
        await asyncio.sleep(10.0)
        try:
            async with reading() as session:
                versions = await queries.versions(session)
        except Exception as error:  # the database may be away for a while
            log.warning("tool servers could not be looked up", error=f"{type(error).__name__}: {error}")
            continue
        for id, one in list(mine.links.items()):
            idle = time.monotonic() - one.used_at > IDLE_SECONDS
            if versions.get(id) != one.place.version or idle:
                del mine.links[id]
                _spare(one)


async def forget(server_id: UUID) -> None:
    """Close this loop's connection to a server."""
    mine = _all.get(asyncio.get_running_loop())
    found = mine.links.pop(server_id, None) if mine else None
    if found is not None:
        await found.close()


async def close() -> None:
    """Close the running loop's connections; what was started ends."""
    mine = _all.pop(asyncio.get_running_loop(), None)
    if mine is None:
        return
    if mine.janitor is not None:
        mine.janitor.cancel()
    await asyncio.gather(*(one.close() for one in mine.links.values()), *_closing, return_exceptions=True)
