"""Which outbox a text was written to: of two machines on one database each has its own, in its own home.

What was begun in another outbox cannot be looked for in this one: nobody here can say whether it is there.
"""

import asyncio
import platform
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.senders import queries
from cofounder.channels.senders.delivery import Delivery, DeliveryDelayed, DeliveryUnknown, Sender
from cofounder.channels.senders.outbox import Outbox
from cofounder.kit import db


async def note(sender: Sender, key: str) -> None:
    """Write beside the intent, before the call, which outbox it is. Raises DeliveryDelayed; opens its own transaction."""
    if not isinstance(sender, Outbox):
        return
    try:
        id = await asyncio.to_thread(sender.id)
    except OSError as error:
        raise DeliveryDelayed(f"The outbox could not be written: {error.strerror or error}.") from error
    async with db.transaction() as session:
        await queries.note(session, key, {"outbox": id, "host": platform.node(), "folder": str(sender.folder)})


async def out_of_sight(sender: Sender, key: str) -> DeliveryUnknown | None:
    """Why what was begun cannot be looked for here; None where it can be. Opens its own transaction."""
    if not isinstance(sender, Outbox):
        return None
    async with db.transaction(durable=False) as session:
        there = (await elsewhere(session, sender, [key])).get(key)
    if there is None:
        return None
    return DeliveryUnknown(f"It was begun in an outbox that cannot be looked into from here: {there}.")


async def elsewhere(session: AsyncSession, sender: Sender, keys: Sequence[str]) -> dict[str, str]:
    """Of these effects, those that were begun in another outbox than this one: key -> its folder and machine."""
    if not isinstance(sender, Outbox):
        return {}
    noted = {key: said for key, said in (await queries.noted(session, keys)).items() if said.get("outbox")}
    if not noted:
        return {}
    here = await asyncio.to_thread(sender.known_id)
    return {key: f"{one['folder']} on {one['host']}" for key, one in noted.items() if one["outbox"] != here}


def where(sender: Sender, delivery: Delivery, key: str, there: str | None) -> str:
    """Where a person can see whether it was sent; `there`: folder and machine, of another outbox."""
    if there is None:
        return sender.where(delivery, effect_key=key)
    folder, _, host = there.rpartition(" on ")
    return f"{Outbox(Path(folder)).where(delivery, effect_key=key)} on {host}"
