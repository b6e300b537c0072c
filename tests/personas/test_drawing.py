"""From weights to probabilities: they add up to one and keep the floor, whatever a person set."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.kit.ids import new_id
from cofounder.personas import ROSTER
from cofounder.personas.drawing import Arm, Drawable, Rule, arm_of, bent, floor_for, ruled, shares

voices = st.lists(
    st.builds(
        Drawable,
        id=st.uuids().map(str),
        weight=st.floats(0, 1e6),
        status=st.sampled_from(["active", "active", "testing", "disabled"]),
        override=st.none() | st.floats(0, 1),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda one: one.id,
)


@given(voices)
def test_shares_add_up_to_one_and_keep_the_floor(all_of_them: list[Drawable]) -> None:
    able = [one for one in all_of_them if one.status != "disabled"]
    if not able:
        with pytest.raises(ValueError, match="no persona"):
            shares(all_of_them)
        return
    found = shares(all_of_them)
    assert set(found) == {one.id for one in able}
    assert sum(found.values()) == pytest.approx(1, abs=1e-9)
    assert min(found.values()) >= floor_for(len(able)) - 1e-12


@given(voices, st.sampled_from(["learnt", "flattened", "lifted", "blueprint"]), st.data())
def test_an_arm_adds_up_keeps_the_floor_and_what_a_person_set(
    all_of_them: list[Drawable], draws: str, data: st.DataObject
) -> None:
    if all(one.status == "disabled" for one in all_of_them):
        return
    chosen = data.draw(st.lists(st.sampled_from([one.id for one in all_of_them]), unique=True))
    found = ruled(all_of_them, Rule(draws, tuple(chosen)))
    assert sum(found.values()) == pytest.approx(1, abs=1e-9)
    assert min(found.values()) >= floor_for(len(found)) - 1e-9
    able = {one.id for one in all_of_them if one.status != "disabled"}
    wanted = able & set(chosen)
    assert set(found) == (wanted or able)  # nobody of the arm's left: then all
    kept = [one for one in all_of_them if one.id in found]
    alone = shares(kept)
    for one in kept:
        if one.override is not None or one.status == "testing":
            assert found[one.id] == pytest.approx(alone[one.id])


def test_what_a_person_set_is_what_is_drawn_with() -> None:
    found = shares([Drawable("a", 1, override=0.5), Drawable("b", 3), Drawable("c", 1), Drawable("d", 9, "testing")])
    assert found["a"] == 0.5
    assert found["d"] == 0.02
    assert found["b"] + found["c"] == pytest.approx(0.48)
    assert found["b"] == pytest.approx(3 * found["c"])


def test_weights_that_keep_the_floor_are_what_is_drawn_with() -> None:
    given_weights = {one.id: one.weight for one in ROSTER}
    assert shares([Drawable(id, weight) for id, weight in given_weights.items()]) == pytest.approx(given_weights)


def test_what_is_set_for_too_many_leaves_the_others_their_floor() -> None:
    found = shares([Drawable("a", 1, override=0.9), Drawable("b", 1, override=0.9), Drawable("c", 1)])
    assert found == {"a": pytest.approx(0.49), "b": pytest.approx(0.49), "c": pytest.approx(0.02)}


def test_voices_that_are_all_set_share_by_what_was_set() -> None:
    assert shares([Drawable("a", 1, override=0.2), Drawable("b", 1, override=0.6)]) == {
        "a": pytest.approx(0.25),
        "b": pytest.approx(0.75),
    }


def test_an_arm_flattens_or_lifts_what_is_low() -> None:
    given_shares = {"a": 0.8, "b": 0.2}
    assert bent(given_shares, "flattened") == {"a": pytest.approx(0.71), "b": pytest.approx(0.29)}
    assert bent(given_shares, "lifted") == {"a": pytest.approx(0.62), "b": pytest.approx(0.38)}


def test_a_task_keeps_its_arm_and_the_arms_get_their_parts() -> None:
    parts: dict[Arm, float] = {"control": 0.5, "variant_a": 0.3, "variant_b": 0.2}
    tasks = [new_id() for _ in range(4_000)]
    counts = Counter(arm_of(task, "spring", parts) for task in tasks)
    assert [arm_of(task, "spring", parts) for task in tasks[:50]] == [
        arm_of(task, "spring", parts) for task in tasks[:50]
    ]
    for arm, part in parts.items():
        assert abs(counts[arm] / 4_000 - part) < 0.05
