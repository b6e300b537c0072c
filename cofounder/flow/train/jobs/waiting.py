"""A job whose target does not answer, or asks to wait: until when it is asked again, and when that is given up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.jobs import service
from cofounder.flow.train.jobs.tables import ENDED, FineTuningJob
from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import Tuner, TunerAway, TunerNotReady, TunerRefused
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.ops import connections
from cofounder.settings import settings

Going = bool | float
"""Of a job. False: it has ended; True: it goes on; a number: so do not look before so many seconds."""

Trouble = TunerAway | TunerNotReady | TunerRefused
_AT_MOST = timedelta(days=2)


class TuningBroke(CofounderError):
    """The following of the job broke off."""

    status = 500
    hint = "The worker's log has the reason. Start the job again: what the provider has of it is found by its key."


async def away(id: UUID, error: Trouble, cannot: str) -> Going:
    """The target does not answer, or not us: the job waits for it, as long as it asks for, but not for ever.

    `cannot`: what is asked for in vain, as in "together cannot be asked how far it is".
    """
    async with transaction() as session:
        row = await service.locked(session, id)
        if row.state in ENDED:
            return False
        since = row.away_since
        if since is not None and now() - since > _AT_MOST:
            why = f"The target could not be asked for two days: {error.detail}"
            await end(session, row, "failed", why, TuningBroke(error.detail).problem())
            return False
        if since is None:
            row.away_since = now()
            told = f"{row.target} {cannot}; it is asked again: {error.detail}"
            await service.say(session, row, told, "warning")
        row.note = error.detail[:2_000]
        live.changed(session, service.TOPIC, id)
        return float(error.extra.get("retry_after") or pause_seconds(row.target))


def pause_seconds(target: str) -> float:
    """Between two looks at a target that asks for no other pause; a look at this machine costs nothing."""
    wished = settings().tuning_poll_seconds
    return min(wished, 1.0) if target == "local" else wished


def may_pass(error: Trouble) -> bool:
    """Whether it says nothing of the job, which goes on there and costs: no answer, a key or a right that is gone."""
    return not isinstance(error, TunerRefused) or error.extra.get("provider_status") == 403


async def end(
    session: AsyncSession, row: FineTuningJob, state: str, message: str, problem: dict[str, Any] | None = None
) -> None:
    """The end of a job whose row is locked."""
    row.state, row.finished_at, row.problem, row.note = state, now(), problem, None
    await service.say(session, row, message, "error" if state == "failed" else "info")


async def tuner_of(row: FineTuningJob) -> Tuner:
    """The job's target as it is set up now."""
    return known.tuner(row.target, await connections.latest())
