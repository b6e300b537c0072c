"""Whoever has something that waits for an account hears when the account goes, is there again, or is called otherwise."""

from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


class Waits(NamedTuple):
    """How many wait for an account. `begun`: of these, those that somebody may have already."""

    scheduled: int = 0
    begun: int = 0


class Listener(Protocol):
    async def __call__(self, session: AsyncSession, account: UUID, name: str, *, connected: bool) -> Waits:
        """Note it, and how the account is called now."""
        ...


_listeners: list[Listener] = []


def listen(told: Listener) -> None:
    """Let a part to the left see to what waits for an account."""
    if told not in _listeners:
        _listeners.append(told)


async def tell(session: AsyncSession, account: UUID, name: str, *, connected: bool) -> Waits:
    """What waits for it in all."""
    found = [await told(session, account, name, connected=connected) for told in _listeners]
    return Waits(sum(one.scheduled for one in found), sum(one.begun for one in found))
