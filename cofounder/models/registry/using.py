"""Which tuned models are in use now: read at most once a second, and anew after every change made here."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db
from cofounder.models.chain import Served, Target
from cofounder.models.registry import queries
from cofounder.models.registry.tables import ModelVersion
from cofounder.models.trained import SYSTEM

FRESH_SECONDS = 1.0  # a switch counts in every process after so long


@dataclass(frozen=True)
class Using:
    """A tuned model that can be asked. `system` is the prompt that it was trained with."""

    id: UUID
    role: str
    target: Target
    system: str
    shadow: bool = False
    daily_usd: float = 0.0


_kept: dict[str, tuple[float, dict[tuple[str, str], Using]]] = {}


def of_row(row: ModelVersion, details: dict[str, Any] | None = None) -> Using:
    """How a version is asked."""
    where, more = row.address, details or {}
    served = Served(where["provider"], where["name"], where.get("base_url"), row.base_model)
    target = Target("tuned", f"{row.name}@{row.version}", served)
    system = row.system_prompt or SYSTEM[row.role]
    return Using(row.id, row.role, target, system, bool(more.get("shadow")), float(more.get("daily_usd") or 0.0))


async def active(role: str) -> Using | None:
    """The model that a role uses; None: the configured ones."""
    return (await _known()).get((role, "active"))


async def shadow(role: str) -> Using | None:
    """The candidate that runs beside it, where one does."""
    found = (await _known()).get((role, "candidate"))
    return found if found is not None and found.shadow else None


async def _known() -> dict[tuple[str, str], Using]:
    address = str(db.place())
    kept = _kept.get(address)
    if kept is None or time.monotonic() - kept[0] > FRESH_SECONDS:
        read_at = time.monotonic()
        async with db.reading() as session:
            rows = await queries.in_use(session)
        found = {(role, alias): of_row(row, details) for role, alias, details, _, row in rows}
        kept = _kept[address] = (read_at, found)
    return kept[1]


def forget() -> None:
    """What is in use is read anew."""
    _kept.clear()


def forget_after(session: AsyncSession) -> None:
    """The same, once this transaction is committed."""
    event.listen(session.sync_session, "after_commit", lambda _: forget(), once=True)
