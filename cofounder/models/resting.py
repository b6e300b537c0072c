"""A model that let several callers wait in vain is left alone for a while: nobody waits a minute for each text."""

import time
from datetime import datetime, timedelta

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.models import queries
from cofounder.models.chain import OFFLINE, Target

IN_A_ROW = 2  # answers in vain, and none since
REST = timedelta(minutes=5)  # from the last of them; then one call tries it again
LEFT_ALONE = "it gave no answer in time"  # a call that was not made for this says so first
FRESH_SECONDS = 1.0  # what happened in another process counts here after so long

_kept: dict[str, tuple[float, dict[str, datetime]]] = {}


async def why(target: Target) -> str | None:
    """Why a model is not asked now, in words that go on from its name; None: it may be asked. Never inside a transaction."""
    if target == OFFLINE:
        return None
    last = (await _late()).get(str(target))
    if last is None or now() >= last + REST:
        return None
    until = f"{last + REST:%H:%M} UTC"
    return f"{LEFT_ALONE} {IN_A_ROW} times in a row, so it is left alone until {until}"


async def _late() -> dict[str, datetime]:
    """Models whose last answers all came too late, and when the last of them was given up."""
    place = str(db.place())
    kept = _kept.get(place)
    if kept is None or time.monotonic() - kept[0] > FRESH_SECONDS:
        read_at = time.monotonic()
        async with db.reading() as session:
            found = await queries.late(session, now() - REST - timedelta(hours=1), IN_A_ROW)
        kept = _kept[place] = (read_at, found)
    return kept[1]


def forget() -> None:
    """Look again before the next call: something came to its end here."""
    _kept.clear()
