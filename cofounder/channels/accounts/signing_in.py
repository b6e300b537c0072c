"""Sign-ins at a provider: begun here, agreed to there, ended here. Good once, for ten minutes, for whoever began it.

What travels is a state that nobody can guess; its hash alone is kept. A sign-in that began in a browser ends in that
browser: a cookie of its own, which comes along when the provider sends the person back, says so.
"""

import hashlib
import secrets as random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import keeping, queries, service
from cofounder.channels.accounts.asking import Away, Refused
from cofounder.channels.accounts.errors import (
    AccountRefused,
    ChannelAccountMissing,
    ProviderAway,
    SignInOfAnother,
    SignInUnknown,
    WayUnfit,
)
from cofounder.channels.accounts.providers import SIGNED_IN, App
from cofounder.channels.accounts.schemas import SignInBegun, SignInIn
from cofounder.channels.accounts.tables import AccountRow, SignInRow
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.people.service import audit

LASTS = timedelta(minutes=10)
CALLBACK = "/api/channels/callback"
_KEPT = timedelta(days=1)  # for whoever waits at a terminal for what came of it


@dataclass(frozen=True)
class Came:
    """What the provider's answer brought along to the callback."""

    state: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    error: str | None = None
    browser: str | None = field(default=None, repr=False)  # the cookie of the browser it came by


async def begin(
    session: AsyncSession, given: SignInIn, *, redirect: str, browser: str | None, by: Caller
) -> SignInBegun:
    """The address at which a person signs in. `browser`: the secret of the cookie that binds it, none at a terminal.

    Raises WayUnfit, ChannelAccountMissing, AccountSealed.
    """
    provider = SIGNED_IN[given.provider]
    before = await _before(session, given)
    app = await _app(given, before)
    kind = given.kind or (before.details.get("kind") if before is not None else None) or provider.kinds[0]
    if kind not in provider.kinds:
        raise WayUnfit(f"{provider.label} has no accounts of the kind {kind}.", field="kind")
    state, verifier = random.token_urlsafe(32), random.token_urlsafe(48)
    await queries.forget_old(session, now() - _KEPT)
    row = SignInRow(
        id=new_id(),
        state_hash=_hash(state),
        browser_hash=_hash(browser) if browser is not None else None,
        provider=given.provider,
        sealed=await keeping.seal({"client_secret": app.client_secret, "verifier": verifier}),
        details={
            "redirect": redirect,
            "client_id": app.client_id,
            "kind": kind,
            "name": given.name,
            "again": str(before.id) if before is not None else None,
        },
        who=by.who,
        created_at=now(),
        expires_at=now() + LASTS,
    )
    await queries.add(session, row)
    await audit(session, by.who, "channel.sign_in_begun", "channel", str(row.id), {"provider": given.provider})
    return SignInBegun(
        sign_in_id=row.id,
        url=provider.open_at(app, kind=kind, redirect=redirect, state=state, verifier=verifier),
        redirect_uri=redirect,
        scopes=list(provider.scopes(kind)),
        expires_at=row.expires_at,
    )


async def finish(came: Came) -> AccountRow:
    """End a sign-in with what the provider sent back; the account may still wait for a choice. Opens its own transactions.

    Raises SignInUnknown, SignInOfAnother, AccountRefused, ProviderAway, AccountNameTaken.
    """
    row, held = await _use(came)
    try:
        account = await _exchanged(row, held, came)
    except CofounderError as error:
        await _ended(row.id, None, error.detail)
        raise
    await _ended(row.id, account.id, None)
    return account


async def result(session: AsyncSession, id: UUID) -> tuple[UUID | None, str | None]:
    """(account, problem) of a sign-in; both None while nothing came of it. Raises SignInUnknown once it is too late."""
    row = await queries.sign_in_by_id(session, id)
    if row is None:
        raise SignInUnknown(field="sign_in_id")
    if row.account_id is None and row.problem is None and row.expires_at <= now():
        raise SignInUnknown("Nobody signed in within ten minutes.", field="sign_in_id")
    return row.account_id, row.problem


async def _use(came: Came) -> tuple[SignInRow, keeping.Secrets]:
    """The sign-in of this state, used up with this very look. Raises SignInUnknown, SignInOfAnother."""
    async with db.transaction() as session:
        row = await queries.sign_in(session, _hash(came.state), lock=True)
        if row is None or row.used_at is not None or row.expires_at <= now():
            raise SignInUnknown(field="state")
        if row.browser_hash is not None and (came.browser is None or _hash(came.browser) != row.browser_hash):
            raise SignInOfAnother()
        held = keeping.unseal(row.sealed)
        row.used_at, row.sealed = now(), None
        return row, held


async def _exchanged(row: SignInRow, held: keeping.Secrets, came: Came) -> AccountRow:
    provider = SIGNED_IN[row.provider]
    if came.error or not came.code:
        raise AccountRefused(f"{provider.label} says: {(came.error or 'no code came back')[:200]}.", field="code")
    said: dict[str, Any] = row.details
    app = App(said["client_id"], held.get("client_secret", ""))
    try:
        tokens = await provider.exchange(
            app, code=came.code, redirect=said["redirect"], verifier=held.get("verifier", "")
        )
        found = await provider.identities(tokens, said["kind"])
    except Refused as error:
        raise AccountRefused(error.words, field="code") from None
    except Away as error:
        raise ProviderAway(error.words) from None
    again = UUID(said["again"]) if said.get("again") else None
    return await service.arrived(
        row.provider, app, tokens, found, kind=said["kind"], name=said.get("name"), by=row.who, again=again
    )


async def _ended(id: UUID, account_id: UUID | None, problem: str | None) -> None:
    async with db.transaction() as session:
        row = await queries.sign_in_by_id(session, id)
        if row is not None:
            row.account_id, row.problem = account_id, problem


async def _before(session: AsyncSession, given: SignInIn) -> AccountRow | None:
    if given.account_id is None:
        return None
    row = await service.get(session, given.account_id)
    if row.provider != given.provider:
        raise ChannelAccountMissing(
            f"{row.name} is no account of {SIGNED_IN[given.provider].label}.", field="account_id"
        )
    return row


async def _app(given: SignInIn, before: AccountRow | None) -> App:
    """The app as it is given, else as the account that is connected again has it. Raises WayUnfit, AccountSealed."""
    label = SIGNED_IN[given.provider].label
    id, secret = given.client_id, given.client_secret
    if before is not None and id in (None, before.details.get("client_id")):
        id = id or before.details.get("client_id")
        secret = secret or keeping.unseal(before.sealed).get("client_secret")
    if not id:
        raise WayUnfit(f"{label} needs the id of your company's app there.", field="client_id")
    if not secret and given.provider != "x":  # X lets public apps sign in with PKCE alone
        raise WayUnfit(f"{label} needs the secret of your company's app there.", field="client_secret")
    return App(id.strip(), (secret or "").strip())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
