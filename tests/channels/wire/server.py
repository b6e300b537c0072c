"""A provider on loopback that answers on its own wire, over real sockets, and has bad days on demand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import HTTP
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid5

from cofounder.channels.accounts.connected import Connected, Provider
from cofounder.kit.ids import new_id

SECRET = "tok-live-3f9a1c7e5b2d8f6a4c0e"  # what no message and no record may ever hold
# Addresses that take what goes before a post: a bad day meets them only where it names them.
ASIDE = ("/tags", "/rest/images", "/media/upload", "/media/metadata", "/photos", "/wp/v2/media", "/images/upload/")
EXTRA = {"brand_new_field": {"nested": [1, None]}}  # providers add fields whenever they like


@dataclass
class Bad:
    """What happens in place of the right thing, to calls of `method` whose path holds `on`.

    `does`: "nothing", or the right thing "first", and then this. `status` None cuts the line. `seconds` passes before.
    """

    status: int | None = None
    does: Literal["nothing", "first"] = "nothing"
    on: str = ""
    method: str = "POST"
    message: str = "Something is wrong."
    code: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    times: int = 1


@dataclass(frozen=True)
class Asked:
    """One call as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content or b"null")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.content.decode()))

    @property
    def parts(self) -> dict[str, bytes]:
        """What a form of several parts holds, by name."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        message = message_from_bytes(head + self.content, policy=HTTP)
        found = {}
        for part in message.iter_parts() if isinstance(message, EmailMessage) else ():
            name = part.get_param("name", header="content-disposition")
            found[str(name)] = bytes(part.get_payload(decode=True) or b"")
        return found


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Wire:
    """What every provider has. Subclasses keep posts and answer as theirs does."""

    provider: Provider = "webhook"
    url: str = ""
    secret: str = SECRET
    bad: list[Bad] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    revoked: bool = False
    numbers: int = 0
    fate: Callable[[Asked], Bad | None] = field(default=lambda _: None)  # further bad days, by chance

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        """Of each text that readers see, its images in order: what their bytes are, and their alt text."""
        raise NotImplementedError

    def shown(self) -> list[str]:
        """The texts that readers see, first posted first."""
        raise NotImplementedError

    async def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def refusal(self, status: int, message: str, code: Any = None) -> Reply:
        """As this provider says no."""
        return Reply(status, {"message": message, "status": status})

    def connected(self, **changes: Any) -> Connected:
        """The account there."""

        async def token() -> str:
            return SECRET

        values: dict[str, Any] = {
            "id": uuid5(new_id(), self.provider),
            "provider": self.provider,
            "name": f"Acme at {self.provider}",
            "external_id": "",
            "address": self.url,
            "token": token,
        }
        return Connected(**{**values, **self.account(), **changes})

    def account(self) -> dict[str, Any]:
        return {}

    def posts_asked(self) -> int:
        """How often it was asked to post."""
        return sum(one.method == "POST" and not one.path.endswith(ASIDE) for one in self.asked)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await _read(reader)
            if asked is not None:
                await self._reply(asked, writer)
        with suppress(ConnectionError):
            writer.close()

    async def _reply(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked.append(asked)
        bad = next((one for one in self.bad if one.times and one.method == asked.method and _meant(one, asked)), None)
        bad = bad or self.fate(asked)
        if bad is None:
            await _write(writer, await self.answer(asked))
            return
        bad.times -= 1
        if bad.does == "first":
            await self.answer(asked)
        await asyncio.sleep(bad.seconds)
        if bad.status is None:
            assert isinstance(writer.transport, asyncio.Transport)
            writer.transport.abort()
            return
        told = self.refusal(bad.status, f"{bad.message} (asked with {self.secret})", bad.code)
        await _write(writer, Reply(told.status, told.body, {**told.headers, **bad.headers}))


def _meant(bad: Bad, asked: Asked) -> bool:
    return bad.on in asked.path and (bool(bad.on) or bad.method != "POST" or not asked.path.endswith(ASIDE))


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Asked(method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, content)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    content = b"" if reply.body is None else json.dumps(reply.body).encode()
    lines = [f"HTTP/1.1 {reply.status} Said", "Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + content)
    await writer.drain()


@asynccontextmanager
async def running(wire: Wire) -> AsyncIterator[Wire]:
    lines: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        lines.add(task)
        try:
            await wire._serve(reader, writer)
        finally:
            lines.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        for task in list(lines):
            task.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
