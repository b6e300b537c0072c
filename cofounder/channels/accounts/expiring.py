"""What ends, and when: said a week before, and seen to where it can be renewed without a person."""

from datetime import datetime, timedelta

from cofounder.channels.accounts import queries, renewing
from cofounder.channels.accounts.connected import AccountAway, SignInNeeded
from cofounder.channels.accounts.providers import SIGNED_IN, linkedin
from cofounder.channels.accounts.tables import AccountRow
from cofounder.channels.rules import called
from cofounder.kit import db, live
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.log import logger
from cofounder.ops import queries as alerts

ALERT = "channel expires"
BEFORE = timedelta(days=7)
IDLE = timedelta(days=1)  # a refresh token that nobody uses ends as well
log = logger(__name__)


async def look() -> None:
    """Say what ends within a week, end what has ended, renew what lies idle. Opens its own transactions."""
    async with db.reading() as session:
        rows = [row for row in await queries.every(session) if row.state == "connected"]
    for row in rows:
        if row.sign_in_expires_at is not None and row.sign_in_expires_at <= now():
            words = f"The access to the {called(row.channel)} account {row.name} has ended."
            await renewing.needs_sign_in(row.id, row.version, words)
        elif row.provider in SIGNED_IN and row.access_expires_at and row.access_expires_at < now() - IDLE:
            await _renew(row)
    await _tell([row for row in rows if row.sign_in_expires_at is None or row.sign_in_expires_at > now()])


chore = Chore("accounts that expire", look, every=3_600.0)


def api_versions() -> list[tuple[str, str, datetime]]:
    """(provider, what, when) of versions of APIs that end. A newer release of this product speaks a newer one."""
    return [("linkedin", f"Version {linkedin.API_VERSION} of LinkedIn's API", linkedin.API_VERSION_ENDS)]


async def _renew(row: AccountRow) -> None:
    try:
        await renewing.token(row.id)
    except (SignInNeeded, AccountAway) as error:
        log.warning("an idle account could not be renewed", provider=row.provider, why=error.detail)


async def _tell(rows: list[AccountRow]) -> None:
    soon = {
        renewing.subject(row.id): row
        for row in rows
        if row.sign_in_expires_at and row.sign_in_expires_at < now() + BEFORE
    }
    async with db.transaction() as session:
        open_now = {alert.subject for alert in await alerts.alerts(session, ALERT)}
        for subject, row in soon.items():
            if subject not in open_now:
                words = (
                    f"The access to the {called(row.channel)} account {row.name} ends on"
                    f" {row.sign_in_expires_at:%Y-%m-%d at %H:%M} UTC. Connect it again before: Content, Channels."
                )
                await alerts.raise_alert(session, ALERT, subject, words, at=now())
                live.changed(session, "alerts", row.id)
        for subject in open_now - soon.keys():
            await alerts.clear(session, ALERT, subject, at=now())
            live.changed(session, "alerts", subject)
