"""Removes what killed processes left half made: uploaded lines lie there as they came."""

import asyncio

from cofounder.kit import store
from cofounder.kit.chores import Chore


async def remove_parts() -> int:
    """Remove what nobody is at any more; gives how many folders."""
    return await asyncio.to_thread(store.sweep)


chore = Chore("half-made files", remove_parts, every=3_600.0)
