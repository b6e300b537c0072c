"""Keys are made, found, used and revoked here; every such act leaves an audit entry."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import cursors, live
from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict, InputInvalid, NotFound, NotSignedIn
from cofounder.kit.ids import new_id
from cofounder.people import queries
from cofounder.people.roles import ROLES, Caller, Role
from cofounder.people.tables import ApiKey, AuditEntry

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")
_NOTE_USE_EVERY = timedelta(minutes=1)  # a busy agent would else write a row with each request


class KeyNameTaken(Conflict):
    """There is already a key with this name."""

    hint = "Choose another name. A revoked key keeps its name, so that the audit log stays clear."


class KeyNameInvalid(InputInvalid):
    """A key's name has 1 to 64 letters, digits, spaces, dots, dashes or underscores, and starts with a letter or digit."""

    hint = "For example: ci, or mail-agent-2."


class RoleUnknown(InputInvalid):
    """There is no such role."""

    hint = "Use viewer, operator, approver or admin."


class ExpiryPassed(InputInvalid):
    """The key would already have expired."""

    hint = "Give a time in the future, with its time zone."


class PlaceInvalid(InputInvalid):
    """This is no place in the list."""

    hint = "Use next_cursor of the page before, as it is."


class KeyMissing(NotFound):
    """There is no key with this name."""

    hint = "See which there are: cofounder keys list"


async def create_key(
    session: AsyncSession,
    name: str,
    role: str,
    by: Caller,
    expires_at: datetime | None = None,
) -> tuple[str, ApiKey]:
    """Make a key and give its secret, which is shown this once and stored only as a digest.

    Raises KeyNameInvalid, RoleUnknown, ExpiryPassed, KeyNameTaken.
    """
    name = name.strip()
    if not _NAME.match(name):
        raise KeyNameInvalid(field="name")
    if role not in ROLES:
        raise RoleUnknown(f"{role!r} is not a role.", field="role")
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now()):
        raise ExpiryPassed(field="expires_at")
    prefix = secrets.token_hex(4)
    secret = f"cf_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey(
        id=new_id(),
        name=name,
        role=role,
        prefix=prefix,
        digest=_digest(secret),
        created_at=now(),
        created_by=by.who,
        expires_at=expires_at,
    )
    if await queries.key_named(session, name) is not None:
        raise KeyNameTaken(f"There is already a key named {name!r}.", field="name")
    try:
        async with session.begin_nested():  # two people may choose one name at the same moment
            session.add(row)
    except IntegrityError as error:
        raise KeyNameTaken(f"There is already a key named {name!r}.", field="name") from error
    await audit(
        session,
        by.who,
        "key.created",
        "api_key",
        str(row.id),
        {"name": name, "role": role, "prefix": prefix},
    )
    live.changed(session, "keys", row.id)
    return secret, row


async def list_keys(session: AsyncSession) -> Sequence[ApiKey]:
    """Every key, oldest first, revoked and expired ones too."""
    return await queries.all_keys(session)


async def revoke_key(session: AsyncSession, name: str, by: Caller) -> ApiKey:
    """End a key at once. Revoking it again changes nothing. Raises KeyMissing."""
    row = await queries.key_named(session, name)
    if row is None:
        raise KeyMissing(f"There is no key named {name!r}.", field="name")
    if row.revoked_at is None:
        row.revoked_at = now()
        await audit(session, by.who, "key.revoked", "api_key", str(row.id), {"name": row.name})
        live.changed(session, "keys", row.id)
    return row


async def sign_in(session: AsyncSession, secret: str) -> Caller:
    """The caller who holds this key. Raises NotSignedIn for a key that is unknown, revoked or expired."""
    row = await _key_of(session, secret)
    if row is None:
        raise NotSignedIn("This key is not known.")
    at = now()
    if row.revoked_at is not None:
        raise NotSignedIn("This key was revoked.")
    if row.expires_at is not None and row.expires_at <= at:
        raise NotSignedIn("This key has expired.")
    if row.last_used_at is None or at - row.last_used_at >= _NOTE_USE_EVERY:
        await queries.note_use(session, row.id, at, at - _NOTE_USE_EVERY)
    return Caller(name=row.name, role=cast(Role, row.role), kind="key")


async def still_good(session: AsyncSession, caller: Caller) -> bool:
    """Whether a caller who came with a key or a sign-in would still be let in with it."""
    if caller.kind == "person":
        from cofounder.people import sign_ins

        return await sign_ins.still_open(session, caller)
    if caller.kind != "key":
        return True
    row = await queries.key_named(session, caller.name)
    return row is not None and row.revoked_at is None and (row.expires_at is None or row.expires_at > now())


async def audit(
    session: AsyncSession,
    who: str,
    action: str,
    object_type: str,
    object_id: str,
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write down who did what to which thing, in the transaction in which it happens."""
    entry = AuditEntry(
        id=new_id(),
        at=now(),
        who=who,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        details=details or {},
    )
    session.add(entry)
    await session.flush()
    return entry


async def audit_entries(
    session: AsyncSession,
    *,
    object_type: str | None = None,
    object_id: str | None = None,
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """What happened, newest first."""
    return await queries.audit_entries(session, object_type, object_id, limit)


async def audit_without(
    session: AsyncSession, object_type: str, object_ids: Iterable[object], names: Sequence[str]
) -> None:
    """Take details by these names out of the entries about some things: for words that were erased by an admin.

    Who did what to which thing, and when, stays.
    """
    if ids := [str(one) for one in object_ids]:
        await queries.audit_without(session, object_type, ids, list(names))


async def revoke_key_with_id(session: AsyncSession, id: UUID, by: Caller) -> ApiKey:
    """As revoke_key, by the key's id. Raises KeyMissing."""
    row = await queries.key_with_id(session, id)
    if row is None:
        raise KeyMissing(field="key_id")
    return await revoke_key(session, row.name, by)


async def audited_id(session: AsyncSession, given: str) -> str:
    """The id that a person means: whole, or its beginning or end. Raises InputInvalid where it fits more.

    What is known to nobody comes back as it is.
    """
    found = await queries.audited_ids(session, given) if len(given) >= 4 else []
    if given in found or not found:
        return given
    if len(found) > 1:
        raise InputInvalid(f"{given!r} fits several.", field="object_id", hint="Give more of the id.")
    return found[0]


async def audited_actions(session: AsyncSession) -> list[str]:
    """Every action that the log holds, each once."""
    return list(await queries.audited_actions(session))


async def audit_page(
    session: AsyncSession, filters: dict[str, Any], cursor: str | None, limit: int
) -> tuple[Sequence[AuditEntry], str | None, int]:
    """(entries newest first, the next cursor, how many there are in all). Raises PlaceInvalid.

    Filters: who, action, object_type, object_id; since and until (not itself in) as moments.
    """
    found, total = await queries.audit_page(session, filters, cursors.decoded(cursor, PlaceInvalid), limit + 1)
    shown = found[:limit]
    more = cursors.coded(shown[-1].at, shown[-1].id) if len(found) > limit else None
    return shown, more, total


async def _key_of(session: AsyncSession, secret: str) -> ApiKey | None:
    head, _, rest = secret.partition("_")
    prefix, _, tail = rest.partition("_")
    if head != "cf" or not prefix or not tail:
        return None
    digest = _digest(secret)
    for row in await queries.keys_with_prefix(session, prefix):
        if hmac.compare_digest(row.digest, digest):
            return row
    return None


def _digest(secret: str) -> bytes:
    # The secret carries 256 random bits, so a plain hash is as good as a slow one and costs nothing per request.
    return hashlib.sha256(secret.encode()).digest()
