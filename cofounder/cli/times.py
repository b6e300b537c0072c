"""Times as a person types them."""

from datetime import datetime

from cofounder.kit.clock import local
from cofounder.kit.errors import InputInvalid


class TimeUnclear(InputInvalid):
    """The time is not an ISO 8601 time."""

    hint = "For example: 2026-11-23T09:00+01:00. Without a zone it is the time of this machine."


def when(given: str | None, *, field: str = "schedule") -> datetime | None:
    """A time as typed; without a zone it is this machine's, moved over an hour that clocks skip. Raises TimeUnclear."""
    if given is None:
        return None
    try:
        return local(datetime.fromisoformat(given))
    except (ValueError, OverflowError) as error:
        raise TimeUnclear(f"{given!r} is no time.", field=field) from error
