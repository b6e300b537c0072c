"""Memory: while very many rows are read at once, and of what lives as long as the process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A task leaves some three thousand objects behind: one search of the young a task, of all in the hundreds.
_SEARCHES = (3_000, 15, 20)


def settle() -> None:
    """Leave what lives now, modules and schemas for the most part, out of every later search for cycles.

    For a process that is ready and goes on for long. Half a million objects looked through again stopped everything
    for a third of a second each time, and took a tenth of a worker's processor.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SEARCHES)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles while rows are made: they hold none, and looking through each of them doubles the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
