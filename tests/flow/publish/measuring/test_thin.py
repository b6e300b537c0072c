"""A reading that tells little hides nothing of what others told, and scores a post by no more than it tells."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from cofounder.business.context import predicting
from cofounder.business.context import queries as context
from cofounder.business.context.predicting import Expected, Prediction
from cofounder.business.derive import queries as derive
from cofounder.business.outcomes import queries as outcomes
from cofounder.flow.learn import labels
from cofounder.kit import clock
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from tests.flow.publish.measuring.test_routes import Clients, by_hand, clients, shown, type_in

__all__ = ["clients"]


async def read(clients: Clients, id: UUID, age: float, *, out: float, **counts: int) -> None:
    at = (now() - timedelta(hours=out - age)).isoformat()
    assert (await type_in(clients[1], id, key=None, measured_at=at, **counts)).status_code == 201


async def foretell(id: UUID, before: float = 120, **spans: tuple[float, float]) -> None:
    expected: Any = {
        name: Expected(outcome=name, status="ok", n=30, value=low, low=low, high=high, note="")
        for name, (low, high) in spans.items()
    }
    said = Prediction(channel="linkedin", as_of=now(), outcomes=expected, sentence="")
    with clock.frozen(now() - timedelta(hours=before)):
        async with transaction() as session:
            await predicting.keep(session, UUID(int=id.int ^ 1 << 100), [("linkedin", 1, said)])


async def came(clients: Clients, id: UUID) -> dict[str, tuple[Any, ...]]:
    found = (await shown(clients[0], id))["foretold"]
    return {one["outcome"]: (one["came"], one["final"], one["held"]) for one in found}


async def test_a_thin_first_reading_is_filled_by_the_next(clients: Clients) -> None:
    id = await by_hand(hours=110)
    await foretell(id, likes=(10, 50), engagement=(100, 200), reach=(1, 2))
    await read(clients, id, 73, out=110, likes=40)
    await read(clients, id, 76, out=110, views=1_000, clicks=30, shares=10, comments=2, likes=44)
    assert await came(clients, id) == {
        "likes": (40, True, True),
        "engagement": (42, True, False),
        "reach": (1_000, True, False),
    }
    asked: dict[str, Any] = {"as_of": now()}
    async with transaction() as session:
        (scored,) = await outcomes.scored(session, **asked, hours=72, limit=10, embedder=None)
        (past,) = await context.history(session, "linkedin", now(), 10)
        (hour,) = await derive.times(
            session, **asked, since=now() - timedelta(days=30), platforms=["linkedin"], zone="UTC", hours=72,
            together=10, newest=10,
        )  # fmt: skip
        early = await outcomes.scored(session, as_of=now() - timedelta(hours=35), hours=72, limit=10, embedder=None)
    assert (scored["views"], scored["engaged"]) == (1_000, 42)
    assert (past["likes"], past["views"], past["engaged"]) == (40, 1_000, 42)
    assert hour["n"] == 1
    assert [(one["views"], one["engaged"]) for one in early] == [(None, None)], "the second was to come"


async def test_a_rate_and_a_sum_take_all_their_figures_from_one_reading(clients: Clients) -> None:
    id = await by_hand(hours=160)
    await foretell(id, 170, engagement_rate=(0.005, 0.02), engagement=(90, 110), reach=(1, 2_000))
    await read(clients, id, 72.3, out=160, views=1_000)
    assert (await came(clients, id))["engagement_rate"] == (None, True, None)
    async with transaction() as session:
        (thin,) = await context.kept(session, "linkedin", now())
    assert (thin.engaged, thin.rated_engaged, thin.rated_views) == (None, None, None), "no value is no nought"
    assert predicting.held_of([thin]) == (0, 0)
    await read(clients, id, 100, out=160, comments=90)
    await read(clients, id, 157, out=160, views=9_000, clicks=80, shares=10, comments=10)
    assert await came(clients, id) == {
        "engagement_rate": (0.011111, True, True),
        "engagement": (90, True, True),
        "reach": (1_000, True, True),
    }
    asked: dict[str, Any] = {"as_of": now()}
    async with transaction() as session:
        (past,) = await context.history(session, "linkedin", now(), 10)
        (scored,) = await outcomes.scored(session, **asked, hours=72, limit=10, embedder=None)
        (kept,) = await context.kept(session, "linkedin", now())
    assert (past["views"], past["engaged"], scored["engaged"]) == (1_000, 90, 90)
    assert (past["rated_engaged"], past["rated_views"], kept.rated_engaged, kept.rated_views) == (100, 9_000) * 2
    assert predicting.held_of([kept]) == (1, 1)


def test_of_one_age_each_figure_has_its_first_reading() -> None:
    out, id = now(), UUID(int=1)
    read = [
        {"measured_at": out + timedelta(hours=hours), **counts}
        for hours, counts in ((73, {"likes": 40}), (76, {"likes": 44, "views": 900}), (80, {"likes": 45, "views": 950}))
    ]
    found = labels.of_readings([{"id": id, "published_at": out, "platform": "x"}], {id: read})
    assert [(one["age"], one["hours"], one["values"]) for one in found] == [
        ("72h", 73, {"likes": 40}),
        ("72h", 76, {"views": 900}),
    ]


async def test_a_newer_reading_hides_no_figure_that_was_told(clients: Clients) -> None:
    id = await by_hand(hours=40)
    await foretell(id, likes=(10, 50), engagement=(10, 20), reach=(1, 2), engagement_rate=(0.1, 0.2))
    await read(clients, id, 2, out=40, views=1_000, reach=700, likes=50, clicks=14)
    await read(clients, id, 20, out=40, views=4_000, likes=300, clicks=40)
    await read(clients, id, 30, out=40, views=5_000)
    assert await came(clients, id) == {
        "likes": (300, False, None),
        "engagement": (40, False, None),
        "reach": (700, False, None),
        "engagement_rate": (0.01, False, None),
    }


async def test_what_nobody_read_at_three_days_is_told_as_it_was_last(clients: Clients) -> None:
    id = await by_hand(hours=110)
    await foretell(id, likes=(10, 50), reach=(1, 9))
    await read(clients, id, 20, out=110, reach=7, likes=300)
    await read(clients, id, 75, out=110, views=5)
    assert await came(clients, id) == {"likes": (300, False, None), "reach": (7, False, None)}
