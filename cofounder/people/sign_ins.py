"""A person's sign-ins: begun by password or by a one-time link, held by a cookie or by tokens, ended at once.

Every request looks at the sign-in's row, so that what was ended, disabled or given another role counts from then on.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, live, postgres
from cofounder.kit.clock import now
from cofounder.kit.errors import NotSignedIn
from cofounder.kit.ids import new_id
from cofounder.people import attempts, queries, signs
from cofounder.people.names import folded
from cofounder.people.roles import Caller, Role
from cofounder.people.service import audit
from cofounder.people.tables import SignIn, Token, User

COOKIE_LASTS = timedelta(days=30)
IDLE = timedelta(days=7)
REFRESH_LASTS = timedelta(days=30)
LINK_LASTS = timedelta(minutes=15)
_NOTE_SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=30)  # after its end, to see what happened
Held = Literal["cookie", "tokens"]


class SignInFailed(NotSignedIn):
    """Name and password do not fit."""

    hint = "Try again, or get a link that signs you in once: cofounder people link NAME"


class LinkSpent(NotSignedIn):
    """This sign-in link was used, replaced or is too old."""

    hint = "Make a new one on the machine where Cofounder runs: cofounder people link"


class RefreshRefused(NotSignedIn):
    """This refresh token is no longer good."""

    hint = "Sign in again."


_read: dict[Path, tuple[tuple[int, int], signs.Signer]] = {}  # path -> (which file it was, what it held)


def signer() -> signs.Signer:
    """This home's signing key, made at the first use and read again when it was replaced."""
    path = _key_file()
    if path not in _read or _which(path) != _read[path][0]:
        made = signs.Signer(path)
        _read[path] = _which(path), made
    return _read[path][1]


def _key_file() -> Path:
    return postgres.default_home() / "signing.key"


