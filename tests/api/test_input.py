"""What does not fit is refused with the field at fault, and nothing is written."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from cofounder.business.records import service as records
from cofounder.kit.db import reading
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database

from .conftest import House, problem, rows

PROCESS = "/api/orchestrator/process"
APPROVE = "/api/orchestrator/approve"
PUBLISH = "/api/social/publish"
SETTINGS = "/api/orchestrator/settings"
EXPORT = "/api/orchestrator/training/export"
GOOD = "Create a LinkedIn post about our Q4 growth metrics"
STEP: dict[str, Any] = {"id": "read", "tool": "financial.read_metrics", "inputs": {"as_of": "2026-01-31"}}


def asked(**body: Any) -> dict[str, Any]:
    return {"request": GOOD, **body}


def figures(**values: Any) -> dict[str, Any]:
    return asked(business_metrics=values)


def plan(*steps: Any, **more: Any) -> dict[str, Any]:
    return asked(plan={"steps": list(steps), **more})


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


# name -> (body, the field that the answer names)
REQUESTS: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "request"),
    "an empty request": ({"request": ""}, "request"),
    "a request of blanks": ({"request": " \n\t "}, "request"),
    "20,001 characters": ({"request": "a" * 20_001}, "request"),
    "a number for the request": ({"request": 5}, "request"),
    "null for the request": ({"request": None}, "request"),
    "a list for the body": ([GOOD], "body"),
    "a text for the body": (GOOD, "body"),
    "an unknown field": (asked(requests=1), "requests"),
    "an unknown preference": (asked(preferences={"colour": "red"}), "preferences.colour"),
    "an unknown channel": (asked(preferences={"channels": ["linkedin", "tiktok"]}), "preferences.channels.1"),
    "an empty channel": (asked(preferences={"channels": [""]}), "preferences.channels.0"),
    "a text for the channels": (asked(preferences={"channels": "linkedin"}), "preferences.channels"),
    "an unknown persona": (asked(preferences={"persona": "pirate"}), "preferences.persona"),
    "negative revenue": (figures(revenue_monthly=-1), "business_metrics.revenue_monthly"),
    "a rate above one": (figures(conversion_rate=4.5), "business_metrics.conversion_rate"),
    "a rate below zero": (figures(conversion_rate=-0.1), "business_metrics.conversion_rate"),
    "text in a number": (figures(revenue_monthly="150000"), "business_metrics.revenue_monthly"),
    "false in a number": (figures(customer_count=False), "business_metrics.customer_count"),
    "a list in a number": (figures(customer_count=[320]), "business_metrics.customer_count"),
    "a huge integer": (figures(customer_count=10**400), "business_metrics.customer_count"),
    "a huge figure": (figures(customer_count=10**17), "business_metrics.customer_count"),
    "an absurd name": (figures(**{"revenue; DROP TABLE tasks": 1}), "business_metrics.revenue; DROP TABLE tasks"),
    "51 figures": (figures(**{f"figure_{n}": n for n in range(51)}), "business_metrics"),
    "a mistyped name": (figures(revenu_montly=150_000), "business_metrics.revenu_montly"),
    "a number for typed figures": (asked(figures=5), "figures"),
    "a typed text in a number": (asked(figures="revenue_monthly = lots"), "figures.revenue_monthly"),
    "a typed number with two readings": (asked(figures="revenue_monthly = 150.000"), "figures.revenue_monthly"),
    "a typed rate above one": (asked(figures="conversion_rate 450%"), "figures.conversion_rate"),
    "a typed share of customers": (asked(figures="customer_count: 50%"), "figures.customer_count"),
    "a mistyped typed name": (asked(figures="revenu_montly = 150,000"), "figures.revenu_montly"),
    "a figure given in two ways": (
        asked(figures="revenue = 5", business_metrics={"revenue": 5}),
        "figures.revenue",
    ),
    "a NUL character": ({"request": "Create a post\x00"}, "request"),
    "a NUL in a preference": (asked(preferences={"tone": "a\x00"}), "preferences.tone"),
    "a NUL in a figure's name": (figures(**{"reven\x00ue": 1}), "business_metrics.reven?ue"),
    "a NUL deep in a plan": (plan({**STEP, "inputs": {"a": [{"b": "\x00"}]}}), "plan.steps.0.inputs.a.0.b"),
    "half a surrogate pair": ({"request": "Create \ud800 a post"}, "request"),
    "half a pair in a field's name": (asked(**{"\udfff": 1}), "?"),
    "a plan 40 deep": (plan({**STEP, "inputs": {"a": deep(40)}}), "plan.steps.0.inputs.a" + ".0" * 27),
    "a text for a priority": (asked(priority="1"), "priority"),
    "true for a priority": (asked(priority=True), "priority"),
    "half a priority": (asked(priority=0.5), "priority"),
    "too high a priority": (asked(priority=101), "priority"),
    "a number for yes": (asked(review_plan=1), "review_plan"),
    "a time without a zone": (asked(not_before="2030-01-01T09:00:00"), "not_before"),
    "a number for a time": (asked(not_before=1893456000), "not_before"),
    "the end of time": (asked(not_before="9999-12-31T23:59:59-12:00"), "not_before"),
    "no time": (asked(not_before="tomorrow"), "not_before"),
    "not a plan": (asked(plan={"stages": []}), "plan.steps"),
    "a plan without steps": (asked(plan={"steps": []}), "plan.steps"),
    "a text for a plan": (asked(plan="post it"), "plan"),
    "an unknown tool": (plan({**STEP, "tool": "financial.guess"}), "plan.steps.0.tool"),
    "an unknown input": (plan({**STEP, "inputs": {**STEP["inputs"], "colour": 1}}), "plan.steps.0.inputs.colour"),
    "a missing input": (
        plan({"id": "a", "tool": "publishing.preview", "inputs": {}}),
        "plan.steps.0.inputs.channel",
    ),
    "a wrong type": (
        plan({"id": "a", "tool": "publishing.preview", "inputs": {"channel": 5}}),
        "plan.steps.0.inputs.channel",
    ),
    "a cycle": (plan({**STEP, "id": "a", "depends_on": ["b"]}, {**STEP, "id": "b", "depends_on": ["a"]}), "plan.steps"),
    "a step that waits for itself": (plan({**STEP, "depends_on": ["read"]}), "plan.steps"),
    "a step twice": (plan(STEP, STEP), "plan.steps.1.id"),
    "a missing step": (plan({**STEP, "depends_on": ["nobody"]}), "plan.steps.0.depends_on.0"),
    "a wrong reference": (plan({**STEP, "inputs": {"a": {"$ref": "steps.nobody.x"}}}), "plan.steps.0.inputs"),
    "a bad step id": (plan({**STEP, "id": "Read It"}), "plan.steps.0.id"),
}


async def test_a_request_that_does_not_fit_names_its_field_and_leaves_nothing(house: House) -> None:
    before = await rows()
    for name, (body, field) in REQUESTS.items():
        answer = await house.operator.post(
            PROCESS, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422, f"{name}: {answer.status_code} {answer.text[:300]}"
        told = problem(answer, 422)
        assert field in [one["field"] for one in told["errors"]], f"{name}: {told['errors']}"
        assert all(one["message"] for one in told["errors"]), name
    assert await rows() == before


async def test_a_whole_number_may_have_a_point(house: House) -> None:
    for number in ("3.0", "3", "3e0"):
        body = f'{{"request": "{GOOD}", "priority": {number}}}'
        answer = await house.operator.post(PROCESS, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 202, f"{number}: {answer.text}"  # JSON knows one 3, and so does JSON Schema
        async with reading() as session:
            task = await records.get_task(session, UUID(answer.json()["task_id"]))
        assert (task.priority, type(task.priority)) == (3, int)


async def test_figures_are_taken_as_they_are_typed(house: House) -> None:
    typed = (
        "revenue_monthly = $150,000\nconversion_rate: 0.5%\nbounce_rate 4,5%\nprofit = 1.234.567,89\nunits_sold = 12\n"
    )
    body = asked(figures=typed, business_metrics={"customer_count": 320})
    first = await house.operator.post(PROCESS, json=body, headers={"Idempotency-Key": "typed"})
    again = await house.operator.post(PROCESS, json=body, headers={"Idempotency-Key": "typed"})
    assert first.status_code == again.status_code == 202, first.text
    assert again.json()["task_id"] == first.json()["task_id"]
    async with reading() as session:
        task = await records.get_task(session, UUID(first.json()["task_id"]))
    assert task.business_metrics == {
        "customer_count": 320,
        "revenue_monthly": 150_000,
        "conversion_rate": 0.005,
        "bounce_rate": 0.045,
        "profit": 1_234_567.89,
        "units_sold": 12,
    }


async def test_a_body_that_cannot_be_read_is_refused_before_anything_else(house: House) -> None:
    before = await rows()
    typed = {"Content-Type": "application/json"}
    cut = json.dumps(asked())[:-1]
    latin = b'{"request": "\xe9"}'
    for content in ("{", "", cut, latin, b"\xff\xfe", "[" * 20_000 + "]" * 20_000, f'{{"priority": {"9" * 5_000}}}'):
        answer = await house.operator.post(PROCESS, content=content, headers=typed)
        assert answer.status_code == (422 if content == "" else 400), answer.text[:200]
        problem(answer, answer.status_code)
    for not_a_number in ("NaN", "Infinity", "-Infinity", "1e999"):
        content = json.dumps(figures(revenue_monthly=0)).replace(": 0}", f": {not_a_number}}}")
        answer = await house.operator.post(PROCESS, content=content, headers=typed)
        problem(answer, 422, field="business_metrics.revenue_monthly")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", None):
        headers = {"Content-Type": kind} if kind else {}
        answer = await house.operator.post(PROCESS, content=json.dumps(asked()), headers=headers)
        problem(answer, 415, "not_json")
    assert await rows() == before


async def test_a_megabyte_is_too_much_whether_its_length_is_told_or_not(house: House) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"a" * 100_000

    before = await rows()
    typed = {"Content-Type": "application/json"}
    for path in (PROCESS, EXPORT):
        whole = json.dumps({"request": "a" * 1_000_000})
        problem(await house.operator.post(path, content=whole, headers=typed), 413, "body_too_large")
        problem(await house.operator.post(path, content=parts(), headers=typed), 413, "body_too_large")
    assert await rows() == before


async def test_addresses_that_lead_nowhere(house: House) -> None:
    nobody = new_id()
    for method, path, status, code in (
        ("GET", "/api/nothing", 404, "no_such_route"),
        ("GET", "/api/orchestrator/training/nothing", 404, "no_such_route"),
        ("GET", "/api/%00", 404, "no_such_route"),
        ("GET", "/api/" + "a" * 5_000, 404, "no_such_route"),
        ("DELETE", "/api/tasks", 405, "method_not_allowed"),
        ("GET", PROCESS, 405, "method_not_allowed"),
        ("PATCH", EXPORT, 405, "method_not_allowed"),
        ("GET", f"/api/orchestrator/status/{nobody}", 404, "task_missing"),
        ("GET", f"/api/orchestrator/approval/{nobody}", 404, "task_missing"),
        ("GET", f"/api/tasks/{nobody}", 404, "task_missing"),
        ("POST", f"/api/tasks/{nobody}/pause", 404, "task_missing"),
        ("POST", f"/api/tasks/{nobody}/resume", 404, "task_missing"),
        ("POST", f"/api/tasks/{nobody}/cancel", 404, "task_missing"),
        ("POST", f"/api/publications/{nobody}/cancel", 404, "publication_missing"),
        ("GET", "/api/tasks/17", 422, "request_invalid"),
        ("GET", "/api/tasks/%00", 422, "request_invalid"),
        ("GET", f"/api/tasks/{nobody}x", 422, "request_invalid"),
        (
            "DELETE",
            "/api/commands/%0A",
            422,
            "request_invalid",
        ),  # a line's end is an id too, and not the list's address
        ("POST", "/api/tasks/all/cancel", 422, "request_invalid"),
    ):
        answer = await house.admin.request(method, path)
        problem(answer, status, code)
        if status == 405:
            assert answer.headers["allow"], path
    told = problem(await house.viewer.get("/api/tasks/17"), 422)
    assert told["errors"][0]["field"] == "task_id"
    rerun = {"step": "read"}
    problem(await house.operator.post(f"/api/tasks/{nobody}/rerun", json=rerun), 404, "task_missing")
    answers = {"answers": {"channels": "linkedin"}}
    problem(await house.operator.post(f"/api/orchestrator/clarify/{nobody}", json=answers), 404, "task_missing")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PATCH", "/api/chat/{}", {"title": "Other"}, "conversation_id"),
        ("DELETE", "/api/chat/{}", None, "conversation_id"),
        ("GET", "/api/chat/{}/export", None, "conversation_id"),
        ("PATCH", "/api/orchestrator/training/rules/{}", {"enabled": False}, "name"),
        ("DELETE", "/api/orchestrator/training/rules/{}", None, "name"),
        ("GET", "/api/personas/voices/{}", None, "persona"),
        ("PUT", "/api/commands/types/{}", {"actions": []}, "agent_type"),
    ],
)
async def test_a_name_in_the_address_with_a_nul_character_is_refused(
    house: House, method: str, path: str, body: Any, field: str
) -> None:
    for name in ("%00", "a%00b"):
        problem(await house.admin.request(method, path.format(name), json=body), 422, "request_invalid", field)
        problem(await house.anonymous.request(method, path.format(name), json=body), 401, "not_signed_in")


async def test_a_question_in_the_address_that_does_not_fit_names_its_field(house: House) -> None:
    for path, field in (
        ("/api/tasks?limit=0", "limit"),
        ("/api/tasks?limit=10000", "limit"),
        ("/api/tasks?limit=ten", "limit"),
        ("/api/tasks?limit=99999999999999999999", "limit"),
        ("/api/tasks?cursor=garbage", "cursor"),
        ("/api/tasks?cursor=%F0%9F%98%80", "cursor"),
        ("/api/tasks?cursor=" + "a" * 300, "cursor"),
        # a time at the edge of the calendar, and one without an id
        ("/api/tasks?cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHww", "cursor"),
        ("/api/tasks?status=asleep", "status.0"),
        ("/api/tasks?source=mars", "source"),
        ("/api/tasks?search=a%00b", "search"),
        ("/api/tasks?search=" + "a" * 201, "search"),
        ("/api/orchestrator/history?limit=-1", "limit"),
        ("/api/orchestrator/history?cursor=e30%3D", "cursor"),
        ("/api/publications?limit=501", "limit"),
        ("/api/publications?cursor=17", "cursor"),
        ("/api/publications?task_id=17", "task_id"),
        ("/api/publications?state=lost", "state.0"),
    ):
        problem(await house.viewer.get(path), 422, field=field)
    for path, field in (
        ("?format=xlsx", "format"),
        ("?min_quality=nan", "min_quality"),
        ("?min_quality=1.5", "min_quality"),
        ("?limit=0", "limit"),
        ("?limit=9999999999999999999999", "limit"),
        ("?filter_by_quality=good", "filter_by_quality"),
        ("?tags=a%00", "tags"),
    ):
        problem(await house.operator.post(EXPORT + path), 422, field=field)
    # odd questions do no harm
    assert (await house.viewer.get("/api/tasks?search=%25_%27%22%5C&status=executing&status=queued")).status_code == 200


async def test_a_question_that_nobody_asked_for_is_refused_by_its_name_once_the_caller_is_known(house: House) -> None:
    nobody = new_id()
    for path, field in (
        ("/api/tasks?stauts=queued", "stauts"),
        ("/api/tasks?limit=5&Limit=6", "Limit"),
        ("/api/tasks?limit=5&limit=6", "limit"),
        (f"/api/tasks/{nobody}?full=1", "full"),
        ("/api/orchestrator/settings?x", "x"),
        ("/api/orchestrator/learning/patterns?" + "%F0%9F%98%80=1", "😀"),
    ):
        problem(await house.viewer.get(path), 422, "request_invalid", field)
        problem(await house.anonymous.get(path), 401, "not_signed_in")
    told = problem(await house.viewer.get("/api/orchestrator/history?page=2"), 422)
    assert told["hint"] == "It takes: cursor, limit."
    before = await rows()
    problem(await house.operator.post(PROCESS + "?dry_run=true", json=asked()), 422, field="dry_run")
    problem(await house.viewer.post(EXPORT + "?colour=red", json={}), 403, "not_allowed")
    assert await rows() == before


async def test_settings_take_only_what_fits(house: House) -> None:
    before = await rows()
    for body, field in (
        ({"approval": "no"}, "approval"),
        ({"approval": None}, "approval"),
        ({"quality_threshold": False}, "quality_threshold"),
        ({"quality_threshold": "0.9"}, "quality_threshold"),
        ({"quality_threshold": 1.01}, "quality_threshold"),
        ({"max_refinements": 3.5}, "max_refinements"),
        ({"max_refinements": 11}, "max_refinements"),
        ({"judge_model": "sometimes"}, "judge_model"),
        ({"judge_model": True}, "judge_model"),
        ({"cost_limit_usd": -1}, "cost_limit_usd"),
        ({"cost_limit_usd": "1"}, "cost_limit_usd"),
        ({"cost_limit_usd": 1e300}, "cost_limit_usd"),
        ({"daily_budget_usd": True}, "daily_budget_usd"),
        ({"parallel_steps": 0}, "parallel_steps"),
        ({"company": "a\x00"}, "company"),
        ({"company": "a" * 201}, "company"),
        ({"openai_api_key": "sk-1"}, "openai_api_key"),
        ({"company": "Good", "max_refinements": -1}, "max_refinements"),  # all or nothing
    ):
        problem(await house.admin.put(SETTINGS, json=body), 422, field=field)
    assert await rows() == before


async def test_a_text_to_publish_must_fit(house: House) -> None:
    before = await rows()
    good = {"platform": "x", "content": "We open at nine."}
    for body, field in (
        ({"platform": "x"}, "content"),
        ({"platform": "x", "content": " "}, "content"),
        ({**good, "content": "a" * 281}, "content"),
        ({**good, "content": "a\x00"}, "content"),
        ({**good, "platform": "tiktok"}, "platform"),
        ({**good, "platform": 1}, "platform"),
        ({**good, "schedule_at": "2020-01-01T00:00:00Z"}, "schedule_at"),
        ({**good, "schedule_at": "2030-01-01T00:00:00"}, "schedule_at"),
        ({**good, "metadata": {"title": 5}}, "metadata.title"),
        ({**good, "metadata": {"campaign": "\x00"}}, "metadata.campaign"),
        ({**good, "metadata": {"depth": deep(50)}}, "metadata.depth" + ".0" * 30),
        ({**good, "account": "mine"}, "account"),
    ):
        problem(await house.approver.post(PUBLISH, json=body), 422, field=field)
    typed = {"Content-Type": "application/json"}
    unreal = json.dumps({**good, "metadata": {"weight": 0}}).replace(": 0}", ": NaN}")
    problem(await house.approver.post(PUBLISH, content=unreal, headers=typed), 422, field="metadata.weight")
    assert await rows() == before


async def test_an_export_takes_only_what_fits(house: House) -> None:
    for body, field in (
        ({"format": "xlsx"}, "format"),
        ({"limit": 0}, "limit"),
        ({"limit": 10**18}, "limit"),
        ({"filters": {"quality_min": "0.5"}}, "filters.quality_min"),
        ({"filters": {"quality_min": 2}}, "filters.quality_min"),
        ({"filters": {"date_after": "2026-01-01T00:00:00"}}, "filters.date_after"),
        ({"filters": {"date_after": "0001-01-01T00:00:00+14:00"}}, "filters.date_after"),
        ({"filters": {"platform": "\x00"}}, "filters.platform"),
        ({"filters": {"everything": True}}, "filters.everything"),
        ({"tags": ["a\x00"]}, "tags.0"),
        ([], "body"),
    ):
        problem(await house.operator.post(EXPORT, json=body), 422, field=field)


async def test_a_fault_of_ours_tells_a_number_and_no_more(house: House, database: Database) -> None:
    from sqlalchemy import text

    from cofounder.kit.db import transaction

    async with transaction() as session:
        await session.execute(text("ALTER TABLE tasks RENAME TO somewhere_else"))
    for path in ("/api/tasks", "/api/orchestrator/history"):
        told = problem(await house.viewer.get(path), 500, "internal_error")
        assert "Incident" in told["detail"]
