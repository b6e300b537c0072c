"""The voices over HTTP: what does not fit is refused in words, and nothing of it is kept."""

from types import SimpleNamespace
from typing import Any

import pytest

from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.personas import learning, policies_known
from cofounder.personas.optimising import optimise
from tests.api.conftest import House, problem
from tests.personas.posts import weeks_of

AT = "/api/personas"


class Raising:
    """An entry point whose policy raises when it is asked."""

    name = "broken"

    def load(self) -> Any:
        return Raising

    def __init__(self, *given: Any, **more: Any) -> None: ...

    def observe(self, outcomes: Any) -> None:
        raise RuntimeError("it broke")


async def test_a_weight_above_one_is_refused(house: House) -> None:
    for path, body in (
        (f"{AT}/coach", {"override": 1.5, "reason": "x"}),
        (f"{AT}/coach", {"override": -0.1, "reason": "x"}),
    ):
        problem(await house.approver.patch(path, json=body), 422, "request_invalid")
    voice = {"name": "Mine", "like": "coach"}
    for more in ({"weight": 1.5}, {"weight": 0}, {"like": "pirate"}, {"style": {"closings": ["no stop"]}}):
        assert (await house.approver.post(f"{AT}/voices", json=voice | more)).status_code == 422
    found = (await house.viewer.get(AT)).json()["items"]
    assert len(found) == 12
    assert {one["override"] for one in found} == {None}


async def test_all_voices_cannot_be_disabled(house: House) -> None:
    names = [one["id"] for one in (await house.viewer.get(AT)).json()["items"]]
    for name in names[:-1]:
        assert (await house.approver.patch(f"{AT}/{name}", json={"status": "disabled"})).status_code == 200
    problem(await house.approver.patch(f"{AT}/{names[-1]}", json={"status": "disabled"}), 409, "nobody_left")
    found = {one["id"]: one["probability"] for one in (await house.viewer.get(AT)).json()["items"]}
    assert found[names[-1]] == 1


async def test_a_policy_that_raises_changes_nothing_and_is_kept_as_a_failed_look(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with transaction() as session:
        await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
    monkeypatch.setattr(policies_known, "entry_points", lambda group: [Raising()])
    monkeypatch.setattr(
        learning, "settings", lambda: SimpleNamespace(persona_policy="broken", persona_mode="autonomous")
    )
    before = {one["id"]: one["probability"] for one in (await house.viewer.get(AT)).json()["items"]}
    told = problem(await house.approver.post(f"{AT}/runs", json={}), 500, "policy_failed")
    assert "it broke" in told["detail"]
    (kept,) = (await house.viewer.get(f"{AT}/runs")).json()["items"]
    assert (kept["status"], kept["changes"], kept["standing"]) == ("failed", [], "none")
    assert {one["id"]: one["probability"] for one in (await house.viewer.get(AT)).json()["items"]} == before


async def test_a_change_of_a_voice_names_what_was_read(house: House) -> None:
    voice = {"name": "Mine", "like": "coach"}
    made = await house.approver.post(f"{AT}/voices", json=voice)
    assert made.status_code == 201
    problem(await house.approver.post(f"{AT}/voices", json=voice), 409, "voice_there")
    read = await house.viewer.get(f"{AT}/voices/mine")
    headers = {"If-Match": read.headers["ETag"]}
    done = await house.approver.put(f"{AT}/voices/mine", json=voice | {"weight": 0.1}, headers=headers)
    assert (done.status_code, done.json()["weight"]) == (200, 0.1)
    problem(await house.approver.put(f"{AT}/voices/mine", json=voice, headers=headers), 412, "old_version")
    problem(await house.approver.put(f"{AT}/voices/coach", json=voice), 409, "voice_not_own")
    problem(await house.viewer.get(f"{AT}/voices/nobody"), 404, "persona_missing")


async def test_a_proposal_is_not_approved_over_what_a_person_set_since(house: House) -> None:
    async with transaction() as session:
        await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
        row = await optimise(session, as_of=now(), by="schedule", mode="propose", policy="log_thompson")
    run = f"{AT}/runs/{row.id}"
    pinned = {"override": 0.1, "reason": "Less of it in spring."}
    assert (await house.approver.patch(f"{AT}/dataNerd", json=pinned)).status_code == 200
    told = problem(await house.approver.post(f"{run}/decide", json={"approved": True}), 409, "voices_changed")
    assert "Look again" in told["hint"]
    assert (await house.viewer.get(run)).json()["outdated"] == told["detail"]
    assert (await house.approver.post(f"{run}/decide", json={"approved": False})).json()["standing"] == "declined"


async def test_what_if_on_no_channel_is_refused_by_field(house: House) -> None:
    asked = {"policy": "fixed", "channel": "nonsense"}
    told = problem(await house.viewer.get(f"{AT}/what-if", params=asked), 422, "channel_not_counted")
    assert told["errors"][0]["field"] == "channel"
    assert (await house.viewer.get(f"{AT}/what-if", params=asked | {"channel": "LinkedIn"})).status_code == 200


async def test_what_waits_is_told_to_the_rail(house: House) -> None:
    assert (await house.viewer.get(f"{AT}/waiting")).json() == {"proposal": None, "experiment": None}
