"""Accounts: connected by what a person brings, chosen, made the default.

Providers are asked outside of transactions. What is told, logged and audited holds nothing secret.
"""

import base64
import json
import secrets as random
from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels import reach
from cofounder.channels.accounts import keeping, mailing, queries
from cofounder.channels.accounts.asking import Away, Refused
from cofounder.channels.accounts.connected import PROVIDERS
from cofounder.channels.accounts.errors import (
    AccountRefused,
    AccountUnfit,
    AddressUnfit,
    ChannelAccountMissing,
    ChoiceUnknown,
    NothingToChoose,
    ProviderAway,
    WayUnfit,
)
from cofounder.channels.accounts.providers import SIGNED_IN, SITES, App, Identity, Tokens
from cofounder.channels.accounts.providers.smtp import place
from cofounder.channels.accounts.schemas import AccountIn
from cofounder.channels.accounts.storing import New, changed, store
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit import db, live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.people.roles import Caller
from cofounder.people.service import audit

log = logger(__name__)
_OF_SIGNED_IN = {"token", "expires_at", "client_id", "client_secret", "kind", "account_id"}


async def connect(given: AccountIn, *, by: Caller) -> tuple[AccountRow, str | None]:
    """Connect an account by what a person brought; gives it, and a webhook's fresh key. Opens its own transactions.

    Raises WayUnfit, AddressUnfit, AccountRefused, ProviderAway, AccountNameTaken.
    """
    if given.account_id is not None and given.provider != "smtp":
        raise WayUnfit("Only an e-mail account is changed in this way.", field="account_id")
    _only_its_own(given)
    if given.provider in SIGNED_IN:
        return await _with_token(given, by), None
    if given.provider == "smtp":
        given = await mailing.whole(given)
    site = SITES[given.provider]
    lacking = [name for name in ("address", *site.needs) if not getattr(given, name)]
    if lacking:
        raise WayUnfit(f"{site.label} needs {' and '.join(lacking)}.", field=lacking[0])
    brought = {name: value for name in (*site.needs, *site.may) if (value := _given(given, name)) not in (None, "")}
    address = _address(given)
    key = None
    if given.provider == "webhook":
        key = "whsec_" + base64.b64encode(random.token_bytes(32)).decode()
        brought |= {"signing_key": key, "address": address}
        address = "/".join(address.split("/")[:3]).partition("?")[0]  # the rest may be as good as a key
    identity = await _asked(site.identity(brought.get("address", address), brought), "address")
    held = {name: brought[name] for name in site.secret if name in brought}
    async with db.transaction() as session:
        new = New(given.provider, identity, held, name=given.name, address=address, account_id=given.account_id)
        return await store(session, new, by=by.who), key


def _only_its_own(given: AccountIn) -> None:
    """Raise WayUnfit, naming the field, where something was given that this provider has no use for."""
    if given.provider in SIGNED_IN:
        label, known = SIGNED_IN[given.provider].label, _OF_SIGNED_IN
    else:
        site = SITES[given.provider]
        label, known = site.label, {"address", "account_id", *site.needs, *site.may}
    given_too = [name for name, value in given if value is not None and name not in known | {"provider", "name"}]
    if given_too:
        raise WayUnfit(f"{label} has no use for it.", field=given_too[0], hint="Leave it out.")


async def _with_token(given: AccountIn, by: Caller) -> AccountRow:
    provider = SIGNED_IN[given.provider]
    if not given.token:
        raise WayUnfit(f"{provider.label} needs an access token here, or a sign-in.", field="token")
    if given.expires_at is not None and given.expires_at <= now():
        raise AccountRefused("This token has ended.", field="expires_at")
    kind = given.kind or provider.kinds[0]
    if kind not in provider.kinds:
        raise WayUnfit(f"{provider.label} has no accounts of the kind {kind}.", field="kind")
    app = App(given.client_id, given.client_secret or "") if given.client_id else None
    until = given.expires_at
    brought = Tokens(given.token.strip(), None, until, until, None)
    tokens = await _asked(provider.pasted(app, brought), "token")
    found = await _asked(provider.identities(tokens, kind), "token")
    return await arrived(given.provider, app, tokens, found, kind=kind, name=given.name, by=by.who)


async def arrived(
    provider: str,
    app: App | None,
    tokens: Tokens,
    found: Sequence[Identity],
    *,
    kind: str,
    name: str | None,
    by: str,
    again: UUID | None = None,
) -> AccountRow:
    """Store whom tokens speak for; of several a person chooses, unless it is an account that is connected again.

    Opens its own transaction. Raises AccountNameTaken.
    """
    held = {"access_token": tokens.access_token}
    if tokens.refresh_token:
        held["refresh_token"] = tokens.refresh_token
    if app is not None and app.client_secret:
        held["client_secret"] = app.client_secret
    async with db.transaction() as session:
        before = await queries.one(session, again) if again is not None else None
        same = [one for one in found if before is not None and one.external_id == before.external_id]
        one = (same or list(found))[0] if len(found) == 1 or same else None
        identity = one or Identity("", f"{SIGNED_IN[provider].label}, to be chosen", kind)
        granted: dict[str, Any] = {"scopes": None if tokens.scopes is None else list(tokens.scopes)}
        granted["lacking"] = SIGNED_IN[provider].lacking(kind, tokens.scopes)
        identity = Identity(
            identity.external_id, identity.name, identity.kind, identity.token, {**identity.details, **granted}
        )
        if one is None:
            held["choices"] = json.dumps({each.external_id: each.token or "" for each in found})
            return await _to_choose(session, provider, app, tokens, found, identity, held, name, by)
        new = New(provider, identity, _own(held, one), name, tokens, app.client_id if app is not None else None)
        return await store(session, new, by=by)


