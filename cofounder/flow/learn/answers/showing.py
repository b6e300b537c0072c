"""How models are chosen, what was measured of them, and what the choice saved, for people to see."""

from collections.abc import Sequence
from datetime import timedelta
from math import sqrt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.answers import queries, savings
from cofounder.flow.learn.answers.schemas import MeasuredOut, RoutedModelOut, RoutingOut, SavingsOut
from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED
from cofounder.kit.clock import now
from cofounder.models import offered, prices
from cofounder.models.chain import OFFLINE, Target
from cofounder.models.routing import choose, tiers
from cofounder.models.routing import service as routing
from cofounder.models.routing.complexity import Complexity, Judged
from cofounder.ops import connections

_LOOKED_AT = 50_000  # newest outcomes that are compared
_NINETY = 1.645  # standard errors on each side of a mean: a 90 % interval


async def shown(session: AsyncSession) -> RoutingOut:
    """The models that are set up, the rules of the choice, and everything measured."""
    await connections.latest()
    named = (*offered.configured(), OFFLINE)
    found = {one.target: one for one in await offered.offers()}
    first = _first(named)
    return RoutingOut(
        mode=connections.current().model_routing,
        first={level.name: tier.name for level, tier in tiers.FIRST.items()},
        margin=choose.MARGIN,
        confidence=choose.CONFIDENCE,
        enough=choose.ENOUGH,
        models=[
            _model(target, found.get(target), [level.name for level, one in first.items() if one == target])
            for target in named
        ],
        measured=[_measured(row) for row in await routing.measured_rows(session)],
    )


def _first(named: Sequence[Target]) -> dict[Complexity, Target]:
    """Who is asked first at each level before anything is measured: the choice itself says it."""
    if connections.current().model_routing == "in_turn":
        return dict.fromkeys(Complexity, named[0])
    candidates = [choose.Candidate(target, tiers.tier(target), tiers.blended(target)) for target in named]
    return {level: choose.choose(Judged(level, ()), candidates, {}).targets[0] for level in Complexity}


def _model(target: Target, one: offered.Offer | None, begins: list[str]) -> RoutedModelOut:
    return RoutedModelOut(
        model=str(target),
        tier=tiers.tier(target).name,
        input_usd=None if one is None or one.input_usd is None else float(one.input_usd),
        output_usd=None if one is None or one.output_usd is None else float(one.output_usd),
        why_not=one.why_not if one else None,
        begins=begins,
    )


def _measured(row: Any) -> MeasuredOut:
    mean = row.total / row.n
    spread = _spread(row.n, row.total, row.squares)
    parts = row.parts
    return MeasuredOut(
        task_type=row.task_type,
        complexity=row.complexity,
        model=row.model,
        n=row.n,
        mean=mean,
        low=max(0.0, mean - _NINETY * spread),
        high=min(1.0, mean + _NINETY * spread),
        approved=int(parts["approved"]),
        decided=int(parts["decided"]),
        edited=int(parts["edited"]),
        avg_score=parts["score"] / parts["scored"] if parts["scored"] else None,
        cost_usd=row.cost_usd,
        avg_seconds=row.seconds / row.n,
        as_of=row.as_of,
    )


def _spread(n: int, total: float, squares: float) -> float:
    """Standard error of a mean of outcomes in [0, 1], a 0 and a 1 added: a few alike are no certainty."""
    mean = (total + 1) / (n + 2)
    return sqrt(max((squares + 1) / (n + 2) - mean**2, 0.0) / n)


async def saved(session: AsyncSession, *, days: int, margin: float) -> SavingsOut:
    """Against always asking the strongest of the models that are set up."""
    until = now()
    since = until - timedelta(days=days)
    await connections.latest()
    known = (
        OFFLINE,
        *reversed(offered.configured()),
    )  # named best first: of two at one price the first is the stronger
    ranked = sorted(known, key=lambda one: (tiers.tier(one), tiers.blended(one) or 0))
    strongest, cheapest = (ranked[-1], ranked[0]) if len(ranked) > 1 else (None, None)
    calls = await queries.calls(session, since, until)
    dear, cheap = _at(strongest, calls), _at(cheapest, calls)
    outcomes = await queries.outcomes(session, since, until, OUT_UNLESS_ASKED, _LOOKED_AT)
    seen = savings.difference(
        [
            savings.Outcome((one["task_type"], one["complexity"]), one["model"] == str(strongest), one["outcome"])
            for one in outcomes
        ],
        margin=margin,
    )
    cost = sum(one["cost_usd"] for one in calls)
    shadow, benchmarks = await queries.apart(session, since, until)
    return SavingsOut(
        since=since,
        until=until,
        strongest=str(strongest) if strongest else None,
        cheapest=str(cheapest) if cheapest else None,
        calls=sum(one["calls"] for one in calls),
        unpriced_calls=sum(one["calls"] for one in calls if not one["priced"]),
        cost_usd=cost,
        always_strongest_usd=dear,
        always_cheapest_usd=cheap,
        saved_usd=None if dear is None else dear - cost,
        saved_share=None if not dear else (dear - cost) / dear,
        margin=margin,
        quality_difference=seen.value,
        low=seen.low,
        high=seen.high,
        n_others=seen.n_others,
        n_strongest=seen.n_strongest,
        verdict=seen.verdict
        if strongest
        else "One model is set up, so there is nothing to choose and nothing to save.",
        shadow_usd=shadow,
        benchmarks_usd=benchmarks,
    )


def _at(target: Target | None, calls: list[dict[str, Any]]) -> float | None:
    """USD for the tokens of these calls at one model's price; None where it has none.

    Another model's failures would not have been, and a call whose price is not known cost nobody knows what: both are
    left out, so that neither makes a saving.
    """
    if target is None:
        return None
    found = 0.0
    for one in calls:
        made = "tokens" if one["model"] == str(target) else "answered"
        each = prices.cost(target, one[f"{made}_in"], one[f"{made}_out"])
        if each is None:
            return None
        found += float(each) if one["priced"] else 0.0
    return found
