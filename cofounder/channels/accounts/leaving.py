"""Disconnects an account: its access is taken back where the provider lets one, and nothing secret of it stays."""

from uuid import UUID

from cofounder.channels.accounts import keeping, queries, service, waiting
from cofounder.channels.accounts.asking import Away, Refused
from cofounder.channels.accounts.errors import AccountSealed
from cofounder.channels.accounts.providers import SIGNED_IN, App
from cofounder.channels.accounts.storing import changed, quieten
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit import db
from cofounder.kit.log import logger
from cofounder.people.roles import Caller
from cofounder.people.service import audit

log = logger(__name__)
_OF_PEOPLE = ("recipients", "reply_to")  # nobody keeps whom an account wrote to once it writes no more


async def disconnect(id: UUID, *, by: Caller) -> tuple[AccountRow, bool, waiting.Waits]:
    """Take the access back at the provider where it lets one, erase what is secret, and tell what waits for it.

    Gives the account, whether the provider took the access back, and which publications wait for it. Opens its own
    transactions. Raises ChannelAccountMissing.
    """
    async with db.reading() as session:
        row = await service.get(session, id)
        every = await queries.every(session)
    alone = not any(
        one.id != row.id
        and one.provider == row.provider
        and one.state in queries.LIVING
        and one.details.get("client_id") == row.details.get("client_id")
        for one in every
    )
    revoked = await _revoke(row) if alone else False  # another account stands on the same agreement
    async with db.transaction() as session:
        await queries.take_turn(session)
        row = await service.get(session, id, lock=True)
        if row.state == "choosing":
            await queries.drop_undecided(session, row.provider)
            return row, revoked, waiting.Waits()
        waits = waiting.Waits()
        if row.state != "disconnected":
            waits = await waiting.tell(session, row.id, row.name, connected=False)
            row.state, row.sealed, row.is_default, row.problem = "disconnected", None, False, None
            row.details = {name: value for name, value in row.details.items() if name not in _OF_PEOPLE}
            row.access_expires_at = row.sign_in_expires_at = row.renewing_since = None
            row.version += 1
            await session.flush()
            await quieten(session, row)
            said = {"name": row.name, "provider": row.provider, "revoked": revoked, "scheduled": waits.scheduled}
            await audit(session, by.who, "channel.disconnected", "channel", str(row.id), said)
            await changed(session, row)
        return row, revoked, waits


async def _revoke(row: AccountRow) -> bool:
    provider = SIGNED_IN.get(row.provider)
    try:
        held = keeping.unseal(row.sealed)
    except AccountSealed:
        return False
    if provider is None or not held:
        return False
    try:
        app = App(str(row.details.get("client_id") or ""), held.get("client_secret", ""))
        return await provider.revoke(app, held, row.external_id)
    except (Refused, Away) as error:
        log.warning("the access could not be taken back", provider=row.provider, why=error.words)
        return False
