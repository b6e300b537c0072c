"""Go back to the previous model where the active one fails, or where people approve less than before.

Only on enough cases, and only where the interval says so: the lower end of its share of failed calls lies above a
limit, or the upper end of the difference in approvals to the time before lies below 0.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.promotion import queries
from cofounder.flow.train.promotion.shares import difference, wilson
from cofounder.kit import live
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.log import logger
from cofounder.models.registry import service as registry
from cofounder.ops import queries as alerts

KIND = "model_returned"  # of the alert
ENOUGH = 20  # calls, or decisions on each side, before anything is concluded
FAILED = 0.2  # share of failed calls that nobody has to bear
BEFORE_DAYS = 90.0
log = logger(__name__)


@dataclass(frozen=True)
class Seen:
    """How an active model does: calls and failures, decisions and approvals, now and before it came."""

    calls: int
    failed: int
    decided: int
    approved: int
    decided_before: int
    approved_before: int


def verdict(seen: Seen) -> str | None:
    """Why it has to go, in words; None: it may stay, or too little is known."""
    low, _ = wilson(seen.failed, seen.calls)
    if seen.calls >= ENOUGH and low > FAILED:
        return (
            f"{seen.failed} of {seen.calls} calls failed: at least {low:.0%} of all, with 95 % confidence; "
            f"{FAILED:.0%} is the limit."
        )
    if min(seen.decided, seen.decided_before) < ENOUGH:
        return None
    gap, below, above = difference(seen.approved, seen.decided, seen.approved_before, seen.decided_before)
    if above < 0:
        return (
            f"{seen.approved} of {seen.decided} drafts were approved at once, before it {seen.approved_before} of "
            f"{seen.decided_before}: {gap:+.0%} ({below:+.0%} to {above:+.0%}, 95 %)."
        )
    return None


async def see(session: AsyncSession, role: str, model: str, since: datetime) -> Seen:
    """What is known of the active model of a role since it came."""
    calls, failed = await queries.calls(session, model, since)
    start = since - timedelta(days=BEFORE_DAYS)
    earlier = await queries.models_of(session, role, start, since)
    decided, approved = await queries.decided(session, role, [model], since, now())
    before, approved_before = await queries.decided(session, role, earlier, start, since)
    return Seen(calls, failed, decided, approved, before, approved_before)


async def check(session: AsyncSession) -> list[str]:
    """Look at every role once; the reasons of those that went back. An alert of such a return stays for a day."""
    found = []
    for alert in await alerts.alerts(session, KIND):
        if alert.raised_at < now() - timedelta(days=1):
            await alerts.clear(session, KIND, alert.subject, at=now())
            live.changed(session, "alerts", alert.subject)
    for role in registry.ROLES:
        standing = (await registry.aliases(session, role)).get("active")
        if standing is None or standing.model_id is None:
            continue
        model = await registry.get(session, standing.model_id)
        name = f"tuned:{registry.label(model)}"
        why = verdict(await see(session, role, name, standing.since))
        if model.state == "broken":
            why = model.problem or "It is broken."
        if why is None:
            continue
        back = await registry.roll_back(session, role, by=registry.SYSTEM, reason=why, kind="auto_return")
        to = registry.label(back) if back is not None else "the configured models"
        detail = f"{registry.label(model)} is the {role} no more, {to} again. {why}"
        await alerts.raise_alert(session, KIND, role, detail, at=now())
        live.changed(session, "alerts", role)
        log.warning("went back to the previous model", role=role, model=name, why=why)
        found.append(why)
    return found


async def _check() -> None:
    async with transaction() as session:
        await check(session)


chore = Chore("models", _check, every=300, at_once=False)
