"""The command queue over HTTP: made, claimed under leases, finished once by the holder, retried, kept in order."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from cofounder.flow.run.commands import chores, queries
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER, create_key
from cofounder.settings import settings

from .conftest import House, problem, rows

WORK = {"agent_type": "financial", "action": "analyze_q4_metrics", "payload": {"date_range": "2024-Q4"}}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_COMMAND_RETRY_SECONDS", "0.01")
    settings.cache_clear()


async def make(house: House, **more: Any) -> dict[str, Any]:
    answer = await house.operator.post("/api/commands/", json={**WORK, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def claim(house: House, **more: Any) -> list[dict[str, Any]]:
    answer = await house.operator.post("/api/commands/claim", json={"agent_type": "financial", **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def read(house: House, id: str) -> dict[str, Any]:
    answer = await house.viewer.get(f"/api/commands/{id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def result(house: House, id: str, **body: Any) -> httpx.Response:
    return await house.operator.patch(f"/api/commands/{id}/result", json=body)


async def error(house: House, id: str, **body: Any) -> httpx.Response:
    return await house.operator.patch(f"/api/commands/{id}/error", json=body)


async def test_a_command_goes_from_pending_to_processing_to_completed(house: House) -> None:
    made = await make(house)
    assert (made["status"], made["agent_type"], made["payload"]) == ("pending", "financial", {"date_range": "2024-Q4"})
    (held,) = await claim(house, agent="ledger")
    assert held["command_id"] == made["command_id"]
    seen = await read(house, made["command_id"])
    assert (seen["status"], seen["lease_owner"], seen["attempts"]) == ("processing", "ledger", 1)
    assert held["fencing_token"] not in str(seen), "only the holder knows the token"
    done = await result(house, made["command_id"], result={"growth": 0.2}, fencing_token=held["fencing_token"])
    assert (done.status_code, done.json()["status"], done.json()["result"]) == (200, "completed", {"growth": 0.2})
    assert [one["what"] for one in (await read(house, made["command_id"]))["history"]] == [
        "created",
        "claimed",
        "completed",
    ]
    assert await claim(house) == []


async def test_an_agent_that_only_reads_and_patches_still_works(house: House) -> None:
    made = await make(house)
    listed = await house.operator.get("/api/commands/", params={"status": "pending", "agent_type": "financial"})
    assert [one["command_id"] for one in listed.json()["items"]] == [made["command_id"]]
    assert (await result(house, made["command_id"], result=[1, 2])).json()["result"] == [1, 2]
    problem(await result(house, made["command_id"], result=[3]), 409, "already_finished")
    assert (await read(house, made["command_id"]))["result"] == [1, 2]
    agents = (await house.viewer.get("/api/commands/agents")).json()["items"]
    assert [(one["agent"], one["connected"], one["completed"]) for one in agents] == [("operator key", True, 1)]


async def test_two_agents_never_hold_one_command(house: House) -> None:
    for _ in range(20):
        await make(house)
    got = await asyncio.gather(*(claim(house, max=5, agent=f"agent {number}") for number in range(6)))
    ids = [one["command_id"] for items in got for one in items]
    assert len(ids) == len(set(ids))
    ids += [one["command_id"] for one in await claim(house, max=20)]
    assert len(ids) == len(set(ids)) == 20


async def test_a_command_in_hand_is_finished_by_its_holder_only(house: House) -> None:
    made = await make(house)
    (held,) = await claim(house, agent="ledger")
    problem(await result(house, made["command_id"], result=1), 409, "held_by_another", "fencing_token")
    forged = await result(house, made["command_id"], result=1, fencing_token=str(uuid4()))
    problem(forged, 409, "token_refused", "fencing_token")
    assert (await read(house, made["command_id"]))["status"] == "processing"
    history = (await read(house, made["command_id"]))["history"]
    assert [one["what"] for one in history][-2:] == ["refused", "refused"]
    assert (await result(house, made["command_id"], result=1, fencing_token=held["fencing_token"])).status_code == 200


async def test_a_token_is_taken_from_whoever_claimed_with_it_or_from_an_admin(house: House) -> None:
    ids = [(await make(house))["command_id"] for _ in range(2)]
    held = await claim(house, agent="ledger", max=2)
    async with transaction() as session:
        secret, _ = await create_key(session, "another agent", "operator", LOCAL_OWNER)
    other = {"Authorization": f"Bearer {secret}"}
    body = {"result": 1, "fencing_token": held[0]["fencing_token"]}
    taken = await house.anonymous.patch(f"/api/commands/{ids[0]}/result", json=body, headers=other)
    problem(taken, 409, "token_of_another", "fencing_token")
    assert "claimed it" in taken.json()["detail"]
    leases = [{"command_id": ids[0], "fencing_token": held[0]["fencing_token"]}]
    beaten = await house.anonymous.post("/api/commands/heartbeat", json={"leases": leases}, headers=other)
    assert (beaten.json()["held"], beaten.json()["lost"]) == ([], ids[:1])
    assert (await read(house, ids[0]))["status"] == "processing"
    assert (await house.clients["admin"].patch(f"/api/commands/{ids[0]}/result", json=body)).status_code == 200
    assert (await result(house, ids[1], result=1, fencing_token=held[1]["fencing_token"])).status_code == 200
    (agent,) = (await house.viewer.get("/api/commands/agents")).json()["items"]
    assert (agent["agent"], agent["completed"]) == ("ledger", 2), "the holder is counted, whoever sent it"


async def test_a_cancelled_command_failed_at_nothing_and_waits_for_nobody(house: House) -> None:
    made, failing = await make(house), await make(house)
    await house.operator.post(f"/api/commands/{made['command_id']}/cancel")
    (held,) = await claim(house)
    said = {"error": {"code": "cancelled", "detail": "No."}, "retry": False, "fencing_token": held["fencing_token"]}
    assert (await error(house, failing["command_id"], **said)).status_code == 200
    numbers = (await house.viewer.get("/api/commands/statistics")).json()
    assert (numbers["by_status"]["cancelled"], numbers["dead_letters"]) == (1, 1)
    for status, id in (("cancelled", made["command_id"]), ("failed", failing["command_id"])):
        listed = (await house.viewer.get("/api/commands/", params={"status": status})).json()["items"]
        assert [(one["command_id"], one["status"]) for one in listed] == [(id, status)]
    twice = await house.operator.post(f"/api/commands/{made['command_id']}/cancel")
    problem(twice, 409, "already_finished")
    assert twice.json()["detail"].endswith("It is cancelled.")
    again = await house.operator.post(f"/api/commands/{made['command_id']}/retry")
    assert (again.status_code, again.json()["status"]) == (200, "pending")


async def test_a_command_that_is_retried_is_nobodys(house: House) -> None:
    made = await make(house)
    (held,) = await claim(house, agent="ledger")
    await house.operator.post(f"/api/commands/{made['command_id']}/cancel")
    again = (await house.operator.post(f"/api/commands/{made['command_id']}/retry")).json()
    assert (again["status"], again["lease_owner"], again["started_at"]) == ("pending", None, None)
    late = await result(house, made["command_id"], result=1, fencing_token=held["fencing_token"])
    problem(late, 409, "lease_lost")


async def test_the_same_answer_again_is_no_error_and_changes_nothing(house: House) -> None:
    made = await make(house)
    (held,) = await claim(house)
    body = {"result": {"a": 1}, "fencing_token": held["fencing_token"]}
    first = await result(house, made["command_id"], **body)
    again = await result(house, made["command_id"], **body)
    assert again.status_code == 200
    assert again.json() == first.json()


async def test_another_answer_under_the_same_token_is_refused_and_kept(house: House) -> None:
    id = (await make(house))["command_id"]
    (held,) = await claim(house)
    token = held["fencing_token"]
    assert (await result(house, id, result={"n": 1}, fencing_token=token)).status_code == 200
    problem(await result(house, id, result={"n": 2}, fencing_token=token), 409, "already_finished")
    problem(await error(house, id, error="No.", fencing_token=token), 409, "already_finished")
    seen = await read(house, id)
    assert (seen["status"], seen["result"]) == ("completed", {"n": 1})
    assert [one["what"] for one in seen["history"][-2:]] == ["late", "late"]


async def test_the_same_error_again_is_taken_once_whatever_came_since(house: House) -> None:
    made = await make(house)
    (held,) = await claim(house)
    body = {"error": "The ledger is locked.", "fencing_token": held["fencing_token"]}
    assert (await error(house, made["command_id"], **body)).status_code == 200
    again = await error(house, made["command_id"], **body)
    assert (again.status_code, again.json()["failures"]) == (200, 1)
    (next_,) = await claim(house, wait_seconds=20)
    assert (await error(house, made["command_id"], **body)).json()["status"] == "processing"
    problem(await result(house, made["command_id"], result=1, fencing_token=held["fencing_token"]), 409, "lease_lost")
    await error(house, made["command_id"], error="e", retry=False, fencing_token=next_["fencing_token"])
    seen = await read(house, made["command_id"])
    assert (seen["status"], seen["failures"], seen["attempts"]) == ("failed", 2, 2)
    assert [one["what"] for one in seen["history"]] == ["created", "claimed", "error", "claimed", "late", "failed"]
    assert held["fencing_token"] not in str(seen)


async def test_numbers_however_large_are_kept_shown_and_told_apart(house: House) -> None:
    payload = {"mole": 6.02214076e23, "round": 1e30, "hash": 1e19, "deep": [{"small": 1e-300}]}
    made = await make(house, payload=payload, idempotency_key="mole")
    assert (await make(house, payload=payload, idempotency_key="mole"))["command_id"] == made["command_id"]
    other = {**WORK, "payload": {**payload, "round": 2e30}, "idempotency_key": "mole"}
    problem(await house.operator.post("/api/commands", json=other), 409, "command_key_reused", "idempotency_key")
    (held,) = await claim(house)
    assert held["payload"] == payload | {"round": 10**30, "mole": 602214076 * 10**15}
    outcome = {"command_id": made["command_id"], "fencing_token": held["fencing_token"], "result": {"mass": 1e20}}
    answer = await house.operator.post("/api/commands/results", json={"items": [outcome]})
    assert answer.json()["items"][0]["ok"]
    assert (await read(house, made["command_id"]))["result"] == {"mass": 10**20}
    assert (await house.viewer.get("/api/commands")).json()["items"][0]["result"] == {"mass": 10**20}
    schema = {"type": "object", "properties": {"n": {"type": "number", "maximum": 1e20}}}
    actions = {"actions": [{"action": "weigh", "input_schema": schema}]}
    assert (await house.operator.put("/api/commands/types/scale", json=actions)).status_code == 200
    assert (await house.viewer.get("/api/commands/types")).status_code == 200
    assert (await house.operator.delete(f"/api/commands/{made['command_id']}")).status_code == 200


async def test_a_late_result_of_a_lost_lease_is_refused_and_recorded(house: House) -> None:
    made = await make(house)
    (lost,) = await claim(house, agent="slow", lease_seconds=0.5)
    await asyncio.sleep(0.6)
    late = {"result": {"late": True}, "fencing_token": lost["fencing_token"]}
    problem(await result(house, made["command_id"], **late), 409, "lease_lost")
    (held,) = await claim(house, agent="quick")
    problem(await result(house, made["command_id"], **late), 409, "lease_lost")
    await result(house, made["command_id"], result={"late": False}, fencing_token=held["fencing_token"])
    seen = await read(house, made["command_id"])
    assert (seen["result"], seen["attempts"]) == ({"late": False}, 2)
    what = [one["what"] for one in seen["history"]]
    assert what == ["created", "claimed", "late", "lost", "claimed", "late", "completed"]
    lost_by = {one["agent"]: one["lost"] for one in (await house.viewer.get("/api/commands/agents")).json()["items"]}
    assert lost_by == {"slow": 1, "quick": 0}
    assert lost_by["slow"] == 1


async def test_late_results_however_large_and_many_do_not_grow_a_command(house: House) -> None:
    made = await make(house)
    (lost,) = await claim(house, agent="slow", lease_seconds=0.5)
    await asyncio.sleep(0.6)
    for body in [{"small": 1}, {"large": "x" * 900_000}, *(["y" * 1_900] for _ in range(60))]:
        late = await result(house, made["command_id"], result=body, fencing_token=lost["fencing_token"])
        problem(late, 409, "lease_lost")
    async with transaction() as session:
        stored = (await session.execute(text("SELECT history FROM commands"))).scalar_one()
    assert stored[2]["result"] == {"small": 1}
    assert stored[3]["result_begins"].startswith('{"large":"xxx')
    assert stored[3]["result_bytes"] == 900_012
    assert len(json.dumps(stored)) < 70_000
    history = (await read(house, made["command_id"]))["history"]
    assert "900,012 bytes" in history[3]["detail"]
    (held,) = await claim(house, agent="quick")
    assert (await result(house, made["command_id"], result=1, fencing_token=held["fencing_token"])).status_code == 200
    assert [one["what"] for one in (await read(house, made["command_id"]))["history"]][-2:] == ["claimed", "completed"]


@pytest.mark.parametrize("other", [{"priority": 5}, {"action": "sum"}])
async def test_a_key_that_came_with_another_command_is_refused(house: House, other: dict[str, Any]) -> None:
    first = await make(house, idempotency_key="once")
    assert (await make(house, idempotency_key="once"))["command_id"] == first["command_id"]
    again = await house.operator.post("/api/commands", json={**WORK, "idempotency_key": "once", **other})
    problem(again, 409, "command_key_reused", "idempotency_key")
    waits = {**WORK, "idempotency_key": "once", "depends_on": [(await make(house))["command_id"]]}
    problem(await house.operator.post("/api/commands", json=waits), 409, "command_key_reused", "idempotency_key")


async def test_no_agent_takes_the_name_of_a_tool_server(house: House) -> None:
    server = {"name": "clock", "transport": "http", "url": "https://example.org/mcp"}
    assert (await house.admin.post("/api/orchestrator/tools/servers", json=server)).status_code == 201
    said = await house.operator.put("/api/commands/types/clock", json={"actions": [{"action": "tell"}]})
    problem(said, 409, "type_is_server", "agent_type")


async def test_a_heartbeat_keeps_the_lease_and_tells_what_is_lost(house: House) -> None:
    await make(house)
    await make(house)
    kept, dropped = await claim(house, max=2, lease_seconds=0.5)
    for _ in range(4):
        await asyncio.sleep(0.25)
        leases = [{"command_id": kept["command_id"], "fencing_token": kept["fencing_token"]}]
        body = {"leases": leases, "lease_seconds": 0.5}
        beat = await house.operator.post("/api/commands/heartbeat", json=body)
        assert beat.json()["held"] == [kept["command_id"]], beat.text
    leases = [{"command_id": one["command_id"], "fencing_token": one["fencing_token"]} for one in (kept, dropped)]
    beat = (await house.operator.post("/api/commands/heartbeat", json={"leases": leases})).json()
    assert (beat["held"], beat["lost"]) == ([kept["command_id"]], [dropped["command_id"]])


async def test_an_error_is_retried_three_times_then_a_person_may(house: House) -> None:
    made = await make(house)
    for number in range(4):
        (held,) = await claim(house, wait_seconds=5)
        said = (await error(house, made["command_id"], error="No rate.", fencing_token=held["fencing_token"])).json()
        assert said["status"] == ("pending" if number < 3 else "failed")
    assert await claim(house) == []
    seen = await read(house, made["command_id"])
    assert (seen["error"], seen["failures"]) == ({"detail": "No rate."}, 4)
    assert (await house.viewer.get("/api/commands/statistics")).json()["dead_letters"] == 1
    again = (await house.operator.post(f"/api/commands/{made['command_id']}/retry")).json()
    assert (again["status"], again["failures"]) == ("pending", 0)
    (held,) = await claim(house)
    await error(house, made["command_id"], error="Never.", retry=False, fencing_token=held["fencing_token"])
    assert (await read(house, made["command_id"]))["status"] == "failed"
    problem(await house.operator.post(f"/api/commands/{(await make(house))['command_id']}/retry"), 409, "not_failed")


async def test_the_pauses_between_retries_grow(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_COMMAND_RETRY_SECONDS", "100")
    settings.cache_clear()
    made = await make(house)
    (held,) = await claim(house)
    said = (await error(house, made["command_id"], error="x", fencing_token=held["fencing_token"])).json()
    assert said["not_before"] is not None
    assert await claim(house) == []
    waits = "SELECT extract(epoch FROM not_before - now())::float FROM commands"
    async with transaction() as session:
        first = (await session.execute(text(waits))).scalar_one()
        await session.execute(text("UPDATE commands SET not_before = NULL"))
    (held,) = await claim(house)
    await error(house, made["command_id"], error="x", fencing_token=held["fencing_token"])
    async with transaction() as session:
        second = (await session.execute(text(waits))).scalar_one()
    assert first == pytest.approx(100, abs=5)
    assert second == pytest.approx(400, abs=5)


async def test_priority_goes_first_then_age_and_each_type_has_its_own_order(house: House) -> None:
    wanted = [(0, "a"), (5, "b"), (0, "c"), (9, "d"), (5, "e"), (-1, "f")]
    for priority, name in wanted:
        await make(house, priority=priority, payload={"name": name})
    await make(house, agent_type="market", priority=100)
    got = [one["payload"]["name"] for one in await claim(house, max=3) + await claim(house, max=10)]
    assert got == ["d", "b", "e", "a", "c", "f"]


async def test_a_command_waits_for_those_it_depends_on(house: House) -> None:
    first = await make(house)
    second = await make(house, priority=100, depends_on=[first["command_id"]])
    assert second["waits_for"] == [first["command_id"]]
    waited = await house.operator.delete(f"/api/commands/{first['command_id']}")
    problem(waited, 409, "waited_for")
    assert waited.json()["detail"].endswith("1 command that is not completed depends on it.")
    (held,) = await claim(house, max=5)
    assert held["command_id"] == first["command_id"]
    problem(await result(house, second["command_id"], result=1), 409, "still_waiting")
    problem(await house.operator.delete(f"/api/commands/{first['command_id']}"), 409, "in_hand")
    waiting = asyncio.create_task(claim(house, wait_seconds=10))
    await asyncio.sleep(0.1)
    await result(house, first["command_id"], result=1, fencing_token=held["fencing_token"])
    assert [one["command_id"] for one in await asyncio.wait_for(waiting, 5)] == [second["command_id"]]
    unknown = {**WORK, "depends_on": [str(uuid4())]}
    problem(await house.operator.post("/api/commands", json=unknown), 422, "unknown_dependency", "depends_on.0")


async def test_a_command_says_that_what_it_waits_for_failed(house: House) -> None:
    first = await make(house)
    second = await make(house, depends_on=[first["command_id"]])
    assert second["blocked_by"] == []
    (held,) = await claim(house)
    await error(house, first["command_id"], error="No.", retry=False, fencing_token=held["fencing_token"])
    assert (await read(house, second["command_id"]))["blocked_by"] == [first["command_id"]]
    assert (await house.operator.post(f"/api/commands/{first['command_id']}/retry")).status_code == 200
    assert (await read(house, second["command_id"]))["blocked_by"] == []


async def test_a_long_poll_hears_of_a_new_command_at_once(house: House) -> None:
    waiting = asyncio.create_task(claim(house, wait_seconds=30))
    await asyncio.sleep(0.3)
    made = await make(house)
    (held,) = await asyncio.wait_for(waiting, 60)
    assert held["command_id"] == made["command_id"]
    clock = asyncio.get_running_loop().time
    begun = clock()
    assert await claim(house, wait_seconds=0.5) == []
    assert clock() - begun > 0.4


async def test_nothing_is_handed_to_an_agent_that_has_gone(house: House) -> None:
    body = {"agent_type": "financial", "wait_seconds": 20}
    with pytest.raises(httpx.ReadTimeout):
        await house.operator.post("/api/commands/claim", json=body, timeout=0.3)
    await asyncio.sleep(0.2)
    made = await make(house)
    await asyncio.sleep(0.5)
    assert (await read(house, made["command_id"]))["status"] == "pending"


async def test_an_idempotency_key_makes_one_command(house: House) -> None:
    first, again = await make(house, idempotency_key="k"), await make(house, idempotency_key="k")
    assert first["command_id"] == again["command_id"]
    other = await house.operator.post("/api/commands", json={**WORK, "action": "other", "idempotency_key": "k"})
    problem(other, 409, "command_key_reused", "idempotency_key")
    headed = await house.operator.post("/api/commands", json=WORK, headers={"Idempotency-Key": "k"})
    assert headed.json()["command_id"] == first["command_id"]
    at_once = await asyncio.gather(*(make(house, idempotency_key="same") for _ in range(8)))
    assert len({one["command_id"] for one in at_once}) == 1


async def test_a_key_makes_one_batch(house: House) -> None:
    keyed, body = {"Idempotency-Key": "batch"}, {"items": [WORK] * 3}
    first, again = [await house.operator.post("/api/commands/batch", json=body, headers=keyed) for _ in range(2)]
    assert first.status_code == 201, first.text
    assert again.json() == first.json()
    assert len(await claim(house, max=10)) == 3
    other = await house.operator.post("/api/commands/batch", json={"items": [WORK]}, headers=keyed)
    problem(other, 409, "key_reused", "Idempotency-Key")


async def test_many_are_made_and_answered_in_one_request_each_by_itself(house: House) -> None:
    made = (await house.operator.post("/api/commands/batch", json={"items": [WORK] * 10})).json()["items"]
    held = await claim(house, max=10)
    assert [one["command_id"] for one in held] == [one["command_id"] for one in made]
    items: list[dict[str, Any]] = [
        {"command_id": one["command_id"], "fencing_token": one["fencing_token"], "result": index}
        for index, one in enumerate(held)
    ]
    items[3]["fencing_token"] = str(uuid4())
    items[4] = {**items[4], "result": None, "error": {"code": "no_rate"}, "retry": False}
    items.append({"command_id": str(uuid4()), "result": 1})
    said = (await house.operator.post("/api/commands/results", json={"items": items})).json()["items"]
    assert [one["ok"] for one in said] == [True] * 3 + [False] + [True] * 6 + [False]
    assert (said[3]["code"], said[4]["status"], said[10]["code"]) == ("token_refused", "failed", "command_missing")
    numbers = (await house.viewer.get("/api/commands/statistics")).json()
    assert numbers["by_status"] == {"pending": 0, "processing": 1, "completed": 8, "failed": 1, "cancelled": 0}
    before = await rows()
    bad = {"items": [WORK, {**WORK, "agent_type": "nobody"}]}
    problem(await house.operator.post("/api/commands/batch", json=bad), 422, "unknown_agent_type", "items.1.agent_type")
    assert await rows() == before


async def test_an_unknown_agent_type_is_named_and_known_once_an_agent_polls(house: House) -> None:
    told = problem(await house.operator.post("/api/commands", json={**WORK, "agent_type": "finance"}), 422)
    assert told["code"] == "unknown_agent_type"
    assert "financial" in told["detail"]
    await house.operator.post("/api/commands/claim", json={"agent_type": "finance"})
    await make(house, agent_type="finance")


async def test_a_payload_is_held_against_the_actions_schema(house: House) -> None:
    schema = {"type": "object", "required": ["days"], "properties": {"days": {"type": "integer"}}}
    actions = {"actions": [{"action": "count", "description": "Counts days.", "input_schema": schema}]}
    assert (await house.operator.put("/api/commands/types/calendar", json=actions)).status_code == 200
    body = {"agent_type": "calendar", "action": "count", "payload": {"days": "three"}}
    problem(await house.operator.post("/api/commands", json=body), 422, "payload_unfit", "payload.days")
    problem(
        await house.operator.post("/api/commands", json={**body, "action": "guess"}), 422, "unknown_action", "action"
    )
    assert (await house.operator.post("/api/commands", json={**body, "payload": {"days": 3}})).status_code == 201
    bad = {"actions": [{"action": "count", "input_schema": {"type": "strange"}}]}
    told = await house.operator.put("/api/commands/types/calendar", json=bad)
    problem(told, 422, "schema_unfit", "actions.0.input_schema")


async def test_a_declared_schema_never_holds_the_server(house: House) -> None:
    loops = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    unique = {"type": "object", "properties": {"many": {"type": "array", "uniqueItems": True}}}
    actions = [{"action": "loops", "input_schema": loops}, {"action": "unique", "input_schema": unique}]
    declared = await house.operator.put("/api/commands/types/redos", json={"actions": actions})
    assert declared.status_code == 200, declared.text
    long = {"agent_type": "redos", "action": "loops", "payload": {"a": "a" * 42 + "!"}}
    told = await asyncio.wait_for(house.operator.post("/api/commands", json=long), 30)
    problem(told, 422, "payload_unfit", "payload.a")
    many = [{"number": n, "in": [n]} for n in range(6_000)]
    wide = {"agent_type": "redos", "action": "unique", "payload": {"many": many}}
    assert (await asyncio.wait_for(house.operator.post("/api/commands", json=wide), 30)).status_code == 201
    wide["payload"] = {"many": [*many, many[7]]}
    told = await asyncio.wait_for(house.operator.post("/api/commands", json=wide), 30)
    problem(told, 422, "payload_unfit", "payload.many")


async def test_a_pattern_that_looks_around_is_refused_when_it_is_declared(house: House) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(?!x)"}}}
    actions = {"actions": [{"action": "look", "input_schema": schema}]}
    told = problem(await house.operator.put("/api/commands/types/redos", json=actions), 422, "schema_unfit")
    assert "look-around" in told["detail"]


async def test_ten_megabytes_of_payload_are_refused_and_nothing_is_stored(house: House) -> None:
    before = await rows()
    large = {**WORK, "payload": {"text": "x" * 10_000_000}}
    told = problem(await house.operator.post("/api/commands", json=large), 413, "body_too_large")
    assert "bytes" in told["hint"]
    assert await rows() == before


async def test_html_in_a_payload_and_a_result_stays_text(house: House) -> None:
    script = "<script>alert(1)</script>"
    made = await make(house, payload={"text": script})
    await result(house, made["command_id"], result={"text": script})
    seen = await read(house, made["command_id"])
    assert (seen["payload"], seen["result"]) == ({"text": script}, {"text": script})


async def test_the_list_is_filtered_sorted_and_paged(house: House) -> None:
    made = [await make(house, priority=number % 3, action=f"act_{number}") for number in range(7)]
    await result(house, made[0]["command_id"], result=1)

    async def pages(**query: Any) -> list[str]:
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await house.viewer.get("/api/commands", params={**query, "limit": 2, **cursor})
            assert answer.status_code == 200, answer.text
            found += [one["action"] for one in answer.json()["items"]]
            if answer.json()["next_cursor"] is None:
                assert answer.json()["total"] == len(found)
                return found
            cursor = {"cursor": answer.json()["next_cursor"]}

    assert await pages() == [f"act_{number}" for number in reversed(range(7))]
    assert await pages(sort="oldest", status="pending") == [f"act_{number}" for number in range(1, 7)]
    assert await pages(sort="priority") == ["act_2", "act_5", "act_1", "act_4", "act_0", "act_3", "act_6"]
    assert await pages(search="ACT_3") == ["act_3"]
    for sort in ("newest", "oldest", "priority"):  # what a page ended with may be gone when the next one is asked for
        asked = {"sort": sort, "limit": 2}
        page = (await house.viewer.get("/api/commands", params=asked)).json()
        rest = (await pages(sort=sort))[2:]
        gone = page["items"][-1]["command_id"]
        assert (await house.operator.delete(f"/api/commands/{gone}")).status_code == 200
        then = {**asked, "limit": 50, "cursor": page["next_cursor"]}
        left = (await house.viewer.get("/api/commands", params=then)).json()["items"]
        assert [one["action"] for one in left] == rest
    for wrong in (str(uuid4()), "1", "1.2.3", "300.-1", "1." + "9" * 30, "x.y"):
        problem(await house.viewer.get("/api/commands", params={"cursor": wrong}), 422, "cursor_invalid", "cursor")


async def test_a_page_and_a_claim_of_large_commands_end_early_and_lose_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_BYTES", 200_000)
    made = [(await make(house, payload={"a": str(at) * 90_000}))["command_id"] for at in range(7)]
    made += [(await make(house, payload={"a": at}))["command_id"] for at in range(5)]
    seen, cursor, pages = [], None, 0
    while cursor is not None or not pages:
        asked: dict[str, Any] = {"limit": 500, "sort": "oldest", **({"cursor": cursor} if cursor else {})}
        page = (await house.viewer.get("/api/commands", params=asked)).json()
        assert sum(len(str(one["payload"])) for one in page["items"]) < 300_000
        seen += [one["command_id"] for one in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert seen == made
    assert pages > 2
    first = await claim(house, max=500)
    assert [one["command_id"] for one in first] == made[: len(first)]
    assert 0 < len(first) < 7
    rest = [one["command_id"] for _ in range(9) for one in await claim(house, max=500)]
    assert [one["command_id"] for one in first] + rest == made


async def test_cancel_ends_a_command_and_its_holder_hears_so(house: House) -> None:
    made = await make(house)
    (held,) = await claim(house)
    ended = await house.operator.post(f"/api/commands/{made['command_id']}/cancel")
    assert (ended.json()["status"], ended.json()["error"]["code"]) == ("cancelled", "cancelled")
    lease = {"command_id": made["command_id"], "fencing_token": held["fencing_token"]}
    beat = await house.operator.post("/api/commands/heartbeat", json={"leases": [lease]})
    assert beat.json()["lost"] == [made["command_id"]]
    problem(await result(house, made["command_id"], result=1, fencing_token=held["fencing_token"]), 409, "lease_lost")
    assert (await house.operator.delete(f"/api/commands/{made['command_id']}")).status_code == 200
    problem(await house.viewer.get(f"/api/commands/{made['command_id']}"), 404, "command_missing")


async def test_finished_commands_are_archived_after_the_retention(house: House) -> None:
    made = await make(house)
    kept = await make(house)
    await result(house, made["command_id"], result=1)
    await result(house, kept["command_id"], result=1)
    async with transaction() as session:
        old = text("UPDATE commands SET finished_at = now() - interval '8 days' WHERE id = :id")
        await session.execute(old, {"id": made["command_id"]})
    chores._last.clear()
    await chores.tidy()
    listed = (await house.viewer.get("/api/commands")).json()["items"]
    assert [one["command_id"] for one in listed] == [kept["command_id"]]
    archived = (await house.viewer.get("/api/commands", params={"archived": True})).json()["items"]
    assert [one["command_id"] for one in archived] == [made["command_id"]]
    assert (await read(house, made["command_id"]))["result"] == 1, "the archive can be read"


async def test_a_command_that_kills_its_agents_is_set_aside(house: House) -> None:
    made = await make(house)
    for _ in range(10):
        (held,) = await claim(house)
        async with transaction() as session:
            await session.execute(text("UPDATE commands SET lease_until = now() - interval '1 second'"))
        await chores.tidy()
    assert held["attempt"] == 10
    seen = await read(house, made["command_id"])
    assert (seen["status"], seen["error"]["code"]) == ("failed", "agents_lost")


async def test_agents_that_declare_themselves_at_once_are_all_taken(house: House) -> None:
    body = {"actions": [{"action": f"look_up_{n}", "description": "Looks it up."} for n in range(20)]}
    for _ in range(3):
        answers = await asyncio.gather(
            *(house.operator.put("/api/commands/types/scout", json=body, timeout=60) for _ in range(6))
        )
        assert [answer.status_code for answer in answers] == [200] * 6, [answer.text for answer in answers]
