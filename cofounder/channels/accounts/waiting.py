"""Whoever has something that waits for an account hears when the account goes, and when it is there again."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Listener(Protocol):
    async def __call__(self, session: AsyncSession, provider: str, account: str, *, connected: bool) -> int:
        """Note it; how many wait."""
        ...


_listeners: list[Listener] = []


def listen(told: Listener) -> None:
    """Let a part to the left see to what waits for an account."""
    if told not in _listeners:
        _listeners.append(told)


async def tell(session: AsyncSession, provider: str, account: str, *, connected: bool) -> int:
    """How many wait for it in all."""
    return sum([await told(session, provider, account, connected=connected) for told in _listeners])
