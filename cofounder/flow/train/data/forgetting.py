"""Words of erased examples that stand elsewhere than in the example: in the lists of what examples count as."""

from collections.abc import Awaitable, Callable
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

Forget = Callable[[AsyncSession, UUID], Awaitable[None]]
# Whoever writes an example reads there whether its kind is listed before it writes which it is of.
_ALONE = "LOCK TABLE orchestrator_training_data IN SHARE ROW EXCLUSIVE MODE"
_UNUSED = (
    "DELETE FROM training_kinds WHERE NOT EXISTS (SELECT FROM training_facts AS f WHERE f.kind = training_kinds.id)",
    "DELETE FROM training_makers WHERE NOT EXISTS (SELECT FROM training_facts AS f WHERE f.maker = training_makers.id)",
)


class _Others:
    forget: ClassVar[list[Forget]] = []


def ask_also(forget: Forget) -> None:
    """Let this forget too, when an example was erased, what it keeps of erased ones alone. Said once, at the start."""
    if forget not in _Others.forget:
        _Others.forget.append(forget)


async def alone(session: AsyncSession) -> None:
    """Wait until nobody else writes examples; who wants to waits for this transaction. Before any of them is held."""
    await session.execute(text(_ALONE))


async def forget(session: AsyncSession, execution_id: UUID) -> None:
    """After an example was erased: no kind and no maker that no example has is listed. Wants to be `alone`."""
    for statement in _UNUSED:
        await session.execute(text(statement))
    for one in _Others.forget:
        await one(session, execution_id)
