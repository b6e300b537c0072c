"""The service functions that users' scripts import. They need a database: `await open_database()` once, first.

from cofounder import api
await api.open_database()
task_id = await api.process("Create a LinkedIn post about our Q4 growth metrics")
"""

from typing import Any
from uuid import UUID

from cofounder.app import open_database, wire
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.run import status as view
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER

__all__ = ["open_database", "process", "status", "tools", "wire"]


async def process(
    request: str, *, business_metrics: dict[str, Any] | None = None, preferences: dict[str, Any] | None = None
) -> UUID:
    """Store a request as a task; a running worker carries it out. Raises InputInvalid naming the field at fault."""
    body = ProcessIn.model_validate(
        {"request": request, "business_metrics": business_metrics, "preferences": preferences or {}}
    )
    async with transaction() as session:
        return (await requests.submit(session, body, by=LOCAL_OWNER.who, source="api")).id


async def status(task_id: UUID) -> dict[str, Any]:
    """Where a task is, in the shape of GET /api/orchestrator/status/{task_id}. Raises TaskMissing."""
    async with transaction() as session:
        return (await view.status(session, task_id)).model_dump(mode="json")


async def tools() -> list[dict[str, Any]]:
    """Every tool that was found, with schemas, estimates and measured success."""
    wire()
    async with transaction() as session:
        return [tool.model_dump(mode="json") for tool in await view.tools_available(session)]