async def _to_choose(
    session: AsyncSession,
    provider: str,
    app: App | None,
    tokens: Tokens,
    found: Sequence[Identity],
    identity: Identity,
    held: keeping.Secrets,
    name: str | None,
    by: str,
) -> AccountRow:
    """A row that waits until a person says which it is; an older one of the same provider goes."""
    await queries.take_turn(session)
    await queries.drop_undecided(session, provider)
    details = {
        **identity.details,
        "kind": identity.kind,
        "client_id": app.client_id if app is not None else None,
        "wished": name,
        "choices": [{"external_id": one.external_id, "name": one.name, "kind": one.kind} for one in found],
    }
    row = AccountRow(
        id=new_id(),
        channel=PROVIDERS[provider],
        provider=provider,
        name=identity.name,
        external_id="",
        address="",
        details=details,
        sealed=await keeping.seal(held),
        access_expires_at=tokens.access_expires_at,
        sign_in_expires_at=tokens.sign_in_expires_at,
        is_default=False,
        state="choosing",
        version=1,
        who=by,
        created_at=now(),
    )
    await queries.add(session, row)
    live.changed(session, "channels", row.id)
    return row


async def choose(session: AsyncSession, id: UUID, external_id: str, *, by: Caller) -> AccountRow:
    """Connect one of the choices. Raises ChannelAccountMissing, NothingToChoose, ChoiceUnknown, AccountNameTaken."""
    await queries.take_turn(session)
    row = await get(session, id, lock=True)
    if row.state != "choosing":
        raise NothingToChoose(f"{row.name} is {row.state.replace('_', ' ')}.")
    chosen = next((one for one in row.details["choices"] if one["external_id"] == external_id), None)
    if chosen is None:
        raise ChoiceUnknown(f"{external_id!r} is none of the choices.", field="external_id")
    held = keeping.unseal(row.sealed)
    own = json.loads(held.pop("choices", "{}")).get(external_id) or None
    details: dict[str, Any] = {name: row.details[name] for name in ("scopes", "lacking") if name in row.details}
    identity = Identity(external_id, chosen["name"], chosen["kind"], own, details)
    tokens = Tokens(
        held["access_token"], held.get("refresh_token"), row.access_expires_at, row.sign_in_expires_at, None
    )
    new = New(
        row.provider, identity, _own(held, identity), row.details.get("wished"), tokens, row.details.get("client_id")
    )
    await queries.drop_undecided(session, row.provider)
    return await store(session, new, by=by.who)


async def make_default(session: AsyncSession, id: UUID, *, by: Caller) -> AccountRow:
    """Let a channel's texts go by this account unless another is named. Raises ChannelAccountMissing, AccountUnfit."""
    await queries.take_turn(session)
    row = await get(session, id, lock=True)
    if row.state not in queries.LIVING:
        raise AccountUnfit(f"{row.name} is {row.state.replace('_', ' ')}.", field="account_id")
    if not row.is_default:
        await queries.no_default(session, row.channel)
        row = await get(session, id, lock=True)
        row.is_default = True
        await session.flush()
        await audit(session, by.who, "channel.default", "channel", str(row.id), {"name": row.name})
        await changed(session, row)
    return row


async def leave_default(session: AsyncSession, id: UUID, *, by: Caller) -> AccountRow:
    """Let a channel have no default account; what names none goes to the outbox, e-mail by the settings' mail server.

    Raises ChannelAccountMissing.
    """
    await queries.take_turn(session)
    row = await get(session, id, lock=True)
    if row.is_default:
        row.is_default = False
        await session.flush()
        await audit(session, by.who, "channel.not_default", "channel", str(row.id), {"name": row.name})
        await changed(session, row)
    return row


async def get(session: AsyncSession, id: UUID, *, lock: bool = False) -> AccountRow:
    """One account's row. Raises ChannelAccountMissing."""
    row = await queries.one(session, id, lock=lock)
    if row is None:
        raise ChannelAccountMissing(f"No account {id}.")
    return row


async def _asked(asking: Awaitable[Any], field: str) -> Any:
    try:
        return await asking
    except Refused as error:
        raise AccountRefused(error.words, field=error.field or field) from None
    except Away as error:
        raise ProviderAway(error.words, field=field) from None


def _given(given: AccountIn, name: str) -> Any:
    value = getattr(given, name)
    return value.strip() if isinstance(value, str) else value


def _address(given: AccountIn) -> str:
    mail = given.provider == "smtp"
    try:
        return place(given.address or "") if mail else reach.fit(given.address or "", query=given.provider == "webhook")
    except ValueError as error:
        hint = "Write the mail server as HOST or HOST:PORT, such as smtp.example.org:587." if mail else None
        raise AddressUnfit(str(error), field="address", hint=hint) from None


def _own(held: keeping.Secrets, one: Identity) -> keeping.Secrets:
    """With a page's own token in the place of the person's, which is kept to take the access back."""
    return {**held, "access_token": one.token, "user_token": held["access_token"]} if one.token else held
