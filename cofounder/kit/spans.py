"""A stretch of time that somebody asks for."""

from datetime import date
from typing import TypeVar

from cofounder.kit.errors import InputInvalid

T = TypeVar("T", bound=date)


class SpanBackwards(InputInvalid):
    """The time span ends before it begins."""

    hint = "Give `since` earlier than `until`."


def in_order(since: T | None, until: T | None) -> None:
    """Raises SpanBackwards where both are said and the end lies before the beginning."""
    if since is not None and until is not None and since > until:
        raise SpanBackwards(field="since")
