"""Decisions over MCP: bound to the texts that were shown, made with an approver's key, written down as what they were."""

from typing import Any
from uuid import UUID

import pytest

from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Edit
from cofounder.flow.learn import service as learning
from cofounder.flow.learn import steps as learns
from cofounder.flow.plan.tools import registry
from cofounder.flow.plan.tools.errors import ToolRefused
from cofounder.flow.publish import steps as publishes
from cofounder.kit.db import transaction
from cofounder.people import audit_entries
from tests.api.conftest import House, rows
from tests.flow.waiting import APPROVER, ready
from tests.mcp.conftest import Assistant, called, refused

del learns, publishes  # imported for the workflows they register


async def waiting(*channels: str) -> str:
    """A task whose texts wait for a decision."""
    async with transaction() as session:
        id = await ready(session, *channels)
        await approvals.open_round(session, id)
    return str(id)


async def audited(task_id: str, action: str) -> list[Any]:
    async with transaction() as session:
        found = await audit_entries(session, object_type="task", object_id=task_id)
    return [one for one in found if one.action == action]


async def test_what_is_shown_is_what_would_go_out(assistant: Assistant, house: House) -> None:
    task_id = await waiting("linkedin", "x", "email")
    async with assistant("viewer") as client:
        seen = await called(client, "show_approval", task_id=task_id)
    over_http = (await house.viewer.get(f"/api/orchestrator/approval/{task_id}")).json()
    assert seen["fingerprint"] == over_http["fingerprint"]
    assert {one["channel"]: one["exact_text"] for one in seen["texts"]} == {
        name: one["exact_text"] for name, one in over_http["channel_variants"].items()
    }
    assert {one["delivered_by"] for one in seen["texts"]} == {"outbox"}
    assert seen["kind"] == "content"
    assert seen["decision"] is None


async def test_an_approval_is_of_the_shown_texts_and_the_log_says_how_it_came(assistant: Assistant) -> None:
    task_id = await waiting("linkedin", "x")
    async with assistant("approver") as client:
        seen = await called(client, "show_approval", task_id=task_id)
        said = {"task_id": task_id, "fingerprint": seen["fingerprint"], "channels": ["linkedin"]}
        made = await called(client, "approve", **said, idempotency_key="yes")
        assert [one["channel"] for one in made["publications"]] == ["linkedin"]
        assert made["texts"]["linkedin"] == seen["texts"][0]["exact_text"]
        assert made["decision"]["by"] == "key:approver key"
        counted = await rows()
        assert await called(client, "approve", **said, idempotency_key="yes") == made
        assert (await refused(client, "reject", **{**said, "channels": None}))[0] == "request_invalid"
        del said["channels"]
        assert (await refused(client, "reject", **said))[0] == "already_decided"
        assert await rows() == counted
        assert (await called(client, "show_approval", task_id=task_id))["decision"]["verdict"] == "approve"
    (entry,) = await audited(task_id, "task.approved")
    assert (entry.who, entry.details["via"]) == ("key:approver key", "mcp")
    assert entry.details["fingerprint"] == seen["fingerprint"]


async def test_a_text_that_changed_after_it_was_shown_is_not_approved(assistant: Assistant) -> None:
    task_id = await waiting("linkedin")
    async with assistant("approver") as client:
        seen = await called(client, "show_approval", task_id=task_id)
        async with transaction() as session:
            edit = {"linkedin": Edit(body="Another text, which nobody was shown by the assistant.")}
            await approvals.edit_draft(session, UUID(task_id), edit, seen=seen["fingerprint"], by=APPROVER)
        before = await rows()
        code, said = await refused(client, "approve", task_id=task_id, fingerprint=seen["fingerprint"])
        assert code == "draft_changed"
        assert "fingerprint" in said
        assert await rows() == before


async def test_no_decision_is_made_without_having_read(assistant: Assistant) -> None:
    task_id = await waiting("linkedin")
    async with assistant("approver") as client:
        for verdict in ("approve", "reject", "ask_for_changes"):
            said = {"feedback": "Shorter."} if verdict == "ask_for_changes" else {}
            assert (await refused(client, verdict, task_id=task_id, **said))[0] == "request_invalid"
            assert (await refused(client, verdict, task_id=task_id, fingerprint="0" * 64, **said))[0] == "draft_changed"


