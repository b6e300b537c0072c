"""Where a tool server over HTTP may lie: on the internet, and nearer only where an admin said so.

A name is looked up once a request, what it stands for is looked at, and the connection goes to that very address: a
name that stands for something else a moment later changes nothing.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from cofounder.kit.errors import InputInvalid
from cofounder.kit.near import refused

LARGEST = 4_000_000  # bytes of one message of a server
_SURELY_NOT_DONE = (400, 401, 403, 404, 405, 406, 413, 415, 422, 429)


class AddressNotAllowed(InputInvalid):
    """The server lies at an address that it may not lie at."""

    hint = "For a server on this machine or in your own network say so: allow_private. Link-local addresses are never allowed."


class AnswerTooLarge(httpx2.TransportError):
    """The server's answer is larger than what is read of one."""


async def looked_up(host: str, port: int, *, allow_private: bool) -> str:
    """An address that the name stands for. Raises AddressNotAllowed when any is refused, OSError when there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if refused(address, allow_private=allow_private):
            near = "never allowed" if refused(address, allow_private=True) else "not on the internet (allow_private)"
            raise AddressNotAllowed(f"It lies at {address}, which is {near}.", field="url")
    return str(addresses[0])


class Guarded(httpx2.AsyncBaseTransport):
    """Asks only where it may, reads only so much, and knows which requests surely did nothing."""

    def __init__(self, *, allow_private: bool, connect_seconds: float) -> None:
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)  # a proxy of the environment would look up for itself
        self._allow_private = allow_private
        self._connect_seconds = connect_seconds
        self.not_done: dict[str, str] = {}  # a call's own mark -> why it surely did nothing
        self.watched: set[str] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        try:
            async with asyncio.timeout(self._connect_seconds):
                port = request.url.port or (443 if request.url.scheme == "https" else 80)
                address = await looked_up(host, port, allow_private=self._allow_private)
        except (OSError, TimeoutError, AddressNotAllowed) as error:
            words = str(error) or f"no answer from {host} within {self._connect_seconds:g} s"
            self._note(request, words)
            raise httpx2.ConnectError(words, request=request) from error
        sent = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # Host is the name, as it was asked for
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        try:
            answer = await self._inner.handle_async_request(sent)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            self._note(request, f"{error}")
            raise
        if answer.status_code in _SURELY_NOT_DONE:
            self._note(request, f"HTTP {answer.status_code}")
        if answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            raise httpx2.DecodingError("It packs its answers although it was asked not to.", request=request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            answer.status_code, headers=answer.headers, stream=_Capped(answer.stream), extensions=answer.extensions
        )

    def _note(self, request: httpx2.Request, why: str) -> None:
        if request.method != "POST" or not self.watched:
            return
        try:
            content = request.content
        except httpx2.RequestNotRead:
            return
        for mark in self.watched:
            if mark.encode() in content:
                self.not_done[mark] = why

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            read += len(chunk)
            if read > LARGEST:
                raise AnswerTooLarge(f"The answer has more than {LARGEST:,} bytes.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def client(transport: Guarded, headers: dict[str, str]) -> httpx2.AsyncClient:
    """A client that follows no redirect and packs nothing."""
    return httpx2.AsyncClient(
        transport=transport,
        headers={"User-Agent": "cofounder", **headers, "Accept-Encoding": "identity"},
        timeout=httpx2.Timeout(30.0, read=None),  # every call has a time-out of its own around it
        follow_redirects=False,
        trust_env=False,
    )


def factory(transport: Guarded) -> Any:
    """`client` in the form that FastMCP asks for."""

    def make(headers: dict[str, str] | None = None, **_: Any) -> httpx2.AsyncClient:
        return client(transport, headers or {})

    return make
