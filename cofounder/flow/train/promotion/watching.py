"""Go back to the previous model where the active one fails, or where people approve less than before.

Only on enough cases, and only where the interval says so: the lower end of its share of failed calls lies above a
limit, or the upper end of the difference in approvals to the time before lies below 0. That is asked of its whole time
and, with 99 % confidence for it is asked again and again, of its newest calls and decisions: a model that did well for
months may fail today. One that does not answer at all goes sooner, for most of its calls are not made any more then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.promotion import queries
from cofounder.flow.train.promotion.shares import Z99, difference, wilson
from cofounder.kit import live
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.log import logger
from cofounder.models.registry import service as registry
from cofounder.ops import queries as alerts

KIND = "model_returned"  # of the alert
ENOUGH = 20  # calls, or decisions on each side, before anything is concluded
NEWEST = 50  # calls, or decisions, that count as of late
TRIED = 5  # calls in vain without an answer since: a quarter of an hour, where it is left alone in between
FAILED = 0.2  # share of failed calls that nobody has to bear
BEFORE_DAYS = 90.0
log = logger(__name__)


@dataclass(frozen=True)
class Share:
    """So many of n."""

    hits: int = 0
    n: int = 0

    def __str__(self) -> str:
        return f"{self.hits} of {self.n}"


@dataclass(frozen=True)
class Seen:
    """How an active model does: failures, and approvals at once, in its whole time, of late, and before it came."""

    failed: Share = Share()
    lately: Share = Share()
    silent: tuple[int, int] = (0, 0)  # since its last answer: calls in vain, calls that were not made for that
    approved: Share = Share()
    approved_lately: Share = Share()
    approved_before: Share = Share()  # of the models before it
    approved_earlier: Share = Share()  # of its own, before what counts as of late


def verdict(seen: Seen) -> str | None:
    """Why it has to go, in words; None: it may stay, or too little is known."""
    return _of_calls(seen) or _of_decisions(seen)


def _of_calls(seen: Seen) -> str | None:
    limit = f"{FAILED:.0%} is the limit"
    low, _ = wilson(seen.failed.hits, seen.failed.n)
    if seen.failed.n >= ENOUGH and low > FAILED:
        return f"{seen.failed} calls failed: at least {low:.0%} of all, with 95 % confidence; {limit}."
    low, _ = wilson(seen.lately.hits, seen.lately.n, Z99)
    if seen.lately.n >= ENOUGH and low > FAILED:
        words = f"Of its newest {seen.lately.n} calls {seen.lately.hits} failed"
        return f"{words}: at least {low:.0%}, with 99 % confidence; {limit}."
    tried, not_made = seen.silent
    if tried >= TRIED and tried + not_made >= ENOUGH:
        return f"Since its last answer {tried} calls failed and {not_made} were not tried, for it gave none in time."
    return None


def _of_decisions(seen: Seen) -> str | None:
    then, since = seen.approved_before, "before it"
    if min(seen.approved.n, then.n) >= ENOUGH:
        gap, low, high = difference(seen.approved.hits, seen.approved.n, then.hits, then.n)
        if high < 0:
            words = f"{seen.approved} drafts were approved at once, before it {then}"
            return f"{words}: {gap:+.0%} ({low:+.0%} to {high:+.0%}, 95 %)."
    if then.n < ENOUGH:  # nobody was there before: it is held against itself
        then, since = seen.approved_earlier, "earlier of its own"
    of_late = seen.approved_lately
    if min(of_late.n, then.n) < ENOUGH:
        return None
    gap, low, high = difference(of_late.hits, of_late.n, then.hits, then.n, Z99)
    if high < 0:
        words = f"Of the newest {of_late.n} drafts {of_late.hits} were approved at once, {since} {then}"
        return f"{words}: {gap:+.0%} ({low:+.0%} to {high:+.0%}, 99 %)."
    return None


async def see(session: AsyncSession, role: str, model: str, since: datetime) -> Seen:
    """What is known of the active model of a role since it came."""
    start = since - timedelta(days=BEFORE_DAYS)
    earlier = await queries.models_of(session, role, start, since)

    async def approved(models: Sequence[str], begin: datetime, end: datetime, **of: int) -> Share:
        n, hits = await queries.decided(session, role, models, begin, end, **of)
        return Share(hits, n)

    calls, failed = await queries.calls(session, model, since)
    newest, failed_lately = await queries.calls(session, model, since, NEWEST)
    return Seen(
        failed=Share(failed, calls),
        lately=Share(failed_lately, newest),
        silent=await queries.silent(session, model, since),
        approved=await approved([model], since, now()),
        approved_lately=await approved([model], since, now(), newest=NEWEST),
        approved_before=await approved(earlier, start, since),
        approved_earlier=await approved([model], since, now(), but=NEWEST),
    )


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
