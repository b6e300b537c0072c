"""A task whose round is open, and what a decision about it set in motion."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.approve import service
from cofounder.flow.approve.schemas import Decision
from tests.flow.waiting import APPROVER, ready

GUARANTEED = "Buy now: we guarantee you 40% returns on your investment, risk free."


async def opened(session: AsyncSession, *channels: str, **more: Any) -> UUID:
    id = await ready(session, *channels, **more)
    await service.open_round(session, id)
    return id


async def decide(session: AsyncSession, id: UUID, **said: Any) -> Any:
    return await service.decide(session, Decision(task_id=id, **said), by=APPROVER)


async def enqueued(session: AsyncSession, name: str) -> list[str]:
    found = await session.scalars(
        text("SELECT workflow_uuid FROM dbos.workflow_status WHERE name = :name"), {"name": name}
    )
    return sorted(found)


async def messages(session: AsyncSession, id: UUID) -> list[tuple[str, Any]]:
    found = await session.execute(
        text("SELECT topic, message FROM dbos.notifications WHERE destination_uuid = :id"), {"id": str(id)}
    )
    return [(row[0], json.loads(row[1])) for row in found]
