"""What one worker does for all: look at the voices when the time has come."""

import time
from datetime import datetime, timedelta

from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.personas import optimising, policies_known, queries
from cofounder.settings import settings

_PAUSE_SECONDS = 60.0
_APART = timedelta(minutes=5)  # clocks of two machines
_looked_at: list[float] = []
log = logger(__name__)


async def look() -> None:
    """A chore for `leases.held`: may be called at every beat, by every worker."""
    every = settings().persona_hours
    if not _looked_at:
        _looked_at.append(time.monotonic())  # a worker that has just begun has other things to do first
    if every <= 0 or time.monotonic() - _looked_at[0] < _PAUSE_SECONDS:
        return
    _looked_at[:] = [time.monotonic()]
    try:
        await look_if_due(every)
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("nobody looked at the voices", error=f"{type(error).__name__}: {error}")


async def look_if_due(every_hours: float) -> bool:
    """Look once, unless somebody did within these hours; whether it was looked. What a policy raises is kept as a run."""
    moment, chosen = clock.now(), settings()
    try:
        async with transaction() as session:
            await queries.lock(session)
            newest = await queries.newest_run_at(session, moment + _APART)
            if newest is not None and newest > moment - timedelta(hours=every_hours):
                return False
            if not await queries.any_post(session, moment):
                return False  # a house without a published post needs no log that says so four times a day
            await optimising.optimise(
                session, as_of=moment, by="schedule", mode=chosen.persona_mode, policy=chosen.persona_policy
            )
    except CofounderError as error:
        await keep_failure(error, moment, by="schedule")
    return True


async def keep_failure(error: CofounderError, moment: datetime, *, by: str) -> None:
    """A run that failed, with why: the weights stay as they were."""
    chosen = settings()
    nothing = {"changes": [], "special": [], "seed": 0, "input_hash": "", "found": {}, "code_version": ""}
    counted = {"posts_analyzed": 0, "posts_known": 0, "posts_waiting": 0, "posts_early": 0}
    told = {"status": "failed", "reason": policies_known.said(error.detail), "mode": chosen.persona_mode}
    who = {"id": new_id(), "ran_at": moment, "started_by": by, "policy": chosen.persona_policy}
    async with transaction() as session:
        who["is_sample"] = await queries.of_sample(session, moment)
        await queries.put_run(session, {**nothing, **counted, **told, **who}, [])
