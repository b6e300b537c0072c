"""Many listeners in one process: sockets that note when which event came, and read nothing else."""

import asyncio
import re
import time
from collections import defaultdict

EVENT = re.compile(rb"event-(\d+)")
FIRST = re.compile(rb"retry: |event: open")  # what either server says once a stream is open
TOGETHER = 100  # that open at the same moment: a kernel's backlog holds no more for sure


class _Listener(asyncio.Protocol):
    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.crowd.request)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        if not self.opened.done() and FIRST.search(data):
            self.opened.set_result(None)
        for number in EVENT.findall(data):
            self.crowd.heard[int(number)].append(at)

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.lost += 1
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionError("The server closed a stream before it was open."))


class Crowd:
    """`size` streams of one server. `heard`: event number -> the moments at which it came, one a stream."""

    def __init__(self, port: int, size: int, key: str = "") -> None:
        self.port, self.size, self.lost = port, size, 0
        self.heard: defaultdict[int, list[float]] = defaultdict(list)
        asks = [b"GET /api/events HTTP/1.1", b"Host: 127.0.0.1", b"Accept: text/event-stream"]
        self.request = b"\r\n".join([*asks, *([b"Authorization: Bearer " + key.encode()] if key else []), b"", b""])
        self._listeners: list[_Listener] = []

    async def come(self) -> float:
        """Open every stream as fast as that goes; gives the seconds until the last is open."""
        began = time.perf_counter()
        gate = asyncio.Semaphore(TOGETHER)

        async def one() -> _Listener:
            async with gate:
                _, listener = await asyncio.get_running_loop().create_connection(
                    lambda: _Listener(self), "127.0.0.1", self.port
                )
            await listener.opened
            return listener

        async with asyncio.timeout(180):
            self._listeners = await asyncio.gather(*(one() for _ in range(self.size)))
        took = time.perf_counter() - began
        self.lost = 0
        return took

    def go(self) -> None:
        """Hang up, all at once, as when a network breaks."""
        for one in self._listeners:
            if one.transport is not None:
                one.transport.abort()
        self._listeners = []

    async def all_heard(self, number: int) -> None:
        async with asyncio.timeout(60):
            while len(self.heard[number]) < self.size:  # noqa: ASYNC110 - an event would measure the event too
                await asyncio.sleep(0.002)
