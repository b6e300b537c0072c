"""The registry over HTTP: refusals in an envelope, each with its code and field; what an approver and an admin may."""

from typing import Any

from cofounder.flow.train.promotion import watching
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.models.registry import service as registry
from cofounder.ops import queries as alerts

from .conftest import House, problem

AT = "/api/orchestrator/models"


async def registered(number: int = 1) -> list[str]:
    ids = []
    async with transaction() as session:
        for _ in range(number):
            row = await registry.register(
                session,
                name="small",
                role="planner",
                address={"provider": "ollama", "name": "small", "base_url": None},
                base_model="tiny",
                target="local",
                dataset_id=None,
                dataset_hash=None,
                job_id=None,
                artifacts={},
                by="test",
            )
            ids.append(str(row.id))
    return ids


def data(answer: Any) -> Any:
    assert answer.status_code in (200, 202), answer.text
    body = answer.json()
    assert (body["success"], body["error"]) == (True, None)
    return body["data"]


async def test_versions_come_in_pages_newest_first(house: House) -> None:
    await registered(3)
    first = data(await house.viewer.get(f"{AT}/list?limit=2"))
    assert [one["label"] for one in first["items"]] == ["small@3", "small@2"]
    assert first["total"] == 3
    rest = data(await house.viewer.get(f"{AT}/list", params={"limit": 2, "cursor": first["next_cursor"]}))
    assert [one["label"] for one in rest["items"]] == ["small@1"]
    assert rest["next_cursor"] is None
    assert data(await house.viewer.get(f"{AT}/list?role=writer"))["items"] == []
    problem(await house.viewer.get(f"{AT}/list?cursor=yesterday"), 422, "model_place_unclear", "cursor")


async def test_only_an_admin_forces_and_only_with_a_reason(house: House) -> None:
    await registered()
    asked = {"model": "small@1"}
    problem(await house.approver.put(f"{AT}/active", json=asked), 409, "gate_not_passed", "model_id")
    forced = {**asked, "force": True}
    problem(await house.approver.put(f"{AT}/active", json={**forced, "reason": "please"}), 403, "force_refused")
    problem(await house.admin.put(f"{AT}/active", json=forced), 422, "reason_missing", "reason")
    problem(await house.admin.put(f"{AT}/active", json={"model": "large"}), 404, "model_not_known", "model")
    role = data(await house.admin.put(f"{AT}/active", json={**forced, "reason": "Compared by hand."}))
    assert role["active"]["label"] == "small@1"
    assert role["active"]["aliases"] == ["active"]
    problem(await house.admin.put(f"{AT}/active", json={**forced, "reason": "again"}), 409, "already_active")
    (change,) = data(await house.viewer.get(f"{AT}/history"))["items"]
    assert (change["kind"], change["reason"], change["model"]) == ("force", "Compared by hand.", "small@1")
    back = data(await house.approver.post(f"{AT}/roll-back", json={"role": "planner"}))
    assert back["active"] is None
    problem(await house.approver.post(f"{AT}/roll-back", json={"role": "planner"}), 409, "nothing_before", "role")


async def test_of_two_who_roll_back_at_once_the_second_goes_no_step_further(house: House) -> None:
    await registered(2)
    for name in ("small@1", "small@2"):
        data(await house.admin.put(f"{AT}/active", json={"model": name, "force": True, "reason": "Compared by hand."}))
    async with transaction() as session:
        await alerts.raise_alert(session, watching.KIND, "planner", "small@3 is the planner no more.", at=now())
    asked = {"role": "planner", "active": "small@2"}
    assert data(await house.approver.post(f"{AT}/roll-back", json=asked))["active"]["label"] == "small@1"
    async with transaction() as session:
        assert await alerts.alerts(session, watching.KIND) == []  # it told what was in use until then
    told = problem(await house.approver.post(f"{AT}/roll-back", json=asked), 409, "active_moved", "active")
    assert "small@2 is not the active planner: small@1 took its place." in told["detail"]
    nobody = {**asked, "active": "nobody@1"}
    problem(await house.approver.post(f"{AT}/roll-back", json=nobody), 404, "model_not_known", "active")
    planner = data(await house.viewer.get(f"{AT}/active"))["roles"][0]
    assert planner["active"]["label"] == "small@1"
    assert data(await house.approver.post(f"{AT}/roll-back", json={"role": "planner"}))["active"] is None


async def test_a_candidate_comes_into_shadow_and_goes(house: House) -> None:
    id, _ = await registered(2)
    wish = {"model": id, "shadow": True, "daily_usd": 0.5}
    shown = data(await house.approver.put(f"{AT}/candidate", json=wish))
    assert (shown["candidate"]["label"], shown["candidate"]["shadow"]) == ("small@1", True)
    problem(await house.approver.put(f"{AT}/candidate", json={}), 422, "model_entry_invalid", "role")
    gone = data(await house.approver.put(f"{AT}/candidate", json={"role": "planner"}))
    assert gone["candidate"] is None
    detail = data(await house.viewer.get(f"{AT}/{id}"))
    assert [one["kind"] for one in detail["history"]] == ["candidate", "shadow"]
    retired = data(await house.approver.post(f"{AT}/{id}/retire", json={"reason": "Old."}))
    assert retired["state"] == "retired"
    problem(await house.approver.put(f"{AT}/candidate", json=wish), 409, "model_unfit")


async def test_what_cannot_be_benchmarked_is_said(house: House) -> None:
    await registered()
    at = f"{AT}/benchmark"
    problem(await house.operator.post(at, json={"model": "small"}), 422, "hold_out_missing", "dataset_id")
    wish = {"model": "small", "dataset_id": str(new_id())}
    problem(await house.operator.post(at, json=wish), 404, "dataset_missing")
    problem(await house.operator.post(at, json={"model": "small", "most": 0}), 422, "request_invalid", "most")
    problem(await house.viewer.get(f"{at}/{new_id()}"), 404, "benchmark_missing", "benchmark_id")
