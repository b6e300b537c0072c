"""The main job over HTTP: asked, followed, decided, published, exported; and what a decision may not be."""

import asyncio
import csv
import io
import json
from typing import Any

from cofounder.kit.ids import new_id

from .conftest import House, problem, rows

REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
METRICS = {
    "revenue_monthly": 150000,
    "previous_month_revenue": 125000,
    "traffic_monthly": 250000,
    "conversion_rate": 0.045,
    "customer_count": 320,
}
PREFERENCES = {"tone": "professional", "channels": ["linkedin", "twitter", "email"]}
BODY = {"business_metrics": METRICS, "preferences": PREFERENCES}
PHASES = [
    "planning",
    "tool_discovery",
    "delegation",
    "execution",
    "quality_check",
    "refinement",
    "formatting",
    "approval",
    "learning",
]
APPROVE = "/api/orchestrator/approve"


async def test_a_request_becomes_publications_and_an_example(working: House) -> None:
    answer = await working.operator.post("/api/orchestrator/process", json={"request": REQUEST, **BODY})
    assert answer.status_code == 202
    accepted = answer.json()
    id = accepted["task_id"]
    assert accepted["status"] == "queued"  # it does not wait for the work
    status = await working.becomes(id, "pending_approval")
    assert [phase["name"] for phase in status["phases"]] == PHASES
    assert 0.5 < status["progress"] < 1
    assert len({step["agent"] for step in status["steps"]}) >= 3
    assert (await working.viewer.get(accepted["status_url"])).json()["task_id"] == id

    seen = await working.viewer.get(accepted["approval_url"])
    view = seen.json()
    assert seen.headers["etag"] == f'"{view["fingerprint"]}"'
    assert list(view["channel_variants"]) == ["linkedin", "twitter", "email"]  # as the request spelled them
    said = view["channel_variants"]["linkedin"]["content"]
    assert "20%" in said or "twenty percent" in said
    await _refused_decisions(working, id, view["fingerprint"])

    decision = {"task_id": id, "approved": True, "publish_to_channels": ["twitter", "linkedin"]}
    decided = await working.approver.post(APPROVE, json={**decision, "fingerprint": view["fingerprint"]})
    assert decided.status_code == 200, decided.text
    assert set(decided.json()["texts"]) == {"linkedin", "twitter", "email"}
    assert sorted(one["channel"] for one in decided.json()["publications"]) == ["linkedin", "twitter"]
    twice = problem(await working.approver.post(APPROVE, json=decision), 409, "already_decided")
    assert twice["detail"].endswith("Approved by the key 'approver key'.")
    done = await working.becomes(id, "completed")
    notes = {phase["name"]: phase["note"] for phase in done["phases"]}
    assert notes["approval"] == "Approved by the key 'approver key'."
    await _measured(working, done["steps"])

    made = (await working.viewer.get("/api/publications", params={"task_id": id})).json()
    assert {one["state"] for one in made["items"]} == {"published"}
    assert made["total"] == 2
    await _exported(working, id)
    history = (await working.viewer.get("/api/orchestrator/history")).json()
    assert [one["task_id"] for one in history["items"]] == [id]
    detail = (await working.viewer.get(f"/api/tasks/{id}")).json()
    assert detail["channels"] == ["linkedin", "twitter", "email"]
    assert detail["plan"]["steps"]
    summary = (await working.viewer.get("/api/orchestrator/metrics/summary")).json()
    assert (summary["total_executions"], summary["approved"]) == (1, 1)
    problem(await working.operator.post(f"/api/tasks/{id}/cancel"), 409, "task_is_final")
    problem(await working.operator.post(f"/api/tasks/{id}/rerun", json={"step": "nobody"}), 404, "step_missing", "step")
    again = await working.operator.post(f"/api/tasks/{id}/rerun", json={"step": detail["plan"]["steps"][-1]["id"]})
    assert again.status_code == 202
    assert again.json()["task_id"] != id
    await working.becomes(again.json()["task_id"], "pending_approval")


