"""Words of erased examples that stand elsewhere: in the lists of what examples count as, and in examples like them."""

from collections.abc import Awaitable, Callable
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import RUNS_TOLD

Forget = Callable[[AsyncSession, UUID], Awaitable[None]]
# Whoever writes an example reads there whether its kind is listed before it writes which it is of.
_ALONE = "LOCK TABLE orchestrator_training_data IN SHARE ROW EXCLUSIVE MODE"
_UNUSED = (
    "DELETE FROM training_kinds WHERE NOT EXISTS (SELECT FROM training_facts AS f WHERE f.kind = training_kinds.id)",
    "DELETE FROM training_makers WHERE NOT EXISTS (SELECT FROM training_facts AS f WHERE f.maker = training_makers.id)",
)
# What another example says of the run in its history: titles, topics, figures. Found by an index, for nobody writes
# examples meanwhile.
_LIKE_IT = f"""UPDATE orchestrator_training_data AS e SET similar_historical_content = coalesce((
  SELECT jsonb_agg(t.one ORDER BY t.place) FROM jsonb_array_elements(e.similar_historical_content)
    WITH ORDINALITY AS t (one, place) WHERE t.one ->> 'task_id' IS DISTINCT FROM CAST(:id AS text)), '[]')
WHERE {RUNS_TOLD} @> to_jsonb(CAST(:id AS text))"""


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
    """After an example was erased: no kind and no maker that no example has is listed, and no other speaks of its run.

    Wants to be `alone`.
    """
    await session.execute(text(_LIKE_IT), {"id": str(execution_id)})
    for statement in _UNUSED:
        await session.execute(text(statement))
    for one in _Others.forget:
        await one(session, execution_id)
