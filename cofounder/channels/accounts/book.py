"""The accounts as this process read them last, for whoever chooses one without a look at the database."""

import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import keeping, queries, renewing
from cofounder.channels.accounts.connected import Connected, Provider
from cofounder.channels.accounts.errors import AccountSealed
from cofounder.channels.accounts.providers import SIGNED_IN, SITES, facebook, linkedin
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit import db
from cofounder.settings import Settings, settings

FRESH_SECONDS = 1.0  # what another process changed counts here after so long
_VERSIONS = {"linkedin": linkedin.API_VERSION, "facebook": facebook.API_VERSION}
_NOT_SHOWN = ("choices",)


@dataclass(frozen=True)
class Known:
    """An account as it stands. `connected`: what senders are built from, also while it needs its person."""

    id: UUID
    channel: str
    provider: str
    name: str
    state: str
    is_default: bool
    problem: str | None
    sign_in_expires_at: datetime | None
    connected: Connected | None


class _Read:
    """What this process read last, in which database and with which settings."""

    where: ClassVar[object] = None
    base: ClassVar["weakref.ref[Settings] | None"] = None
    rows: ClassVar[tuple[Known, ...]] = ()
    opened: ClassVar[dict[UUID, tuple[int, Mapping[str, str]]]] = {}
    read_at: ClassVar[float] = float("-inf")


async def refresh(session: AsyncSession) -> tuple[Connected, ...]:
    """The connected accounts as they are now, read within this transaction."""
    rows = tuple(_known(row) for row in await queries.every_to_read(session))
    if not _here():
        _Read.opened = {}
    _Read.where, _Read.base, _Read.rows = _place(), weakref.ref(settings()), rows
    _Read.read_at = time.monotonic()
    return current()


async def latest() -> tuple[Connected, ...]:
    """The connected accounts, at most a second old. Never call it inside a transaction."""
    if not _here() or time.monotonic() - _Read.read_at > FRESH_SECONDS:
        async with db.reading() as session:
            await refresh(session)
    return current()


def current() -> tuple[Connected, ...]:
    """The connected accounts as this process read them last."""
    return tuple(one.connected for one in every() if one.state == "connected" and one.connected is not None)


def of(channel: str, name: str | None = None) -> Connected | None:
    """A channel's account of this name, else its default; None where that is not connected."""
    found = find(channel, name)
    return found.connected if found is not None and found.state == "connected" else None


def find(channel: str, name: str | None = None) -> Known | None:
    """A channel's account of this name, else its default, however it stands."""
    there = [one for one in every() if one.channel == channel]
    if name is not None:
        return next((one for one in there if one.name == name), None)
    return next((one for one in there if one.is_default), None)


def every() -> tuple[Known, ...]:
    """Every account, also those that need their person or are disconnected."""
    return _Read.rows if _here() else ()


def forget() -> None:
    """Read anew the next time."""
    _Read.where, _Read.rows, _Read.opened = None, (), {}


def _here() -> bool:
    """Whether it was read in the database, and with the settings, that this process uses now."""
    return _Read.where == _place() and _Read.base is not None and _Read.base() is settings()


def _place() -> object:
    try:
        url, schema = db.place()
    except RuntimeError:
        return None
    return str(url), schema


def _known(row: AccountRow) -> Known:
    return Known(
        id=row.id,
        channel=row.channel,
        provider=row.provider,
        name=row.name,
        state=row.state,
        is_default=row.is_default,
        problem=row.problem,
        sign_in_expires_at=row.sign_in_expires_at,
        connected=_connected(row) if row.state in queries.LIVING else None,
    )


def _connected(row: AccountRow) -> Connected | None:
    """None where what is sealed cannot be read on this machine."""
    try:
        secret = dict(_secret(row))
    except AccountSealed:
        return None
    signed_in = SIGNED_IN.get(row.provider)
    details: dict[str, Any] = {name: value for name, value in row.details.items() if name not in _NOT_SHOWN}
    if row.provider in _VERSIONS:
        details["api_version"] = _VERSIONS[row.provider]
    return Connected(
        id=row.id,
        provider=cast(Provider, row.provider),
        name=row.name,
        external_id=row.external_id if row.provider not in ("ghost", "webhook") else "",
        address=signed_in.address if signed_in is not None else secret.pop("address", row.address),
        token=partial(renewing.token, row.id),
        details=details,
        secret=secret,
        expires_at=row.sign_in_expires_at,
    )


def _secret(row: AccountRow) -> Mapping[str, str]:
    """What a site's sender signs or signs in with; tokens are asked for when they are needed. Raises AccountSealed."""
    site = SITES.get(row.provider)
    if site is None:
        return {}
    before = _Read.opened.get(row.id)
    if before is None or before[0] != row.version:
        held = keeping.unseal(row.sealed)
        before = (row.version, {name: held[name] for name in site.secret if name in held})
        _Read.opened[row.id] = before
    return before[1]
