"""How many follow a channel, counted along with its posts: from then on their gains can be divided."""

from datetime import timedelta

from cofounder.channels import accounts, readers
from cofounder.channels.accounts import Connected
from cofounder.channels.readers import Reader, ReadingRefused
from cofounder.flow.publish.measuring import queries
from cofounder.flow.publish.measuring.tables import MeasuredAccount
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.personas.followers import service as followers

APART = timedelta(hours=6)  # between two counts
BEFORE = timedelta(hours=1)  # a count at publishing may be so old
SEVERAL = "Its followers are not counted: several accounts of the channel are connected, and gains are of the channel."
REFUSED = "Its followers cannot be counted: "
ANOTHER = "Its followers are not counted: those of another account were, and the difference would pass for a gain."


async def count(connected: Connected, reader: Reader, source: str, *, new: bool) -> int | None:
    """Count an account's followers unless that was done lately. `new`: something was just published by it.

    A provider that refuses it does not keep posts from being read: that is noted. Raises SignInNeeded, ReadingDelayed,
    ReaderAway.
    """
    async with reading() as session:
        standing = await queries.account(session, source)
        by = await followers.counted_by(session, connected.channel)
    last = standing.followers_at if standing is not None else None
    if last is not None and now() - last < (BEFORE if new else APART):
        return None
    note = await _why_not(connected, source, by)
    if note is None:
        try:
            found = await reader.followers(connected)
        except ReadingRefused as error:
            note = REFUSED + error.detail
    if note is not None:
        await _noted(standing, source, note)
        return None
    if found is None:
        return None
    async with transaction() as session:
        await followers.counted(session, connected.channel, found, at=now(), by=f"reader {source}")
        still = [one for one in (standing.notes if standing else ()) if not one.startswith(REFUSED)]
        await queries.change_account(session, source, followers=found, followers_at=now(), notes=still)
    return found


async def _noted(standing: MeasuredAccount | None, source: str, note: str) -> None:
    if standing is not None and note not in standing.notes:
        async with transaction(durable=False) as session:
            await queries.change_account(session, source, notes=[*standing.notes, note][-10:])


async def _why_not(connected: Connected, source: str, by: str | None) -> str | None:
    same = [one for one in await accounts.latest() if one.channel == connected.channel and readers.of(one)]
    if len(same) > 1:
        return SEVERAL
    return ANOTHER if by is not None and by.startswith("reader ") and by != f"reader {source}" else None
