"""The outermost layer: refuses what no route should see, and turns what nobody foresaw into an answer.

It also knows what every address has in common: HEAD is GET without its body, and a slash at the end means nothing.
"""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cofounder.kit.errors import CofounderError
from cofounder.kit.problems import (
    MAX_ADDRESS_BYTES,
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    AddressTooLong,
    BodyTooLarge,
    HeadersTooLarge,
    NotJson,
    RequestInvalid,
    answer,
    unexpected,
)
from cofounder.settings import settings

# The addresses that take a file, which goes to the disk as it comes; and one whose files are small.
UPLOADS = ("/api/import-files", "/api/orchestrator/training/datasets/upload")
IMAGES, IMAGE_BYTES = "/api/images", 20_000_000
# How much of a refused body is still read, and thrown away. A connection that is closed on unread bytes is reset,
# and the caller loses the answer (RFC 9112, section 9.6).
DRAINED_BYTES = 256_000_000
DRAINED_SECONDS = 20.0


class Broken(Exception):
    """An answer broke off while it was sent; the log has the reason."""


class Gate:
    """ASGI middleware: sizes, characters in the address that cannot be stored, encodings, HEAD, what nobody foresaw."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        error = _refused(scope, headers)
        stated = headers.get(b"content-length", b"0")
        most = self._most(scope["path"])
        if error is None and stated.isdigit() and int(stated) > most:
            error = BodyTooLarge(hint=f"Send at most {most:,} bytes.")
        if error is None:
            await self._pass(_plain(scope), receive, _without_body(send) if scope["method"] == "HEAD" else send, most)
            return
        exchange = _Exchange(receive, send, closing=True, waits=b"expect" in headers)
        await answer(error, scope["path"])(scope, receive, exchange.send)
        await exchange.end()

    def _most(self, path: str) -> int:
        if path in UPLOADS:
            return settings().import_max_bytes
        return IMAGE_BYTES if path == IMAGES else self.max_bytes

    async def _pass(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        exchange = _Exchange(receive, send)
        seen, begun = 0, False

        async def limited() -> Message:
            """A body that does not say its length is counted as it comes."""
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                exchange.closing = message.get("more_body", False)
                raise BodyTooLarge(hint=f"Send at most {most:,} bytes.")
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await exchange.send(message)

        try:
            await self.app(scope, limited, noted)
        except Exception as error:
            # answered here, where our log takes the secrets out, and not by the server, which would print them
            said = unexpected(error, scope["method"], scope["path"])
            if begun:
                raise Broken(scope["path"]) from None  # an answer half sent can only be cut
            await said(scope, receive, exchange.send)
        await exchange.end()


class _Exchange:
    """One answer. While `closing`, the caller gets all of it and may then finish sending before the line is closed."""

    def __init__(self, receive: Receive, send: Send, *, closing: bool = False, waits: bool = False) -> None:
        self.receive = receive
        self._send = send
        self.closing = closing
        self.waits = waits  # the caller sends its body only when it is told to (Expect: 100-continue)
        self._open = False

    async def send(self, message: Message) -> None:
        if self.closing and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        elif self.closing and message["type"] == "http.response.body" and not message.get("more_body"):
            message = {**message, "more_body": True}
            self._open = True
        await self._send(message)

    async def end(self) -> None:
        if not self._open:
            return
        if not self.waits:
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAINED_SECONDS):
                    await self._drain()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _drain(self) -> None:
        left = DRAINED_BYTES
        while left > 0:
            message = await self.receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body", False):  # the end, or the caller has gone
                return


def _refused(scope: Scope, headers: dict[bytes, bytes]) -> CofounderError | None:
    """What is wrong with the request before anything of its body is known."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        return AddressTooLong()
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return HeadersTooLarge()
    coded = headers.get(b"content-encoding", b"identity").lower()
    if coded != b"identity":
        return NotJson("The body is compressed.", hint="Send the JSON as it is, without a Content-Encoding.")
    name = _unstorable(scope["query_string"])
    if name is not None:
        fault = {"field": name, "message": "It holds a NUL character, which cannot be stored."}
        return RequestInvalid(f"{name}: {fault['message']}", errors=[fault])
    return None


def _plain(scope: Scope) -> Scope:
    """HEAD asks as GET does; /api/tasks/ is /api/tasks."""
    changed: dict[str, object] = {}
    if scope["method"] == "HEAD":
        changed["method"] = "GET"
    path = scope["path"]
    if path.startswith(("/api/", "/mcp/")) and path.endswith("/"):
        changed["path"] = path.rstrip("/")
        changed["raw_path"] = (scope.get("raw_path") or b"").rstrip(b"/")
    return {**scope, **changed} if changed else scope


def _without_body(send: Send) -> Send:
    """Sends what GET would, less the body; an answer that streams ends at once."""

    async def bare(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return bare


def _unstorable(query: bytes) -> str | None:
    """The name of a query parameter with a NUL character in it; None: there is none."""
    if b"%00" not in query and b"\x00" not in query:
        return None
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return next((name.replace("\x00", "") for name, value in pairs if "\x00" in name + value), None)
