"""Patterns over HTTP: an approver's word, one search at a time, and a search that a worker carries out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest_asyncio
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewTask
from cofounder.flow.learn.patterns import service, steps
from cofounder.flow.learn.service import upsert_example
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from tests.flow.learn.published import publish, search
from tests.flow.server import signed_in

LEARNING = "/api/orchestrator/learning"
KNOWN = (steps.learning_run,)  # the workflow, before an engine starts


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with transaction() as session:
        await publish(session, 80, effect=0.9)
        await search(session)
    async with signed_in("viewer", "operator", "approver") as made:
        yield made


async def test_an_approver_rejects_and_lets_in_again_and_a_viewer_may_not(clients: list[httpx.AsyncClient]) -> None:
    viewer, operator, approver = clients
    found = (await viewer.get(f"{LEARNING}/patterns")).json()
    place = f"{LEARNING}/patterns/{found['patterns'][0]['id']}"
    assert (await viewer.patch(place, json={"rejected": True})).status_code == 403
    assert (await operator.patch(place, json={"rejected": True})).status_code == 403
    said = (await approver.patch(place, json={"rejected": True, "why": "No."})).json()
    assert (said["state"], said["why"]) == ("rejected", "No.")
    again = (await approver.patch(place, json={"rejected": False})).json()
    assert (again["state"], again["rejected_by"]) == ("watching", None)
    kinds = [one["kind"] for one in (await viewer.get(place)).json()["estimates"]]
    assert kinds == ["all", "person", "person"]


async def test_a_rejected_pattern_is_not_pinned_before_it_is_let_in_again(clients: list[httpx.AsyncClient]) -> None:
    *_, approver = clients
    found = (await approver.get(f"{LEARNING}/patterns")).json()
    place = f"{LEARNING}/patterns/{found['patterns'][0]['id']}"
    assert (await approver.patch(place, json={"pinned": True})).json()["pinned"] is True
    assert (await approver.patch(place, json={"rejected": True})).json()["pinned"] is False
    refused = await approver.patch(place, json={"pinned": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "pattern_rejected")
    assert (refused.json()["errors"][0]["field"], "again first" in refused.json()["hint"]) == ("pinned", True)
    assert (await approver.patch(place, json={"pinned": True, "rejected": True})).status_code == 409
    again = (await approver.patch(place, json={"pinned": True, "rejected": False})).json()
    assert (again["state"], again["pinned"]) == ("watching", True)


async def test_a_word_that_says_nothing_or_no_pattern_is_refused(clients: list[httpx.AsyncClient]) -> None:
    *_, approver = clients
    found = (await approver.get(f"{LEARNING}/patterns")).json()
    place = f"{LEARNING}/patterns/{found['patterns'][0]['id']}"
    assert (await approver.patch(place, json={})).status_code == 422
    assert (await approver.patch(place, json={"pinned": "yes"})).status_code == 422
    nowhere = await approver.patch(f"{LEARNING}/patterns/01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3", json={"pinned": True})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "pattern_missing")


async def test_two_who_ask_at_once_get_the_same_search(clients: list[httpx.AsyncClient]) -> None:
    _, operator, _ = clients
    answers = await asyncio.gather(*(operator.post(f"{LEARNING}/runs") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_worker_carries_a_search_out_and_the_next_one_finds_nothing_new(engine_running: Database) -> None:
    async with transaction() as session:
        await publish(session, 80, effect=0.9)

    async def searched() -> str:
        async with transaction() as session:
            id = (await service.begin(session, by=None)).id

        async def over() -> bool:
            async with transaction() as session:
                return (await service.run_of(session, id)).state not in ("queued", "running")

        await until(over, within=60)
        async with transaction() as session:
            return (await service.run_of(session, id)).state

    assert await searched() == "succeeded"
    async with transaction() as session:
        assert (await service.listed(session)).patterns
    assert await searched() == "unchanged"


async def test_a_search_waits_for_the_examples_of_an_import_and_says_so(engine_running: Database) -> None:
    id_of_task = new_id()
    earlier = NewTask(
        id=id_of_task, request="r", status="completed", source="legacy", is_legacy=True, as_of=now(), created_at=now(),
        quality_score=Decimal("0.8"),
    )  # fmt: skip
    async with transaction() as session:
        await records.add_history(session, [earlier], [], [])
        await session.execute(text("UPDATE tasks SET import_id = gen_random_uuid() WHERE is_legacy"))
        id = (await service.begin(session, by=None)).id
    for _ in range(5):
        await asyncio.sleep(0.5)
        async with transaction() as session:
            found = await service.run_of(session, id)
        assert (found.state, found.unmade) == ("queued", 1)
    async with transaction() as session:
        await upsert_example(session, id_of_task)

    async def over() -> bool:
        async with transaction() as session:
            return (await service.run_of(session, id)).state == "succeeded"

    await until(over, within=60)
    async with transaction() as session:
        ended = await service.run_of(session, id)
    assert (ended.n["quality"], ended.unmade) == (1, 0)


async def test_a_search_falls_due_once_in_its_hours(database: Database) -> None:
    async with transaction() as session:
        first = await service.begin_due(session, every_hours=6)
        assert first is not None
        assert await service.begin_due(session, every_hours=6) is None


async def test_a_search_that_killed_its_workers_is_ended_and_another_may_begin(database: Database) -> None:
    async with transaction() as session:
        id = (await service.begin(session, by=None)).id
    await steps.set_aside(f"learning:{id}")
    async with transaction() as session:
        ended = await service.run_of(session, id)
        assert (ended.state, (ended.error or {})["code"]) == ("failed", "killed_its_workers")
        assert (await service.begin(session, by=None)).id != id


async def test_a_channel_goes_by_any_of_its_names_and_one_that_is_none_is_refused(
    clients: list[httpx.AsyncClient],
) -> None:
    viewer, *_ = clients
    for place in ("patterns", "times"):
        plain, other = [
            (await viewer.get(f"{LEARNING}/{place}", params={"channel": name})).json()
            for name in ("linkedin", "Linked In")
        ]
        assert plain.keys() == other.keys()
        if place == "times":
            assert plain["channels"][0]["best"] == other["channels"][0]["best"]
            assert plain["channels"][0]["best"]["n"] == 80
            twitter = (await viewer.get(f"{LEARNING}/times?channel=twitter")).json()
            assert twitter["channels"][0]["best"]["channel"] == "x"
        else:
            assert plain["patterns"] == other["patterns"] != []
        for name in ("nope", ""):
            refused = await viewer.get(f"{LEARNING}/{place}", params={"channel": name})
            assert (refused.status_code, refused.json()["code"]) == (422, "unknown_channel")
            assert refused.json()["errors"][0]["field"] == "channel"
            assert "linkedin, x, facebook" in refused.json()["hint"]


async def test_a_channel_that_only_imported_posts_know_is_one_and_is_named_among_them(
    clients: list[httpx.AsyncClient],
) -> None:
    viewer, *_ = clients
    async with transaction() as session:
        post = NewPost(platform="pigeon", content="Coo.", published_at=now() - timedelta(days=9))
        await records.add_post(session, post)
    assert (await viewer.get(f"{LEARNING}/times?channel=pigeon")).status_code == 200
    assert "pigeon" in (await viewer.get(f"{LEARNING}/times?channel=nope")).json()["hint"]
    both = (await viewer.get(f"{LEARNING}/patterns", params={"channel": "twitter+LinkedIn"})).json()
    assert both["patterns"] == [], "of runs that were written for both"
