"""The only place that asks what time it is, so that a test can say."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from cofounder.kit.zones import known_zone

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


def local(moment: datetime, *, fold: int = 0) -> datetime:
    """A time without a zone, by this machine's clocks; one that has a zone stays.

    Where clocks skip it, it is as much later as they went forward, and of one that comes twice the first is meant (RFC
    5545, 3.3.5), with `fold` 1 the second. `astimezone` alone goes backwards over the gap. Raises ValueError or OverflowError at the ends of time.
    """
    if moment.tzinfo:
        return moment
    zone = _named_zone()
    if zone is None:
        return datetime.fromtimestamp(moment.replace(fold=fold).timestamp(), UTC).astimezone()
    _ = moment - timedelta(days=1), moment + timedelta(days=1)  # so that no zone leads over the ends of time
    there = moment.replace(fold=fold, tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(fold=0, tzinfo=timezone(there.utcoffset() or timedelta(0), there.tzname() or ""))


def _named_zone() -> ZoneInfo | None:
    """The zone that the environment's TZ names: the C library takes UTC, without a word, for one that it does not find."""
    try:
        return ZoneInfo(known_zone(os.environ.get("TZ", "").removeprefix(":")))
    except ValueError:
        return None


def stamp(moment: datetime) -> str:
    """A moment as an address can hold it: ISO 8601 in UTC with Z, for a + there is a blank."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
