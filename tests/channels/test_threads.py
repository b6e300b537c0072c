"""A thread's posts hang on each other, each once, whatever ends it midway."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from cofounder.channels import threading
from cofounder.channels.senders import calling, x
from cofounder.channels.senders.delivery import Delivery
from cofounder.flow.publish import ledger
from cofounder.flow.publish.outcomes import Outcome
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, Spawned, until
from cofounder.models.brief import Draft
from tests.channels.test_contract import delivery
from tests.channels.wire.server import Bad, running
from tests.channels.wire.x import XWire

PARTS = ["Margins rose 12% & nobody expected it.", "The first reason: https://acme.example/why", "The second: bread."]
THREAD = Draft(body="\n\n".join(PARTS), parts=PARTS)


@pytest.fixture
async def wire(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[XWire]:
    monkeypatch.setitem(calling.TIMES, "x", calling.Times(shows_seconds=0.2))
    async with running(XWire(page=2)) as made:
        assert isinstance(made, XWire)
        yield made


async def delivered(wire: XWire, sent: Delivery) -> Outcome:
    return await ledger.deliver(x.build(wire.connected()), sent)


async def rows() -> list[tuple[str, str, int]]:
    """(kind, state, attempts) of the thread and its posts."""
    async with transaction() as session:
        found = await session.execute(text("SELECT kind, state, attempts FROM effects ORDER BY key"))
    return [(row[0], row[1], row[2]) for row in found]


async def test_a_thread_arrives_in_order_and_each_post_answers_the_one_before(wire: XWire) -> None:
    sent = delivery("x", THREAD)
    made = await delivered(wire, sent)
    assert (made.state, made.url) == ("done", f"https://x.com/acme/status/{made.external_id}")
    assert wire.threads() == [PARTS]
    assert await delivered(wire, sent) == made
    assert wire.posts_asked() == 3
    assert await rows() == [("x.send", "done", 1), *[("x.post", "done", 1)] * 3]


async def test_a_long_text_given_as_a_thread_arrives_post_by_post(wire: XWire) -> None:
    sentence = "Beans from the farm cost twelve per cent more than they did in spring, and we pay it. "
    cut = threading.posts(f"{sentence * 5}\n\nSecond about farms.", 280)
    made = await delivered(wire, delivery("x", Draft(body=sentence * 5, parts=cut)))
    assert made.state == "done"
    assert wire.threads() == [[(sentence * 3).strip(), (sentence * 2).strip(), "Second about farms."]]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("does", ["first", "nothing"])
async def test_a_line_cut_at_any_post_leaves_each_post_there_once(wire: XWire, place: int, does: Any) -> None:
    calls = [0]

    def fate(asked: Any) -> Bad | None:
        if asked.method == "POST":
            calls[0] += 1
        return Bad(None, does=does) if asked.method == "POST" and calls[0] == place + 1 else None

    wire.fate = fate
    sent = delivery("x", THREAD)
    first = await delivered(wire, sent)
    assert first.state == ("done" if (place, does) == (2, "first") else "absent"), first
    assert (await delivered(wire, sent)).state == "done"
    assert wire.threads() == [PARTS]


async def test_access_taken_back_in_the_middle_says_what_stands_and_goes_on_from_there(wire: XWire) -> None:
    real = wire.answer

    async def answer(asked: Any) -> Any:
        made = await real(asked)
        wire.revoked = wire.revoked or len(wire.posts) == 1
        return made

    wire.answer = answer  # type: ignore[method-assign]
    sent = delivery("x", THREAD)
    made = await delivered(wire, sent)
    assert (made.state, made.away) == ("refused", True)
    assert f"1 of the thread's 3 posts stands (https://x.com/acme/status/{wire.posts[0]['id']})" in (made.note or "")
    assert "Connect the account again" in (made.note or "")
    wire.answer, wire.revoked = real, False  # type: ignore[method-assign]
    async with transaction() as session:
        await ledger.reopen(session, sent.publication_id, [""])
    assert (await delivered(wire, sent)).state == "done"
    assert wire.threads() == [PARTS]


async def test_a_rate_limit_in_the_middle_waits_with_what_stands(wire: XWire) -> None:
    wire.fate = lambda asked: (
        Bad(429, headers={"x-rate-limit-reset": "4000000000"})
        if asked.method == "POST" and wire.posts_asked() == 2
        else None
    )
    sent = delivery("x", THREAD)
    made = await delivered(wire, sent)
    assert made.state == "absent"
    assert made.until is not None
    assert "1 of the thread's 3 posts stands" in (made.note or "")
    assert (await delivered(wire, sent)).state == "done"
    assert wire.threads() == [PARTS]


async def test_one_post_too_long_means_that_not_even_the_first_is_sent(wire: XWire) -> None:
    long = [*PARTS, "日" * 141]
    made = await delivered(wire, delivery("x", Draft(body="b", parts=long)))
    assert (made.state, wire.asked) == ("refused", [])
    assert "Post 4 of the thread has 282 characters" in (made.note or "")


@pytest.mark.parametrize("again", [True, False])
async def test_what_a_person_saw_missing_of_a_thread_is_sent_and_nothing_else(wire: XWire, again: bool) -> None:
    wire.bad += [Bad(500, method="GET", times=100)]
    wire.fate = lambda asked: Bad(None) if asked.method == "POST" and wire.posts_asked() == 2 else None
    sent = delivery("x", THREAD)
    made = await delivered(wire, sent)
    assert made.state == "unknown"
    assert "1 of the thread's 3 posts stands" in (made.note or "")
    async with transaction() as session:
        await ledger.settle(session, sent.publication_id, "", sent=False, by="Ana", again=again)
        if not again:
            await ledger.reopen(session, sent.publication_id, [""])
    assert (await delivered(wire, sent)).state == "done"
    assert wire.threads() == [PARTS]


@pytest.mark.parametrize(("place", "taken"), [(0, True), (1, False), (1, True), (2, True)])
async def test_a_process_killed_between_two_posts_neither_repeats_nor_loses_one(
    wire: XWire, spawn: Callable[..., Spawned], place: int, taken: bool
) -> None:
    """Killed while X has the post `place` in hand: it takes it or not, and the answer reaches nobody."""
    child: list[Spawned] = []
    real, calls = wire.answer, [0]

    async def answer(asked: Any) -> Any:
        if asked.method != "POST":
            return await real(asked)
        calls[0] += 1
        if calls[0] != place + 1:
            return await real(asked)
        made = await real(asked) if taken else None
        child[0].kill()
        await asyncio.sleep(0)
        if made is None:
            raise ConnectionResetError
        return made

    wire.answer = answer  # type: ignore[method-assign]
    sent = delivery("x", THREAD)
    child.append(spawn("tests.channels.wire.one", wire.url, sent.model_dump_json()))
    await until(lambda: child[0].process.poll() is not None, within=90)
    assert child[0].process.returncode == -9, child[0].output
    wire.answer = real  # type: ignore[method-assign]
    made = await delivered(wire, sent)
    assert made.state == "done", made
    assert wire.threads() == [PARTS]