async def test_a_rejection_and_a_wish_for_changes_carry_the_feedback(assistant: Assistant) -> None:
    async with assistant("approver") as client:
        for verdict, status, action in (
            ("reject", "rejected", "task.rejected"),
            ("ask_for_changes", "running", "task.changes_asked"),
        ):
            task_id = await waiting("linkedin")
            print_ = (await called(client, "show_approval", task_id=task_id))["fingerprint"]
            made = await called(client, verdict, task_id=task_id, fingerprint=print_, feedback="Too loud for us.")
            assert made["decision"]["feedback"] == "Too loud for us."
            assert made["status"] == status
            (entry,) = await audited(task_id, action)
            assert entry.details["via"] == "mcp"


async def test_a_decision_at_another_door_says_nothing_of_mcp(house: House) -> None:
    task_id = await waiting("linkedin")
    answer = await house.approver.post("/api/orchestrator/approve", json={"task_id": task_id, "approved": True})
    assert answer.status_code == 200
    (entry,) = await audited(task_id, "task.approved")
    assert "via" not in entry.details


async def test_what_was_decided_is_found_again_with_what_was_said(assistant: Assistant) -> None:
    async with assistant("approver") as client:
        nothing = await called(client, "search_learned", query="quarterly growth")
        assert nothing["patterns"]["patterns"] == []
        assert nothing["patterns"]["message"] == "not enough data"
        assert (nothing["similar_tasks"], nothing["examples"]) == ([], [])
        assert "Nothing earlier" in nothing["note"]
        task_id = await waiting("linkedin")
        print_ = (await called(client, "show_approval", task_id=task_id))["fingerprint"]
        await called(client, "reject", task_id=task_id, fingerprint=print_, feedback="We never boast of growth.")
        async with transaction() as session:
            await learning.upsert_example(session, UUID(task_id))
        found = await called(client, "search_learned", query="a post on quarterly growth", channels=["linkedin"])
        (one,) = found["examples"]
        assert (one["task_id"], one["approved"], one["feedback"]) == (task_id, False, "We never boast of growth.")
        assert (await called(client, "search_learned", query="growth", channels=["email"]))["examples"] == []
        assert (await called(client, "search_learned", query="zebra crossings"))["examples"] == []


async def test_a_request_goes_all_the_way_through_mcp(assistant: Assistant, working: House) -> None:
    asked = {
        "request": "Create a LinkedIn post about our Q4 growth metrics",
        "business_metrics": {"revenue_monthly": 150000, "previous_month_revenue": 125000, "customer_count": 320},
        "preferences": {"channels": ["linkedin"]},
    }
    async with assistant("approver") as client:
        task_id = (await called(client, "submit_task", **asked))["task_id"]

        async def rests(*wanted: str) -> dict[str, Any]:
            for _ in range(4):
                found = await called(client, "task_status", task_id=task_id, wait_seconds=15)
                if found["status"] in wanted:
                    break
            assert found["status"] in wanted
            return found

        assert "show_approval" in (await rests("pending_approval"))["next"]
        seen = await called(client, "show_approval", task_id=task_id)
        assert "150,000" in seen["texts"][0]["exact_text"]
        await called(client, "approve", task_id=task_id, fingerprint=seen["fingerprint"])
        for _ in range(60):
            done = await called(client, "task_status", task_id=task_id, wait_seconds=1)
            if done["status"] == "completed":
                break
        (sent,) = done["publications"]
        assert (sent["state"], sent["text"]) == ("published", seen["texts"][0]["exact_text"])


async def test_no_plan_decides_even_where_somebody_registered_this_server_with_an_approvers_key(
    assistant: Assistant, house: House
) -> None:
    task_id = await waiting("linkedin")
    async with assistant("approver") as client:
        seen = await called(client, "show_approval", task_id=task_id)
    header = {"Authorization": f"Bearer {house.keys['approver']}"}
    way = {"transport": "http", "url": f"{house.url}/mcp", "allow_private": True, "headers": header}
    servers = "/api/orchestrator/tools/servers"
    made = (await house.admin.post(servers, json={"name": "me", **way, "connect_seconds": 60})).json()
    found = (await house.admin.post(f"{servers}/{made['server_id']}/check", timeout=130)).json()
    tools = [{"name": one["name"], "digest": one["digest"]} for one in found["listed"]]
    await house.admin.post(f"{servers}/{made['server_id']}/approve", json={"tools": tools})
    said = {"task_id": task_id, "fingerprint": seen["fingerprint"]}
    before = await audited(task_id, "task.approved")
    for verb in ("approve", "reject"):
        with pytest.raises(ToolRefused, match="plans_do_not_decide"):
            await registry.call(f"me.{verb}", said, timeout_seconds=60, key=f"step {verb}")
    read = await registry.call("me.task_status", {"task_id": task_id}, timeout_seconds=60)
    assert read["status"] == "pending_approval"
    assert await audited(task_id, "task.approved") == before == []
    await registry.close()