def _which(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


async def replace_signing_key(by: Caller) -> str:
    """Sign with a new key from now on; what any earlier one of this home signed is refused. Gives the new key's id.

    People stay signed in: pages have no such token, programs get a new one with their refresh token. The earlier keys
    are retired first and the file is replaced after: killed between, nothing that leaked is good, and the next
    sign-in replaces the file. Opens its own transaction: never call it inside one.
    """
    at, path = now(), _key_file()
    old = signer()  # its row may never have been written; from here on it is there, and retired
    fresh = signs.Fresh(path)
    try:
        async with db.transaction() as session:
            await queries.put_signing_key(session, old.id, old.public, at)
            await queries.retire_signing_keys(session, signs.made_here(path) - {fresh.id} | {old.id}, at)
            await queries.put_signing_key(session, fresh.id, fresh.public, at)
            await audit(session, by.who, "signing_key.replaced", "signing_key", fresh.id, {"old": old.id})
        fresh.use()
    finally:
        fresh.drop()
    return fresh.id


async def _signing(session: AsyncSession, at: datetime) -> signs.Signer:
    """The key to sign with, on record. One that is retired was left in place by a replacement that was killed."""
    signing = signer()
    row = await queries.signing_key(session, signing.id)
    if row is not None and row.retired_at is not None:
        signs.Fresh(_key_file()).use()
        signing = signer()
        row = None
    if row is None:
        await queries.put_signing_key(session, signing.id, signing.public, at)
    return signing


async def by_password(name: str, password: str, address: str | None, held: Held) -> tuple[Caller, dict[str, str]]:
    """Sign in. Gives the caller and the secrets to hand over. Raises SignInFailed, TooManyAttempts.

    A name that nobody has takes as long as a wrong password, and says the same.
    """
    async with attempts.attempt(attempts.subjects(name, address)) as tried:
        async with db.transaction(durable=False) as session:
            found = await queries.user_named(session, folded(name))
            stored, good_now = (found.password, found.disabled_at is None) if found else (None, False)
        good, renewed = await signs.fits(password, stored)
        tried.passed = good and good_now
    if found is None or not tried.passed:
        raise SignInFailed()
    async with db.transaction() as session:
        user = await queries.user(session, found.id, lock=True)
        if user is None or user.disabled_at is not None or user.password != stored:
            raise SignInFailed()
        if renewed:
            user.password = renewed
        return await _begin(session, user, "password", held)


async def by_link(token: str) -> tuple[Caller, dict[str, str]]:
    """Sign in with a one-time link, which is spent by it. Raises LinkSpent.

    Nobody has to wait here: 256 random bits are not guessed.
    """
    async with db.transaction() as session:
        whose = await queries.link_holder(session, signs.digest(token))
        user = await queries.user(session, whose, lock=True) if whose else None  # the person first, as everywhere
        row = await queries.token(session, signs.digest(token), "link", lock=True)
        if row is not None and user is not None and _is_good(row, user):
            row.used_at = now()
            return await _begin(session, user, "link", "cookie")
    raise LinkSpent()


def _is_good(row: Token, user: User) -> bool:
    return row.used_at is None and row.expires_at > now() and user.disabled_at is None


async def new_link(session: AsyncSession, user: User, by: Caller) -> str:
    """A secret that signs this person in once, within 15 minutes; earlier ones no longer do."""
    at, secret = now(), signs.new_secret("cl")
    await queries.use_up_links(session, user.id, at)
    session.add(
        Token(
            id=new_id(),
            kind="link",
            user_id=user.id,
            digest=signs.digest(secret),
            created_at=at,
            expires_at=at + LINK_LASTS,
        )
    )
    await audit(session, by.who, "person.link_made", "user", str(user.id), {"name": user.name})
    return secret


async def _begin(session: AsyncSession, user: User, how: str, held: Held) -> tuple[Caller, dict[str, str]]:
    at = now()
    await queries.sweep_sign_ins(session, at - _KEPT)
    lasts = COOKIE_LASTS if held == "cookie" else REFRESH_LASTS
    row = SignIn(
        id=new_id(), user_id=user.id, kind=held, how=how, created_at=at, last_seen_at=at, expires_at=at + lasts
    )
    session.add(row)
    user.last_sign_in_at = at
    await session.flush()
    await audit(session, f"person:{user.name}", "person.signed_in", "user", str(user.id), {"how": how, "by": held})
    return _caller(row, user), await _secrets(session, row, at)


async def _secrets(session: AsyncSession, row: SignIn, at: datetime) -> dict[str, str]:
    """The cookie, or an access token with the refresh token that follows it."""
    kind, secret = ("cookie", signs.new_secret("cs")) if row.kind == "cookie" else ("refresh", signs.new_secret("cr"))
    session.add(
        Token(
            id=new_id(),
            kind=kind,
            user_id=row.user_id,
            sign_in_id=row.id,
            digest=signs.digest(secret),
            created_at=at,
            expires_at=row.expires_at,
        )
    )
    if kind == "cookie":
        return {"cookie": secret}
    signing = await _signing(session, at)
    return {"refresh_token": secret, "access_token": signing.sign(row.id, row.user_id, at)}


async def refresh(token: str) -> tuple[Caller, dict[str, str]]:
    """New tokens for a refresh token, which is spent by it. Raises RefreshRefused.

    A token that comes a second time was copied by somebody: all tokens of its sign-in end (RFC 9700, section 4.14.2).
    """
    at = now()
    async with db.transaction() as session:
        row = await queries.token(session, signs.digest(token), "refresh", lock=True)
        found = await queries.sign_in(session, row.sign_in_id) if row and row.sign_in_id else None
        if row is not None and found is not None:
            sign_in, user = found
            if row.used_at is None and row.expires_at > at and _is_open(sign_in, user, at):
                row.used_at = at
                sign_in.last_seen_at = at
                return _caller(sign_in, user), await _secrets(session, sign_in, at)
            if row.used_at is not None and sign_in.ended_at is None:
                sign_in.ended_at, sign_in.ended_because = at, "a spent refresh token came again"
                await audit(session, f"person:{user.name}", "person.tokens_reused", "user", str(user.id), {})
    raise RefreshRefused()


async def with_cookie(session: AsyncSession, secret: str) -> Caller:
    """Whose cookie this is. Raises NotSignedIn."""
    row = await queries.token(session, signs.digest(secret), "cookie")
    if row is None or row.sign_in_id is None:
        raise NotSignedIn("This sign-in is not known.")
    return await _with(session, row.sign_in_id)


async def with_access_token(session: AsyncSession, token: str) -> Caller:
    """Whose access token this is. Raises NotSignedIn for one that is forged, too old or ended."""
    signed = signs.signed_by(token)
    key = await queries.signing_key(session, signed) if signed else None
    said = signs.claims(token, key.public, now()) if key and key.retired_at is None else None
    if said is None:
        raise NotSignedIn("This access token is not good.", hint="Get a new one: POST /api/auth/refresh.")
    try:
        return await _with(session, UUID(str(said["sid"])))
    except ValueError as error:
        raise NotSignedIn("This access token is not good.") from error


async def _with(session: AsyncSession, id: UUID) -> Caller:
    at = now()
    found = await queries.sign_in(session, id)
    if found is None or not _is_open(*found, at):
        raise NotSignedIn("This sign-in has ended.", hint="Sign in again.")
    row, user = found
    if at - row.last_seen_at >= _NOTE_SEEN_EVERY:
        await queries.note_seen(session, row.id, at)
    return _caller(row, user)


def _is_open(row: SignIn, user: User, at: datetime) -> bool:
    idle = IDLE if row.kind == "cookie" else REFRESH_LASTS
    return row.ended_at is None and row.expires_at > at and at - row.last_seen_at < idle and user.disabled_at is None


def _caller(row: SignIn, user: User) -> Caller:
    return Caller(name=user.name, role=cast(Role, user.role), kind="person", sign_in_id=row.id, user_id=user.id)


async def still_open(session: AsyncSession, caller: Caller) -> bool:
    """Whether a person who was let in would be let in again, with the same role."""
    found = await queries.sign_in(session, caller.sign_in_id) if caller.sign_in_id else None
    return found is not None and _is_open(*found, now()) and found[1].role == caller.role


async def came_by_link(session: AsyncSession, caller: Caller) -> bool:
    """Whether this sign-in was begun by a link just now: who holds one need not know the password."""
    found = await queries.sign_in(session, caller.sign_in_id) if caller.sign_in_id else None
    return found is not None and found[0].how == "link" and now() - found[0].created_at < LINK_LASTS


async def sign_out(session: AsyncSession, caller: Caller) -> None:
    """End the caller's own sign-in, with its cookie or tokens. Twice changes nothing."""
    found = await queries.sign_in(session, caller.sign_in_id) if caller.sign_in_id else None
    if found is not None and found[0].ended_at is None:
        found[0].ended_at, found[0].ended_because = now(), "signed out"
        await audit(session, caller.who, "person.signed_out", "user", str(found[1].id), {})
        live.changed(session, "users", found[1].id)


async def replace(session: AsyncSession, cookie: str) -> None:
    """End the sign-in that a browser held until now: another takes its place. An unknown cookie changes nothing."""
    row = await queries.token(session, signs.digest(cookie), "cookie")
    found = await queries.sign_in(session, row.sign_in_id) if row is not None and row.sign_in_id else None
    if found is not None and found[0].ended_at is None:
        found[0].ended_at, found[0].ended_because = now(), "replaced by another sign-in"
        live.changed(session, "users", found[1].id)
