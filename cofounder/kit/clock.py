"""The only place that asks what time it is, so that a test can say."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    return now().date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let the clock stand at `at` (aware) inside the block."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)


def stamp(moment: datetime) -> str:
    """A moment as an address can hold it: ISO 8601 in UTC with Z, for a + there is a blank."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
