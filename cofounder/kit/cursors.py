"""Reads a cursor as the page before gave it: whatever else stands in one is refused, and never reaches the database."""

import base64
from datetime import UTC, datetime
from uuid import UUID

from cofounder.kit.errors import CofounderError

LARGEST = 2**31 - 1  # of an integer column


def number(cursor: str | None, wrong: type[CofounderError], *, most: int = LARGEST) -> int | None:
    """The number that a cursor is, 0 to `most`; None for none. Raises `wrong`."""
    if cursor is None:
        return None
    try:
        return whole_number(cursor, most)
    except ValueError as error:
        raise wrong(field="cursor") from error


def moment(cursor: str | None, wrong: type[CofounderError]) -> datetime | None:
    """The time that a cursor is, in UTC; None for none. Raises `wrong`."""
    if cursor is None:
        return None
    try:
        return point_in_time(cursor)
    except ValueError as error:
        raise wrong(field="cursor") from error


def moment_and_id(
    cursor: str | None, wrong: type[CofounderError], *, between: str = "~"
) -> tuple[datetime, UUID] | None:
    """The time and the id that a cursor is; None for none. Raises `wrong`."""
    if cursor is None:
        return None
    try:
        at, id = cursor.split(between)
        return point_in_time(at), UUID(id)
    except ValueError as error:
        raise wrong(field="cursor") from error


def coded(at: datetime, id: UUID) -> str:
    """A time and an id as one word of letters and digits, which `decoded` reads."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{id}".encode()).decode()


def decoded(cursor: str | None, wrong: type[CofounderError]) -> tuple[datetime, UUID] | None:
    """What `coded` was given; None for none. Raises `wrong`."""
    if cursor is None:
        return None
    try:
        said = base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError as error:
        raise wrong(field="cursor") from error
    return moment_and_id(said, wrong, between="|")


def whole_number(words: str, most: int = LARGEST) -> int:
    """Raises ValueError for all but plain digits: ² is a digit too, and ten thousand nines are a number."""
    if not (words.isascii() and words.isdecimal() and len(words) <= len(str(most)) and int(words) <= most):
        raise ValueError(words)
    return int(words)


def point_in_time(words: str) -> datetime:
    """Raises ValueError for what is no time, has no zone, or lies at an end of the calendar where UTC has no such day."""
    at = datetime.fromisoformat(words)
    if at.tzinfo is None:
        raise ValueError(words)
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(words) from error
