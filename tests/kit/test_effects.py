"""The ledger: what was done is not done again, what may have been done is asked about."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cofounder.kit import db, effects
from cofounder.kit.effects import Refused, perform
from cofounder.kit.ids import new_id
from cofounder.kit.tables import Effect
from cofounder.kit.testing import Database


class World:
    """Another party: it knows what reached it, and breaks as told."""

    def __init__(self) -> None:
        self.posts: list[str] = []
        self.breaks: list[str] = []

    async def post(self, words: str) -> dict[str, str]:
        how = self.breaks.pop(0) if self.breaks else "well"
        if how == "refuses":
            raise Refused("too long")
        if how == "unreached":
            raise ConnectionError("no route")
        self.posts.append(words)
        if how == "answer lost":
            raise TimeoutError
        if how == "killed":
            raise asyncio.CancelledError
        return {"url": f"https://example.org/{len(self.posts)}"}

    async def find(self, words: str) -> dict[str, str] | None:
        if self.breaks and self.breaks[0] == "blind":
            self.breaks.pop(0)
            raise ConnectionError("cannot look")
        return {"url": "found"} if words in self.posts else None


async def row_of(key: str) -> Effect:
    async with db.transaction() as session:
        return (await session.scalars(select(Effect).where(Effect.key == key))).one()


async def test_done_once_it_is_never_done_again(database: Database) -> None:
    world = World()
    outcomes = [await perform("post", "k", {"text": "a"}, lambda: world.post("a")) for _ in range(3)]
    assert world.posts == ["a"]
    assert [(one.state, one.called) for one in outcomes] == [("done", True), ("done", False), ("done", False)]
    assert outcomes[2].answer == {"url": "https://example.org/1"}


async def test_an_answer_that_comes_while_the_database_is_away_is_kept_until_it_is_back(database: Database) -> None:
    world, back = World(), []

    async def call() -> dict[str, str]:
        answer = await world.post("a")
        back.append(await database.go_away(1.0))
        return answer

    outcome = await perform("post", "k", {}, call, find=lambda: world.find("a"))
    await back[0]
    assert (outcome.state, outcome.called, outcome.answer) == ("done", True, {"url": "https://example.org/1"})
    row = await row_of("k")
    assert (row.state, row.attempts, row.error, world.posts) == ("done", 1, None, ["a"])


async def test_a_refusal_is_final(database: Database) -> None:
    world = World()
    world.breaks = ["refuses"]
    for _ in range(2):
        outcome = await perform("post", "k", {}, lambda: world.post("a"))
        assert (outcome.state, outcome.error) == ("refused", "Refused: too long")
    assert world.posts == []


async def test_the_intent_is_on_record_before_the_call(database: Database) -> None:
    async def call() -> dict[str, Any]:
        row = await row_of("k")
        return {"seen": f"{row.state} {row.attempts}"}

    assert (await perform("post", "k", {}, call)).answer == {"seen": "intended 1"}


async def test_a_lost_answer_is_unknown_until_the_world_is_asked(database: Database) -> None:
    world = World()
    world.breaks = ["answer lost"]
    assert (await perform("post", "k", {}, lambda: world.post("a"))).state == "unknown"
    assert (await perform("post", "k", {}, lambda: world.post("a"))).state == "unknown"  # nobody to ask
    outcome = await perform("post", "k", {}, lambda: world.post("a"), find=lambda: world.find("a"))
    assert (outcome.state, outcome.answer) == ("done", {"url": "found"})
    assert world.posts == ["a"]


async def test_what_the_line_said_at_first_stays_on_record_when_the_world_cannot_tell(database: Database) -> None:
    world = World()
    world.breaks = ["answer lost"]
    await perform("post", "k", {}, lambda: world.post("a"))
    first = (await row_of("k")).error
    for _ in range(2):
        world.breaks = ["blind"]
        await effects.look("k", lambda: world.find("a"))
    assert first
    assert first.startswith("TimeoutError")
    assert (await row_of("k")).error == first


async def test_a_crash_inside_the_call_is_asked_about_and_what_never_arrived_is_sent(database: Database) -> None:
    world = World()
    world.breaks = ["killed"]
    with pytest.raises(asyncio.CancelledError):
        await perform("post", "k", {}, lambda: world.post("a"))
    assert (await row_of("k")).state == "intended"
    world.posts.clear()  # it never arrived
    outcome = await perform("post", "k", {}, lambda: world.post("a"), find=lambda: world.find("a"))
    assert (outcome.state, outcome.called, world.posts) == ("done", True, ["a"])
    assert (await row_of("k")).attempts == 2


async def test_a_person_settles_what_nobody_can_find(database: Database) -> None:
    world = World()
    world.breaks = ["answer lost", "unreached"]
    for key in ("seen", "unseen"):
        await perform("post", key, {}, lambda: world.post("a"))
    async with db.transaction() as session:
        await effects.settle(session, "seen", done=True, by="Ana")
        await effects.settle(session, "unseen", done=False, by="Ana")
        with pytest.raises(effects.OutcomeKnown):
            await effects.settle(session, "seen", done=False, by="Ben")
        with pytest.raises(effects.NoSuchEffect):
            await effects.settle(session, "none", done=True, by="Ana")
    world.posts.clear()
    assert (await perform("post", "seen", {}, lambda: world.post("a"))).answer == {"settled_by": "Ana"}
    assert (await perform("post", "unseen", {}, lambda: world.post("b"))).state == "done"
    assert world.posts == ["b"]


async def test_two_at_once_call_once(database: Database) -> None:
    world = World()

    async def slowly() -> dict[str, str]:
        await asyncio.sleep(0.2)
        return await world.post("a")

    both = await asyncio.gather(*(perform("post", "k", {}, slowly, find=lambda: world.find("a")) for _ in range(2)))
    assert world.posts == ["a"]
    assert sorted(one.called for one in both) == [False, True]


async def test_the_ledger_keeps_no_secret_and_no_novel(database: Database) -> None:
    request = {"api_key": "sk-abcdefghijkl", "headers": {"Authorization": "Bearer x"}, "text": "a" * 9000, "n": [1]}
    await perform("post", "k", request, lambda: World().post("a"))
    kept = (await row_of("k")).request
    assert kept["api_key"] == "[redacted]"
    assert kept["headers"] == {"Authorization": "[redacted]"}
    assert len(kept["text"]) < 4100
    assert kept["n"] == [1]


WAYS = ["well", "refuses", "unreached", "answer lost", "killed", "blind"]


@given(st.lists(st.lists(st.sampled_from(WAYS), max_size=2), max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_breaks_the_world_gets_it_at_most_once(database: Database, tries: list[list[str]]) -> None:
    world, key = World(), str(new_id())
    states = []
    for breaks in tries:
        world.breaks = list(breaks)
        try:
            outcome = await perform("post", key, {}, lambda: world.post("a"), find=lambda: world.find("a"))
        except asyncio.CancelledError:
            continue
        states.append(outcome.state)
    assert len(world.posts) <= 1
    if "done" in states:
        assert world.posts == ["a"]
        assert set(states[states.index("done") :]) == {"done"}
    if "refused" in states:
        assert world.posts == []
        assert set(states[states.index("refused") :]) == {"refused"}
