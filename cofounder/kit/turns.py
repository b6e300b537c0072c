"""Turns: so much at once in this process, first come first served, so that the first come to an end before the last begin."""

import asyncio
import weakref
from collections.abc import Callable, Hashable


class Turns:
    """Semaphores by name, on each event loop their own; `most` says how many may go at once when a name is first used."""

    def __init__(self, most: Callable[[], int]) -> None:
        self._most = most
        self._loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, asyncio.Semaphore]] = (
            weakref.WeakKeyDictionary()
        )

    def of(self, name: Hashable = None) -> asyncio.Semaphore:
        """The semaphore of this name on the running loop: `async with turns.of(name)`."""
        named = self._loops.setdefault(asyncio.get_running_loop(), {})
        if name not in named:
            named[name] = asyncio.Semaphore(self._most())
        return named[name]
