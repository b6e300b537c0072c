"""Cursors: what each kind looks like, for the OpenAPI and for who reads one; whatever else stands in one is refused.

A cursor is made of numbers and ids alone, so that a pattern says all that one may be, nothing in it is another in an
address, and no word of a caller reaches the database.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import StringConstraints

from cofounder.kit.errors import CofounderError
from cofounder.kit.forms import Declared

LARGEST = 2**31 - 1  # of an integer column

_UUID = "-".join(f"[0-9a-f]{{{digits}}}" for digits in (8, 4, 4, 4, 12))
_MOMENT = "-?[0-9]{1,16}"  # microseconds since 1970: 1653 to 2286
_PLACE = "[0-9]{1,9}"  # fits into an integer column
_NUMBER = "[0-9]{1,18}"  # and this into a bigint
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

PLACE = f"^{_PLACE}$"
NUMBER = f"^{_NUMBER}$"
ID = f"^{_UUID}$"
MOMENT = "^[0-9]{16}$"  # of what the product itself made, so not before 2001
MOMENT_AND_ID = f"^{_MOMENT}[.]{_UUID}$"
MOMENT_ID_AND_PLACE = f"^{_MOMENT}[.]{_UUID}[.]{_PLACE}$"
PLACE_AND_ID = f"^{_PLACE}[.]{_UUID}$"
PLACE_AND_NUMBER = f"^{_PLACE}[.]{_NUMBER}$"


_SHORT = StringConstraints(max_length=200)
_ASKED = Query(description="next_cursor of the page before, as it is")


def _like(pattern: str) -> Declared:
    """What a cursor looks like. One that does not fit is refused where it is read, with the list's own error."""
    return Declared({"pattern": pattern})


# As questions of an address, which may be left out.
OfPlace = Annotated[Annotated[str, _SHORT, _like(PLACE)] | None, _ASKED]
OfNumber = Annotated[Annotated[str, _SHORT, _like(NUMBER)] | None, _ASKED]
OfId = Annotated[Annotated[str, _SHORT, _like(ID)] | None, _ASKED]
OfMoment = Annotated[Annotated[str, _SHORT, _like(MOMENT)] | None, _ASKED]
OfMomentAndId = Annotated[Annotated[str, _SHORT, _like(MOMENT_AND_ID)] | None, _ASKED]
OfMomentIdAndPlace = Annotated[Annotated[str, _SHORT, _like(MOMENT_ID_AND_PLACE)] | None, _ASKED]
OfPlaceAndId = Annotated[Annotated[str, _SHORT, _like(PLACE_AND_ID)] | None, _ASKED]
OfPlaceAndNumber = Annotated[Annotated[str, _SHORT, _like(PLACE_AND_NUMBER)] | None, _ASKED]


def parts(cursor: str, pattern: str, wrong: type[CofounderError]) -> list[str]:
    """What stands between the dots of a cursor. Raises `wrong` for one that does not look so."""
    if not re.fullmatch(pattern, cursor):
        raise wrong(field="cursor")
    return cursor.split(".")


def number(cursor: str | None, wrong: type[CofounderError], pattern: str = PLACE) -> int | None:
    """The number that a cursor is; None for none. Raises `wrong`."""
    return None if cursor is None else int(parts(cursor, pattern, wrong)[0])


def stamped(at: datetime) -> str:
    """A time as a cursor: its microseconds since 1970."""
    return str((at - _EPOCH) // _MICROSECOND)


def point_in_time(words: str) -> datetime:
    """What `stamped` was given."""
    return _EPOCH + int(words) * _MICROSECOND


def moment(cursor: str | None, wrong: type[CofounderError]) -> datetime | None:
    """The time that a cursor is, in UTC; None for none. Raises `wrong`."""
    return None if cursor is None else point_in_time(parts(cursor, MOMENT, wrong)[0])


def coded(at: datetime, id: UUID) -> str:
    """A time and an id as a cursor, which `decoded` reads."""
    return f"{stamped(at)}.{id}"


def decoded(cursor: str | None, wrong: type[CofounderError]) -> tuple[datetime, UUID] | None:
    """What `coded` was given; None for none. Raises `wrong`."""
    if cursor is None:
        return None
    at, id = parts(cursor, MOMENT_AND_ID, wrong)
    return point_in_time(at), UUID(id)


def whole_number(words: str, most: int = LARGEST) -> int:
    """Raises ValueError for all but plain digits: ² is a digit too, and ten thousand nines are a number."""
    if not (words.isascii() and words.isdecimal() and len(words) <= len(str(most)) and int(words) <= most):
        raise ValueError(words)
    return int(words)
