"""Chores: what one worker does for all, now and then, in a task of its own.

In: the work and how often. Out: `look`, which `leases.held` may call at every beat. Never: lets a beat wait for the work.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from cofounder.kit.log import logger

log = logger(__name__)


class Chore:
    """One of them. What its work raises is put into the log, and the next look tries again.

    `name`: what it does, in words of a person. `every`: seconds from one beginning to the next. `at_once`: whether a
    worker that has just begun does it first of all. `wanted`: asked at each look, whether it is done at all.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        *,
        every: float,
        at_once: bool = True,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name, self.every = name, every
        self._work, self._at_once, self._wanted = work, at_once, wanted
        self._last: float | None = None
        self._running: asyncio.Task[None] | None = None

    async def look(self) -> None:
        """Begin the work where it is due and nobody is at it."""
        if self._last is None and not self._at_once:
            self._last = time.monotonic()
        late = self._last is None or time.monotonic() - self._last >= self.every
        if not late or not self._wanted() or (self._running is not None and not self._running.done()):
            return
        self._last = time.monotonic()
        self._running = asyncio.create_task(self._do(), name=self.name)

    async def stop(self) -> None:
        """End what is at it; whoever looks next begins again."""
        task, self._running, self._last = self._running, None, None
        if task is not None and task.get_loop() is asyncio.get_running_loop():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _do(self) -> None:
        try:
            await self._work()
        except Exception as error:  # the database may be away for a while
            log.warning("a chore was not done", chore=self.name, error=f"{type(error).__name__}: {error}")
