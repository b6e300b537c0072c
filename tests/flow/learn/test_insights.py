"""What runs say beside patterns: only with enough data, and only what is more than luck."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.insights import service
from cofounder.kit.clock import now
from tests.flow.learn.published import publish
from tests.flow.learn.test_performance import ran


def plan(*agents: str) -> dict[str, Any]:
    return {"execution_plan": {"steps": len(agents), "agents": list(agents)}}


async def test_without_runs_everything_says_that_there_is_not_enough(session: AsyncSession) -> None:
    assert (await service.correlations(session, as_of=now())).status == "not enough data"
    assert (await service.agents(session, as_of=now())).domains == []
    assert (await service.quality_against_engagement(session, as_of=now())).status == "not enough data"
    assert (await service.best_times(session, as_of=now())).channels == []
    assert (await service.effectiveness(session, as_of=now())).patterns == []


async def test_a_combination_is_best_only_where_that_is_more_than_luck(session: AsyncSession) -> None:
    draw = random.Random(1)
    for number in range(40):
        good = number % 2 == 0
        score = Decimal(str(round(draw.gauss(0.9 if good else 0.75, 0.04), 4)))
        await ran(session, quality_score=score, **plan("financial", "content") if good else plan("content"))
    (domain,) = (await service.agents(session, as_of=now())).domains
    assert (domain.status, domain.best) == ("ok", ["content", "financial"])
    assert domain.p is not None
    assert domain.p <= 0.05
    assert [one.runs for one in domain.combinations] == [20, 20]
    assert domain.sentence.startswith("Work of no one domain: Content and Financial scored clearly higher")


async def test_equal_combinations_have_no_best_one(session: AsyncSession) -> None:
    draw = random.Random(2)
    for number in range(40):
        score = Decimal(str(round(draw.gauss(0.85, 0.04), 4)))
        await ran(session, quality_score=score, **plan("financial", "content") if number % 2 else plan("content"))
    (domain,) = (await service.agents(session, as_of=now())).domains
    assert (domain.status, domain.best) == ("no clear difference", None)


async def test_runs_correlate_with_n_interval_and_q_and_scores_not_with_their_own_parts(session: AsyncSession) -> None:
    draw = random.Random(3)
    for _ in range(30):
        refinements = draw.randrange(4)
        await ran(
            session,
            execution_result={"refinements_needed": refinements},
            cost=Decimal(str(round(0.1 + 0.1 * refinements + draw.random() * 0.02, 4))),
            quality_dimensions={"tone": 0.9},
        )
    found = await service.correlations(session, as_of=now())
    one = next(each for each in found.correlations if {each.first, each.second} == {"refinements", "run_cost"})
    assert (one.status, one.n, one.over) == ("ok", 30, "runs")
    assert one.pearson is not None
    assert one.pearson > 0.9
    assert one.q is not None
    assert one.q < 0.01
    pairs = [{each.first, each.second} for each in found.correlations]
    assert {"run_quality", "quality_tone"} not in pairs


async def test_runs_of_unknown_cost_and_length_are_no_part_of_means_sums_and_pairs(session: AsyncSession) -> None:
    draw = random.Random(4)
    unknown = {"cost": None, "seconds": None, "execution_result": {"refinements_needed": None}}
    for _ in range(20):
        score = Decimal(str(round(draw.gauss(0.8, 0.05), 4)))
        await ran(session, quality_score=score, is_legacy=True, **unknown, **plan("content"))
    await ran(session, **plan("content"))
    found = await service.correlations(session, as_of=now())
    named = {name for one in found.correlations for name in (one.first, one.second) if one.over == "runs"}
    assert not named & {"run_cost", "run_seconds", "refinements"}
    series = {one.metric: one.points for one in (await service.effectiveness(session, as_of=now())).series}
    assert [(point.n, point.mean) for point in series["cost"]] == [(1, 0.5)]
    (domain,) = (await service.agents(session, as_of=now())).domains
    (one,) = domain.combinations
    assert (one.runs, one.avg_cost, one.avg_seconds, one.avg_refinements) == (21, 0.5, 10.0, 1.0)


async def test_months_have_means_with_intervals_and_see_nothing_later(session: AsyncSession) -> None:
    await publish(session, 60, effect=0.0)
    found = await service.effectiveness(session, as_of=now())
    engagement = next(one for one in found.series if one.metric == "engagement")
    assert sum(point.n for point in engagement.points) == 60
    point = max(engagement.points, key=lambda each: each.n)
    assert point.low is not None
    assert point.mean is not None
    assert point.low < point.mean
    earlier = await service.effectiveness(session, as_of=now() - timedelta(days=10))
    assert sum(p.n for p in next(one for one in earlier.series if one.metric == "engagement").points) < 60


def test_the_share_of_approvals_lies_between_none_and_all() -> None:
    runs = [(now(), 1.0)] * 4
    (point,) = service._monthly("approval", "share, 0-1", runs).points
    assert point.low is not None
    assert point.high is not None
    assert point.mean == 1
    assert 0 < point.low < 1
    assert point.high <= 1
