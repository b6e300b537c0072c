"""Whether a value can be kept: as JSON, which knows no infinite number, and in PostgreSQL, which knows no NUL character."""

import math
import re
from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 32  # lists and objects inside each other
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LARGEST = 2**63 - 1

Place = tuple[int | str, ...]


def faults(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """(place, what is wrong) of every value below that cannot be stored."""
    if isinstance(value, str):
        if not value.isascii() or "\x00" in value:
            found = _UNSTORABLE.search(value)
            if found is not None:
                what = "a NUL character" if found[0] == "\x00" else "half a surrogate pair"
                yield place, f"It holds {what}, which cannot be stored"
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield place, "It is not a finite number"
    elif isinstance(value, int):
        if abs(value) > _LARGEST:
            yield place, "It is too large a number"
    elif isinstance(value, dict | list):
        if len(place) >= MAX_DEPTH:
            yield place, f"Lists and objects stand more than {MAX_DEPTH} deep inside each other"
            return
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in pairs:
            if isinstance(name, str) and _UNSTORABLE.search(name):
                yield (*place, _UNSTORABLE.sub("?", name)), "Its name holds a character that cannot be stored"
            else:
                yield from faults(inner, (*place, name))


def mended(value: Any) -> Any:
    """The same without what PostgreSQL cannot hold in a text: NUL, and half surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {mended(str(name)): mended(one) for name, one in value.items()}
    if isinstance(value, list):
        return [mended(one) for one in value]
    return value


def first_fault(value: Any) -> str | None:
    """Where the first value stands that cannot be kept and what is wrong with it, as words; None where all can be."""
    for place, message in faults(value):
        return f"{'.'.join(map(str, place))}: {message}" if place else str(message)
    return None
