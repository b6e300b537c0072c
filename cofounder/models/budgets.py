"""What may still be spent: by one task, today, this month. Asked before a call leaves, one call at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.models import queries
from cofounder.ops import runtime


class OverBudget(Exception):
    """The call could cost more than is left of a budget."""


class PriceUnknown(OverBudget):
    """Nobody knows what the call could cost, so it could pass any budget."""


@dataclass(frozen=True)
class Own:
    """What the calls of one model in scopes that begin so may cost in a day, within the budgets of all."""

    model: str
    scopes: str
    daily_usd: Decimal
    name: str  # goes on from "is left"

    async def spent(self, session: AsyncSession) -> Decimal:
        """USD since midnight, with what is reserved."""
        return await queries.cost_of_model(session, self.model, self.scopes, start_of_day())


async def reserve(session: AsyncSession, most: Decimal, task_id: UUID | None, own: Own | None = None) -> None:
    """Hold every budget until the transaction ends, and let a call pass that may cost `most` USD.

    What other calls reserved counts as spent. Raises OverBudget, naming the budget.
    """
    await queries.hold_budget(session)
    found = await _left(session, task_id)
    found += [(own.name, own.daily_usd - await own.spent(session))] if own is not None else []
    for name, left in found:
        if most > left:
            raise OverBudget(f"the call may cost ${most:.4f} and ${max(left, Decimal(0)):.4f} is left {name}")


async def _left(session: AsyncSession, task_id: UUID | None) -> list[tuple[str, Decimal]]:
    day, month = start_of_day(), start_of_month()
    spent_today, spent_this_month = await queries.costs_since(session, day, month)
    found = [
        ("for today", await runtime.value(session, "daily_budget_usd") - spent_today),
        ("for this month", await runtime.value(session, "monthly_budget_usd") - spent_this_month),
    ]
    if task_id is not None:
        mine = await queries.cost_of_scopes(session, task_id, "")
        found.append(("for this task", await runtime.value(session, "task_budget_usd") - mine))
    return found


def start_of_day() -> datetime:
    """Midnight, UTC: the daily budget begins anew."""
    return datetime.combine(now().date(), time(), tzinfo=UTC)


def start_of_month() -> datetime:
    """The first of the month, UTC: the monthly budget begins anew."""
    return start_of_day().replace(day=1)
