"""Removes images that were uploaded and never attached, or are shown by nothing any more."""

from datetime import timedelta

from cofounder.channels.images import queries
from cofounder.kit import db
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now

UNUSED = timedelta(days=1)


async def remove_unused() -> int:
    """Remove what nobody has used for a day; gives how many. Opens its own transaction."""
    async with db.transaction() as session:
        return await queries.remove_unused(session, now() - UNUSED)


chore = Chore("unused images", remove_unused, every=3_600.0)
