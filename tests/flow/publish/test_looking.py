"""While nobody knows what became of a publication its channel is asked again, with growing pauses; nothing goes out twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.flow.publish import looking, settling
from cofounder.flow.publish.errors import AttemptOutdated
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from tests.channels.wire.server import Bad
from tests.channels.wire.x import XWire
from tests.flow.publish.at_x import PARTS, SHORT, address, cut, mend, over, resolve, seen, sent, standing


@pytest.fixture(autouse=True)
def tried_again(retries: Callable[[int, float], None]) -> None:
    retries(3, 0.2)


async def round_now(id: UUID) -> list[UUID]:
    """A round at the time of the next look."""
    async with transaction() as session:
        await session.execute(text("UPDATE publications SET look_at = now() WHERE look_at IS NOT NULL"))
    return await looking.round_of()


async def looks(id: UUID) -> tuple[int, Any]:
    async with transaction() as session:
        rows = await session.execute(text("SELECT looks, look_at FROM publications WHERE id = :id"), {"id": id})
        found = rows.one()
    return found[0], found[1]


async def test_what_is_found_there_later_is_published(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    first = await seen(id)
    assert first.next_look_at is not None
    assert timedelta(seconds=20) < first.next_look_at - now() <= timedelta(minutes=1)
    assert await looking.round_of() == []  # not yet
    mend(wire)
    assert await round_now(id) == [id]
    last = await seen(id)
    assert (last.state, last.url, last.next_look_at) == ("published", address(wire.posts[0]), None)
    assert await round_now(id) == []
    assert wire.shown() == [SHORT]
    assert [(each.attempt, each.state) for each in last.history] == [(1, "unknown"), (1, "published")]
    assert last.history[-1].said == "The channel was asked again. No answer came; it was looked up there and found."
    assert last.deliveries[0].said == "No answer came; it was looked up there and found."


async def test_what_surely_is_not_there_is_sent(wire: XWire) -> None:
    cut(wire, 0, taken=False)
    id = await sent(wire)
    mend(wire)
    await round_now(id)
    await over(id)
    assert wire.shown() == [SHORT]


async def test_a_thread_goes_on_where_it_was_cut(wire: XWire) -> None:
    cut(wire, 1, taken=False)
    id = await sent(wire, parts=PARTS)
    mend(wire)
    await round_now(id)
    await over(id)
    assert wire.threads() == [PARTS]


async def test_while_nobody_can_say_it_stays_unknown_and_is_asked_at_growing_pauses(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    waits = []
    for _ in range(4):
        at = (await looks(id))[1]
        waits.append(at)
        assert await round_now(id) == [id]
        assert (await seen(id)).state == "unknown"
    assert await looks(id) == (4, None)
    assert await round_now(id) == []
    assert [round((at - now()).total_seconds() / 60) for at in waits] == [1, 5, 15, 60]
    last = await seen(id)
    assert (last.state, last.actions, last.next_look_at) == ("unknown", ["resolve"], None)
    assert len(wire.posts) == 1


async def test_no_more_attempts_are_made_than_are_allowed(wire: XWire, retries: Callable[[int, float], None]) -> None:
    retries(0, 0.2)
    cut(wire, 0, taken=False)
    id = await sent(wire)
    mend(wire)
    await round_now(id)
    last = await seen(id)
    assert (last.state, last.actions) == ("refused", ["retry"])
    assert wire.posts == []


async def test_an_account_that_is_gone_says_nothing(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    mend(wire)
    await standing("disconnected")
    await round_now(id)
    assert (await seen(id)).state == "unknown"
    await standing("connected")
    await round_now(id)
    assert (await seen(id)).state == "published"


async def test_a_look_that_the_ledger_has_and_the_row_has_not_is_made_once_more(wire: XWire) -> None:
    """As a kill between the two leaves it."""
    cut(wire, 0, taken=False)
    id = await sent(wire)
    mend(wire)
    await settling.look(id)
    assert ((await seen(id)).state, (await looks(id))[0]) == ("unknown", 0)
    await round_now(id)
    await over(id)
    assert wire.shown() == [SHORT]


async def test_a_person_who_answers_meanwhile_is_believed(wire: XWire) -> None:
    """X shows it only while the person writes; the answer and the look meet, and one post stands."""
    cut(wire, 0)
    id = await sent(wire)
    one = await seen(id)
    said: list[Any] = []

    async def fate(asked: Any) -> Bad | None:
        if asked.method == "GET" and not said:
            said.append(await resolve(id, verdict="sent", attempt=one.attempt, url=address(wire.posts[0])))
        return None

    real = wire.answer

    async def answer(asked: Any) -> Any:
        await fate(asked)
        return await real(asked)

    mend(wire)
    wire.answer = answer  # type: ignore[method-assign]
    await round_now(id)
    last = await seen(id)
    assert (last.state, last.seen is not None) == ("published", True)
    assert len(wire.posts) == 1


async def test_an_answer_about_an_attempt_that_was_followed_by_another_is_outdated(wire: XWire) -> None:
    cut(wire, 0, taken=False)
    id = await sent(wire)
    before = await seen(id)
    mend(wire)
    await round_now(id)
    await over(id)
    with pytest.raises(AttemptOutdated):
        await resolve(id, verdict="not_sent", send_again=True, attempt=before.attempt)
    assert wire.shown() == [SHORT]
