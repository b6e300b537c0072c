"""Names of time zones: Europe/Berlin and the like, as every machine and the database know them."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StrictStr, StringConstraints

from cofounder.kit.forms import Declared

_NO_ZONES = ("localtime", "posixrules", "Factory")  # files beside the zones, which differ from machine to machine


def known_zone(name: str) -> str:
    """The name, where it is a time zone's. Raises ValueError, which says what to write."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("There is no such time zone; write one as Europe/Berlin") from error
    if name in _NO_ZONES or name.startswith(("posix/", "right/")):
        raise ValueError("This names no place; write a time zone as Europe/Berlin")
    return name


_NAME = Declared({"pattern": "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"})
Zone = Annotated[StrictStr, AfterValidator(known_zone), _NAME]
"""A time zone in a body."""
AskedZone = Annotated[
    Annotated[str, StringConstraints(max_length=64), _NAME],
    Field(description="A time zone such as Europe/Berlin", examples=["Europe/Berlin"]),
]
"""A time zone in an address; whether there is one of that name is for the service to say."""
