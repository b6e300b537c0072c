"""One example as it is shown, and what is left of an erased one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data.lines import moment
from cofounder.flow.train.data.schemas import HeldBy, Tombstone

Look = Callable[[AsyncSession, UUID], Awaitable[Sequence[HeldBy]]]
_NOT_SHOWN = ("erased_at", "erased_by", "erased_reason")


class _Holders:
    look: ClassVar[list[Look]] = []


def ask_holders(look: Look) -> None:
    """Ask this too when an example is erased: which datasets or models were made with it. Said once, at the start."""
    if look not in _Holders.look:
        _Holders.look.append(look)


async def holders(session: AsyncSession, execution_id: UUID) -> list[HeldBy]:
    """Every dataset and model that holds an example."""
    return [one for look in _Holders.look for one in await look(session, execution_id)]


async def tombstone(session: AsyncSession, row: Example) -> Tombstone:
    assert row.erased_at is not None
    return Tombstone(
        execution_id=row.execution_id,
        erased_at=row.erased_at,
        erased_by=row.erased_by or "",
        reason=row.erased_reason or "",
        held_by=await holders(session, row.execution_id),
    )


def shown(row: Example) -> dict[str, Any]:
    """The columns of an example as JSON values: money and scores as numbers, times in UTC."""
    names = [column.name for column in Example.__table__.columns if column.name not in _NOT_SHOWN]
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return moment(value)
    return str(value) if isinstance(value, UUID) else value
