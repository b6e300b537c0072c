"""SQL over the ledger of effects: what is ours already, and how much of an account's quota is used."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.tables import Effect

SLOT = "slot_at"
_FREE = ("refused", "absent")  # surely not sent


async def claimed(session: AsyncSession, ids: Sequence[str], key: str) -> set[str]:
    """Those of a channel's own ids that another effect than this one has for its outcome."""
    named = Effect.answer["external_id"].astext
    found = select(named).where(Effect.state == "done", named.in_(ids), Effect.key != key)
    return set((await session.scalars(found)).all())


async def take_turn(session: AsyncSession, quota: str) -> None:
    """Let those who count the same quota pass one after the other."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"quota:{quota}"})


async def slots(session: AsyncSession, quota: str, since: datetime, key: str) -> Sequence[datetime]:
    """When the calls since then were begun that count in this quota, oldest first, without this one."""
    found = select(Effect.request[SLOT].astext).where(
        Effect.request["quota"].astext == quota,
        Effect.begun_at > since - timedelta(minutes=1),
        Effect.state.not_in(_FREE),
        Effect.key != key,
    )
    taken = [datetime.fromisoformat(one) for one in (await session.scalars(found)).all() if one]
    return sorted(one for one in taken if one > since)


async def take_slot(session: AsyncSession, quota: str, key: str, at: datetime) -> None:
    """Write beside the intent that this call counts from now on."""
    await note(session, key, {"quota": quota, SLOT: at.isoformat()})


async def note(session: AsyncSession, key: str, noted: dict[str, str]) -> None:
    """Write words beside the intent of an effect."""
    await session.execute(
        update(Effect)
        .where(Effect.key == key)
        .values(request=Effect.request.concat(func.jsonb_build_object(*_pairs(noted))))
    )


async def noted(session: AsyncSession, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Effect -> what stands beside its intent."""
    found = await session.execute(select(Effect.key, Effect.request).where(Effect.key.in_(keys)))
    return {key: dict(request) for key, request in found.all()}


def _pairs(values: dict[str, str]) -> list[str]:
    return [part for pair in values.items() for part in pair]
