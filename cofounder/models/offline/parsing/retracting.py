"""Times that are taken back in the same breath: "Q3, not Q4", "in Q3 instead of Q4", "Q3 - no wait, Q2"."""

import re
from dataclasses import replace

from cofounder.models.offline.parsing.dates import Atom, atoms
from cofounder.models.offline.parsing.reading import Reading

_AT = r"(?:\s+(?:in|for|of|on|from|during|over|by|at|the|what|we|had))*\s*"
_NOT = re.compile(rf"(?:\s*,)?\s*\b(?:and |but )?(?:(?<!why )not|instead of|rather than|in place of){_AT}$")
_PUT_RIGHT = re.compile(
    rf"\s*[?.,;:–—(-]*\s*(?:(?:oh|ah|um|er)\W+)?(?:no,? wait|wait|sorry|i mean(?:t)?|correction|make that|scratch that|or rather|rather|actually|no)\b[\s,:–—-]*(?:it(?:'s| is)\s)?{_AT}"
)

_PUT_RIGHT_LATE = re.compile(
    rf"(?:\s+[a-z]+){{1,3}}?(?P<slip>\s*[?.,;:–—(-]+\s*(?:(?:oh|ah|um|er|sorry)\W+)?(?:no,? wait|wait|sorry|i mean(?:t)?|correction|make that|scratch that|or rather)\b[\s,:–—-]*(?:it(?:'s| is)\s)?){_AT}"
)


def take(reading: Reading) -> Reading:
    """The reading without the times that are taken back; of several the one that is put in their place stays."""
    found = atoms(reading.low)
    if len(found) < 2:
        return reading
    low, text = reading.low, reading.instruction
    for place, atom in enumerate(found):
        if not any(other.kind == atom.kind for other in found if other is not atom):
            continue
        for start, end in _spans(found, place, reading.low):
            blank = " " * (end - start)
            low, text = low[:start] + blank + low[end:], text[:start] + blank + text[end:]
    return replace(reading, low=low, instruction=text)


def _spans(found: list[Atom], place: int, low: str) -> list[tuple[int, int]]:
    """What goes with a time that is taken back; nothing where it stands."""
    atom = found[place]
    after = found[place + 1] if place + 1 < len(found) else None
    if after is not None and _PUT_RIGHT.fullmatch(low, atom.end, after.start):
        return [(atom.start, after.start)]
    late = _PUT_RIGHT_LATE.fullmatch(low, atom.end, after.start) if after is not None else None
    if late and after is not None:  # "Q3 revenue - no wait, Q2": the revenue stays
        return [(atom.start, atom.end), (late.start("slip"), after.start)]
    denied = _NOT.search(low, max(0, atom.start - 40), atom.start)
    if denied is None:
        return []
    but = re.match(r"\s*,?\s*but\b(?! not\b)", low[atom.end :])
    return [(denied.start(), atom.end + (but.end() if but else 0))]
