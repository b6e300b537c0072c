"""The long-running processes: one server, one worker. Each ends well on SIGTERM and SIGINT."""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from cofounder.cli import database_url, home
from cofounder.kit import memory
from cofounder.kit.errors import Conflict

if TYPE_CHECKING:
    import uvicorn

GRACE_SECONDS = 2  # an open event stream is cut after this, or Ctrl-C would hang on it


class PortTaken(Conflict):
    """The port is used by another program."""


class AddressUnusable(Conflict):
    """The server cannot listen on this address."""


def listen(host: str, port: int, *, command: str = "up") -> socket.socket:
    """A socket that listens there, for `command`. Raises PortTaken, AddressUnusable."""
    import errno

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise AddressUnusable(f"There is no address {host!r}.", field="host") from error
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(address)
        made.listen(2048)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} on {host} is used by another program.",
                field="port",
                hint=f"Try: cofounder {command} --port {port + 1 if port < 65535 else port - 1}",
            ) from error
        raise AddressUnusable(f"{host}:{port}: {error.strerror}.", field="host") from error
    return made


def serve(host: str, port: int, *, fd: int | None, tied: bool) -> int:
    """Answer HTTP until told to stop. `fd`: a socket that already listens. `tied`: end when our parent does."""
    import uvicorn

    from cofounder.app import create_app, open_database

    database_url.check()
    home.make()
    place = socket.socket(fileno=fd) if fd is not None else listen(host, port, command="serve")
    if tied:
        follow_parent()
    else:
        asyncio.run(open_database())  # what is wrong with it is told in a line here, in a page by the server's start
        _say(f"The server listens on {host}, port {place.getsockname()[1]}.")
    from cofounder.settings import settings

    trusted = settings().trusted_proxies
    config = uvicorn.Config(
        create_app(),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="on",
        proxy_headers=bool(trusted),  # else any program of this machine could name the address that it comes from
        forwarded_allow_ips=trusted or None,
    )
    server = _server(config)
    try:
        server.run(sockets=[place])
    finally:
        place.close()
    if not server.started:
        return 69
    home.leave_database()
    return 0


def _server(config: "uvicorn.Config") -> "uvicorn.Server":
    """A server that lets its open event streams end when it is told to stop, and returns when it has."""
    import uvicorn

    from cofounder.kit import live

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            memory.settle()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            live.end_streams()
            super().handle_exit(sig, frame)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn's own raises the signal again at the end, which would kill us before the database is left
            before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for one, handler in before.items():
                    signal.signal(one, handler)

    return Server(config)


def worker(*, tied: bool) -> int:
    """Carry tasks out until told to stop."""
    import uvloop

    if tied:
        follow_parent()
    return uvloop.run(_work())


async def _work() -> int:
    from cofounder import app

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    async with home.opened(tools=True, quiet=False), app.working():
        memory.settle()
        _say("The worker is ready.")
        await stop.wait()
    return 0


def _say(words: str) -> None:
    """To whoever started us; a full disk or a closed pipe stops no work."""
    with suppress(OSError):
        print(words, file=sys.stderr, flush=True)  # noqa: T201


def follow_parent(descriptor: int = 0) -> None:
    """End, as on SIGTERM, when the process that started us is gone: it holds the other end, of our standard input as a rule."""

    def wait() -> None:
        while os.read(descriptor, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
