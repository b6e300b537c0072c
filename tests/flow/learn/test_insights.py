"""What runs say beside patterns: only with enough data, and only what is more than luck."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading
from cofounder.flow.learn.insights import service
from cofounder.flow.learn.patterns import service as patterns
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from tests.flow.learn.published import publish, search
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


async def test_what_was_imported_is_no_part_of_how_many_runs_succeeded(session: AsyncSession) -> None:
    for number in range(12):
        await ran(session, is_legacy=number >= 6, success=number != 0, **plan("content"))
    ((one,),) = [domain.combinations for domain in (await service.agents(session, as_of=now())).domains]
    assert one.success is not None
    assert (one.runs, one.own, one.success.n, one.success.value) == (12, 6, 6, round(5 / 6, 4))


async def test_best_times_name_the_window_that_they_are_of(session: AsyncSession) -> None:
    at = now()
    found = await service.best_times(session, as_of=at)
    assert (found.days, found.since) == (365, at - timedelta(days=365))


async def test_one_is_said_in_the_singular(session: AsyncSession) -> None:
    await ran(session, **plan("content"))
    (domain,) = (await service.agents(session, as_of=now())).domains
    assert "1 run;" in domain.sentence
    alone = service._quality_told((await service.quality_against_engagement(session, as_of=now())).overall, 1)
    assert "1 scored post of" in alone


async def test_where_only_the_newest_runs_were_read_it_says_of_how_many(session: AsyncSession) -> None:
    await ran(session, **plan("content"))
    before = await service.effectiveness(session, as_of=now())
    assert before.notes == []
    await session.execute(text("SELECT set_config('cofounder.training', 'bulk', true)"))
    copied = """INSERT INTO orchestrator_training_data SELECT (jsonb_populate_record(e,
      jsonb_build_object('execution_id', gen_random_uuid()))).* FROM orchestrator_training_data e, generate_series(1, 5000)"""
    await session.execute(text(copied))
    told = "Read are the newest 5,000 of 5,001 runs of the last three years."
    at = now()
    for found in (
        await service.effectiveness(session, as_of=at),
        await service.correlations(session, as_of=at),
        await service.agents(session, as_of=at),
    ):
        assert told in found.notes


async def test_best_times_score_what_patterns_score(session: AsyncSession) -> None:
    """Of a morning that twice as many see: the rate over views is that of any other time, the engagement twice it."""
    draw = random.Random(5)
    begun = (now() - timedelta(days=130)).replace(hour=0, minute=0, second=0, microsecond=0)
    posts, readings = [], []
    for day in range(120):
        for hour, reach in ((9, 4000), (15, 2000)):
            at = begun + timedelta(days=day, hours=hour)
            views = round(reach * draw.lognormvariate(0, 0.3))
            posts.append(
                NewPost(id=new_id(), platform="x", content="A day at the oven.", published_at=at, topic="news")
            )
            readings += [
                NewReading(
                    post_id=posts[-1].id, platform="x", measured_at=at + timedelta(hours=age), source="t",
                    views=views, clicks=clicks, shares=0, comments=0,
                )
                for age, clicks in ((24, 1), (96, views // 50), (700, 5000 if hour == 15 else views // 50))
            ]  # fmt: skip
    await records.add_history(session, [], posts, readings)
    run = await search(session)
    assert run.n["engagement"] == 240
    stands = {
        (each.feature, each.value): one.ratio
        for one in (await patterns.listed(session)).patterns
        for each in one.conditions
    }
    assert stands[("hour_block", "06-12")] > 1.6
    ((found,),) = [(await service.best_times(session, as_of=now())).channels]
    assert found.best.n == 240
    assert found.best.best_hour is not None
    assert found.best.best_hour.name == "09:00"
    assert found.best.best_hour.low > 1.2
    assert found.best.measure == "clicks, shares and comments at 72 hours"
    assert found.best.measure in found.best.sentence
    assert found.next.sentence == found.best.sentence


async def test_a_post_that_is_too_young_to_be_scored_is_of_no_time_yet(session: AsyncSession) -> None:
    await publish(session, 40, effect=0, every_hours=6)
    before = (await service.best_times(session, as_of=now())).channels[0].best
    await publish(session, 8, effect=0, every_hours=6, start=now() - timedelta(hours=60))
    after = (await service.best_times(session, as_of=now())).channels[0].best
    assert (before.n, after.n) == (40, 40)
    early = (await service.best_times(session, as_of=now() - timedelta(days=12))).channels[0].best
    assert early.status == "not enough data"
    assert "that were read at 72 hours or later of the 30 that a statement needs." in early.sentence


async def test_an_audience_that_grew_is_no_better_hour(session: AsyncSession) -> None:
    """What went out at nine while few followed, and at fifteen since twice as many do."""
    draw = random.Random(6)
    begun = (now() - timedelta(days=210)).replace(hour=0, minute=0, second=0, microsecond=0)
    posts, readings = [], []
    for day in range(200):
        at = begun + timedelta(days=day, hours=9 if (day < 100) == (day % 10 > 0) else 15)
        clicks = round((40 if day < 100 else 80) * draw.lognormvariate(0, 0.3))
        posts.append(NewPost(id=new_id(), platform="x", content="A day at the oven.", published_at=at, topic="news"))
        readings.append(
            NewReading(
                post_id=posts[-1].id, platform="x", measured_at=at + timedelta(hours=90), source="t", clicks=clicks
            )
        )
    await records.add_history(session, [], posts, readings)
    found = (await service.best_times(session, as_of=now())).channels[0].best
    assert found.n == 200
    assert found.best_hour is None, found.sentence
