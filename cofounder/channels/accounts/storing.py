"""Writes accounts down: made or renewed, named, the first of a channel its default unless the settings name one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import book, expiring, keeping, mailing, queries, renewing, waiting
from cofounder.channels.accounts.connected import PROVIDERS
from cofounder.channels.accounts.errors import AccountNameTaken
from cofounder.channels.accounts.providers import SIGNED_IN, Identity, Tokens
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.ops import connections
from cofounder.ops import queries as alerts
from cofounder.people.service import audit


@dataclass(frozen=True)
class New:
    """An account as it is to be stored."""

    provider: str
    identity: Identity
    secrets: keeping.Secrets = field(repr=False)
    name: str | None = None
    tokens: Tokens | None = None
    client_id: str | None = None
    address: str = ""
    account_id: UUID | None = None  # the one that is changed, of e-mail


async def store(session: AsyncSession, new: New, *, by: str) -> AccountRow:
    """Make or renew the account of an identity; the first of a channel is its default, unless settings name one. Raises AccountNameTaken."""
    await queries.take_turn(session)
    channel = PROVIDERS[new.provider]
    every = await queries.every(session)
    row = _before(every, new)
    others = {one.name: one for one in every if one.channel == channel and one is not row}
    kept = row.name if row is not None else None
    named = await _by_settings(session, channel)
    values = await _values(new, _name(new, kept, {*others, *named}), by)
    if row is None:
        row = AccountRow(
            id=new_id(),
            channel=channel,
            provider=new.provider,
            external_id=new.identity.external_id,
            version=1,
            is_default=False,
            created_at=now(),
            **values,
        )
        session.add(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
    if not named and not any(one.is_default and one.state in queries.LIVING for one in others.values()):
        row.is_default = True
    await session.flush()
    await quieten(session, row)
    await waiting.tell(session, row.id, row.name, connected=True)
    told = {"provider": row.provider, "name": row.name, "account": row.external_id, "scopes": row.details.get("scopes")}
    if kept not in (None, row.name):
        told["before"] = kept
    await audit(session, by, "channel.connected", "channel", str(row.id), told)
    await changed(session, row)
    return row


async def _by_settings(session: AsyncSession, channel: str) -> list[str]:
    """The name by which a channel's texts go without any account: the sender that the settings name, for e-mail."""
    from cofounder.channels import senders

    await connections.refresh(session)
    found = senders.by_settings() if channel == senders.EMAIL else None
    return [found.name] if found is not None else []


async def quieten(session: AsyncSession, row: AccountRow) -> None:
    """Clear the alerts about an account."""
    for kind in (renewing.ALERT, expiring.ALERT):
        await alerts.clear(session, kind, renewing.subject(row.id), at=now())


async def changed(session: AsyncSession, row: AccountRow) -> None:
    """Let everybody who shows or uses an account know that it is another."""
    live.changed(session, "channels", row.id)
    live.changed(session, "alerts", row.id)
    await book.refresh(session)


async def _values(new: New, name: str, by: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": new.address,
        "details": {**new.identity.details, "kind": new.identity.kind, "client_id": new.client_id},
        "sealed": await keeping.seal(new.secrets),
        "access_expires_at": _ends(new),
        "sign_in_expires_at": new.tokens.sign_in_expires_at if new.tokens is not None else None,
        "renewing_since": None,
        "state": "connected",
        "problem": None,
        "checked_at": now(),
        "who": by,
    }


def _before(every: Sequence[AccountRow], new: New) -> AccountRow | None:
    """The account that is renewed."""
    sender = new.identity.external_id
    if new.provider == "smtp":
        return mailing.which(every, sender, server=new.address, name=new.name, id=new.account_id)
    return next((one for one in every if _is(one, new)), None)


def _is(row: AccountRow, new: New) -> bool:
    if row.provider != new.provider or row.state == "choosing" or row.external_id != new.identity.external_id:
        return False
    return new.provider in SIGNED_IN or row.address == new.address


def _ends(new: New) -> datetime | None:
    """A page's own token lasts as long as the sign-in does."""
    if new.tokens is None:
        return None
    return new.tokens.sign_in_expires_at if new.identity.token else new.tokens.access_expires_at


def _name(new: New, kept: str | None, taken: set[str]) -> str:
    """The name that was wished for, else the one that it had, else the provider's with a number where that is taken."""
    taken = taken | {"outbox"}
    if new.name is not None:
        if new.name in taken:
            raise AccountNameTaken(f"There is an account {new.name!r}.", field="name")
        return new.name
    if kept is not None:
        return kept
    name = " ".join(new.identity.name.split())[:150] or new.identity.external_id
    if name in taken and new.provider == "smtp":
        name = f"{name} by {new.address.rpartition(':')[0]}"
    numbered = (f"{name} ({number})" for number in range(2, 1_000))
    return name if name not in taken else next(one for one in numbered if one not in taken)
