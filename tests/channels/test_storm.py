"""Many publications to every channel while servers misbehave and workers die: once, or honestly unknown; none lost."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.channels.accounts import book
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import given, service, settling, showing, steps
from cofounder.flow.publish.schemas import Metadata, PublicationOut, PublishIn
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, Spawned, until
from cofounder.models.brief import Draft
from cofounder.settings import settings
from tests.channels.wire import worker
from tests.channels.wire.server import Asked, Bad
from tests.channels.wire.town import Town, account, town
from tests.channels.wire.x import XWire
from tests.flow.waiting import APPROVER, ready

KINDS = ("linkedin", "x", "thread", "facebook", "wordpress", "ghost", "webhook")
PUBLICATIONS = 1_000 if os.environ.get("COFOUNDER_TEST_LONG") else 35
KILLS = 25 if os.environ.get("COFOUNDER_TEST_LONG") else 3
WITHIN = 3_600 if os.environ.get("COFOUNDER_TEST_LONG") else 300


def weather(seed: int) -> Callable[[Asked], Bad | None]:
    """Bad days by chance, the same chances in each run."""
    dice = random.Random(seed)

    def fate(asked: Asked) -> Bad | None:
        one = dice.random()
        if asked.method != "POST":
            return Bad(500, method=asked.method) if one < 0.05 else None
        days = (
            (0.08, Bad(None)),
            (0.16, Bad(None, does="first")),
            (0.20, Bad(500, does="first")),
            (0.23, Bad(503)),
            (0.27, Bad(429, headers={"Retry-After": "1"})),
            (0.29, Bad(422, message="This text breaks our rules")),
        )
        return next((bad for chance, bad in days if one < chance), None)

    return fate


def parts(number: int) -> list[str]:
    return [f"Thread {number}: margins rose.", f"Why, {number}: https://acme.example/{number}", f"So {number} it is."]


async def asked_for(kind: str, number: int) -> UUID:
    """The publication's id."""
    if kind == "thread":
        draft = Draft(body="\n\n".join(parts(number)), parts=parts(number))
        async with transaction() as session:
            id = await ready(session, "x", drafts={"x": draft}, judged=False)
            await approvals.open_round(session, id)
        async with transaction() as session:
            said = await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
        return said.publications[0].publication_id
    blog = kind in ("wordpress", "ghost")
    body = PublishIn(
        platform="blog" if blog else kind,
        content=f"Margins of shop {number} rose 12% (net) this month, and we say why.",
        metadata=Metadata(title=f"Shop {number}") if blog else Metadata(),
        account=account(kind) if blog else None,
    )
    async with transaction() as session:
        return (await given.publish_now(session, body, by=APPROVER)).publication_id


async def every() -> list[PublicationOut]:
    async with transaction() as session:
        return (await showing.page(session, states=None, task_id=None, cursor=None, limit=10_000)).items


def seen(town: Town, kind: str, number: int) -> list[int]:
    """How often each of its texts is seen by readers."""
    wire = town.wires["x" if kind == "thread" else kind]
    if kind == "thread":
        return [wire.shown().count(part) for part in parts(number)]
    return [sum(f"shop {number} rose" in one for one in wire.shown())]


async def test_whatever_happens_each_is_published_once_or_honestly_unknown(
    database: Database, spawn: Callable[..., Spawned], monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(7)
    async with town() as made:
        environment = {
            **made.environment,
            "COFOUNDER_PUBLISH_RETRIES": "50",
            "COFOUNDER_PUBLISH_RETRY_SECONDS": "0.2",
            "COFOUNDER_LEASE_SECONDS": "1",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        book.forget()
        await made.connect()
        for place, wire in enumerate(made.wires.values()):
            wire.fate = weather(place)
        workers = [spawn("tests.channels.wire.worker") for _ in range(2)]
        orders: dict[UUID, tuple[str, int]] = {}
        for number in range(PUBLICATIONS):
            kind = KINDS[number % len(KINDS)]
            orders[await asked_for(kind, number)] = (kind, number)

        async def over() -> int:
            return sum(one.state in ("published", "refused", "unknown") for one in await every())

        done = 0
        for kill in range(KILLS):
            wanted = PUBLICATIONS * (kill + 1) // (KILLS + 2)
            await until(lambda wanted=wanted: _reached(over, wanted), within=WITHIN)  # type: ignore[misc]
            victim = workers.pop(dice.randrange(len(workers)))
            victim.kill()
            workers.append(spawn("tests.channels.wire.worker"))
            done = await over()
        await until(lambda: _reached(over, PUBLICATIONS), within=WITHIN)
        assert done <= PUBLICATIONS
        for one in workers:
            one.end()
        await _settle(made)
        found = {one.publication_id: one for one in await every()}

    assert set(found) == set(orders)
    assert made.doubles() == []
    wrong = []
    for id, (kind, number) in orders.items():
        state, times = found[id].state, seen(made, kind, number)
        fits = {
            "published": all(one == 1 for one in times),
            "refused": kind == "thread" or not any(times),  # of a thread what stands is said
            "unknown": all(one <= 1 for one in times),
        }
        if not fits[state]:
            wrong.append(f"{kind} {number} is {state}, seen {times}: {found[id].note}")
    assert not wrong
    threads = made.wires["x"]
    assert isinstance(threads, XWire)
    chains = [chain for chain in threads.threads() if chain[0].startswith("Thread")]
    assert all(chain == parts(int(chain[0].split()[1].rstrip(":")))[: len(chain)] for chain in chains)
    counted = Counter(one.state for one in found.values())
    why = "\n".join(f"{one.channel} {one.state} {one.note}" for one in found.values() if one.state != "published")
    assert counted["published"] > PUBLICATIONS * 0.5, why
    gone = [one.note for one in found.values() if "not connected" in (one.note or "")]
    assert not gone


async def test_a_process_that_has_read_no_account_goes_on_with_what_one_before_it_had_begun(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town() as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        book.forget()
        await made.connect()
        id = await asked_for("linkedin", 1)
        async with transaction() as session:
            assert await service.attempt(session, id) is not None
        book.forget()  # as in the process that comes after it
        assert await steps.deliver.__wrapped__(str(id)) == "published"  # type: ignore[attr-defined]
        assert seen(made, "linkedin", 1) == [1]


async def _reached(over: Callable[[], Awaitable[int]], wanted: int) -> bool:
    await asyncio.sleep(0.2)
    return await over() >= wanted


async def _settle(made: Town) -> None:
    """The weather is fine again: what nobody knew is asked once more, as a person's look would."""
    for wire in made.wires.values():
        wire.fate = lambda _: None
    worker.hurry()
    async with transaction() as session:
        await book.refresh(session)
        unknown = (await session.scalars(text("SELECT id FROM publications WHERE state = 'unknown'"))).all()
    for id in unknown:
        await settling.look(id)
