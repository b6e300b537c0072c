"""Which e-mail account is meant, and what was given for it, made whole by what it was connected with before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cofounder.channels.accounts import keeping, queries
from cofounder.channels.accounts.errors import AccountSealed, WayUnfit
from cofounder.channels.accounts.providers.smtp import place
from cofounder.channels.accounts.schemas import AccountIn
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit import db
from cofounder.settings import addresses

_BOTH = "Give user and password, or neither where the server wants none."
_KEPT = ("recipients", "reply_to", "starttls")


async def whole(given: AccountIn) -> AccountIn:
    """What is left out of an account that is connected stays as it was; a password only for its own server and user.

    Raises WayUnfit. Opens its own transaction.
    """
    row = None if given.sender is None else await _before(given, given.sender)
    made = given if row is None else given.model_copy(update=_as_before(given, row))
    if given.user == "":  # the server wants none
        made = made.model_copy(update={"user": None})
    if made.user and not made.password:
        told = "This user needs a password: one that is kept goes to no other server and for no other user."
        raise WayUnfit(told, field="password", hint=_BOTH)
    if made.password and not made.user:
        raise WayUnfit("This password needs the name of its user.", field="user", hint=_BOTH)
    return made


def which(
    every: Sequence[AccountRow], sender: str, *, server: str | None, name: str | None, id: UUID | None
) -> AccountRow | None:
    """The account of a sender that is meant: this one, the one of this name, the one at this server.

    Where no server is told it is the only one of its sender; one that was disconnected comes back wherever it goes by
    now. None: another account.
    """
    mine = [one for one in every if one.provider == "smtp" and one.external_id == sender.lower()]
    living = [one for one in mine if one.state in queries.LIVING]
    found = [one for one in living if one.id == id] or [one for one in mine if one.name == name]
    found = found or [one for one in (*living, *mine) if one.address == server]
    if not found and (server is None or not living):
        found = living or mine
    return found[0] if found else None


async def _before(given: AccountIn, named: str) -> AccountRow | None:
    """The account as it is connected. Raises WayUnfit where two are meant, or two would be the same."""
    ((_, sender),) = addresses(named)
    async with db.reading() as session:
        every = await queries.every(session)
    server = _server(given.address)
    row = which(every, sender, server=server, name=given.name, id=given.account_id)
    others = [
        one
        for one in every
        if one is not row
        and (one.provider, one.external_id) == ("smtp", sender.lower())
        and one.state in queries.LIVING
    ]
    if others and server is None and row is not None and row.id != given.account_id and row.name != given.name:
        told = f"Several accounts send as {sender}: {', '.join(one.name for one in (row, *others))}."
        raise WayUnfit(told, field="address", hint="Name the account, or its mail server.")
    same = next((one for one in others if row is not None and one.address == server), None)
    if same is not None:
        told = f"{same.name} sends as {sender} by this server already."
        raise WayUnfit(told, field="address", hint="Change that one, or disconnect one of the two.")
    return row if row is not None and row.state in queries.LIVING else None


def _as_before(given: AccountIn, row: AccountRow) -> dict[str, Any]:
    kept = {name: row.details.get(name) for name in _KEPT} | {"address": row.address}
    try:
        held = keeping.unseal(row.sealed)
    except AccountSealed:
        held = {}
    moved = bool(given.address) and _server(given.address) != row.address
    if moved and held.get("user") and given.user is None:
        told = f"{row.name} signed in as {held['user']} at {row.address}; that password goes to no other server."
        raise WayUnfit(
            told, field="user", hint="Give user and password for the new one; an empty user where it wants none."
        )
    if given.password is None and not moved and given.user in (None, held.get("user")):
        kept |= held
    return {name: value for name, value in kept.items() if getattr(given, name) is None}


def _server(address: str | None) -> str | None:
    """HOST:PORT as it is stored; what is none stays as it was given, and is refused later."""
    try:
        return place(address) if address else None
    except ValueError:
        return address