async def _measured(house: House, steps: list[dict[str, Any]]) -> None:
    """Our own tools tell how long they took, and of how many steps that is said."""
    page = (await house.viewer.get("/api/orchestrator/tools/available")).json()
    tools = {tool["tool_id"]: tool for tool in page["items"]}
    for name in {step["tool"] for step in steps}:
        seconds = sorted(step["seconds"] for step in steps if step["tool"] == name)
        tool = tools[name]
        assert (tool["runs"], tool["timed_runs"], tool["success_rate"]) == (len(seconds), len(seconds), 1.0), name
        assert seconds[0] - 0.001 <= tool["seconds_p50"] <= tool["seconds_p95"] <= seconds[-1] + 0.001, name
    unused = [tool for name, tool in tools.items() if name not in {step["tool"] for step in steps}]
    assert {(tool["seconds_p50"], tool["timed_runs"]) for tool in unused} == {(None, 0)}


async def _refused_decisions(house: House, id: str, fingerprint: str) -> None:
    """What a decision may not be; none of it changes anything."""
    before = await rows()
    good = {"task_id": id, "approved": True}
    for body, status, code, field in (
        ({**good, "round": 2}, 409, "old_round", "round"),
        ({**good, "round": 0}, 422, "request_invalid", "round"),
        ({**good, "fingerprint": "0" * 64}, 409, "draft_changed", "fingerprint"),
        ({**good, "approved": "true"}, 422, "request_invalid", "approved"),
        ({**good, "approved": 1}, 422, "request_invalid", "approved"),
        ({"task_id": id}, 422, "verdict_missing", "approved"),
        ({"task_id": id, "verdict": "changes"}, 422, "feedback_missing", "feedback"),
        ({**good, "publish_to_channels": ["tiktok"]}, 422, "channel_unknown", "publish_to_channels.0"),
        ({**good, "publish_to_channels": ["blog"]}, 422, "channel_unknown", "publish_to_channels.0"),
        ({**good, "schedule_at": "2020-01-01T00:00:00Z"}, 422, "schedule_in_past", "schedule_at"),
        ({**good, "schedule_at": "2030-01-01T00:00:00"}, 422, "request_invalid", "schedule_at"),
        ({**good, "edits": {"linkedin": {"content": " "}}}, 422, "text_empty", "edits.linkedin"),
        ({**good, "edits": {"twitter": {"content": "a" * 1000}}}, 422, "text_too_long", "edits.twitter"),
        ({**good, "edits": {"linkedin": {"content": "a\x00"}}}, 422, "request_invalid", "edits.linkedin.content"),
        ({**good, "edits": {"linkedin": {"colour": "red"}}}, 422, "request_invalid", "edits.linkedin.colour"),
        ({**good, "kind": "plan"}, 422, "kind_differs", "kind"),
        ({**good, "plan": {"steps": []}}, 422, "plan_misplaced", "plan"),
        ({**good, "task_id": str(new_id())}, 404, "task_missing", None),
        ({**good, "task_id": "17"}, 422, "request_invalid", "task_id"),
    ):
        problem(await house.approver.post(APPROVE, json=body), status, code, field)
    for who in (house.viewer, house.operator):
        problem(await who.post(APPROVE, json={**good, "fingerprint": fingerprint}), 403, "not_allowed")
    assert await rows() == before


