"""Names of time zones: Europe/Berlin and the like, as every machine and the database know them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
