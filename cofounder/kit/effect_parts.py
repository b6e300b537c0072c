"""The things that together make up one effect, each an effect of its own beneath it: what became of which.

In: an effect's key. Out: its parts as the ledger has them, or as a person saw them. Never: does anything outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.tables import Effect


@dataclass(frozen=True)
class Part:
    """One of them. `place` counts from nought, `of` is how many there are in all."""

    place: int
    of: int
    state: str
    error: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)


async def told(session: AsyncSession, keys: Sequence[str]) -> dict[str, list[Part]]:
    """Effect -> its parts that were ever begun, in their order; effects that have none are left out."""
    firsts = await _rows(session, {_named(key, 0): (key, 0) for key in keys})
    later = {
        _named(key, place): (key, place)
        for (key, _), row in firsts.items()
        for place in range(1, int(row.request.get("of") or 1))
    }
    found: dict[str, list[Part]] = {}
    for (key, place), row in sorted({**firsts, **await _rows(session, later)}.items()):
        of = int(row.request.get("of") or 1)
        found.setdefault(key, []).append(Part(place, of, row.state, row.error, dict(row.answer or {})))
    return found


async def settle(session: AsyncSession, key: str, place: int, *, done: bool, by: str, answer: dict[str, Any]) -> None:
    """Write what a person saw of a part that has no outcome: it was done, with this answer, or it may be done yet."""
    row = await session.scalar(select(Effect).where(Effect.key == _named(key, place)).with_for_update())
    if row is not None and row.state not in ("done", "refused"):
        row.state, row.answer = ("done" if done else "absent"), {**answer, "settled_by": by}
        await session.flush()


async def learnt(session: AsyncSession, key: str, place: int, answer: dict[str, Any]) -> None:
    """Add to the answer of a part that was done what was found out since."""
    row = await session.scalar(select(Effect).where(Effect.key == _named(key, place)).with_for_update())
    if row is not None and row.state == "done":
        row.answer = {**(row.answer or {}), **answer}
        await session.flush()


def _named(key: str, place: int) -> str:
    return f"{key}#{place}"


async def _rows(session: AsyncSession, names: dict[str, tuple[str, int]]) -> dict[tuple[str, int], Effect]:
    if not names:
        return {}
    begun = select(Effect).where(Effect.key.in_(list(names)), Effect.attempts > 0)
    return {names[row.key]: row for row in await session.scalars(begun.execution_options(populate_existing=True))}
