"""Access tokens: fresh when they are asked for, renewed by one process at a time.

A provider may replace the refresh token at each renewal, and the one before counts no more from then on. So the answer
is written down, durably, before anybody is given what was in it; it is in nobody's hands but ours between. A process
that is killed in between leaves the old one: it is tried again, and where the provider refuses it a person is asked to
connect the account anew.
"""

import asyncio
import weakref
from datetime import timedelta
from typing import Any
from uuid import UUID

from cofounder.channels.accounts import keeping, queries
from cofounder.channels.accounts.asking import Away, Refused
from cofounder.channels.accounts.connected import AccountAway, SignInNeeded
from cofounder.channels.accounts.errors import AccountSealed
from cofounder.channels.accounts.providers import SIGNED_IN, App, Tokens
from cofounder.channels.accounts.tables import AccountRow
from cofounder.channels.rules import called
from cofounder.kit import db, live
from cofounder.kit.clock import now
from cofounder.kit.log import logger
from cofounder.ops import queries as alerts

ALERT = "channel sign-in"
MARGIN = timedelta(seconds=60)  # a token is good for so long when it is given out
WAIT_SECONDS = 60.0  # for another process that renews
log = logger(__name__)

_Locks = dict[UUID, asyncio.Lock]
_locks: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Locks]" = weakref.WeakKeyDictionary()
_under_way: set["asyncio.Task[str]"] = set()
_PLAIN = {"wordpress": "password", "ghost": "admin_key", "webhook": "signing_key", "smtp": "password"}


async def token(id: UUID) -> str:
    """An access token that is good for a minute at least; elsewhere the password or key.

    Never call it inside a transaction that holds the account. Raises SignInNeeded, AccountAway.
    """
    good = _good(await _read(id))
    if good is not None:
        return good
    task = asyncio.create_task(_alone(id), name="renew-account")  # whoever stops waiting stops no renewal
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return await asyncio.shield(task)


async def _alone(id: UUID) -> str:
    """Renew, or find that another one did."""
    lock = _locks.setdefault(asyncio.get_running_loop(), {}).setdefault(id, asyncio.Lock())
    async with lock:
        good = _good(await _read(id))
        if good is not None:
            return good
        async with queries.alone(id, WAIT_SECONDS) as mine:
            if not mine:
                raise AccountAway("Another process renews this account's access, and takes long.")
            row = await _read(id)
            good = _good(row)
            return good if good is not None else await _renew(row)


async def _read(id: UUID) -> AccountRow:
    async with db.reading() as session:
        row = await queries.one(session, id)
    if row is None or row.state not in queries.LIVING:
        raise SignInNeeded("This account is not connected any more.")
    if row.state == "needs_sign_in":
        raise SignInNeeded(row.problem or "")
    return row


def _good(row: AccountRow) -> str | None:
    """What may be used as it is; None where it has to be renewed first. Raises SignInNeeded."""
    held = _held(row)
    if row.provider in _PLAIN:
        return held.get(_PLAIN[row.provider], "")
    ends = row.access_expires_at
    return held.get("access_token") if ends is None or ends > now() + MARGIN else None


def _held(row: AccountRow) -> keeping.Secrets:
    try:
        return keeping.unseal(row.sealed)
    except AccountSealed as error:
        raise SignInNeeded(f"{error.detail} {error.advice}") from error


async def _renew(row: AccountRow) -> str:
    held = _held(row)
    refresh = held.get("refresh_token")
    if not refresh:
        await _ended(row, f"The access to {_named(row)} has ended.")
    cut_off = row.renewing_since
    async with db.transaction() as session:
        await queries.renewed(session, row.id, row.version, {"renewing_since": now()})
    provider = SIGNED_IN[row.provider]
    app = App(str(row.details.get("client_id") or ""), held.get("client_secret", ""))
    try:
        fresh = await provider.renew(app, refresh or "")
    except Away as error:
        log.warning(
            "an account's access could not be renewed", account=row.name, provider=row.provider, why=error.words
        )
        raise AccountAway(f"{provider.label} gives no new access at the moment. {error.words}") from error
    except Refused as error:
        if error.status in (400, 401, 403) or error.access_ended:
            words = f"{provider.label} gives no new access to {_named(row)}: {error.words}"
            if cut_off is not None:
                words += f" A renewal was cut off at {cut_off:%Y-%m-%d %H:%M} UTC, and what it brought was lost."
            await _ended(row, words)
        raise AccountAway(f"{provider.label} gives no new access at the moment. {error.words}") from error
    await _keep(row, held, fresh)
    return fresh.access_token


async def _keep(row: AccountRow, held: keeping.Secrets, fresh: Tokens) -> None:
    """Write down what a renewal brought: it is known nowhere else, so a database that is away is waited for."""
    kept = {**held, "access_token": fresh.access_token}
    if fresh.refresh_token:
        kept["refresh_token"] = fresh.refresh_token
    values: dict[str, Any] = {
        "sealed": await keeping.seal(kept),
        "access_expires_at": fresh.access_expires_at,
        "renewing_since": None,
        "problem": None,
        "version": row.version + 1,
    }
    if fresh.refresh_token and fresh.sign_in_expires_at:
        values["sign_in_expires_at"] = fresh.sign_in_expires_at

    async def write() -> None:
        async with db.transaction() as session:
            if await queries.renewed(session, row.id, row.version, values):
                live.changed(session, "channels", row.id)

    await db.patiently(write)


async def _ended(row: AccountRow, words: str) -> None:
    """The account needs its person: the row says so, and an alert stands. Raises SignInNeeded."""
    await needs_sign_in(row.id, row.version, words)
    raise SignInNeeded(words)


async def needs_sign_in(id: UUID, version: int, words: str) -> None:
    """Write down that a person has to connect an account again, unless somebody just did. Opens its own transaction."""
    async with db.transaction() as session:
        values = {"state": "needs_sign_in", "problem": words, "checked_at": now(), "renewing_since": None}
        if not await queries.renewed(session, id, version, values):
            return
        told = f"{words.rstrip('.')}. Connect it again: Content, Channels."
        await alerts.raise_alert(session, ALERT, subject(id), told, at=now())
        live.changed(session, "channels", id)
        live.changed(session, "alerts", id)
    log.warning("an account needs its person", account=str(id))


def subject(id: UUID) -> str:
    """What an alert about an account is about."""
    return f"account:{id}"


def _named(row: AccountRow) -> str:
    return f"the {called(row.channel)} account {row.name}"
