"""What the world said of a run by now: readings of its posts at fixed ages, what they brought, how the company stood after."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.outcomes import service as outcomes
from cofounder.business.state import business_state
from cofounder.flow.learn import history, labels
from cofounder.flow.learn.labels import Label
from cofounder.kit.clock import now

AFTER = timedelta(days=31)  # then the month after the request is over
_IMPACT = {
    "revenue": "revenue_monthly",
    "acquisition_cost": "customer_acquisition_cost",
    "customers": "customers",
    "brand": "market_position",
}


async def answers(
    session: AsyncSession,
    task_id: UUID,
    *,
    requested_at: datetime,
    state: Mapping[str, Any],
    cost: float | None,
    said: Sequence[Label],
    earlier: bool,
) -> dict[str, Any]:
    """The columns of an example that the world fills in. `said` are the labels that people gave; cost is in dollars, None where it is not known.

    `earlier`: work of before the product, of which only its posts say which platforms it was for. The same rows give
    the same columns, whenever and however often they are asked.
    """
    posts, readings = await outcomes.of_task(session, task_id, as_of=now())
    attributed, sums = labels.of_attribution(posts, readings, cost=cost)
    measured: dict[str, Any] = dict(await history.measured(session, task_id))
    after = await _after(session, requested_at, state)
    labelled = [*said, *labels.of_readings(posts, readings), *attributed, *([after] if after else [])]
    delta = dict(after["values"]) if after else None
    platforms = {"platforms": sorted({post["platform"] for post in posts})} if earlier else {}
    return platforms | {
        "labels": labels.in_order(labelled),
        "post_publication_metrics": {**measured, **sums} or None,
        "roi_on_cost": sums.get("roi_on_cost"),
        "metrics_delta": delta,
        "business_impact": _impact(delta) if delta else None,
    }


async def _after(session: AsyncSession, requested_at: datetime, state: Mapping[str, Any]) -> Label | None:
    """How each figure of the state stood a month later. Other things happened in that month too."""
    at = requested_at + AFTER
    if at > now() or not state:
        return None
    later = (await business_state(session, as_of=at)).state
    if later.get("period") == state.get("period"):
        return None  # nothing newer was known then
    changes = {}
    for name, before in state.items():
        value = later.get(name)
        if _is_number(before) and _is_number(value) and _currency(state, name) == _currency(later, name):
            change = round(value / before - 1, 6) if before else None
            changes[name] = {"before": before, "after": value, "change": change}
    return {"name": "business", "at": at.isoformat(), "values": changes} if changes else None


def _impact(delta: Mapping[str, Any]) -> dict[str, Any] | None:
    """The change of what a company is after, where it is known; not that the run caused it."""
    found = {name: delta[column]["change"] for name, column in _IMPACT.items() if column in delta}
    return found or None


def _currency(state: Mapping[str, Any], name: str) -> str | None:
    """Of a figure that is not in US dollars."""
    return (state.get("currencies") or {}).get(name)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
