"""What our own ledger knows beside a channel: which of its posts are ours, and how much of a quota is used."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cofounder.channels.senders import queries
from cofounder.channels.senders.calling import delayed
from cofounder.channels.senders.delivery import DeliveryLetGo
from cofounder.kit import db
from cofounder.kit.clock import now


@dataclass(frozen=True)
class Quota:
    """So many posts of one account in so long."""

    posts: int
    within: timedelta
    words: str  # "100 posts in 15 minutes"


async def room(quota: Quota, account: str, key: str, label: str) -> None:
    """Count this call in; what every worker begins counts alike.

    Raises DeliveryDelayed until there is room, and then it counts for nothing; cancelled: DeliveryLetGo. Opens its own
    transaction.
    """
    try:
        await _room(quota, account, key, label)
    except asyncio.CancelledError as stop:
        raise DeliveryLetGo from stop


async def _room(quota: Quota, account: str, key: str, label: str) -> None:
    name = f"{account}|{quota.words}"
    async with db.transaction() as session:
        await queries.take_turn(session, name)
        at = now()
        taken = await queries.slots(session, name, at - quota.within, key)
        if len(taken) < quota.posts:
            await queries.take_slot(session, name, key, at)
            return
    full = f"{label} takes {quota.words}, and as many were sent from here"
    raise delayed(f"{full}.", until=taken[len(taken) - quota.posts] + quota.within + timedelta(seconds=1))


async def unclaimed(found: Sequence[Any], ids: Iterable[str], key: str) -> list[Any]:
    """Of things at the channel those that are not the outcome of another delivery of ours. Opens its own transaction."""
    named = list(ids)
    if not named:
        return []
    async with db.transaction(durable=False) as session:
        taken = await queries.claimed(session, named, key)
    return [one for one, id in zip(found, named, strict=True) if id not in taken]
