"""The draw: once, replayable, by the declared probabilities."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.personas import NAMES, ROSTER, PersonaUnknown, choices, choose, chosen, persona, queries
from cofounder.personas.policies import fixed
from cofounder.personas.service import pick, uniform

SHARES = fixed.probabilities(ROSTER)


def test_the_roster_is_twelve_voices_whose_weights_add_up_to_one() -> None:
    assert len(ROSTER) == 12
    assert sum(one.weight for one in ROSTER) == pytest.approx(1)
    assert {one.id: one.weight for one in ROSTER}["humanVoice"] == 0.15


@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_every_draw_falls_on_a_voice_whatever_the_order_of_the_shares(draw: float) -> None:
    backwards = dict(reversed(list(SHARES.items())))
    assert pick(SHARES, draw) == pick(backwards, draw)
    assert pick(SHARES, draw) in SHARES


def test_draws_follow_the_declared_probabilities() -> None:
    from scipy.stats import chisquare

    task = "018f0000-0000-7000-8000-000000000000"
    counts = Counter(pick(SHARES, uniform(task, f"deliverable {number}")) for number in range(6_000))  # type: ignore[arg-type]
    expected = {name: share * 6_000 for name, share in SHARES.items()}
    assert set(counts) <= set(expected)
    assert chisquare([counts[name] for name in expected], list(expected.values())).pvalue > 0.001


@pytest.mark.parametrize("words", ["dataNerd", "data nerd", "Data-Nerd", "DATANERD"])
def test_a_voice_is_known_by_any_spelling(words: str) -> None:
    found = persona(words)
    assert found is not None
    assert found.id == "dataNerd"


async def test_a_deliverable_keeps_its_voice(session: AsyncSession) -> None:
    task = new_id()
    assert await chosen(session, task) is None
    first = await choose(session, task, "main", {"topic": "growth"})
    assert await choose(session, task, "main", {"topic": "something else"}) == first
    assert await chosen(session, task) == first
    assert len(await choices(session, task)) == 1


async def test_the_row_replays_its_draw(session: AsyncSession) -> None:
    task = new_id()
    name = await choose(session, task, "main", {"topic": "growth"})
    (row,) = await queries.of_task(session, task)
    assert pick(row.probabilities, row.draw) == row.chosen == name
    assert sum(row.probabilities.values()) == pytest.approx(1)
    assert (row.arm, row.policy, row.context) == ("control", "fixed", {"topic": "growth"})
    assert set(row.availability) == set(row.probabilities)


async def test_where_weights_differ_by_place_a_draw_goes_by_those_of_its_own(session: AsyncSession) -> None:
    here, anywhere = dict.fromkeys(NAMES, 0.0) | {"coach": 1.0}, dict.fromkeys(NAMES, 0.0) | {"explorer": 1.0}
    cells = {f"growth|{block}|x": here for block in range(4)} | {f"growth|{block}|email": {} for block in range(4)}
    nothing = {"changes": [], "special": [], "seed": 0, "input_hash": "", "found": {}, "code_version": ""}
    counted = {"posts_analyzed": 0, "posts_known": 0, "posts_waiting": 0, "mode": "autonomous", "started_by": "test"}
    run = {"id": new_id(), "ran_at": now(), "applied_at": now(), "status": "success", "policy": "default"}
    weights = [
        {"persona": id, "weight": share, "probability": share, "posts": 0, "followers": 0, "impressions": 0}
        for id, share in anywhere.items()
    ]
    await queries.put_run(session, {**run, **counted, **nothing, "cells": cells}, weights)
    likeliest = {}
    for topic, channel in (("growth", "x"), ("growth", "linkedin"), ("hiring", "x")):
        task = new_id()
        await choose(session, task, "main", {"topic": topic, "channels": [channel]})
        (row,) = await queries.of_task(session, task)
        assert row.run_id == run["id"]
        likeliest[topic, channel] = max(row.probabilities, key=lambda id: row.probabilities[id])
    assert likeliest == {("growth", "x"): "coach", ("growth", "linkedin"): "explorer", ("hiring", "x"): "explorer"}
    assert (await queries.standing(session)).cells == cells  # whoever names no place gets them all


async def test_a_persons_wish_is_used_and_kept_apart_from_the_draw(session: AsyncSession) -> None:
    task = new_id()
    drawn = await choose(session, task, "main", {})
    other = next(one.id for one in ROSTER if one.id != drawn)
    assert await choose(session, task, "main", {}, override=other) == other
    assert await choose(session, task, "main", {}) == other
    (choice,) = await choices(session, task)
    assert (choice.persona, choice.drawn) == (other, drawn)
    assert choice.probability == pytest.approx(SHARES[drawn])


async def test_a_voice_that_is_none_is_refused(session: AsyncSession) -> None:
    task = new_id()
    with pytest.raises(PersonaUnknown):
        await choose(session, task, "main", {}, override="pirate")
    assert await chosen(session, task) is None


def test_every_voice_has_its_grammar_with_the_writer() -> None:
    from pathlib import Path

    from cofounder.models import offline

    files = Path(str(offline.__file__)).parent.glob("voices/*.toml")
    assert {file.stem for file in files} >= set(NAMES)
