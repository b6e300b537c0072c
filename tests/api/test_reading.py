"""What may be read and set without a journey: lists, tools, settings, patterns, totals, health."""

import asyncio

import pytest

from cofounder.kit.testing import Database
from cofounder.settings import settings

from .conftest import House, problem, rows

SETTINGS = "/api/orchestrator/settings"
PROCESS = "/api/orchestrator/process"


async def test_health_and_readiness_need_no_key_and_tell_nothing_of_a_company(house: House) -> None:
    assert set((await house.anonymous.get("/api/health")).json()) == {"status", "version"}
    ready = (await house.anonymous.get("/api/ready")).json()
    assert (ready["status"], ready["workers"]) == ("ready", 0)


async def test_the_page_of_a_list_leads_to_the_next_until_all_were_seen_once(house: House) -> None:
    made = [await house.ask(f"Write a LinkedIn post about our bakery, number {n}") for n in range(5)]
    for path in ("/api/tasks", "/api/orchestrator/history"):
        seen: list[str] = []
        cursor = None
        while True:
            query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await house.viewer.get(path, params=query)).json()
            assert page["total"] == 5
            seen += [one["task_id"] for one in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == made[::-1]
    found = (await house.viewer.get("/api/tasks", params={"search": "NUMBER 3"})).json()
    assert [one["task_id"] for one in found["items"]] == [made[3]]
    await house.operator.post(f"/api/tasks/{made[0]}/cancel")
    left = (await house.viewer.get("/api/tasks", params={"status": ["queued", "executing"]})).json()
    assert left["total"] == 4
    assert (await house.viewer.get("/api/tasks", params={"source": "schedule"})).json()["items"] == []


async def test_the_tools_come_with_schemas_and_a_rate_only_where_it_was_measured(house: House) -> None:
    page = (await house.viewer.get("/api/orchestrator/tools/available")).json()
    assert page["total"] == len(page["items"]) > 15
    for tool in page["items"]:
        assert tool["input_schema"]["type"] == "object", tool["tool_id"]
        assert tool["description"]
        assert (tool["success_rate"], tool["runs"]) == (None, 0)


async def test_there_is_nothing_learned_yet_and_it_says_so(house: House) -> None:
    patterns = (await house.viewer.get("/api/orchestrator/learning/patterns")).json()
    assert (patterns["patterns"], patterns["message"]) == ([], "not enough data")
    summary = (await house.viewer.get("/api/orchestrator/metrics/summary")).json()
    assert (summary["total_executions"], summary["success_rate"]) == (0, None)


async def test_a_setting_is_kept_audited_and_loses_to_the_environment(
    house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = (await house.viewer.get(SETTINGS)).json()
    assert read["cost_limit_usd"] == {"value": 1.0, "source": "default"}
    before = await rows()
    changed = await house.admin.put(SETTINGS, json={"cost_limit_usd": 2.5, "approval": False, "quality_threshold": 1})
    assert changed.status_code == 200, changed.text
    assert changed.json()["cost_limit_usd"] == {"value": 2.5, "source": "settings"}
    assert changed.json()["max_refinements"]["source"] == "default"
    assert (await house.viewer.get(SETTINGS)).json() == changed.json()
    after = await rows()
    assert after["audit_log"] == before["audit_log"] + 3

    monkeypatch.setenv("COFOUNDER_COST_LIMIT_USD", "7")
    settings.cache_clear()
    won = (await house.viewer.get(SETTINGS)).json()
    assert won["cost_limit_usd"] == {"value": 7.0, "source": "environment"}
    body = {"company": "Ours", "cost_limit_usd": 3}
    told = problem(await house.admin.put(SETTINGS, json=body), 409, "setting_from_environment", "cost_limit_usd")
    assert "COFOUNDER_COST_LIMIT_USD" in told["detail"]
    assert await rows() == after  # not the company either


async def test_one_key_makes_one_task_however_often_and_at_once_it_comes(house: House) -> None:
    body = {"request": "Write a LinkedIn post about our bakery", "preferences": {"channels": ["twitter"]}}
    headers = {"Idempotency-Key": "monday-post"}
    before = await rows()
    sent = [house.operator.post(PROCESS, json=body, headers=headers) for _ in range(20)]
    answers = await asyncio.gather(*sent)
    assert {one.status_code for one in answers} == {202}, [one.text for one in answers if one.status_code != 202]
    (id,) = {one.json()["task_id"] for one in answers}
    later = await house.operator.post(PROCESS, json=body, headers=headers)
    assert later.json()["task_id"] == id
    after = await rows()
    assert (after["tasks"], after["phases"]) == (before["tasks"] + 1, before["phases"] + 9)
    other = await house.operator.post(PROCESS, json={**body, "priority": 1}, headers=headers)
    problem(other, 409, "key_reused", "Idempotency-Key")
    for bad in ("", "k" * 201):
        problem(await house.operator.post(PROCESS, json=body, headers={"Idempotency-Key": bad}), 422)
    assert await rows() == after
    detail = (await house.viewer.get(f"/api/tasks/{id}")).json()
    assert detail["channels"] == ["twitter"]


async def test_pause_resume_and_cancel_say_what_the_task_is_now(house: House) -> None:
    id = await house.ask("Write a LinkedIn post about our bakery")
    for act, status in (("pause", "paused"), ("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        answer = await house.operator.post(f"/api/tasks/{id}/{act}")
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert (await house.operator.post(f"/api/tasks/{id}/cancel")).status_code == 200
    for act in ("pause", "resume"):
        problem(await house.operator.post(f"/api/tasks/{id}/{act}"), 409, "task_is_final")
    problem(await house.operator.post(f"/api/tasks/{id}/rerun", json={"step": "a"}), 409, "not_rerunnable")
    problem(await house.approver.post("/api/orchestrator/approve", json={"task_id": id, "approved": True}), 409)


async def test_a_text_is_published_once_by_its_key_or_by_itself(working: House) -> None:
    path = "/api/social/publish"
    body = {"platform": "twitter", "content": "We open at nine tomorrow.", "metadata": {"campaign": "spring"}}
    before = await rows()
    answers = await asyncio.gather(*(working.approver.post(path, json=body) for _ in range(8)))
    assert {one.status_code for one in answers} == {202}, answers[0].text
    (publication,) = {one.json()["publication_id"] for one in answers}
    assert sorted(one.json()["repeated"] for one in answers) == [False] + [True] * 7
    assert answers[0].json()["platform"] == "twitter"
    assert (await rows())["publications"] == before["publications"] + 1
    respelled = await working.approver.post(path, json={**body, "platform": "x"})
    assert respelled.json()["publication_id"] == publication

    keyed = {"Idempotency-Key": "again"}
    second = await working.approver.post(path, json=body, headers=keyed)
    assert second.json()["publication_id"] != publication  # a key of its own: meant to stand twice
    problem(await working.approver.post(path, json={**body, "content": "Closed."}, headers=keyed), 409, "key_reused")
    problem(await working.operator.post(path, json=body), 403, "not_allowed")

    scheduled = {**body, "content": "We open at ten on Sunday.", "schedule_at": "2190-01-01T09:00:00+02:00"}
    waiting = (await working.approver.post(path, json=scheduled)).json()
    assert (waiting["state"], waiting["schedule_at"]) == ("scheduled", "2190-01-01T07:00:00Z")
    for done in (answers[0], second):
        await working.becomes(done.json()["task_id"], "completed")
    cancel = f"/api/publications/{waiting['publication_id']}/cancel"
    problem(await working.operator.post(cancel), 403)
    assert (await working.approver.post(cancel)).json()["state"] == "cancelled"
    assert (await working.approver.post(cancel)).json()["state"] == "cancelled"
    problem(await working.approver.post(f"/api/publications/{publication}/cancel"), 409, "too_late_to_cancel")
    verdict = {"verdict": "not_sent"}
    problem(
        await working.approver.post(f"/api/publications/{publication}/resolve", json=verdict), 409, "nothing_to_settle"
    )
    known = (await working.viewer.get("/api/publications", params={"state": "published", "limit": 1})).json()
    assert (len(known["items"]), known["total"]) == (1, 2)
    assert known["next_cursor"]
