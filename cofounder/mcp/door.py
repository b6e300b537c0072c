"""/mcp: streamable HTTP, one request an exchange, so that any server of the same database can answer the next one.

A key or an access token comes with each request; the page's cookie does not count here. What runs the protocol takes a
second and 40 MB to load, so it is loaded when somebody first comes.
"""

import asyncio
from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cofounder.kit.errors import NotSignedIn
from cofounder.people import Caller, cookies
from cofounder.people.access import holder

PATH = "/mcp"
_BATCH = {
    "jsonrpc": "2.0",
    "id": None,
    "error": {"code": -32600, "message": "Send one message a request: MCP has no batches since 2025-06-18."},
}
_here: ContextVar[Caller] = ContextVar("mcp_signed_in")


class Door:
    """The ASGI application at /mcp."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._inner: ASGIApp | None = None
        self._running: asyncio.Task[None] | None = None
        self._end = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises OriginForeign, NotSignedIn and what a body can have wrong."""
        request = Request(scope, receive)
        cookies.same_origin(request, must=False)
        token = _here.set(await _signed_in(request))
        try:
            body = await request.body()  # whole: what the gate refuses of it is refused before anybody answers
            if body.lstrip()[:1] == b"[":
                await JSONResponse(_BATCH, status_code=400)(scope, receive, send)
                return
            inner = await self._opened()
            await inner(dict(scope), _again(body, receive), send)
        finally:
            _here.reset(token)

    async def close(self) -> None:
        """End what was opened for the first caller."""
        self._end.set()
        if self._running is not None:
            await self._running

    async def _opened(self) -> ASGIApp:
        async with self._lock:
            if self._inner is None:
                ready: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
                self._running = asyncio.create_task(self._live(ready))
                self._inner = await ready
            return self._inner

    async def _live(self, ready: "asyncio.Future[ASGIApp]") -> None:
        """What serves must be begun and ended in one task, and a request is not there for long enough."""
        try:
            server = await asyncio.to_thread(_build)
            app = server.http_app(PATH, stateless_http=True, json_response=True, host_origin_protection=False)
            async with app.lifespan(app):
                ready.set_result(app)
                await self._end.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)


def install(app: FastAPI) -> Door:
    """Serve MCP at /mcp. Close the door when the server ends."""
    door = Door()
    app.router.routes.append(Route(PATH, endpoint=door, methods=["POST"], include_in_schema=False))
    return door


def _build() -> Any:
    from cofounder.mcp.server import build

    return build(_who)


async def _who() -> Caller:
    return _here.get()


async def _signed_in(request: Request) -> Caller:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotSignedIn()
    return replace(await holder(secret.strip()), via="mcp")


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, and after it whatever comes."""
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        message: MutableMapping[str, Any] = {"type": "http.request", "body": body, "more_body": False}
        return message

    return read
