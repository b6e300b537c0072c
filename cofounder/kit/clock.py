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


def local(moment: datetime) -> datetime:
    """A time without a zone, by this machine's clocks; one that has a zone stays.

    Where clocks skip it, it is as much later as they went forward, and of one that comes twice the first is meant (RFC
    5545, 3.3.5). `astimezone` alone goes backwards over the gap. Raises ValueError or OverflowError at the ends of time.
    """
    return moment if moment.tzinfo else datetime.fromtimestamp(moment.replace(fold=0).timestamp(), UTC).astimezone()


def stamp(moment: datetime) -> str:
    """A moment as an address can hold it: ISO 8601 in UTC with Z, for a + there is a blank."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
