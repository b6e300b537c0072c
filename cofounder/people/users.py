"""People: made, given a role, a password, a way in, shut out. Never deleted, for what they decided stays theirs."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, live
from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict, InputInvalid, NotFound
from cofounder.kit.ids import new_id
from cofounder.people import attempts, queries, sign_ins, signs
from cofounder.people.names import folded
from cofounder.people.roles import LOCAL_OWNER, ROLES, Caller, Role
from cofounder.people.service import RoleUnknown, audit
from cofounder.people.tables import User
from cofounder.settings import addresses

__all__ = ["User"]  # and every function here; whoever shows people names the type from here

_NAME = re.compile(r"^[^\W_][\w .'-]{0,63}$")
OWNER = "owner"
RESERVED = frozenset({"local owner", "automatic", "key", "person"})  # what the audit log calls others
SHORTEST, LONGEST = 10, 256


class PersonNameInvalid(InputInvalid):
    """A person's name has 1 to 64 letters, digits, spaces, dots, dashes, apostrophes or underscores."""

    hint = "It starts with a letter or a digit, keeps to one alphabet, and is no name that the audit log uses itself."


class PersonNameTaken(Conflict):
    """There is already a person with this name."""

    hint = "Names are told apart without regard to case. Choose another."


class EmailInvalid(InputInvalid):
    """This is not an e-mail address."""

    hint = "Write it as name@example.org."


class PersonMissing(NotFound):
    """There is no such person."""

    hint = "See who there is: cofounder people list"


class LastAdmin(Conflict):
    """Nobody else could administer then."""

    hint = "Make another person an admin first."


class PasswordWeak(InputInvalid):
    """A password has 10 to 256 characters and is not the name."""

    hint = "A few words in a row are long, easy to keep and hard to guess."


class PasswordWrong(InputInvalid):
    """The current password does not fit."""

    hint = "Without it, a link from the command line lets you set a new one: cofounder people link NAME"


class PersonDisabled(Conflict):
    """This person is shut out."""

    hint = "Let them in first: cofounder people enable NAME"


async def add(
    session: AsyncSession, name: str, role: str, by: Caller, *, email: str | None = None, password: str | None = None
) -> User:
    """A new person; without a password they come in by link.

    Raises PersonNameInvalid, PersonNameTaken, RoleUnknown, EmailInvalid, PasswordWeak.
    """
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not _NAME.match(name) or folded(name) in RESERVED or _mixed(name):
        raise PersonNameInvalid(field="name")
    _known(role)
    if email is not None:
        email = _mailbox(email)
    if password is not None:
        _strong(password, name)
    at = now()
    row = User(
        id=new_id(),
        name=name,
        folded=folded(name),
        email=email,
        role=role,
        password=await signs.hashed(password) if password is not None else None,
        password_at=at if password is not None else None,
        created_at=at,
        created_by=by.who,
    )
    try:
        async with session.begin_nested():  # two admins may choose one name at the same moment
            session.add(row)
    except IntegrityError as error:
        raise PersonNameTaken(f"{name!r} reads like the name of somebody who is here already.", field="name") from error
    await _tell(session, by, "person.added", row, {"role": role})
    return row


async def owner(session: AsyncSession, by: Caller) -> User:
    """The person whom a link signs in when nobody is named: the first admin, made when there is none."""
    for row in await queries.users(session):
        if row.role == "admin" and row.disabled_at is None:
            return row
    taken = await queries.user_named(session, OWNER)
    return await add(session, OWNER if taken is None else f"{OWNER} {now():%Y-%m-%d %H.%M.%S}", "admin", by)


async def local(session: AsyncSession) -> Caller:
    """The local owner: on the page the only admin, or the one who came in by the first link; else nobody there."""
    admins = [row for row in await queries.users(session) if row.role == "admin" and row.disabled_at is None]
    theirs = admins if len(admins) == 1 else [row for row in admins if row.name == OWNER]
    return replace(LOCAL_OWNER, user_id=theirs[0].id) if theirs else LOCAL_OWNER


async def everyone(session: AsyncSession) -> Sequence[User]:
    """By name, those who are shut out too."""
    return await queries.users(session)


async def named(session: AsyncSession, name: str) -> User:
    """Raises PersonMissing."""
    row = await queries.user_named(session, folded(name))
    if row is None:
        raise PersonMissing(f"There is no person named {name!r}.", field="name")
    return row


async def with_id(session: AsyncSession, id: UUID) -> User:
    """Raises PersonMissing."""
    row = await queries.user(session, id)
    if row is None:
        raise PersonMissing(field="id")
    return row


