"""Whose clocks an hour is told by: "CET", "London time", "UTC+2", "Europe/Berlin". Pure."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_SHORT = {
    "utc": "UTC", "gmt": "UTC", "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
    "bst": "Europe/London", "wet": "Europe/Lisbon", "west": "Europe/Lisbon", "eet": "Europe/Athens", "eest": "Europe/Athens",
    "msk": "Europe/Moscow", "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "cdt": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles", "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "hkt": "Asia/Hong_Kong", "sgt": "Asia/Singapore",
    "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland",
}  # fmt: skip
_SEVERAL = ("cst", "ist", "ast", "sst", "gst")  # stand for zones that lie hours apart
_SPOKEN = {
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver", "pacific": "America/Los_Angeles",
    "central european": "Europe/Berlin", "german": "Europe/Berlin", "uk": "Europe/London", "british": "Europe/London",
    "french": "Europe/Paris", "indian": "Asia/Kolkata", "japanese": "Asia/Tokyo", "universal": "UTC", "greenwich": "UTC",
    "greenwich mean": "UTC", "san francisco": "America/Los_Angeles", "boston": "America/New_York", "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "geneva": "Europe/Zurich", "milan": "Europe/Rome",
}  # fmt: skip
_OWN = ("local", "our", "my", "your", "the server's", "server")
_NO_PLACE = (
    r"(?!(?:for|the|an?|on|in|at|and|this|that|to|by|with|every|any|each|some|one|first|second|last|next|full|part|real|best|right|same|lunch|tea|closing|"
    r"opening|bed|coffee|prime|long|short|of|from|about|when|it|is|linkedin|facebook|x)\b)"
)
ZONE = (
    r"(?:\s*\(?(?P<zone>(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?[0-5]\d)?|" + "|".join([*_SHORT, *_SEVERAL]) + r"|[a-z]{3,}/[a-z]+(?:_[a-z]+)*(?:/[a-z_]+)?|"
    rf"{_NO_PLACE}[a-z]+(?:\s{_NO_PLACE}[a-z]+)?\s(?:(?:standard|daylight|summer|mean)\s)?time)\)?(?![\w/]))?"
)  # fmt: skip
_AFTER = re.compile(r"\s*\(?(?P<zone>[A-Z]{2,4}T)\b")
_OFFSET = re.compile(r"(?:utc|gmt)\s?(?P<sign>[+-])\s?(?P<h>\d{1,2}):?(?P<m>[0-5]\d)?")


def following(text: str, at: int) -> str | None:
    """An abbreviation in capitals that stands where an hour ends and that looks like a zone's, known or not."""
    found = _AFTER.match(text, at)
    return found["zone"].lower() if found else None


def zone(words: str) -> tzinfo | None:
    """The zone that the words name; None where they name one's own clocks. Raises ValueError where there is none, or several."""
    low = " ".join(words.lower().split())
    if offset := _OFFSET.fullmatch(low):
        size = timedelta(hours=int(offset["h"]), minutes=int(offset["m"] or 0))
        return timezone(size if offset["sign"] == "+" else -size)
    name = _SHORT.get(low)
    if name is None and low.endswith(" time"):
        place = low.removesuffix(" time")
        if place in _OWN:
            return None
        name = _SPOKEN.get(place) or _places().get(place)
        if name is None:
            place = place.removesuffix(" standard").removesuffix(" daylight").removesuffix(" summer")
            name = _SPOKEN.get(place) or _SHORT.get(place) or _places().get(place)
    if name is None and "/" in low:
        name = _places().get(low)
    if name is None:
        raise ValueError(f"no zone {words}")
    return UTC if name == "UTC" else ZoneInfo(name)


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Both "europe/berlin" and "berlin" to Europe/Berlin."""
    found: dict[str, str] = {}
    for name in sorted(available_timezones()):
        if name.startswith(("Etc/", "posix/", "right/", "SystemV/")) or "/" not in name:
            continue
        found[name.lower()] = name
        found.setdefault(name.rsplit("/", 1)[1].replace("_", " ").lower(), name)
    return found
