"""Experiments in real use: tasks fall by a hash, arms draw their own way, an end is a decision with its evidence."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.personas import choose, learning, policies_known
from cofounder.personas.experiments import queries, service
from cofounder.personas.experiments.queries import Decided
from cofounder.personas.experiments.results import results, sample_ratio
from cofounder.personas.experiments.schemas import EndIn, ExperimentIn
from cofounder.personas.optimising import optimise
from cofounder.personas.policies_known import PolicyUnknown
from cofounder.personas.schemas import PersonaIn
from tests.personas.posts import weeks_of

MARA = Caller(name="Mara", role="approver", kind="person")
HALVES = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "flattened"}}


def asked(arms: dict[str, Any] = HALVES, **more: Any) -> ExperimentIn:
    given = {"name": "Spring", "hypothesis": "More of the seldom voices brings more.", "arms": arms}
    return ExperimentIn.model_validate({"end_at": now() + timedelta(days=14), **given, **more})


async def drawn(session: AsyncSession, tasks: int) -> list[Any]:
    for _ in range(tasks):
        await choose(session, new_id(), "main", {})
    rows = await session.execute(text("SELECT arm, experiment_id, chosen, probabilities, policy FROM persona_choices"))
    return list(rows.all())


async def test_tasks_fall_into_the_arms_and_each_draws_its_own_way(session: AsyncSession) -> None:
    shown = await service.begin(session, asked(), by=MARA)
    assert (shown.state, shown.in_force) == ("running", False)
    rows = await drawn(session, 60)
    assert {row.experiment_id for row in rows} == {shown.id}
    assert {"control", "variant_a"} == {row.arm for row in rows}
    low = {row.arm: row.probabilities["explorer"] for row in rows}
    assert low["control"] == pytest.approx(0.02)
    assert low["variant_a"] == pytest.approx(0.7 * 0.02 + 0.3 / 12)
    counted = {one.arm: one.tasks for one in (await service.get(session, shown.id)).results.arms}
    assert counted == Counter(row.arm for row in rows)


async def test_an_arm_with_voices_of_its_own_draws_no_others(session: AsyncSession) -> None:
    arms = {"control": {"share": 0.4}, "variant_b": {"share": 0.6, "personas": ["data nerd", "coach"]}}
    shown = await service.begin(session, asked(arms), by=MARA)
    assert shown.arms["variant_b"].personas == ["coach", "dataNerd"]
    for row in await drawn(session, 50):
        if row.arm == "variant_b":
            assert set(row.probabilities) == {"coach", "dataNerd"}
            assert row.chosen in row.probabilities
    for name in ("coach", "dataNerd"):  # nobody of the arm's is left: its tasks are drawn from all others
        await learning.change(session, name, PersonaIn(status="disabled"), by=MARA)
    await session.execute(text("DELETE FROM persona_choices"))
    assert all(len(row.probabilities) == 10 for row in await drawn(session, 10))


async def test_an_arm_with_a_policy_of_its_own_learns_by_it(session: AsyncSession) -> None:
    moment = now()
    await weeks_of(session, moment, {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0})
    await optimise(session, as_of=moment, by="test", mode="watch", policy="default")  # the books of followers
    arms = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "log_thompson"}}
    shown = await service.begin(session, asked(arms), by=MARA)
    rows = {row.arm: row for row in await drawn(session, 40)}
    assert rows["control"].probabilities["dataNerd"] == pytest.approx(0.1)
    assert rows["variant_a"].probabilities["dataNerd"] > 0.4
    assert (rows["control"].policy, rows["variant_a"].policy) == ("fixed", "log_thompson")
    before = (await queries.one(session, shown.id)).found  # type: ignore[union-attr]
    await weeks_of(session, moment, {"explorer": 40.0}, seed=2)
    await optimise(session, as_of=moment, by="test", mode="watch", policy="default")
    after = (await queries.one(session, shown.id)).found  # type: ignore[union-attr]
    assert after["variant_a"]["explorer"] > before["variant_a"]["explorer"]


async def test_an_arm_goes_on_from_where_it_was_and_outlives_its_policy(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    await weeks_of(session, moment, {"dataNerd": 9.0, "coach": 8.0})
    await optimise(session, as_of=moment, by="test", mode="watch", policy="default")  # the books of followers
    arms = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "blueprint"}}
    shown = await service.begin(session, asked(arms), by=MARA)
    begun = (await queries.one(session, shown.id)).found["variant_a"]  # type: ignore[union-attr]
    for minutes in (1, 2):  # the weights in use stay; the arm moves three tenths of the way again and again
        at = moment + timedelta(minutes=minutes)
        await optimise(session, as_of=at, by="test", mode="autonomous", policy="fixed")
    found = (await queries.one(session, shown.id)).found["variant_a"]  # type: ignore[union-attr]
    assert found["coach"] > 1.2 * begun["coach"]
    monkeypatch.setattr(policies_known, "OURS", {"fixed": "Fixed"})  # as if its package had gone
    row = await optimise(session, as_of=moment + timedelta(hours=1), by="test", mode="watch", policy="fixed")
    assert row.status == "success"
    assert (await queries.one(session, shown.id)).found["variant_a"] == found  # type: ignore[union-attr]


async def test_one_is_open_at_a_time_and_tasks_fall_only_between_its_start_and_end(session: AsyncSession) -> None:
    later = now() + timedelta(days=1)
    shown = await service.begin(session, asked(start_at=later), by=MARA)
    assert shown.state == "planned"
    assert [row.experiment_id for row in await drawn(session, 3)] == [None] * 3
    with pytest.raises(service.ExperimentOpen):
        await service.begin(session, asked(), by=MARA)
    moment = {"start": now() - timedelta(days=3), "end": now() - timedelta(days=1)}
    await session.execute(text("UPDATE experiments SET start_at = :start, end_at = :end"), moment)
    assert (await service.get(session, shown.id)).state == "over"
    assert all(row.experiment_id is None for row in await drawn(session, 3))


@pytest.mark.parametrize(
    ("arms", "error"),
    [
        ({"control": {"share": 0.5}, "variant_a": {"share": 0.4, "draws": "lifted"}}, service.ArmsUnclear),
        ({"variant_a": {"share": 0.5}, "variant_b": {"share": 0.5, "draws": "lifted"}}, service.ArmsUnclear),
        ({"control": {"share": 0.5}, "variant_a": {"share": 0.5}}, service.ArmsUnclear),
        ({"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "guessing"}}, PolicyUnknown),
        ({"control": {"share": 0.5}, "variant_a": {"share": 0.5, "personas": ["pirate"]}}, service.ArmVoiceUnknown),
    ],
)
async def test_arms_that_make_no_experiment_are_refused(
    session: AsyncSession, arms: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await service.begin(session, asked(arms), by=MARA)
    assert await service.listed(session) == []


async def test_an_end_before_its_start_is_refused(session: AsyncSession) -> None:
    with pytest.raises(service.EndUnclear):
        await service.begin(session, asked(end_at=now() + timedelta(minutes=5)), by=MARA)


async def test_a_start_of_another_century_is_refused(session: AsyncSession) -> None:
    far = now() + timedelta(days=367)
    with pytest.raises(service.StartTooFar) as refused:
        await service.begin(session, asked(start_at=far, end_at=far + timedelta(days=14)), by=MARA)
    assert refused.value.field == "start_at"
    near = now() + timedelta(days=365)
    shown = await service.begin(session, asked(start_at=near, end_at=near + timedelta(days=14)), by=MARA)
    assert shown.state == "planned"


async def test_a_voice_that_is_set_and_not_on_an_adopted_arms_list_says_why_it_is_not_drawn(
    session: AsyncSession,
) -> None:
    await learning.change(session, "explorer", PersonaIn(override=0.5, reason="The campaign."), by=MARA)
    only = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "personas": ["coach", "dataNerd"]}}
    shown = await service.begin(session, asked(only), by=MARA)
    await service.end(session, shown.id, EndIn.model_validate(adopting("variant_a")), by=MARA)
    found = next(one for one in (await learning.listed(session)).items if one.id == "explorer")
    assert found.probability == 0
    assert found.note is not None
    assert "draws the voices on its own list only" in found.note


async def test_an_adopted_arm_is_drawn_by_until_it_is_withdrawn(session: AsyncSession) -> None:
    shown = await service.begin(session, asked(), by=MARA)
    await drawn(session, 5)
    for wrong in (
        {"decision": "adopt"},
        {"decision": "keep", "arm": "variant_a"},
        {"decision": "adopt", "arm": "variant_b"},
    ):
        with pytest.raises(service.AdoptedArmMissing):
            await service.end(session, shown.id, EndIn.model_validate({**wrong, "reason": "why"}), by=MARA)
    unproven = EndIn(decision="adopt", arm="variant_a", reason="It looked better to all of us.")
    with pytest.raises(service.NothingScored):
        await service.end(session, shown.id, unproven, by=MARA)
    decided = unproven.model_copy(update={"without_evidence": True})
    ended = await service.end(session, shown.id, decided, by=MARA)
    assert (ended.state, ended.adopted, ended.in_force, ended.decided_by) == ("ended", "variant_a", True, "person:Mara")
    assert sum(one.tasks for one in ended.results.arms) == 5
    assert any("not reached its end" in one for one in ended.results.told)
    with pytest.raises(service.ExperimentEnded):
        await service.end(session, shown.id, decided, by=MARA)
    listed = {one.id: one.probability for one in (await learning.listed(session)).items}
    assert listed["explorer"] == pytest.approx(0.7 * 0.02 + 0.3 / 12)
    await session.execute(text("DELETE FROM persona_choices"))
    (row,) = await drawn(session, 1)
    assert (row.arm, row.experiment_id) == ("control", None)
    assert row.probabilities["explorer"] == pytest.approx(listed["explorer"])
    assert sum(one.tasks for one in (await service.get(session, shown.id)).results.arms) == 5  # as it was decided on
    back = await service.withdraw(session, shown.id, by=MARA)
    assert (back.in_force, back.withdrawn_by) == (False, "person:Mara")
    with pytest.raises(service.NothingAdopted):
        await service.withdraw(session, shown.id, by=MARA)
    listed = {one.id: one.probability for one in (await learning.listed(session)).items}
    assert listed["explorer"] == pytest.approx(0.02)
    actions = (await session.execute(text("SELECT action FROM audit_log ORDER BY at, id"))).scalars().all()
    assert list(actions) == ["experiment.begun", "experiment.ended", "experiment.withdrawn"]


async def test_an_adopted_control_goes_by_what_was_adopted_before_it(session: AsyncSession) -> None:
    for arm in ("variant_a", "control"):
        shown = await service.begin(session, asked(), by=MARA)
        await service.end(session, shown.id, EndIn.model_validate(adopting(arm)), by=MARA)
    (row,) = await drawn(session, 1)
    assert row.probabilities["explorer"] == pytest.approx(0.7 * 0.02 + 0.3 / 12)  # as control was drawn
    only = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "personas": ["coach", "dataNerd"]}}
    shown = await service.begin(session, asked(only), by=MARA)
    ended = await service.end(session, shown.id, EndIn.model_validate(adopting("variant_a")), by=MARA)
    assert ended.in_force
    listed = {one.id: one.probability for one in (await learning.listed(session)).items}
    assert (listed["explorer"], listed["coach"] > 0.3) == (0, True)


def adopting(arm: str) -> dict[str, object]:
    return {"decision": "adopt", "arm": arm, "reason": "It looked better to all of us.", "without_evidence": True}


def test_an_experiment_does_not_end_for_a_blank_reason() -> None:
    with pytest.raises(ValidationError, match="no blank"):
        EndIn.model_validate({"decision": "keep", "reason": "  \n "})


async def test_a_kept_way_changes_nothing(session: AsyncSession) -> None:
    shown = await service.begin(session, asked(), by=MARA)
    ended = await service.end(session, shown.id, EndIn(decision="keep", reason="Not told apart."), by=MARA)
    assert (ended.adopted, ended.in_force) == (None, False)
    await service.begin(session, asked(name="Next"), by=MARA)
    with pytest.raises(service.ExperimentMissing):
        await service.get(session, new_id())


def decided(arm: str, followers: float, *, posts: int = 1, scored: int = 1, overruled: bool = False) -> Decided:
    return Decided(
        new_id(), UUID(int=1), arm, "coach", {"coach": 1.0}, {}, NOON, overruled, posts, scored, followers, []
    )


NOON = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
SHARES: dict[Any, float] = {"control": 0.5, "variant_a": 0.5}


def test_results_tell_a_difference_with_its_interval() -> None:
    from random import Random

    random = Random(1)
    found = [decided("control", random.lognormvariate(1, 1)) for _ in range(150)]
    found += [decided("variant_a", random.lognormvariate(2, 1)) for _ in range(150)]
    made = results(SHARES, found, NOON, ends=NOON - timedelta(days=1))
    control, variant = made.arms
    assert control.difference is None
    assert variant.difference is not None
    assert variant.difference_low is not None
    assert 0 < variant.difference_low < variant.difference
    assert not made.sample_ratio_broken
    assert made.told == [one for one in made.told if "gains more followers" in one]


def test_tasks_without_scores_are_waiting_and_no_noughts() -> None:
    found = [
        decided("control", 5),
        decided("control", 0, scored=0),
        decided("control", 4, posts=2),
        decided("variant_a", 1),
    ]
    control, variant = results(SHARES, found, NOON, ends=NOON).arms
    assert (control.tasks, control.scored, control.waiting, control.mean) == (3, 1, 2, 5)
    assert variant.difference == -4
    assert variant.difference_low is None


def test_a_broken_parting_is_told_loudly() -> None:
    found = [decided("control", 1) for _ in range(300)] + [decided("variant_a", 1) for _ in range(200)]
    made = results(SHARES, found, NOON, ends=NOON)
    assert made.sample_ratio_broken
    assert "Trust none of these numbers" in made.told[0]


def test_the_sample_ratio_agrees_with_a_library() -> None:
    from scipy.stats import chisquare

    p = sample_ratio(
        {"control": 0.5, "variant_a": 0.3, "variant_b": 0.2}, {"control": 260, "variant_a": 140, "variant_b": 100}
    )
    assert p == pytest.approx(chisquare([260, 140, 100], [250, 150, 100]).pvalue)
    assert sample_ratio(SHARES, {"control": 4, "variant_a": 5}) is None
