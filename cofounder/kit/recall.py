"""What one run of a task reads of a fixed past is read once.

A task reads the company's history as of its request, and most of its steps the same of it. Inside `recalling` the first
answer to a question stands for all that ask it; elsewhere each is asked anew. What is given is read, never changed.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


@contextmanager
def recalling() -> Iterator[None]:
    """One run: it, and what it sets going, remember together; afterwards everything is forgotten."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


async def once(question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
    """The answer that this run got before, else that of `ask`. Two who ask at the same moment may both ask."""
    known = _known.get()
    if known is None:
        return await ask()
    if question not in known:
        known[question] = await ask()
    return cast(T, known[question])
