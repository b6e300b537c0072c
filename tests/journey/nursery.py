"""A process with the whole product imported, from which workers are forked: a life costs no import.

It reads orders as JSON lines, one life each, and answers with lines: {"born": pid, "order": n} and
{"died": pid, "signal": 9 or 0, "code": exit code}. It has no thread and no loop of its own, so that a fork is safe.
"""

import asyncio
import gc
import json
import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.journey import points  # first: it wraps what the product is built on


def main() -> None:
    """Import everything, then bear and bury lives until standard input closes."""
    _import_all()
    _say(ready=os.getpid())
    alive: set[int] = set()
    waiting = b""
    while True:
        readable, _, _ = select.select([0], [], [], 0.01 if alive else 1.0)
        if readable:
            read = os.read(0, 65_536)
            if not read:
                break
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                alive.add(_bear(json.loads(line)))
        for pid, code in _dead():
            alive.discard(pid)
            _say(
                died=pid, signal=os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0, code=os.waitstatus_to_exitcode(code)
            )
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _import_all() -> None:
    points.wrap_phases()
    from cofounder import app, journey

    app.wire()
    points.wrap_the_product()
    import openai
    import pydantic_ai.models.openai

    from cofounder.channels.senders import email
    from cofounder.flow.plan.tools import registry
    from cofounder.models.offline import parser, writer

    async def discover() -> None:
        await registry.discover()
        await registry.close()

    asyncio.run(discover())
    del journey, openai, pydantic_ai, email, parser, writer
    gc.collect()
    gc.freeze()


def _dead() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, code = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, code


def _bear(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = _live(order)
        finally:
            os._exit(code)
    _say(born=pid, order=order["order"])
    return pid


def _live(order: dict[str, Any]) -> int:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for mine, theirs in ((0, nothing), (1, log), (2, log)):
        os.dup2(theirs, mine)
    os.environ.update(order["environment"])
    trace = points.Trace
    trace.descriptor = os.open(order["trace"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    trace.dies_at = order.get("dies_at")
    if order.get("kinds"):
        dead = Path(order["dead"])
        trace.spared = frozenset(dead.read_text().splitlines() if dead.exists() else ())
        trace.kinds = tuple(order["kinds"])
    try:
        asyncio.run(_work(order))
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    return 0


async def _work(order: dict[str, Any]) -> None:
    from cofounder import app
    from cofounder.kit import db, leases, log
    from cofounder.settings import settings

    settings.cache_clear()
    chosen = settings()
    log.configure("WARNING")
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    leases.TAKEOVERS = order.get("takeovers", leases.TAKEOVERS)
    if order.get("machine"):
        machine = order["machine"]
        leases._machine = lambda: machine  # its dead are not to be seen from another one
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with app.working():
        await stop.wait()


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
