"""A task that is approved, and how its publications stand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision, DecisionOut
from cofounder.flow.learn import steps as learning
from cofounder.flow.publish import showing
from cofounder.flow.publish import steps as publishing
from cofounder.flow.publish.schemas import FINAL, PublicationOut
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from tests.channels.smtp import Mute, Server
from tests.flow.waiting import APPROVER, ready

del learning, publishing  # imported for the workflows they register

Mail = Callable[[Server | Mute, str], None]
Retries = Callable[[int, float], None]
TWO = "Ada <ada@reader.example>, bob@reader.example"


async def approved(*channels: str, due_in: timedelta | None = None, **said: Any) -> DecisionOut:
    """The decision about one task. `due_in` counts from the decision, as what comes before it takes its own time."""
    async with transaction() as session:
        id = await ready(session, *channels)
        await approvals.open_round(session, id)
    if due_in is not None:
        said["schedule_at"] = now() + due_in
    async with transaction() as session:
        return await approvals.decide(session, Decision(task_id=id, approved=True, **said), by=APPROVER)


async def of(id: UUID) -> list[PublicationOut]:
    async with transaction() as session:
        return await showing.publications(session, id)


async def status(id: UUID) -> str:
    async with transaction() as session:
        return (await records.get_task(session, id)).status


def settled(id: UUID, states: tuple[str, ...] = FINAL, n: int = 1) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        found = await of(id)
        return len(found) == n and all(one.state in states for one in found)

    return look


async def effects() -> list[tuple[str, int]]:
    """(state, attempts) of every effect."""
    async with transaction() as session:
        rows = await session.execute(text("SELECT state, attempts FROM effects ORDER BY key"))
    return [(row[0], row[1]) for row in rows]
