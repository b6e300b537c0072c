"""A decision binds to the exact text, happens once, and sets everything in motion or nothing."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.app import wire
from cofounder.business.records import service as records
from cofounder.flow.approve import service
from cofounder.flow.approve.errors import (
    AlreadyDecided,
    ChannelUnknown,
    ComplianceBlocks,
    DraftChanged,
    EditMisplaced,
    FeedbackMissing,
    KindDiffers,
    NotPending,
    OldRound,
    PlanMisplaced,
    ScheduleInPast,
    TextEmpty,
    TextTooLong,
    VerdictMissing,
    VerdictUnfit,
)
from cofounder.flow.approve.outcome import publication_id
from cofounder.flow.approve.schemas import Decision, Edit
from cofounder.flow.plan import service as plans
from cofounder.flow.run import service as run
from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid, NotAllowed, NotFound
from cofounder.kit.ids import new_id
from cofounder.people import audit_entries
from cofounder.settings import settings
from tests.flow.waiting import APPROVER, BODIES, OPERATOR, draft, ready

GUARANTEED = "Buy now: we guarantee you 40% returns on your investment, risk free."


async def opened(session: AsyncSession, *channels: str, **more: Any) -> UUID:
    id = await ready(session, *channels, **more)
    await service.open_round(session, id)
    return id


async def decide(session: AsyncSession, id: UUID, **said: Any) -> Any:
    return await service.decide(session, Decision(task_id=id, **said), by=APPROVER)


async def enqueued(session: AsyncSession, name: str) -> list[str]:
    found = await session.scalars(
        text("SELECT workflow_uuid FROM dbos.workflow_status WHERE name = :name"), {"name": name}
    )
    return sorted(found)


async def messages(session: AsyncSession, id: UUID) -> list[tuple[str, Any]]:
    found = await session.execute(
        text("SELECT topic, message FROM dbos.notifications WHERE destination_uuid = :id"), {"id": str(id)}
    )
    return [(row[0], json.loads(row[1])) for row in found]


# opening


async def test_opening_freezes_the_text_and_lets_the_task_wait(session: AsyncSession) -> None:
    id = await ready(session)
    round = await service.open_round(session, id)
    task = await records.get_task(session, id)
    assert (task.status, task.round, round.round, round.decided) == ("pending_approval", 1, 1, False)


async def test_opening_again_opens_nothing_twice(session: AsyncSession) -> None:
    id = await ready(session)
    assert await service.open_round(session, id) == await service.open_round(session, id)


async def test_the_same_texts_have_the_same_fingerprint_and_one_changed_word_another(session: AsyncSession) -> None:
    one = await service.open_round(session, await ready(session, "linkedin"))
    two = await service.open_round(session, await ready(session, "linkedin"))
    changed = {"linkedin": draft("linkedin", body=BODIES["linkedin"].replace("thank you", "thanks"))}
    other = await service.open_round(session, await ready(session, "linkedin", drafts=changed))
    assert one.fingerprint == two.fingerprint != other.fingerprint


# deciding


async def test_an_approval_writes_the_decision_wakes_the_task_and_enqueues_each_publication(
    session: AsyncSession,
) -> None:
    id = await opened(session)
    said = await decide(session, id, approved=True, publish_to_channels=["linkedin", "twitter"])
    assert said.status == "approved"
    assert (await records.get_task(session, id)).status == "approved"
    assert [one.channel for one in said.publications] == ["linkedin", "twitter"]
    ((topic, message),) = await messages(session, id)
    assert topic == "decision:1"
    assert message["verdict"] == "approve"
    assert await enqueued(session, "publication") == sorted(str(one.publication_id) for one in said.publications)
    (entry,) = await audit_entries(session, object_id=str(id))
    assert (entry.who, entry.action) == ("key:ann", "task.approved")


async def test_without_a_choice_every_variant_is_published(session: AsyncSession) -> None:
    id = await opened(session)
    assert len((await decide(session, id, approved=True)).publications) == 3


async def test_choosing_no_channel_completes_the_task(session: AsyncSession) -> None:
    id = await opened(session)
    said = await decide(session, id, approved=True, publish_to_channels=[])
    assert (said.status, said.publications) == ("completed", [])


async def test_a_channel_without_an_account_says_that_it_goes_to_the_outbox(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    (planned,) = (await decide(session, id, approved=True)).publications
    assert planned.delivered_by == "outbox"
    assert "linkedin" in (planned.note or "")


async def test_the_answer_holds_the_exact_text(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    seen = (await service.view(session, id)).channel_variants["linkedin"].exact_text
    assert (await decide(session, id, approved=True)).texts == {"linkedin": seen}


async def test_a_rejection_ends_the_task_and_publishes_nothing(session: AsyncSession) -> None:
    id = await opened(session)
    said = await decide(session, id, approved=False, feedback="Off brand.")
    assert (said.status, said.publications) == ("rejected", [])
    assert await enqueued(session, "publication") == []


async def test_asking_for_changes_sends_the_task_round_again(session: AsyncSession) -> None:
    id = await opened(session)
    said = await decide(session, id, verdict="changes", feedback="Shorter, please.")
    assert said.status == "running"
    ((_, message),) = await messages(session, id)
    assert message["feedback"] == "Shorter, please."
    again = await service.open_round(session, id)
    assert (again.round, again.decided) == (2, False)


async def test_the_verdict_wins_over_approved(session: AsyncSession) -> None:
    id = await opened(session)
    assert (await decide(session, id, approved=True, verdict="reject")).decision.verdict == "reject"


async def test_a_second_decision_is_refused_and_says_who_was_first(session: AsyncSession) -> None:
    id = await opened(session)
    await decide(session, id, approved=True)
    with pytest.raises(AlreadyDecided, match="key:ann"):
        await decide(session, id, approved=False)


async def test_a_decision_about_an_old_round_is_refused(session: AsyncSession) -> None:
    id = await opened(session)
    await decide(session, id, verdict="changes", feedback="Shorter.")
    await service.open_round(session, id)
    with pytest.raises(OldRound):
        await decide(session, id, approved=True, round=1)


@pytest.mark.parametrize(
    ("said", "error", "field"),
    [
        ({}, VerdictMissing, "approved"),
        ({"verdict": "changes"}, FeedbackMissing, "feedback"),
        ({"verdict": "changes", "feedback": "  "}, FeedbackMissing, "feedback"),
        ({"approved": True, "publish_to_channels": ["linkedin", "myspace"]}, ChannelUnknown, "publish_to_channels.1"),
        ({"approved": True, "publish_to_channels": ["facebook"]}, ChannelUnknown, "publish_to_channels.0"),
        ({"approved": True, "kind": "plan"}, KindDiffers, "kind"),
        ({"approved": True, "plan": {"steps": []}}, PlanMisplaced, "plan"),
        ({"approved": False, "edits": {"linkedin": {"body": "x"}}}, EditMisplaced, "edits"),
        ({"approved": True, "edits": {"facebook": {"body": "x"}}}, ChannelUnknown, "edits.facebook"),
        ({"approved": True, "edits": {"x": {"content": "y" * 300}}}, TextTooLong, "edits.x"),
        ({"approved": True, "edits": {"x": {"content": "  "}}}, TextEmpty, "edits.x"),
        ({"approved": True, "schedule_at": now() - timedelta(minutes=1)}, ScheduleInPast, "schedule_at"),
        ({"approved": True, "edits": {"linkedin": {"content": GUARANTEED}}}, ComplianceBlocks, "edits.linkedin"),
    ],
)
async def test_bad_input_is_named_and_nothing_is_decided(
    session: AsyncSession, said: dict[str, Any], error: type[Exception], field: str
) -> None:
    id = await opened(session)
    before = await service.view(session, id)
    with pytest.raises(error) as caught:
        async with session.begin_nested():
            await decide(session, id, **said)
    assert caught.value.errors[0]["field"] == field  # type: ignore[attr-defined]
    assert await service.view(session, id) == before
    assert await enqueued(session, "publication") == []


async def test_only_an_approver_decides(session: AsyncSession) -> None:
    id = await opened(session)
    with pytest.raises(NotAllowed):
        await service.decide(session, Decision(task_id=id, approved=True), by=OPERATOR)


async def test_what_does_not_wait_cannot_be_decided(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await decide(session, new_id(), approved=True)
    id = await ready(session)
    with pytest.raises(NotPending):
        await decide(session, id, approved=True)
    await service.open_round(session, id)
    await records.update_task(session, id, status="cancelled")
    with pytest.raises(NotPending, match="cancelled"):
        await decide(session, id, approved=True)


async def test_a_text_with_a_forbidden_promise_is_not_published_even_when_approved(session: AsyncSession) -> None:
    id = await opened(session, "linkedin", drafts={"linkedin": draft("linkedin", body=GUARANTEED)})
    with pytest.raises(ComplianceBlocks):
        await decide(session, id, approved=True)


# binding


async def test_a_changed_draft_cannot_be_approved(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    seen = (await service.view(session, id)).fingerprint
    edited = await service.edit_draft(
        session, id, {"linkedin": Edit(body=BODIES["linkedin"] + "\n\nThanks.")}, seen=seen, by=APPROVER
    )
    for stale in ({"fingerprint": seen}, {}):
        with pytest.raises(DraftChanged):
            await decide(session, id, approved=True, **stale)
    said = await decide(session, id, approved=True, fingerprint=edited.fingerprint)
    assert said.fingerprint == edited.fingerprint
    assert said.texts["linkedin"].endswith("Thanks.")


async def test_a_draft_that_changed_meanwhile_cannot_be_edited(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    seen = (await service.view(session, id)).fingerprint
    change = {"linkedin": Edit(body=BODIES["linkedin"] + "\n\nThanks.")}
    await service.edit_draft(session, id, change, seen=seen, by=APPROVER)
    for stale in (seen, None):
        with pytest.raises(DraftChanged):
            await service.edit_draft(session, id, change, seen=stale, by=APPROVER)


async def test_an_edit_is_a_new_version_scored_again(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    wrong = BODIES["linkedin"].replace("20% up", "35% up")
    after = await service.edit_draft(session, id, {"linkedin": Edit(body=wrong)}, seen=None, by=APPROVER)
    variant = after.channel_variants["linkedin"]
    assert (variant.version, variant.origin) == (2, "edit")
    assert any(issue["dimension"] == "accuracy" for issue in variant.issues)
    assert variant.quality_score is not None
    assert after.quality_score == variant.quality_score
    (first, second) = await run.variants(session, id)
    assert (first.is_best, second.is_best, second.made_by) == (False, True, "key:ann")


async def test_an_edit_in_the_decision_is_kept_as_the_way_from_before_to_after(session: AsyncSession) -> None:
    id = await opened(session, "linkedin", "x")
    words = BODIES["linkedin"].replace("thank you", "thanks a lot")
    said = await decide(session, id, approved=True, edits={"linkedin": Edit(body=words)})
    kept = said.decision.edits["linkedin"]
    assert (kept.before, kept.after) == (BODIES["linkedin"], words)
    assert "".join(one.text for one in kept.diff if one.op != "insert") == kept.before
    assert "".join(one.text for one in kept.diff if one.op != "delete") == kept.after
    assert [one.text for one in kept.diff if one.op == "insert"]
    assert list(said.decision.edits) == ["linkedin"]
    assert said.texts["linkedin"] == words
    ((_, message),) = await messages(session, id)
    assert message["fingerprint"] == said.fingerprint


async def test_the_whole_visible_text_can_be_given_back(session: AsyncSession) -> None:
    tagged = {"linkedin": draft("linkedin", hashtags=["#Growth"], link="https://example.com/q4")}
    id = await opened(session, "linkedin", drafts=tagged)
    shown = (await service.view(session, id)).channel_variants["linkedin"]
    after = await service.edit_draft(
        session, id, {"linkedin": Edit(content=shown.content + "!")}, seen=None, by=APPROVER
    )
    assert after.channel_variants["linkedin"].content == shown.content + "!"


async def test_the_channel_may_be_named_either_way_and_answers_as_the_request_did(session: AsyncSession) -> None:
    id = await opened(session)
    assert list((await service.view(session, id)).channel_variants) == ["linkedin", "twitter", "email"]
    said = await decide(session, id, approved=True, publish_to_channels=["x", "twitter"])
    assert said.decision.channels == ["twitter"]


# what is shown


async def test_the_view_holds_what_a_person_needs(session: AsyncSession) -> None:
    id = await opened(session)
    seen = await service.view(session, id)
    assert seen.main_content.content == BODIES["linkedin"]
    assert seen.metadata["metrics_used"] == {"revenue_monthly": 150_000, "customer_count": 320}
    assert seen.metadata["agents_involved"] == ["financial", "business", "content"]
    assert seen.supporting_materials["narrative"] == "Revenue rose 20%."
    assert seen.similar_content[0]["post_metrics"][0]["views"] == 3200
    assert seen.expected_engagement.value is None
    assert seen.expected_engagement.reason
    assert seen.estimated_reach is None
    assert len(seen.quality_dimensions) >= 7
    assert all(one.evidence for one in seen.quality_dimensions.values())
    x = seen.channel_variants["twitter"]
    assert (x.limit, x.length) == (280, len(BODIES["x"]))
    assert "280" in x.preview


async def test_before_the_first_round_there_is_nothing_to_see(session: AsyncSession) -> None:
    with pytest.raises(NotPending):
        await service.view(session, await ready(session))


# plans


async def test_a_plan_is_decided_in_a_round_of_its_own(session: AsyncSession) -> None:
    id = await ready(session)
    plan = await plans.current(session, id)
    round = await service.open_round(session, id, "plan", plan.model_dump(mode="json"))
    assert round.kind == "plan"
    assert (await service.view(session, id)).plan == plan.model_dump(mode="json")
    with pytest.raises(VerdictUnfit):
        await decide(session, id, verdict="changes", feedback="Cheaper.")
    said = await decide(session, id, approved=True, kind="plan")
    assert (said.status, said.publications, said.texts) == ("running", [], {})
    again = await service.open_round(session, id)
    assert (again.round, again.kind) == (2, "content")


# automatic


async def test_with_approval_off_what_passes_is_decided_automatically(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await session.execute(
        text(
            "INSERT INTO settings (name, value, set_at, set_by) VALUES ('approval', '{\"value\": false}', now(), 'ann')"
        )
    )
    passing, failing = await ready(session, "linkedin"), await ready(session, "email")
    assert (await service.open_round(session, passing)).decided
    (row,) = await service.decisions(session, passing)
    assert (row.by, row.verdict) == ("automatic", "approve")
    assert (await service.view(session, passing)).decision.automatic  # type: ignore[union-attr]
    assert not (await service.open_round(session, failing)).decided
    assert (await records.get_task(session, failing)).status == "pending_approval"


async def test_a_run_without_a_person_is_approved_into_the_outbox(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HOST": "127.0.0.1", "PORT": "25"}.items():
        monkeypatch.setenv(f"COFOUNDER_SMTP_{name}", value)
    monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "news@acme.example")
    monkeypatch.setenv("COFOUNDER_EMAIL_RECIPIENTS", "ada@reader.example")
    settings.cache_clear()
    id = await ready(session, "email", automatic=True)
    assert (await service.open_round(session, id)).decided
    (decision,) = await service.decisions(session, id)
    assert await enqueued(session, "publication") == [str(publication_id(decision.id, "email", "outbox"))]
    settings.cache_clear()


async def test_nobody_approves_a_forbidden_promise_automatically(session: AsyncSession) -> None:
    id = await ready(session, "linkedin", automatic=True, drafts={"linkedin": draft("linkedin", body=GUARANTEED)})
    assert not (await service.open_round(session, id)).decided


async def test_a_person_may_change_the_plan_that_runs(session: AsyncSession) -> None:
    wire()
    id = await ready(session)
    await service.open_round(session, id, "plan", (await plans.current(session, id)).model_dump(mode="json"))
    only = {"id": "read_state", "tool": "business.state", "inputs": {"as_of": {"$ref": "task.as_of"}}}
    with pytest.raises(InputInvalid):
        await decide(session, id, approved=True, plan={"steps": [{**only, "tool": "business.no_such_tool"}]})
    said = await decide(session, id, approved=True, plan={"steps": [only]})
    assert said.status == "running"
    row = await plans.current_row(session, id)
    assert row is not None
    assert (row.source, [step["id"] for step in row.document["steps"]]) == ("edited", ["read_state"])
    assert "read_state" in [step.node for step in await run.steps(session, id)]


@pytest.mark.parametrize("channel", ["linkedin", "x", "email"])
async def test_giving_the_shown_text_back_changes_nothing(session: AsyncSession, channel: str) -> None:
    id = await opened(session, channel)
    name = "twitter" if channel == "x" else channel
    shown = (await service.view(session, id)).channel_variants[name]
    after = await service.edit_draft(session, id, {name: Edit(content=shown.content)}, seen=None, by=APPROVER)
    assert after.channel_variants[name].content == shown.content
    said = await decide(session, id, approved=True, fingerprint=after.fingerprint)
    assert said.decision.edits == {}


async def test_a_thread_is_edited_post_by_post(session: AsyncSession) -> None:
    posts = ["Revenue was $150,000 this month.", "The month before it was $125,000.", "That is 20% more."]
    id = await opened(session, "x", drafts={"x": draft("x", body="\n\n".join(posts), parts=posts)})
    after = await service.edit_draft(
        session, id, {"x": Edit(parts=[*posts[:2], "So it rose 20%."])}, seen=None, by=APPROVER
    )
    assert after.channel_variants["twitter"].parts[-1] == "So it rose 20%."
    with pytest.raises(TextTooLong):
        async with session.begin_nested():
            await decide(
                session, id, approved=True, fingerprint=after.fingerprint, edits={"x": Edit(parts=["a" * 281, "b"])}
            )


async def test_what_waits_is_listed_oldest_first_without_what_was_stopped(session: AsyncSession) -> None:
    first, second, stopped, done = [await opened(session, "linkedin") for _ in range(4)]
    await records.update_task(session, stopped, status="cancelled")
    await decide(session, done, approved=True)
    assert [round.task_id for round in await service.waiting(session)] == [first, second]
