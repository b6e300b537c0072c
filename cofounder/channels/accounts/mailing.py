"""What was given for a mail server, made whole by what its sender was connected with before."""

from typing import Any

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
    """What is left out of a sender that is connected stays as it was; a password only for its own server and user.

    Raises WayUnfit. Opens its own transaction.
    """
    row = await _before(given)
    made = given if row is None else given.model_copy(update=_as_before(given, row))
    if made.user and not made.password:
        told = "This user needs a password: one that is kept goes to no other server and for no other user."
        raise WayUnfit(told, field="password", hint=_BOTH)
    if made.password and not made.user:
        raise WayUnfit("This password needs the name of its user.", field="user", hint=_BOTH)
    return made


async def _before(given: AccountIn) -> AccountRow | None:
    if given.sender is None:
        return None
    ((_, sender),) = addresses(given.sender)
    async with db.reading() as session:
        every = await queries.every(session)
    mine = [one for one in every if one.provider == "smtp" and one.external_id == sender.lower()]
    return next((one for one in mine if one.state in queries.LIVING), None)


def _as_before(given: AccountIn, row: AccountRow) -> dict[str, Any]:
    kept = {name: row.details.get(name) for name in _KEPT} | {"address": row.address}
    if given.password is None and _same_server(given.address, row):
        try:
            held = keeping.unseal(row.sealed)
        except AccountSealed:
            held = {}
        if given.user in (None, held.get("user")):
            kept |= held
    return {name: value for name, value in kept.items() if getattr(given, name) is None}


def _same_server(address: str | None, row: AccountRow) -> bool:
    try:
        return not address or place(address) == row.address
    except ValueError:
        return False