async def _exported(house: House, id: str) -> None:
    export = "/api/orchestrator/training/export"
    for _ in range(100):  # the example follows the decision in a workflow of its own
        lines = await house.operator.post(export, json={"format": "jsonl"})
        if lines.text:
            break
        await asyncio.sleep(0.1)
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    (line,) = [json.loads(one) for one in lines.text.splitlines()]
    assert line["messages"][1] == {"role": "user", "content": REQUEST}
    table = await house.operator.post(export, params={"format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    (row,) = list(csv.DictReader(io.StringIO(table.text)))
    assert row["execution_id"] == id


async def test_an_edit_is_bound_by_its_fingerprint_and_two_decisions_at_once_are_one(working: House) -> None:
    id = await working.ask(REQUEST, **BODY)
    await working.becomes(id, "pending_approval")
    where = f"/api/orchestrator/approval/{id}"
    first = (await working.viewer.get(where)).json()
    text = first["channel_variants"]["twitter"]["content"]
    edits = {"edits": {"twitter": {"content": text + " Thank you."}}}
    problem(await working.operator.put(f"{where}/draft", json=edits), 403, "not_allowed")
    edited = await working.approver.put(f"{where}/draft", json=edits, headers={"If-Match": f'"{first["fingerprint"]}"'})
    assert edited.status_code == 200, edited.text
    new = edited.json()
    assert new["fingerprint"] != first["fingerprint"]
    assert edited.headers["etag"] == f'"{new["fingerprint"]}"'
    assert new["channel_variants"]["twitter"]["content"].endswith("Thank you.")
    stale = {"task_id": id, "approved": True, "fingerprint": first["fingerprint"]}
    problem(await working.approver.post(APPROVE, json=stale), 409, "draft_changed", "fingerprint")
    unseen = {"task_id": id, "approved": True}  # binds to the text as it was when it became pending
    problem(await working.approver.post(APPROVE, json=unseen), 409, "draft_changed")

    decision = {"task_id": id, "approved": True, "fingerprint": new["fingerprint"], "publish_to_channels": ["twitter"]}
    before = await rows()
    answers = await asyncio.gather(*(working.approver.post(APPROVE, json=decision) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [200] + [409] * 5
    for one in answers:
        if one.status_code == 409:
            told = problem(one, 409, "already_decided")
            assert "approver key" in told["detail"]
    assert (await rows())["decisions"] == before["decisions"] + 1
    (won,) = [one.json() for one in answers if one.status_code == 200]
    assert won["texts"]["twitter"].endswith("Thank you.")
    await working.becomes(id, "completed")


async def test_asking_for_changes_goes_round_and_the_old_round_is_closed(working: House) -> None:
    id = await working.ask(REQUEST, business_metrics=METRICS)
    await working.becomes(id, "pending_approval")
    changes = {"task_id": id, "verdict": "changes", "feedback": "Make it shorter.", "round": 1}
    assert (await working.approver.post(APPROVE, json=changes)).status_code == 200
    where = f"/api/orchestrator/approval/{id}"

    for _ in range(300):
        view = (await working.viewer.get(where)).json()
        if view["round"] == 2:
            break
        await asyncio.sleep(0.05)
    assert view["round"] == 2
    await working.becomes(id, "pending_approval")
    problem(await working.approver.post(APPROVE, json={**changes, "verdict": "reject"}), 409, "old_round", "round")
    rejected = {"task_id": id, "approved": False, "feedback": "Not this quarter.", "round": 2}
    assert (await working.approver.post(APPROVE, json=rejected)).json()["status"] == "rejected"
    problem(await working.approver.post(APPROVE, json=rejected), 409, "already_decided")


async def test_a_question_is_answered_and_the_task_goes_on(working: House) -> None:
    id = await working.ask("Write a post")
    status = await working.becomes(id, "needs_clarification")
    fields = [question["field"] for question in status["questions"]]
    assert fields
    clarify = f"/api/orchestrator/clarify/{id}"
    told = problem(await working.operator.post(clarify, json={"answers": {"colour": "red"}}), 422, "unknown_question")
    assert fields[0] in told["hint"]
    problem(await working.operator.post(clarify, json={"answers": {}}), 422, field="answers")
    problem(await working.operator.post(clarify, json={"answers": {fields[0]: ""}}), 422, field=f"answers.{fields[0]}")
    problem(await working.approver.post(APPROVE, json={"task_id": id, "approved": True}), 409, "not_pending")
    answers = {field: {"channels": "linkedin", "topic": "our new bakery"}.get(field, "linkedin") for field in fields}
    went_on = await working.operator.post(clarify, json={"answers": answers})
    assert went_on.status_code == 200
    assert went_on.json()["status"] == "queued"
    problem(await working.operator.post(clarify, json={"answers": answers}), 409, "nothing_to_clarify")
