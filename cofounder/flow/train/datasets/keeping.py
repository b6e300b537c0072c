"""Removes what killed processes left half made: uploaded lines lie there as they came, and files that no version names."""

import asyncio

from cofounder.flow.train.datasets.workshop import answer_for_left
from cofounder.kit import store
from cofounder.kit.chores import Chore


async def remove_parts() -> int:
    """Remove what nobody is at any more; gives how many folders."""
    await answer_for_left()
    return await asyncio.to_thread(store.sweep)


chore = Chore("half-made files", remove_parts, every=3_600.0)
