"""Asks a provider whether an account's access still holds, and writes down what it says."""

from uuid import UUID

from cofounder.channels.accounts import book, keeping, queries, renewing, service
from cofounder.channels.accounts.asking import Away, Refused
from cofounder.channels.accounts.connected import AccountAway, SignInNeeded
from cofounder.channels.accounts.errors import AccountSealed
from cofounder.channels.accounts.providers import SIGNED_IN, SITES
from cofounder.channels.accounts.tables import AccountRow
from cofounder.channels.rules import called
from cofounder.kit import db, live
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger
from cofounder.ops import queries as alerts

log = logger(__name__)


async def check(id: UUID) -> AccountRow:
    """Ask now. An access that has ended makes it one that needs its person; one that holds, connected again.

    Opens its own transactions. Raises ChannelAccountMissing.
    """
    async with db.reading() as session:
        row = await service.get(session, id)
    if row.state not in queries.LIVING:
        return row
    try:
        await _asked(row)
    except SignInNeeded as error:
        await _note(row, error.detail)  # the row says so already
    except Refused as error:
        if error.access_ended:
            words = f"The access to the {called(row.channel)} account {row.name} has ended: {error.words}"
            await renewing.needs_sign_in(row.id, row.version, words)
        else:
            await _note(row, error.words)
    except (Away, AccountAway) as error:
        await _note(row, error.words if isinstance(error, Away) else error.detail)
    else:
        await _note(row, None)
    async with db.reading() as session:
        await book.refresh(session)
        return await service.get(session, id)


async def look_into(provider: str, name: str) -> None:
    """Check an account by which nothing goes out at all, so that whoever can mend it is told. Raises nothing of ours."""
    known = next((one for one in book.every() if (one.provider, one.name) == (provider, name)), None)
    if known is not None and known.state == "connected":  # else its person was told, and some lock who goes on asking
        try:
            await check(known.id)
        except CofounderError as error:
            log.warning("an account could not be checked", provider=provider, why=error.detail)


async def _asked(row: AccountRow) -> None:
    try:
        held = keeping.unseal(row.sealed)
    except AccountSealed as error:
        raise SignInNeeded(f"{error.detail} {error.advice}") from error
    signed_in = SIGNED_IN.get(row.provider)
    if signed_in is None:
        await SITES[row.provider].identity(held.get("address", row.address), {**row.details, **held})
        return
    token = held.get("access_token", "") if row.state == "needs_sign_in" else await renewing.token(row.id)
    await signed_in.look(token, row.external_id)


async def _note(row: AccountRow, problem: str | None) -> None:
    """Write down what was found; without a problem the account is connected, and its alert is over."""
    async with db.transaction() as session:
        found = await queries.one(session, row.id, lock=True)
        if found is None or found.state not in queries.LIVING or found.version < row.version:
            return
        found.checked_at = now()
        found.problem = problem if found.state == "connected" or problem is None else found.problem
        if problem is None and found.state == "needs_sign_in":
            found.state = "connected"
            await alerts.clear(session, renewing.ALERT, renewing.subject(row.id), at=now())
            live.changed(session, "alerts", row.id)
        live.changed(session, "channels", row.id)
