"""What a person sees of readings, and types: over HTTP, with roles, and refused by its field where it cannot be."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from cofounder.business.context import predicting
from cofounder.business.context.predicting import Expected, Prediction
from cofounder.flow.publish.measuring import carrying, service
from cofounder.flow.publish.measuring.schemas import ReadingIn
from cofounder.kit import clock
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from tests.channels.readers.servers import X, connected, running
from tests.flow.publish.measuring.world import BEGUN, published, readings, states, use
from tests.flow.server import signed_in

Clients = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[Clients]:
    async with signed_in("viewer", "operator") as (viewer, operator):
        yield viewer, operator


async def by_hand(number: int = 1, *, hours: float = 100, at: bool = True) -> UUID:
    stands = now() - timedelta(hours=hours) if at else None
    return await published(number, channel="linkedin", by="outbox", account="outbox", at=stands)


async def type_in(client: httpx.AsyncClient, id: UUID, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post(f"/api/publications/{id}/readings", json=body, headers=headers)


async def shown(client: httpx.AsyncClient, id: UUID) -> dict[str, Any]:
    answer = await client.get(f"/api/publications/{id}/measurements")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_what_a_person_types_is_kept_and_answers_what_was_asked(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, operator = clients
    use(monkeypatch)
    id = await by_hand()
    await carrying.round_of()
    asked = (await viewer.get("/api/measurements?state=due&by_hand=true")).json()
    assert [(one["publication_id"], one["age"], one["by_hand"]) for one in asked["items"]] == [(str(id), "72 h", True)]
    assert (asked["counts"]["asked"], asked["counts"]["waiting"], asked["total"]) == (1, 1, 1)
    assert (await type_in(viewer, id, views=1)).status_code == 403
    answer = await type_in(operator, id, impressions=2_000, clicks=50, comments=10)
    assert answer.status_code == 201, answer.text
    assert answer.json()["notes"] == []
    seen = await shown(viewer, id)
    assert [one["engagement_rate"] for one in seen["readings"]] == [0.03]
    assert seen["readings"][0]["source"] == "typed"
    assert [one["state"] for one in seen["ages"]] == ["done", "due"]
    assert "28." in seen["ages"][0]["said"] or "100." in seen["ages"][0]["said"]
    assert "type what you read" in seen["note"]
    assert (await viewer.get("/api/measurements?state=due")).json()["items"] == []
    assert (await states(id))[72] == "done"


async def test_typed_again_of_the_same_minute_it_corrects(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    at = (now() - timedelta(hours=2)).replace(second=0, microsecond=0)
    for likes, seconds in ((5, 0), (7, 59), (6, 12.345678)):
        said = await type_in(operator, id, measured_at=(at + timedelta(seconds=seconds)).isoformat(), likes=likes)
        assert said.status_code == 201
    assert [(row["likes"], row["measured_at"]) for row in await readings()] == [(6, at)]
    first = await type_in(operator, id, key="once", likes=7)
    assert (await type_in(operator, id, key="once", likes=7)).json() == first.json()
    assert (await type_in(operator, id, key="once", likes=8)).json()["code"] == "key_reused"
    assert len(await readings()) == 2


async def test_what_looks_odd_is_kept_and_said(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    early = (now() - timedelta(hours=2)).isoformat()
    said = (await type_in(operator, id, measured_at=early, views=500, clicks=600)).json()
    assert said["notes"] == ["More clicks than views or impressions: clicks 600 above views 500."]
    assert said["reading"]["flags"] == ["clicks_above_views"]
    said = (await type_in(operator, id, views=400)).json()
    assert len(said["notes"]) == 1
    assert said["notes"][0].startswith("Views fell: 400 below 500 at ")
    assert [row["views"] for row in await readings()] == [500, 400]
    seen = (await shown(operator, id))["readings"]
    assert [one["notes"] for one in seen] == [
        ["More clicks than views or impressions: clicks 600 above views 500."],
        said["notes"],
    ]


@pytest.mark.parametrize(
    ("counts", "flag", "note"),
    [
        (
            {"impressions": 10, "likes": 11},
            "likes_above_impressions",
            "More likes than times shown: likes 11 above impressions 10.",
        ),
        (
            {"impressions": 0, "shares": 1},
            "shares_above_impressions",
            "More shares than times shown: shares 1 above impressions 0.",
        ),
        (
            {"views": 10, "comments": 11},
            "comments_above_impressions",
            "More comments than times shown: comments 11 above views 10.",
        ),
        (
            {"reach": 10, "bookmarks": 11},
            "bookmarks_above_impressions",
            "More bookmarks than times shown: bookmarks 11 above reach 10.",
        ),
        (
            {"likes": 10**12},
            "likes_above_people",
            "More likes than people on earth: likes 1,000,000,000,000 above 10,000,000,000.",
        ),
        (
            {"reach": 10**12},
            "reach_above_people",
            "More people reached than people on earth: reach 1,000,000,000,000 above 10,000,000,000.",
        ),
        # One person may share and comment several times, and a video is shown more often than it is watched.
        ({"reach": 10, "shares": 11, "comments": 11}, None, None),
        ({"impressions": 20, "views": 10, "likes": 11, "shares": 11, "comments": 11}, None, None),
        ({"impressions": 10, "likes": 10, "shares": 10, "comments": 10}, None, None),
        ({"likes": 10, "shares": 11}, None, None),
    ],
)
async def test_more_reactions_than_times_shown_or_than_people_are_kept_and_said(
    clients: Clients, counts: dict[str, Any], flag: str | None, note: str | None
) -> None:
    viewer, operator = clients
    id = await by_hand()
    said = (await type_in(operator, id, **counts)).json()
    assert (said["reading"]["flags"], said["notes"]) == ([flag] if flag else [], [note] if note else [])
    assert (await shown(viewer, id))["readings"][0]["notes"] == said["notes"]


async def test_the_same_typed_twice_in_a_moment_is_one_reading(clients: Clients) -> None:
    viewer, operator = clients
    id = await by_hand()
    first, second = await asyncio.gather(*(type_in(operator, id, likes=5) for _ in range(2)))
    assert first.json()["reading"] == second.json()["reading"]
    assert len((await shown(viewer, id))["readings"]) == 1
    at = now().replace(second=59, microsecond=900_000)
    for later, likes, rows in ((0.0, 6, 1), (0.05, 7, 1), (0.15, 7, 1), (60.15, 8, 2), (180.2, 8, 3)):
        with clock.frozen(at + timedelta(minutes=1, seconds=later)):
            async with transaction() as session:
                await service.type_in(session, id, ReadingIn(likes=likes), by=LOCAL_OWNER)
        assert len(await readings()) == rows + 1, later


async def test_what_cannot_be_so_is_refused_by_its_field(clients: Clients) -> None:
    viewer, operator = clients
    id = await by_hand()
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({}, "reading_empty", "views"),
        ({"measured_at": now().isoformat()}, "reading_empty", "views"),
        ({"views": 1, "measured_at": (now() + timedelta(hours=1)).isoformat()}, "reading_time_unfit", "measured_at"),
        ({"views": 1, "measured_at": (now() - timedelta(hours=101)).isoformat()}, "reading_time_unfit", "measured_at"),
        ({"views": -1}, "request_invalid", "views"),
        ({"views": 1.5}, "request_invalid", "views"),
        ({"views": "1"}, "request_invalid", "views"),
        ({"views": True}, "request_invalid", "views"),
        ({"views": 10**13}, "request_invalid", "views"),
        ({"followers": 7}, "request_invalid", "followers"),
    ]
    for body, code, field in wrong:
        answer = await type_in(operator, id, **body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
        assert answer.json()["errors"][0]["field"] == field
    assert await readings() == []
    nowhere = await by_hand(2, at=False)
    answer = await type_in(operator, nowhere, views=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_measure")
    assert "until somebody posted it" in (await shown(viewer, nowhere))["note"]
    for answer in (
        await type_in(operator, new_id(), views=1),
        await viewer.get(f"/api/publications/{new_id()}/measurements"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "publication_missing")
    for cursor in ("17", "2030-01-07T10:00:00Z~x~3", f"2030-01-07T10:00:00Z~{id}~99999999999", f"x~{id}~1", "~~"):
        answer = await viewer.get("/api/measurements", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid"), cursor


async def test_an_interval_stands_beside_what_came(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, _ = clients
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        id = await published(1)
        rate = Expected(outcome="engagement_rate", status="ok", n=30, value=0.02, low=0.01, high=0.03, note="")
        likes = Expected(outcome="likes", status="ok", n=30, value=9.0, low=4.0, high=8.0, note="")
        none = Expected(outcome="reach", status="not enough data", n=1, note="")
        outcomes: Any = {"engagement_rate": rate, "likes": likes, "reach": none}
        foretold = Prediction(channel="x", as_of=BEGUN, outcomes=outcomes, sentence="")
        with clock.frozen(BEGUN - timedelta(minutes=5)):
            async with transaction() as session:
                await predicting.keep(session, UUID(int=id.int ^ 1 << 100), [("x", 1, foretold)])
        for hours, seen, followers in ((1, 100, 1_000), (72, 1_000, 1_020)):
            server.figures["1"] = {"impressions": seen, "clicks": seen // 50, "likes": seen // 100}
            server.followers = followers
            with clock.frozen(BEGUN + timedelta(hours=hours, minutes=1)):
                await carrying.round_of()
                found = await shown(viewer, id)
            told = {one["outcome"]: one for one in found["foretold"]}
            assert set(told) == {"engagement_rate", "likes"}
            final = hours == 72
            assert [one["final"] for one in told.values()] == [final, final]
            assert (told["engagement_rate"]["came"], told["engagement_rate"]["held"]) == (0.02, True if final else None)
            assert (told["likes"]["came"], told["likes"]["held"]) == (seen // 100, False if final else None)
        assert found["followers_after"]["count"] == 1_020
        listed = (await viewer.get("/api/measurements")).json()
        assert (listed["accounts"][0]["name"], listed["accounts"][0]["followers"]) == ("Acme", 1_020)
        assert listed["counts"]["done"] == 2


async def test_an_operator_reads_at_once_and_pages_go_on(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, operator = clients
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        for number in (1, 2, 3):
            await published(number, at=now() - timedelta(minutes=61))
            server.figures[str(number)] = {"impressions": number}
        assert (await viewer.post("/api/measurements/run")).status_code == 403
        done = (await operator.post("/api/measurements/run")).json()
        assert (done["planned"], done["read"], done["due"], done["problems"]) == (3, 3, 0, {})
        seen, cursor = [], ""
        while True:
            page = (await viewer.get(f"/api/measurements?limit=4{cursor}")).json()
            assert page["total"] == 15
            seen += [(one["publication_id"], one["age"]) for one in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(seen) == len(set(seen)) == 15
        one = (await viewer.get("/api/measurements?state=done")).json()["items"][0]
        assert (one["title"] or "").startswith("Post ")
