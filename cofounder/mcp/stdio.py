"""MCP over standard input and output, for an assistant on the same machine that starts us itself.

Standard output carries messages and nothing else: while it serves, whatever else is printed goes to standard error.
"""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from cofounder.mcp.server import build
from cofounder.people import LOCAL_OWNER, Caller
from cofounder.people.access import holder


async def serve(key: str | None) -> None:
    """Serve until the assistant closes its end, SIGTERM or SIGINT. Wants an open database and wired tools.

    `key`: whose calls they are; None: the local owner's, who may do all but decide. Raises NotSignedIn.
    """

    async def who() -> Caller:
        """Asked at each call: a key may be revoked while an assistant is open."""
        return replace(LOCAL_OWNER if key is None else await holder(key), via="mcp")

    await who()
    with _endable_input() as end:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, end)
        await build(who).run_stdio_async(show_banner=False)


@contextmanager
def _endable_input() -> Iterator[Callable[[], None]]:
    """Standard input by way of a line of our own, which can be ended: nobody can be called back from reading the other.

    Gives what ends it.
    """
    outside = os.dup(0)
    inside, ours = socket.socketpair()
    os.dup2(inside.fileno(), 0)
    inside.close()

    def end() -> None:
        with suppress(OSError):  # it has ended
            ours.shutdown(socket.SHUT_RDWR)

    def carry() -> None:
        with suppress(OSError):
            while data := os.read(outside, 65_536):
                ours.sendall(data)
        end()

    threading.Thread(target=carry, name="input", daemon=True).start()
    try:
        yield end
    finally:
        end()
        os.dup2(outside, 0)
