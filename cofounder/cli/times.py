"""Times as a person types them."""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from cofounder.kit.clock import local
from cofounder.kit.errors import InputInvalid
from cofounder.kit.zones import known_zone

# As POSIX writes a zone by its rules: CET-1CEST,M3.5.0,M10.5.0/3, <+03>-3. The C library takes any name for one, and
# Berlin2 for two hours behind UTC.
_BY_RULES = re.compile(r"(<[A-Za-z0-9+-]+>|[A-Z]{3,4})[+-]?\d")


class TimeUnclear(InputInvalid):
    """The time is not an ISO 8601 time."""

    hint = "For example: 2026-11-23T09:00+01:00. Without a zone it is the time of this machine."


def when(given: str | None, *, field: str = "schedule") -> datetime | None:
    """A time as typed; without a zone it is this machine's. Raises TimeUnclear, also where its clocks know it not once.

    A day alone is its first moment, whatever its clocks do then.
    """
    if given is None:
        return None
    try:
        typed = datetime.fromisoformat(given)
        meant = local(typed)
        if typed.tzinfo is None:
            _known_clocks(field)
            if not _day_alone(given, typed):
                _once(given, typed, meant, field)
        return meant
    except (ValueError, OverflowError) as error:
        raise TimeUnclear(f"{given!r} is no time.", field=field) from error


def _day_alone(given: str, typed: datetime) -> bool:
    return ":" not in given and "T" not in given and typed.hour == typed.minute == 0


def _once(given: str, typed: datetime, meant: datetime, field: str) -> None:
    """The clocks of this machine show it, and once only."""
    if meant.replace(tzinfo=None) != typed:
        raise TimeUnclear(
            f"Clocks go forward here: there is no {typed:%H:%M} on {typed:%Y-%m-%d}.",
            field=field,
            hint=f"Write {meant:%Y-%m-%dT%H:%M}, or another time, or its offset from UTC, as in {_stated(meant)}.",
        )
    # Where clocks go back, the second comes hours later at most; each is shown with what it is from UTC then.
    second = local(typed, fold=1)
    if second - meant > timedelta(0):
        raise TimeUnclear(
            f"Clocks go back here: {typed:%H:%M} comes twice on {typed:%Y-%m-%d}.",
            field=field,
            hint=f"Write {_stated(meant)} for the first, {_stated(second)} for the second.",
        )


def _stated(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes" if not moment.second and not moment.microsecond else "auto")


def _known_clocks(field: str) -> None:
    """The environment's TZ names a zone: of one that does not exist the system makes UTC, without a word."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named or _BY_RULES.match(named) or (named.startswith("/") and Path(named).is_file()):
        return
    try:
        known_zone(named)
    except ValueError as error:
        raise TimeUnclear(
            f"The environment says TZ={named}, and there is no such time zone.",
            field=field,
            hint="Set TZ to one such as Europe/Berlin, or write the time's offset from UTC, as in 2026-11-23T09:00+01:00.",
        ) from error
