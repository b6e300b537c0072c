"""Where a version is made: a scratch folder, of which nothing is left in the store that no version names.

Files lie under their keys before the rows that name them are there. Who is refused, or killed, in between leaves a list
of them in the scratch folder; each on it that no version names is removed, by its maker or by who comes next.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cofounder.flow.train.datasets import queries
from cofounder.kit import store
from cofounder.kit.db import reading, transaction
from cofounder.kit.log import logger

log = logger(__name__)


@asynccontextmanager
async def workshop() -> AsyncIterator[Path]:
    """A scratch folder for making a version. Raises StoreFull."""
    with store.scratch() as folder:
        try:
            yield folder
        finally:
            try:
                await _answer_for(folder)
            except Exception as error:  # then the chore does it
                log.warning("files of no version were not removed", error=f"{type(error).__name__}: {error}")


async def answer_for_left() -> None:
    """Do it for those that were killed, on this machine. Raises StoreOutOfReach."""
    for folder in await asyncio.to_thread(store.left_with_moved):
        await _answer_for(folder)


async def _answer_for(folder: Path) -> None:
    keys = await asyncio.to_thread(store.moved_from, folder)
    if keys:
        async with reading() as session:
            used = await queries.keys_in_use(session, keys)
        if not used.issuperset(keys):
            await remove_unused(keys)
        store.answered_for(folder)


async def remove_unused(keys: list[str]) -> None:
    """Remove those of these files that no version has; one like it may become ready at this very moment."""
    async with transaction() as session:
        await queries.hold_files(session, alone=True)
        used = await queries.keys_in_use(session, keys)
        for key in [one for one in keys if one not in used]:
            await asyncio.to_thread(store.remove, key)