async def set_role(session: AsyncSession, row: User, role: str, by: Caller) -> User:
    """From the next request on. Raises RoleUnknown, LastAdmin."""
    _known(role)
    if row.role != role:
        if row.role == "admin":
            await _another_admin(session, row)
        was, row.role = row.role, role
        await _tell(session, by, "person.role_changed", row, {"from": was, "to": role})
    return row


async def disable(session: AsyncSession, row: User, by: Caller) -> User:
    """Shut out at once, from every open page and token. Twice changes nothing. Raises LastAdmin."""
    if row.disabled_at is None:
        if row.role == "admin":
            await _another_admin(session, row)
        row.disabled_at = now()
        await queries.end_sign_ins(session, row.id, row.disabled_at, "disabled")
        await queries.use_up_links(session, row.id, row.disabled_at)
        await _tell(session, by, "person.disabled", row, {})
    return row


async def enable(session: AsyncSession, row: User, by: Caller) -> User:
    """Let in again. Twice changes nothing."""
    if row.disabled_at is not None:
        row.disabled_at = None
        await _tell(session, by, "person.enabled", row, {})
    return row


async def link(session: AsyncSession, row: User, by: Caller) -> str:
    """A secret that signs this person in once. Raises PersonDisabled."""
    if row.disabled_at is not None:
        raise PersonDisabled(f"{row.name} is shut out.")
    return await sign_ins.new_link(session, row, by)


async def set_password(session: AsyncSession, row: User, password: str, by: Caller) -> None:
    """A new password; every other sign-in of the person ends. Raises PasswordWeak."""
    _strong(password, row.name)
    await _store_password(session, row, await signs.hashed(password), by)


async def change_own_password(by: Caller, id: UUID, password: str, current: str | None) -> None:
    """The same by the person, with the current one unless a link let them in just now.

    No connection is held while a password is looked at: that takes long and needs one of its own to be counted, and a
    few who wait for each other would have them all. Raises PasswordWeak, PasswordWrong, TooManyAttempts, PersonMissing.
    """
    async with db.reading() as session:
        row = await with_id(session, id)
        prove = row.password is not None and not await sign_ins.came_by_link(session, by)
    if prove:
        async with attempts.attempt(attempts.subjects(row.name, None)) as tried:
            tried.passed, _ = await signs.fits(current or "", row.password or "")
        if not tried.passed:
            raise PasswordWrong(field="current")
    _strong(password, row.name)
    made = await signs.hashed(password)
    async with db.transaction() as session:
        found = await with_id(session, id)
        if found.password_at != row.password_at:  # it was changed meanwhile: what was shown is the current one no more
            raise PasswordWrong(field="current")
        await _store_password(session, found, made, by)


async def _store_password(session: AsyncSession, row: User, made: str, by: Caller) -> None:
    row.password, row.password_at = made, now()
    await queries.end_sign_ins(session, row.id, row.password_at, "password changed", but=by.sign_in_id)
    await _tell(session, by, "person.password_changed", row, {})


async def sign_out_everywhere(session: AsyncSession, row: User, by: Caller) -> None:
    """End every sign-in of a person."""
    await queries.end_sign_ins(session, row.id, now(), "signed out everywhere")
    await _tell(session, by, "person.signed_out_everywhere", row, {})


async def _another_admin(session: AsyncSession, row: User) -> None:
    if not [one for one in await queries.admins(session) if one.id != row.id]:
        raise LastAdmin(f"{row.name} is the only admin.")


def _mixed(name: str) -> bool:
    """Whether its letters are of two alphabets that look alike: a Cyrillic a in a Latin name is another's name."""
    letters = {unicodedata.name(one, "").split(" ")[0] for one in folded(name) if one.isalpha()}
    return len(letters & {"LATIN", "CYRILLIC", "GREEK"}) > 1


def _known(role: str) -> Role:
    if role not in ROLES:
        raise RoleUnknown(f"{role!r} is not a role.", field="role")
    return role


def _mailbox(email: str) -> str:
    try:
        [(_, address)] = addresses(email)
    except ValueError as error:  # none, several, or no address
        raise EmailInvalid(field="email") from error
    return address


def _strong(password: str, name: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST or password.casefold().strip() == name.casefold():
        raise PasswordWeak(field="password")


async def _tell(session: AsyncSession, by: Caller, action: str, row: User, details: dict[str, str]) -> None:
    await session.flush()
    await audit(session, by.who, action, "user", str(row.id), {"name": row.name, **details})
    live.changed(session, "users", row.id)
