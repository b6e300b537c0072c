"""Makes the engine look for work when there is some: it only knows how to look every so often.

Whoever enqueues notifies with its commit; each worker listens and has its engine look at once. A notice that is lost
costs one pause between two looks. The engine offers no way to wake it, so its queue's stop event is taught one; should
a later engine look otherwise, `wakeable` says so and the engine goes on looking every so often.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import dbos

from cofounder.kit import live
from cofounder.kit.log import logger

CHANNEL = "cofounder_work"
NOTIFY = f"pg_notify('{CHANNEL}', '')"  # a further column of the statement that enqueues

AT_ONE_LOOK = 64

log = logger(__name__)


class _Bell:
    """Ends the waits of every thread that waits on one event, and those that are about to begin, once per ring."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._changed = threading.Condition()
        self._rings = 0
        self._heard = threading.local()  # a ring while a thread looks for work is heard when it next waits
        set_it = stop.set

        def end() -> None:
            set_it()
            self.ring()

        stop.wait, stop.set = self._wait, end  # type: ignore[method-assign]

    def ring(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def _wait(self, timeout: float | None = None) -> bool:
        heard = getattr(self._heard, "rings", 0)
        with self._changed:
            self._changed.wait_for(lambda: self._stop.is_set() or self._rings != heard, timeout)
            self._heard.rings = self._rings
        return self._stop.is_set()


def wakeable(engine: dbos.DBOS) -> Callable[[], None] | None:
    """What makes a launched engine look for work now, from any thread; None where this engine cannot be woken."""
    from dbos._queue import queue_thread

    for thread in getattr(engine, "_background_threads", ()):
        given: Any = getattr(thread, "_args", ())
        if getattr(thread, "_target", None) is queue_thread and given and isinstance(given[0], threading.Event):
            return _Bell(given[0]).ring
    log.warning("the engine cannot be woken and looks for work every so often")
    return None


def sharing(engine: dbos.DBOS, most: int = AT_ONE_LOOK) -> None:
    """Have a launched engine take at most so much at one look, whatever it carries: the rest is for whoever looks next.

    The engine takes all that waits, so that one of two workers had everything after a pause. Its own limit counts what
    a worker carries, which here includes tasks that rest for days.
    """
    system = getattr(engine, "_sys_db", None)
    take = getattr(system, "start_queued_workflows", None)
    if take is None:
        log.warning("the engine takes all that waits at one look")
        return

    def some(queue: Any, executor: str, version: str, part: Any, carried: int = 0, *more: Any, **named: Any) -> Any:
        own = queue._worker_concurrency
        queue._worker_concurrency = carried + most if own is None else min(own, carried + most)
        return take(queue, executor, version, part, carried, *more, **named)

    setattr(system, "start_queued_workflows", some)  # noqa: B010 - its type is not ours


def listen(ring: Callable[[], None]) -> "asyncio.Task[None]":
    """Ring whenever somebody enqueued, or may have while nobody listened; cancel the task to end it."""
    return asyncio.create_task(live.hear(CHANNEL, lambda _: ring(), up=lambda _: ring()), name="wake")
