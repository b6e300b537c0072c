"""Whoever has something that waits for an account hears when the account goes, is there again, or is called otherwise."""

from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


class Listener(Protocol):
    async def __call__(self, session: AsyncSession, account: UUID, name: str, *, connected: bool) -> int:
        """Note it, and how the account is called now; how many wait."""
        ...


_listeners: list[Listener] = []


def listen(told: Listener) -> None:
    """Let a part to the left see to what waits for an account."""
    if told not in _listeners:
        _listeners.append(told)


async def tell(session: AsyncSession, account: UUID, name: str, *, connected: bool) -> int:
    """How many wait for it in all."""
    return sum([await told(session, account, name, connected=connected) for told in _listeners])
