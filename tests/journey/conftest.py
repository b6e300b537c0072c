"""A whole product on a fresh database: tools wired, a worker in this process, the sample company where asked."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest

from cofounder import app
from cofounder.flow.request import service as requests
from cofounder.flow.request.phases import FINAL
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.run import status as view
from cofounder.flow.run.schemas import Status
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until

RESTS = (*FINAL, "needs_clarification", "pending_approval", "paused")

MAIN_REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
MAIN_METRICS = {
    "revenue_monthly": 150000,
    "previous_month_revenue": 125000,
    "traffic_monthly": 250000,
    "conversion_rate": 0.045,
    "customer_count": 320,
}
MAIN_PREFERENCES = {"tone": "professional", "channels": ["linkedin", "twitter", "email"]}

Ask = Callable[..., Awaitable[UUID]]
Rest = Callable[[UUID], Awaitable[Status]]


@pytest.fixture
async def product(database: Database) -> AsyncIterator[Database]:
    """The product with a worker in this process."""
    app.wire()
    async with app.working():
        yield database


async def ask(request: str, **body) -> UUID:
    """Submit a request as the local owner would."""
    sent = ProcessIn.model_validate({"request": request, **body})
    async with transaction() as session:
        return (await requests.submit(session, sent, by="test")).id


async def status(task_id: UUID) -> Status:
    async with transaction() as session:
        return await view.status(session, task_id)


async def rest(task_id: UUID, *wanted: str, within: float = 120) -> Status:
    """The task's status once it rests (or has one of the wanted words)."""

    async def there() -> bool:
        return (await status(task_id)).status in (wanted or RESTS)

    await until(there, within=within)
    return await status(task_id)
